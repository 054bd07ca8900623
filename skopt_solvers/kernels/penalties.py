"""Loops over coefficients: sums and arrays of a penalty.

`w` holds the coefficients in a flat array, `lanes` of them per column: the penalty of
``w[f]`` is that of column ``f // lanes``.
"""

import numpy as np

from .._compile import kernel


@kernel
def costs(penalty, w, lanes):
    """Sum of the costs."""
    total = 0.0
    for f in range(w.shape[0]):
        total += penalty.cost(w[f], f // lanes)
    return total


@kernel
def proxes(penalty, z, steps, lanes):
    """The prox of every coefficient, each with its own step."""
    out = np.empty_like(z)
    for f in range(z.shape[0]):
        out[f] = penalty.prox(z[f], steps[f], f // lanes)
    return out


@kernel
def violations(penalty, w, g, lanes):
    """Distance of each ``-g`` from the subdifferential."""
    out = np.empty_like(w)
    for f in range(w.shape[0]):
        out[f] = penalty.violation(w[f], g[f], f // lanes)
    return out


@kernel
def shrinkage(penalty, v, free, lanes):
    """Largest s in [0, 1] that makes ``s v`` feasible where columns are not free."""
    scale = 1.0
    for f in range(v.shape[0]):
        if not free[f // lanes]:
            scale = min(scale, penalty.shrink(v[f], f // lanes))
    return scale


@kernel
def gaps(penalty, w, v, free, scale, lanes):
    """Sum of Fenchel-Young gaps at ``scale * v`` where columns are not free."""
    total = 0.0
    for f in range(w.shape[0]):
        if not free[f // lanes]:
            total += penalty.gap(w[f], scale * v[f], f // lanes)
    return total


@kernel
def slopes(penalty, w, lanes):
    """Derivative of each cost, for smooth penalties."""
    out = np.empty_like(w)
    for f in range(w.shape[0]):
        out[f] = penalty.slope(w[f], f // lanes)
    return out


@kernel
def curvatures(penalty, w, lanes):
    """Second derivative of each cost, for smooth penalties."""
    out = np.empty_like(w)
    for f in range(w.shape[0]):
        out[f] = penalty.curvature(w[f], f // lanes)
    return out


@kernel
def along(penalty, w, d, t, lanes):
    """Value, slope and curvature in t of the summed costs at ``w + t d``."""
    value, slope, curvature = 0.0, 0.0, 0.0
    for f in range(w.shape[0]):
        u, j = w[f] + t * d[f], f // lanes
        value += penalty.cost(u, j)
        slope += penalty.slope(u, j) * d[f]
        curvature += penalty.curvature(u, j) * d[f] * d[f]
    return value, slope, curvature
