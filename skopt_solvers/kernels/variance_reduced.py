"""Epochs of variance-reduced steps: one visit to one row after another.

Each row i remembers a slope, ``table[i]``, and `mean` is the gradient that these make.
A visit to row i with the new slope q moves all coordinates by

    w <- prox(w - steps * (push[i] * (q - table[i]) * x_i + mean)),

then adds ``pull[i] * (q - table[i]) * x_i`` to `mean` and ``keep * (q - table[i])`` to
``table[i]``. SAG, SAGA and SVRG are this with other numbers. Columns are centred at
`shift` where all coordinates move; sparse rows are not centred and leave idle
coordinates for later (`Penalty.glide`). Row p of x, `mean` and `steps` is the intercept
if any; lanes are the columns of matrices.
"""

import numpy as np

from .._compile import kernel


@kernel(sums=True)
def dense_lengths(rows, shift, squares):
    """``(X[i] - shift)**2 @ squares`` of every row."""
    X = rows.X
    out = np.empty(X.shape[0])
    for i in range(X.shape[0]):
        total = 0.0
        for j in range(shift.shape[0]):
            entry = X[i, j] - shift[j]
            total += squares[j] * entry * entry
        out[i] = total
    return out


@kernel
def sparse_lengths(rows, n, squares):
    """``X[i]**2 @ squares`` of every row."""
    out = np.empty(n)
    for i in range(n):
        out[i] = rows.row_sq(i, squares)
    return out


@kernel(sums=True)
def dense_epoch(
    rows, loss, penalty, y, push, pull, keep, order, steps, shift, x, table, mean
):
    """Every coordinate moves at every visit."""
    X, p = rows.X, shift.shape[0]
    intercept = x.shape[0] > p
    bias = x[p] if intercept else 0.0
    for j in range(p):
        bias -= shift[j] * x[j]
    for a in range(order.shape[0]):
        i = order[a]
        change = loss.slope(y[i], rows.row_dot(i, x) + bias) - table[i]
        table[i] += keep * change
        u, v, drift = push[i] * change, pull[i] * change, 0.0
        for j in range(p):
            entry, step = X[i, j] - shift[j], steps[j]
            new = penalty.prox(x[j] - step * (u * entry + mean[j]), step, j)
            drift += shift[j] * (new - x[j])
            x[j] = new
            mean[j] += v * entry
        if intercept:
            move = steps[p] * (u + mean[p])
            x[p] -= move
            bias -= move + drift
            mean[p] += v


@kernel(sums=True)
def dense_lane_epoch(
    rows, loss, penalty, y, push, pull, keep, order, steps, shift, x, table, mean
):
    """As `dense_epoch` for a vector-valued loss."""
    X, p, lanes = rows.X, shift.shape[0], x.shape[1]
    intercept = x.shape[0] > p
    bias, z, q = np.zeros(lanes), np.empty(lanes), np.empty(lanes)
    for k in range(lanes):
        bias[k] = x[p, k] if intercept else 0.0
        for j in range(p):
            bias[k] -= shift[j] * x[j, k]
    for a in range(order.shape[0]):
        i = order[a]
        z[:] = bias
        rows.row_dots(i, x, z)
        loss.slopes(y[i], z, q)
        for k in range(lanes):
            q[k] -= table[i, k]
            table[i, k] += keep * q[k]
        for j in range(p):
            entry, step = X[i, j] - shift[j], steps[j]
            u, v = push[i] * entry, pull[i] * entry
            for k in range(lanes):
                old = x[j, k]
                new = penalty.prox(old - step * (u * q[k] + mean[j, k]), step, j)
                bias[k] -= shift[j] * (new - old)
                x[j, k] = new
                mean[j, k] += v * q[k]
        if intercept:
            for k in range(lanes):
                move = steps[p] * (push[i] * q[k] + mean[p, k])
                x[p, k] -= move
                bias[k] -= move
                mean[p, k] += pull[i] * q[k]


@kernel
def sparse_epoch(
    rows, loss, penalty, y, push, pull, keep, order, steps, last, x, table, mean
):
    """Coordinates move when a row needs them; `last` holds zeros, and does so again."""
    data, indices, starts = rows.data, rows.indices, rows.starts
    p = last.shape[0]
    intercept = x.shape[0] > p
    for t in range(order.shape[0]):
        i = order[t]
        z = x[p] if intercept else 0.0
        for k in range(starts[i], starts[i + 1]):
            j = indices[k]
            idle = t - last[j]
            if idle > 0:
                x[j] = penalty.glide(x[j], mean[j], steps[j], idle, j)
            z += data[k] * x[j]
        change = loss.slope(y[i], z) - table[i]
        table[i] += keep * change
        u, v = push[i] * change, pull[i] * change
        for k in range(starts[i], starts[i + 1]):
            j = indices[k]
            step = steps[j]
            x[j] = penalty.prox(x[j] - step * (u * data[k] + mean[j]), step, j)
            mean[j] += v * data[k]
            last[j] = t + 1
        if intercept:
            x[p] -= steps[p] * (u + mean[p])
            mean[p] += v
    for j in range(p):
        idle = order.shape[0] - last[j]
        if idle > 0:
            x[j] = penalty.glide(x[j], mean[j], steps[j], idle, j)
        last[j] = 0


@kernel
def sparse_lane_epoch(
    rows, loss, penalty, y, push, pull, keep, order, steps, last, x, table, mean
):
    """As `sparse_epoch` for a vector-valued loss."""
    data, indices, starts = rows.data, rows.indices, rows.starts
    p, lanes = last.shape[0], x.shape[1]
    intercept = x.shape[0] > p
    z, q = np.empty(lanes), np.empty(lanes)
    for t in range(order.shape[0]):
        i = order[t]
        z[:] = 0.0
        if intercept:
            z += x[p]
        for k in range(starts[i], starts[i + 1]):
            j = indices[k]
            idle = t - last[j]
            for lane in range(lanes):
                if idle > 0:
                    w, g = x[j, lane], mean[j, lane]
                    x[j, lane] = penalty.glide(w, g, steps[j], idle, j)
                z[lane] += data[k] * x[j, lane]
        loss.slopes(y[i], z, q)
        for lane in range(lanes):
            q[lane] -= table[i, lane]
            table[i, lane] += keep * q[lane]
        for k in range(starts[i], starts[i + 1]):
            j = indices[k]
            u, v, step = push[i] * data[k], pull[i] * data[k], steps[j]
            for lane in range(lanes):
                g = u * q[lane] + mean[j, lane]
                x[j, lane] = penalty.prox(x[j, lane] - step * g, step, j)
                mean[j, lane] += v * q[lane]
            last[j] = t + 1
        if intercept:
            for lane in range(lanes):
                x[p, lane] -= steps[p] * (push[i] * q[lane] + mean[p, lane])
                mean[p, lane] += pull[i] * q[lane]
    for j in range(p):
        idle = order.shape[0] - last[j]
        if idle > 0:
            for lane in range(lanes):
                w, g = x[j, lane], mean[j, lane]
                x[j, lane] = penalty.glide(w, g, steps[j], idle, j)
        last[j] = 0
