"""Loops over blocks of coefficients: sums and arrays of a block penalty.

`w` holds the coefficients block after block; block j is ``w[starts[j]:starts[j + 1]]``.
"""

import numpy as np

from .._compile import kernel


@kernel
def costs(penalty, w, starts):
    """Sum of the costs."""
    total = 0.0
    for j in range(starts.shape[0] - 1):
        total += penalty.cost(w[starts[j] : starts[j + 1]], j)
    return total


@kernel
def proxes(penalty, z, steps, starts):
    """The prox of every block, each with its own step."""
    out = np.empty_like(z)
    for j in range(starts.shape[0] - 1):
        a, b = starts[j], starts[j + 1]
        penalty.prox(z[a:b], steps[j], j, out[a:b])
    return out


@kernel
def violations(penalty, w, g, starts):
    """Distance of each block's ``-g`` from the subdifferential."""
    out = np.empty(starts.shape[0] - 1)
    for j in range(starts.shape[0] - 1):
        a, b = starts[j], starts[j + 1]
        out[j] = penalty.violation(w[a:b], g[a:b], j)
    return out


@kernel
def shrinks(penalty, v, starts):
    """Largest s in [0, 1] that makes each block's ``s v`` feasible."""
    out = np.empty(starts.shape[0] - 1)
    for j in range(starts.shape[0] - 1):
        out[j] = penalty.shrink(v[starts[j] : starts[j + 1]], j)
    return out


@kernel
def gaps(penalty, w, v, loose, starts):
    """Sum of Fenchel-Young gaps where blocks are not loose."""
    total = 0.0
    for j in range(starts.shape[0] - 1):
        if not loose[j]:
            a, b = starts[j], starts[j + 1]
            total += penalty.gap(w[a:b], v[a:b], j)
    return total
