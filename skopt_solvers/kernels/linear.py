"""Epochs of linear rules: gradient descent with and without momentum, O(nnz) each.

A linear rule moves by ``b = kept b + fresh g; u -= direct g + carried b``, with the
five numbers ``kept, fresh, direct, carried, step`` that its `begin` returns. While a
coordinate is idle, the place where it will rest does not move:

    F = A_t u_t - U_t b_t        A_{t-1} = A_t / (1 + step_t ridge),         A_T = 1
                                 U_{t-1} = kept_t (A_{t-1} carried_t + U_t),  U_T = 0

with the prox of a ridge that all coordinates share. So a batch touches F and b in its
own columns only, and when the stretch is over, F is u. Written backwards like this, the
sums lose no digits. What else there is of a penalty is applied where a stretch ends,
with the sum of its steps.
"""

import numpy as np

from .._compile import kernel

FADED = 1e-100  # a factor below which velocities are written out again


@kernel
def prospects(rule, rates, ridge, memory, t, A, U):
    """Fill A and U for updates t, t + 1, ...; returns the sum of the steps."""
    length, steps = rates.shape[0], 0.0
    A[length], U[length] = 1.0, 0.0
    for s in range(length - 1, -1, -1):
        kept, _, _, carried, step = rule.begin(rates[s], t + s, memory)
        steps += step
        A[s] = A[s + 1] / (1.0 + step * ridge)
        U[s] = kept * (A[s] * carried + U[s + 1])
    return steps


@kernel(sums=True)
def settle(u, b, scale, velocity, p):
    """``u = scale u - velocity b``: from coefficients to where they will rest."""
    for j in range(p):
        u[j] = scale * u[j] - velocity * b[j]


@kernel(sums=True)
def multiply(b, factor, p):
    """``b *= factor``."""
    for j in range(p):
        b[j] *= factor


@kernel(sums=True)
def fold(u, shift):
    """Give u its multiple of `shift`, where rows are centred by it."""
    p, product = shift.shape[0], 0.0
    if p > 0:
        for j in range(p):
            u[j] += u[p] * shift[j]
            product += u[j] * shift[j]
        u[p], u[p + 1] = 0.0, product


@kernel(sums=True)
def shrink(penalty, ridges, steps, u, p, shift):
    """The prox of what is left of a penalty, for the steps of a stretch."""
    fold(u, shift)
    if ridges.shape[0] > 0:
        for j in range(p):
            u[j] /= 1.0 + steps * ridges[j]
    else:
        for j in range(p):
            u[j] = penalty.prox(u[j], steps, j)
    fold(u, shift)


@kernel(sums=True)
def linear_epoch(
    rows, loss, penalty, rule, y, weights, rates, batch, order, lift, ridge, stretch,
    penalised, ridges, p, shift, u, slots, memory, t,
):  # fmt: skip
    """One pass over the rows in `order`; arguments as of `stochastic.epoch`.

    `stretch` updates have their tables made at once; `penalty` is what is left of it
    beside `ridge`, if anything, and `ridges` are the same if it is nothing else.

    Where there is a `shift`, rows are centred by it, and vectors have two numbers more
    behind the p columns: see `designs.CentredRows`.
    """
    end = p + 2 if shift.shape[0] > 0 else p
    b, q = slots[0], np.empty(batch)
    A, U = np.empty(stretch + 1), np.empty(stretch + 1)
    moving = rule.begin(1.0, 2, memory)[0] > 0.0
    for first in range(0, rates.shape[0], stretch):
        some = rates[first : first + stretch]
        steps = prospects(rule, some, ridge, memory, t, A, U)
        if moving or A[0] != 1.0:
            settle(u, b, A[0], U[0], end)
        fade = 1.0  # b is stored divided by it
        for s in range(some.shape[0]):
            start = (first + s) * batch
            stop = min(start + batch, order.shape[0])
            kept, fresh, direct, carried, _ = rule.begin(some[s], t, memory)
            t += 1
            bias = lift * u[end] if u.shape[0] > end else 0.0
            scale, pull, total = 1.0 / A[s], U[s] * fade / A[s], 0.0
            for a in range(start, stop):
                i = order[a]
                z = scale * rows.row_dot(i, u) + bias
                if moving:
                    z += pull * rows.row_dot(i, b)
                q[a - start] = loss.slope(y[i], z) * weights[i] / (stop - start)
                total += q[a - start]
            if kept > 0.0:
                fade *= kept
            gain = (A[s] * carried + U[s + 1]) * fresh + A[s] * direct
            for a in range(start, stop):
                rows.row_axpy(order[a], -gain * q[a - start], u)
                if moving:
                    rows.row_axpy(order[a], fresh / fade * q[a - start], b)
            if fade < FADED:
                multiply(b, fade, end)
                fade = 1.0
            if u.shape[0] > end:
                b[end] = kept * b[end] + fresh * lift * total
                u[end] -= direct * lift * total + carried * b[end]
        if moving:
            multiply(b, fade, end)
        if penalised:
            shrink(penalty, ridges, steps, u, p, shift)
    return t


@kernel
def neighbours(rows, n, scratch, near):
    """``near[i] = x_i . x_{i-1}``; `scratch` is zero before and after."""
    for i in range(n - 1):
        rows.row_axpy(i, 1.0, scratch)
        near[i + 1] = rows.row_dot(i + 1, scratch)
        rows.row_axpy(i, -1.0, scratch)


@kernel(sums=True)
def single_epoch(
    rows, loss, penalty, rule, y, weights, rates, order, lift, ridge, stretch,
    penalised, ridges, p, shift, near, u, memory, t,
):  # fmt: skip
    """As `linear_epoch` for single rows and no velocity.

    Then there is no need for tables: u is stored multiplied by all that the ridge has
    divided it by since the stretch began.

    A slope takes as long to compute as a short row. Where `near` holds the products of
    consecutive rows, the product of the next row with u is taken before u moves, while
    the slope is still being waited for, and corrected by what the move changes.
    """
    end = p + 2 if shift.shape[0] > 0 else p
    intercept, known = u.shape[0] > end, near.shape[0] > 0
    for first in range(0, rates.shape[0], stretch):
        last = min(first + stretch, rates.shape[0])
        steps, growth = 0.0, 1.0
        bias = lift * u[end] if intercept else 0.0
        i = order[first]
        z = rows.row_dot(i, u) + bias
        for s in range(first, last):
            _, fresh, direct, carried, step = rule.begin(rates[s], t, memory)
            t += 1
            steps += step
            push = (fresh * carried + direct) * weights[i]  # by a slope of one,
            each, drop = growth * push, lift * lift * push if intercept else 0.0
            growth *= 1.0 + step * ridge
            shrunk = 1.0 / growth
            following = order[s + 1] if s + 1 < last else i
            joined = known and following == i + 1
            if joined:
                ahead = shrunk * rows.row_dot(following, u) + bias
                fall = shrunk * each * near[following] + drop
            slope = loss.slope(y[i], z)
            rows.row_axpy(i, -each * slope, u)
            bias -= drop * slope
            if joined:
                z = ahead - fall * slope
            else:
                z = shrunk * rows.row_dot(following, u) + bias
            i = following
        multiply(u, 1.0 / growth, end)
        if intercept:
            u[end] = bias / lift
        if penalised:
            shrink(penalty, ridges, steps, u, p, shift)
    return t
