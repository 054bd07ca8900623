"""Coordinate descent: on the residual, or on a Gram matrix.

Both minimise a quadratic model plus a separable penalty over some columns,

    1/2 sum_i h_i (dz_i - r_i / h_i)**2 + sum_j cost(w_j),

where ``r`` is minus the gradient in the predictions. An intercept is minimised out:
columns then stand for ``x_j - means[a]``, with means weighted by h.
"""

import numpy as np

from .._compile import kernel


@kernel
def moments(columns, h, total, chosen, centred):
    """Weighted mean of the chosen columns, and weighted sum of their squares."""
    means, squares = np.zeros(chosen.shape[0]), np.empty(chosen.shape[0])
    for a in range(chosen.shape[0]):
        j = chosen[a]
        raw = columns.col_wsq(j, h)
        if centred:
            means[a] = columns.col_dot(j, h) / total
        squares[a] = raw - total * means[a] * means[a]
        if squares[a] <= 1e-14 * raw:  # constant: nothing is left but rounding
            squares[a] = 0.0
    return means, squares


@kernel
def cycles(
    columns, penalty, h, uniform, total, chosen, means, squares, w, r, trail, settled,
    first,
):
    """Epochs on the residual r: the intercept's share, and how far they came.

    After each the chosen coefficients are the next row of the `trail`. They end early
    where the largest change is the share `settled` of `first`, which is that of the
    first epoch if it is 0. Returned are the shift, the number of epochs, `first`, and
    the largest changes of the last two epochs.

    The centred residual is ``r + shift * h``: the shift is carried as a number, so that
    a sparse column costs its non-zeros only. `uniform` is the common value of h or 0.
    """
    shift, before, change, done = 0.0, 0.0, 0.0, 0
    for e in range(trail.shape[0]):
        before, change = change, 0.0
        done += 1
        for a in range(chosen.shape[0]):
            if squares[a] > 0.0:
                j = chosen[a]
                step = 1.0 / squares[a]
                v = columns.col_dot(j, r) + shift * total * means[a]
                new = penalty.prox(w[j] + step * v, step, j)
                d = new - w[j]
                if d != 0.0:
                    w[j] = new
                    shift += d * means[a]
                    change = max(change, abs(d) * squares[a])
                    if uniform > 0.0:
                        columns.col_axpy(j, -d * uniform, r)
                    else:
                        columns.col_waxpy(j, -d, h, r)
        for a in range(chosen.shape[0]):
            trail[e, a] = w[chosen[a]]
        first = first if first > 0.0 else change
        if change <= settled * first:
            break
    return shift, done, first, before, change


@kernel(sums=True)
def gram_cycles(gram, v, w, level, ridge, low, high, epochs):
    """Epochs on a Gram matrix until two in a row keep the pattern of zeros and signs.

    `v` is minus the gradient of the quadratic and is kept up to date. Returns whether
    two did.
    """
    steady = 0
    for _ in range(epochs):
        same = True
        for a in range(w.shape[0]):
            bend = gram[a, a]
            if bend <= 0.0:
                continue
            z = w[a] + v[a] / bend
            size = max(abs(z) - level[a] / bend, 0.0) / (1.0 + ridge[a] / bend)
            new = size if z > 0.0 else -size
            new = min(max(new, low[a]), high[a])
            d = new - w[a]
            if d != 0.0:
                if (new > 0.0) != (w[a] > 0.0) or (new < 0.0) != (w[a] < 0.0):
                    same = False
                w[a] = new
                row = gram[a]
                for b in range(w.shape[0]):
                    v[b] -= d * row[b]
        steady = steady + 1 if same else 0
        if steady == 2:
            break
    return steady == 2


@kernel(sums=True)
def gram_sweeps(gram, v, w, penalty, columns, epochs):
    """As `gram_cycles`, under any penalty; returns whether the pattern was kept."""
    steady = 0
    for _ in range(epochs):
        same = True
        for a in range(w.shape[0]):
            bend = gram[a, a]
            if bend <= 0.0:
                continue
            new = penalty.prox(w[a] + v[a] / bend, 1.0 / bend, columns[a])
            d = new - w[a]
            if d != 0.0:
                if (new > 0.0) != (w[a] > 0.0) or (new < 0.0) != (w[a] < 0.0):
                    same = False
                w[a] = new
                row = gram[a]
                for b in range(w.shape[0]):
                    v[b] -= d * row[b]
        steady = steady + 1 if same else 0
        if steady == 2:
            break
    return steady == 2


@kernel
def local(penalty, columns, w, v):
    """Cost, slope, curvature and violation of each w, where v is minus the gradient."""
    k = w.shape[0]
    cost, slope, bend, wrong = np.empty(k), np.empty(k), np.empty(k), np.empty(k)
    for a in range(k):
        j = columns[a]
        cost[a] = penalty.cost(w[a], j)
        slope[a], bend[a] = penalty.slope(w[a], j), penalty.curvature(w[a], j)
        wrong[a] = penalty.violation(w[a], -v[a], j)
    return cost, slope, bend, wrong
