"""Loops over coefficients: sums and arrays of a penalty.

`w` holds the coefficients in a flat array, `lanes` of them per column. The loops are
two, since a division to find the column would take up to a third of the time; and one
where a column is a lane, which the compiler turns to SIMD (2 to 7 times as fast).
"""

import numpy as np

from .._compile import kernel


@kernel(sums=True)
def costs(penalty, w, lanes):
    """Sum of the costs."""
    total, f = 0.0, 0
    if lanes == 1:
        for j in range(w.shape[0]):
            total += penalty.cost(w[j], j)
    else:
        for j in range(w.shape[0] // lanes):
            for _ in range(lanes):
                total += penalty.cost(w[f], j)
                f += 1
    return total


@kernel(sums=True)
def proxes(penalty, z, steps, lanes):
    """The prox of every coefficient, each with its own step."""
    out, f = np.empty_like(z), 0
    if lanes == 1:
        for j in range(z.shape[0]):
            out[j] = penalty.prox(z[j], steps[j], j)
    else:
        for j in range(z.shape[0] // lanes):
            for _ in range(lanes):
                out[f] = penalty.prox(z[f], steps[f], j)
                f += 1
    return out


@kernel(sums=True)
def violations(penalty, w, g, lanes):
    """Distance of each ``-g`` from the subdifferential."""
    out, f = np.empty_like(w), 0
    if lanes == 1:
        for j in range(w.shape[0]):
            out[j] = penalty.violation(w[j], g[j], j)
    else:
        for j in range(w.shape[0] // lanes):
            for _ in range(lanes):
                out[f] = penalty.violation(w[f], g[f], j)
                f += 1
    return out


@kernel
def triage(penalty, w, g, units, piecewise, lanes, used, others, wanting):
    """Which coefficients are in use, which others violate, and how much.

    That is their slope in units of its level, one per column, where the penalty is
    piecewise; else the violation in units of each coefficient. Returns two counts.
    """
    n_used, n_others, f = 0, 0, 0
    for j in range(w.shape[0] // lanes):
        for _ in range(lanes):
            wrong = penalty.violation(w[f], g[f], j)
            if w[f] != 0.0 and np.isfinite(wrong):
                used[n_used] = f
                n_used += 1
            elif wrong > 0.0:
                others[n_others] = f
                size = abs(g[f]) if piecewise else wrong
                unit = units[j] if piecewise else units[f]
                wanting[n_others] = size / max(unit, 1e-300)
                n_others += 1
            f += 1
    return n_used, n_others


@kernel
def above(level, g, share, out):
    """Where a slope exceeds a share of its level, in `out`; how many there are."""
    count = 0
    for j in range(g.shape[0]):
        if abs(g[j]) > share * level[j]:
            out[count] = j
            count += 1
    return count


@kernel(sums=True)
def shrinkage(penalty, v, sign, free, lanes):
    """Largest s in [0, 1] for a feasible ``s sign v`` where columns are not free."""
    scale, f = 1.0, 0
    if lanes == 1:
        for j in range(v.shape[0]):
            share = penalty.shrink(sign * v[j], j)
            scale = min(scale, 1.0 if free[j] else share)
    else:
        for j in range(v.shape[0] // lanes):
            for _ in range(lanes):
                if not free[j]:
                    scale = min(scale, penalty.shrink(sign * v[f], j))
                f += 1
    return scale


@kernel(sums=True)
def gaps(penalty, w, v, free, scale, lanes):
    """Sum of Fenchel-Young gaps at ``scale * v`` where columns are not free."""
    total, f = 0.0, 0
    if lanes == 1:
        for j in range(w.shape[0]):
            gap = penalty.gap(w[j], scale * v[j], j)
            total += 0.0 if free[j] else gap
    else:
        for j in range(w.shape[0] // lanes):
            for _ in range(lanes):
                if not free[j]:
                    total += penalty.gap(w[f], scale * v[f], j)
                f += 1
    return total


@kernel(sums=True)
def slopes(penalty, w, lanes):
    """Derivative of each cost, for smooth penalties."""
    out, f = np.empty_like(w), 0
    if lanes == 1:
        for j in range(w.shape[0]):
            out[j] = penalty.slope(w[j], j)
    else:
        for j in range(w.shape[0] // lanes):
            for _ in range(lanes):
                out[f] = penalty.slope(w[f], j)
                f += 1
    return out


@kernel(sums=True)
def curvatures(penalty, w, lanes):
    """Second derivative of each cost, for smooth penalties."""
    out, f = np.empty_like(w), 0
    if lanes == 1:
        for j in range(w.shape[0]):
            out[j] = penalty.curvature(w[j], j)
    else:
        for j in range(w.shape[0] // lanes):
            for _ in range(lanes):
                out[f] = penalty.curvature(w[f], j)
                f += 1
    return out


@kernel(sums=True)
def along(penalty, w, d, t, lanes):
    """Value, slope and curvature in t of the summed costs at ``w + t d``."""
    value, slope, curvature, f = 0.0, 0.0, 0.0, 0
    if lanes == 1:
        for j in range(w.shape[0]):
            u = w[j] + t * d[j]
            value += penalty.cost(u, j)
            slope += penalty.slope(u, j) * d[j]
            curvature += penalty.curvature(u, j) * d[j] * d[j]
    else:
        for j in range(w.shape[0] // lanes):
            for _ in range(lanes):
                u = w[f] + t * d[f]
                value += penalty.cost(u, j)
                slope += penalty.slope(u, j) * d[f]
                curvature += penalty.curvature(u, j) * d[f] * d[f]
                f += 1
    return value, slope, curvature
