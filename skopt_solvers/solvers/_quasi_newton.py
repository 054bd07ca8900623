"""Pairs of steps and changes of gradient: what quasi-Newton methods know."""

from collections import deque

import numpy as np

from ._base import Array
from .preconditioners import Preconditioner

Pairs = deque[tuple[Array, Array, float]]

CURVED = 1e-14  # curvature of a pair below this share of its lengths is rounding


def remember(pairs: Pairs, s: Array, u: Array) -> None:
    """Add a step and its change of gradient, unless there is no curvature in them."""
    curvature = float(s @ u)
    if curvature > CURVED * np.linalg.norm(s) * np.linalg.norm(u):
        pairs.append((s, u, 1.0 / curvature))


def two_loops(pairs: Pairs, metric: Preconditioner, g: Array) -> Array:
    """The inverse Hessian that the pairs make of a preconditioner, times g."""
    q, coefficients = g.copy(), []
    for s, u, rho in reversed(pairs):
        coefficients.append(rho * (s @ q))
        q -= coefficients[-1] * u
    q = metric.solve(q).copy()
    if pairs and not metric.exact:
        s, u, rho = pairs[-1]
        q *= 1.0 / (rho * (u @ metric.solve(u)))
    for (s, u, rho), a in zip(pairs, reversed(coefficients), strict=True):
        q += (a - rho * (u @ q)) * s
    return q
