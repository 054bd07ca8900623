"""Epochs of adaptive rules on wide sparse data: idle coordinates catch up when needed.

While a coordinate gets no gradient, a lazy rule moves it by ``u = fade_t u - pace_t
d``, where its `drift` d shrinks by the rule's `ratio` r with every update. With

    A_{t-1} = A_t fade_t,   A_T = 1        U_{t-1} = r (A_t pace_t + U_t),   U_T = 0

the updates l + 1 ... t of an idle coordinate come to

    A_t u_t = A_l u_l - (U_l - r^(t-l) U_t) d_l.

Where a stretch ends, one update moves every coordinate, and its prox takes the step of
all updates of the stretch.
"""

import math

import numpy as np

from .._compile import kernel


@kernel
def prospects(rule, rates, memory, t, A, U):
    """Fill A and U for updates t, t + 1, ...; `memory` is used up."""
    length, ratio = rates.shape[0], rule.ratio()
    for s in range(length):
        A[s], U[s] = rule.idle(rule.begin(rates[s], t + s, memory))
    A[length], U[length] = 1.0, 0.0
    for s in range(length - 1, -1, -1):
        fade, pace = A[s], U[s]
        A[s] = A[s + 1] * fade
        U[s] = ratio * (A[s + 1] * pace + U[s + 1])


@kernel
def catch_up(rule, u, slots, j, last, s, A, U, shrink):
    """Do the updates from `last[j]` to s of coordinate j, without a gradient."""
    begun = last[j]
    if begun < s:
        idle = s - begun
        lost = U[begun] - math.exp(shrink * idle) * U[s]
        u[j] = (A[begun] * u[j] - lost * rule.drift(slots, j)) / A[s]
        rule.rest(slots, j, idle)
        last[j] = s


@kernel
def lazy_epoch(
    rows, loss, penalty, rule, y, weights, rates, batch, order, lift, stretch,
    p, u, g, slots, memory, last, t,
):  # fmt: skip
    """One pass over the rows in `order`; arguments as of `stochastic.epoch`.

    `last` counts the updates of the stretch that a coordinate has had.
    """
    A, U = np.empty(stretch + 1), np.empty(stretch + 1)
    shrink = math.log(max(rule.ratio(), 1e-300))
    for first in range(0, rates.shape[0], stretch):
        some = rates[first : first + stretch]
        length = some.shape[0]
        prospects(rule, some, memory.copy(), t, A, U)
        last[:] = 0
        for s in range(length):
            start = (first + s) * batch
            stop = min(start + batch, order.shape[0])
            bias = lift * u[p] if u.shape[0] > p else 0.0
            total = 0.0
            for a in range(start, stop):
                i = order[a]
                for j in rows.row_support(i):
                    catch_up(rule, u, slots, j, last, s, A, U, shrink)
                q = loss.slope(y[i], rows.row_dot(i, u) + bias)
                q *= weights[i] / (stop - start)
                rows.row_axpy(i, q, g)
                total += q
            c = rule.begin(some[s], t, memory)
            t += 1
            if s + 1 < length:
                for a in range(start, stop):
                    for j in rows.row_support(order[a]):
                        if last[j] == s:
                            decrease, _ = rule.move(c, g[j], u[j], slots, j)
                            u[j] -= decrease
                            g[j] = 0.0
                            last[j] = s + 1
            else:
                for j in range(p):
                    catch_up(rule, u, slots, j, last, s, A, U, shrink)
                    decrease, step = rule.move(c, g[j], u[j], slots, j)
                    u[j] = penalty.prox(u[j] - decrease, length * step, j)
                    g[j] = 0.0
            if u.shape[0] > p:
                decrease, _ = rule.move(c, lift * total, u[p], slots, p)
                u[p] -= decrease
    return t
