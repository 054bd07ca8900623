"""Coefficients as functions of their slopes, where each has a ridge of its own.

With ``u_j`` minus the derivative of the loss, what minimises a piecewise penalty is

    w_j(u_j) = clip(soft(u_j, level_j) / ridge_j, low_j, high_j),

piecewise linear with the derivative 1 / ridge_j between zero and the bounds.
"""

import math

from .._compile import kernel


@kernel
def respond(level, ridge, low, high, u, w, inverse):
    """Fill the coefficients of slopes u, and their derivatives."""
    for j in range(u.shape[0]):
        free = math.copysign(max(abs(u[j]) - level[j], 0.0) / ridge[j], u[j])
        w[j] = min(max(free, low[j]), high[j])
        inverse[j] = 1.0 / ridge[j] if w[j] == free and free != 0.0 else 0.0


@kernel(sums=True)
def slope_along(level, ridge, low, high, u, du, start, t):
    """``sum_j du_j (w_j(u_j + t du_j) - start_j)``, and its derivative in t."""
    total, rise = 0.0, 0.0
    for j in range(u.shape[0]):
        v = u[j] + t * du[j]
        free = math.copysign(max(abs(v) - level[j], 0.0) / ridge[j], v)
        w = min(max(free, low[j]), high[j])
        total += du[j] * (w - start[j])
        rise += du[j] * du[j] / ridge[j] if w == free and free != 0.0 else 0.0
    return total, rise
