r"""Dual coordinate ascent on losses of several predictions, of the softmax kind.

As `dual`, with a row of slopes q per sample and a row of predictions u at which they
are the loss's: with ``bend = s_i |x_i|**2 / ridge`` the step to row i makes u the prox

    u = argmin loss(u) + |u - z - bend q|**2 / (2 bend),    z = x_i w + b.
"""

import numpy as np

from .._compile import kernel

NEAR = 0.01  # of the way from u to z: as exact as a row's step needs to be
NEWTON = 50
HALVINGS = 30
DECREASE = 1e-4  # Armijo's constant


@kernel
def lane_merit(loss, y, bend, c, v, out):
    """``bend loss(v) + |v - c|**2 / 2``; shares are written to `out`."""
    total = bend * (loss.shares(v, out) - v[y])
    for k in range(c.shape[0]):
        total += 0.5 * (v[k] - c[k]) * (v[k] - c[k])
    return total


@kernel
def lane_prox(loss, y, bend, c, near, v, shares, d, new):
    """Minimise `lane_merit` from v on by Newton's method; `shares` are those at v.

    The system ``I + bend (diag(s) - s s')`` is solved in O(K), after Sherman and
    Morrison, with a denominator in which nothing cancels.
    """
    value = lane_merit(loss, y, bend, c, v, shares)
    for _ in range(NEWTON):
        worst, pull, rest, slope = 0.0, 0.0, 0.0, 0.0
        for k in range(c.shape[0]):
            d[k] = bend * shares[k] + v[k] - c[k]
        d[y] -= bend
        for k in range(c.shape[0]):
            worst = max(worst, abs(d[k]))
            own = 1.0 / (1.0 + bend * shares[k])
            pull += shares[k] * d[k] * own
            rest += shares[k] * own
        if not worst > near:
            break
        pull *= bend / rest
        for k in range(c.shape[0]):
            g = d[k]
            d[k] = -(g + pull * shares[k]) / (1.0 + bend * shares[k])
            slope += g * d[k]
        t = 1.0
        for _ in range(HALVINGS):
            for k in range(c.shape[0]):
                new[k] = v[k] + t * d[k]
            trial = lane_merit(loss, y, bend, c, new, shares)
            if trial <= value + DECREASE * t * slope + 1e-15 * abs(value):
                break
            t *= 0.5
        value = trial
        v[:] = new


@kernel
def lane_ascend(rows, loss, y, steps, bends, order, run, lift, fresh, w, q, u, b):
    """One epoch, by runs of rows; returns an estimate of the gap that it closed.

    `steps` are ``s_i / ridge``, and the intercept moves `lift` times such a step;
    `fresh` says that u is no place to begin the prox from.
    """
    n, lanes, closed = y.shape[0], u.shape[1], 0.0
    z, c, old = np.empty(lanes), np.empty(lanes), np.empty(lanes)
    shares, d, new = np.empty(lanes), np.empty(lanes), np.empty(lanes)
    for block in order:
        for i in range(block * run, min(block * run + run, n)):
            if steps[i] == 0.0:
                continue
            z[:] = b
            rows.row_dots(i, w, z)
            far = 0.0
            for k in range(lanes):
                c[k] = z[k] + bends[i] * q[i, k]
                old[k] = u[i, k]
                far = max(far, abs(z[k] - old[k]))
            if fresh:
                u[i] = z
            label = int(y[i])
            lane_prox(loss, label, bends[i], c, NEAR * far, u[i], shares, d, new)
            shares[label] -= 1.0
            for k in range(lanes):
                d[k] = steps[i] * (q[i, k] - shares[k])
                closed += abs((z[k] - old[k]) * d[k])
                q[i, k] = shares[k]
                b[k] += lift * d[k]
            rows.row_axpys(i, d, w)
    return closed
