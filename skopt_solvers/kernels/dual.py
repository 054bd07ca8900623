"""Dual coordinate ascent: one sample's slope at a time, its own problem solved.

With a ridge on every coefficient the model is a sum over samples of their slopes s,

    w = -1/ridge sum_i weight_i s_i x_i,

and a step on sample i moves its prediction z along ``z + q (s_i - t)``, where t is the
new slope and ``q = weight_i |x_i|^2 / ridge``: the loss *responds* with the t that is
its slope there. All quantities are kept per sample: u, where the slope is s, and the
number of epochs that a sample which does not move may rest.
"""

import numpy as np

from .._compile import kernel

STILL = 3  # visits without a move after which a sample begins to rest
LONGEST = 6  # epochs that it rests at most


@kernel
def squares(rows, ones, n):
    """Squared length of each row."""
    out = np.empty(n)
    for i in range(n):
        out[i] = rows.row_sq(i, ones)
    return out


@kernel
def calm(loss, y, q, z, s, u):
    """Fill slopes s, close to zero, and predictions u that have them."""
    for i in range(u.shape[0]):
        u[i], s[i] = loss.respond(y[i], z[i], q, 0.0, z[i])


@kernel
def ascend(rows, loss, y, weights, q, gain, lift, order, run, w, s, u, still, rest):
    """One epoch, by runs of rows; returns an estimate of the gap that it closed.

    `w` ends with the intercept, which moves `lift` times the change of the weighted
    slopes; coefficients move `gain` times it. It may be in single precision, like rows.
    """
    n, p, closed = y.shape[0], w.shape[0] - 1, 0.0
    for block in order:
        for i in range(block * run, min(block * run + run, n)):
            if rest[i] > 0:
                rest[i] -= 1
                continue
            if weights[i] == 0.0:
                continue
            z = np.float64(rows.row_dot(i, w)) + w[p]
            v, t = loss.respond(y[i], z, q[i], s[i], u[i])
            change = s[i] - t
            if change == 0.0:
                still[i] = min(still[i] + 1, STILL + LONGEST)
                rest[i] = max(still[i] - STILL, 0)
            else:
                still[i] = 0
                rows.row_axpy(i, gain * weights[i] * change, w)
                w[p] += lift * weights[i] * change
                closed += weights[i] * abs((z - u[i]) * change)
            s[i], u[i] = t, v
    return closed
