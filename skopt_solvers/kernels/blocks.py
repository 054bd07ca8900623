"""Loops over blocks of coefficients: sums and arrays of a block penalty.

`w` holds the coefficients block after block: block a is ``w[starts[a]:starts[a + 1]]``
and has the number ``which[a]`` in the penalty.
"""

import numpy as np

from .._compile import kernel


@kernel
def costs(penalty, w, which, starts):
    """Sum of the costs."""
    total = 0.0
    for a in range(which.shape[0]):
        total += penalty.cost(w[starts[a] : starts[a + 1]], which[a])
    return total


@kernel
def proxes(penalty, z, steps, which, starts):
    """The prox of every block, each with its own step."""
    out = np.empty_like(z)
    for a in range(which.shape[0]):
        own = slice(starts[a], starts[a + 1])
        penalty.prox(z[own], steps[a], which[a], out[own])
    return out


@kernel
def violations(penalty, w, g, which, starts):
    """Distance of each block's ``-g`` from the subdifferential."""
    out = np.empty(which.shape[0])
    for a in range(which.shape[0]):
        own = slice(starts[a], starts[a + 1])
        out[a] = penalty.violation(w[own], g[own], which[a])
    return out


@kernel
def shrinks(penalty, v, which, starts):
    """Largest s in [0, 1] that makes each block's ``s v`` feasible."""
    out = np.empty(which.shape[0])
    for a in range(which.shape[0]):
        out[a] = penalty.shrink(v[starts[a] : starts[a + 1]], which[a])
    return out


@kernel
def gaps(penalty, w, v, loose, which, starts):
    """Sum of Fenchel-Young gaps where blocks are not loose."""
    total = 0.0
    for a in range(which.shape[0]):
        if not loose[a]:
            own = slice(starts[a], starts[a + 1])
            total += penalty.gap(w[own], v[own], which[a])
    return total


@kernel
def slopes(penalty, w, which, starts):
    """Derivatives on the support; zeros elsewhere."""
    out = np.zeros_like(w)
    for a in range(which.shape[0]):
        own = slice(starts[a], starts[a + 1])
        if np.any(w[own] != 0.0):
            penalty.slopes(w[own], which[a], out[own])
    return out


@kernel
def bend(penalty, w, which, starts, place, matrix):
    """Add the Hessian on the support to `matrix`.

    Coefficient f is the row ``place[f]`` of the matrix, which is negative off the
    support.
    """
    for a in range(which.shape[0]):
        own = slice(starts[a], starts[a + 1])
        unit, out = np.zeros_like(w[own]), np.zeros_like(w[own])
        for b in range(starts[a], starts[a + 1]):
            if place[b] >= 0:
                unit[b - starts[a]] = 1.0
                penalty.curve(w[own], unit, which[a], out)
                unit[b - starts[a]] = 0.0
                for c in range(starts[a], starts[a + 1]):
                    if place[c] >= 0:
                        matrix[place[b], place[c]] += out[c - starts[a]]
