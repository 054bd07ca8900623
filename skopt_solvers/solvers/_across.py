"""Newton's method on one number per row, where a ridge keeps many columns in use.

The model of the loss, ``1/2 sum h dz**2 - sum r dz``, and a piecewise penalty with a
ridge on every column have the dual problem

    min_b  |b|^2 / 2 - r' b / sqrt(h) + sum_j P_j*(u_j) - u_j w0_j,
    u = Z' (sqrt(h) b),

Z being the centred columns, whose gradient ``b - r / sqrt(h) + sqrt(h) Z (w(u) - w0)``
is piecewise linear: `kernels.across`. Half its square is the duality gap at ``w(u)``.
Newton's method needs the products of rows over the columns in use, ``n**2`` numbers
however many these are, and ends after finitely many steps (semismooth Newton; Li, Sun &
Toh, 2018, SIAM Journal on Optimization 28, algorithm 2).
"""

import math
from typing import Any

import numpy as np
from scipy.linalg import lapack

from .._compile import readonly
from .._matrices import diagonal
from ..kernels.across import respond, slope_along
from ..problems._cholesky import damped_cholesky
from ._base import Array, Budget
from ._model import Model

MOST_ROWS = 3000  # whose products take 72 MB
STEPS = 40
CUT, PATIENCE = 0.4, 4  # steps shorter than this, in a row, do not come to an end
CUTS, FLAT = 40, 0.1  # of a line search; share of the slope that it may leave
COLD, WARM = 8.0, 4.0  # steps that a solution takes, for a forecast
ULPS = 4 * float(np.finfo(float).eps)  # of the vectors of rows: what rounding leaves
ROUNDING = 1e-12  # relative difference of two that are equal
CALLS = 1e6  # entries whose passes cost as much as the calls of a step


class Products:
    """``Z diag(inverse) Z'``; columns that come or go cost something, others do not."""

    def __init__(self) -> None:
        self.means = self.inverse = np.zeros(0)
        self.matrix = np.zeros((0, 0))

    def of(self, design: Any, means: Array, inverse: Array, unit: float) -> Array:
        """The products, a copy; in units that do not change with the strength."""
        inverse = inverse * unit
        change = inverse - self.inverse if len(self.inverse) else inverse
        change[np.abs(change) <= ROUNDING * inverse] = 0.0
        count = np.count_nonzero(change)
        apart = not np.array_equal(means, self.means)
        if apart or 2 * count > np.count_nonzero(inverse):
            self.matrix = design.cross_gram(readonly(inverse), means)
        elif count:
            for sign in (1.0, -1.0):
                part = np.maximum(sign * change, 0.0)
                if part.any():
                    self.matrix += sign * design.cross_gram(readonly(part), means)
        self.means, self.inverse = means, inverse
        return self.matrix / unit


def able(problem: Any, ridge: Array) -> bool:
    """Whether each coefficient is a function of its slope, and rows are few."""
    n, p = problem.design.shape
    simple = problem.penalty.piecewise and not problem.response.shape and p > 0
    return n <= MOST_ROWS and simple and float(np.min(ridge)) > 0.0


def cost(problem: Any, columns: Array, steps: float = COLD) -> float:
    """What a solution is likely to take with these columns in use, in passes."""
    n, entries = problem.design.shape[0], max(problem.design.nnz, 1)
    products = problem.design.cross_cost(columns) + n**3 / (36.0 * entries)
    return steps * (2.0 + products + CALLS / entries)


def across(
    problem: Any, point: Any, model: Model, means: Array, products: Products,
    enough: float, budget: Budget,
) -> tuple[Array, bool]:  # fmt: skip
    """The coefficients that minimise model and penalty, but for a gap of `enough`; and
    whether they do: a nearly flat ridge leaves so many pieces that steps are cut short.
    """
    design, record = problem.design, problem.record
    numbers = record.level, record.ridge, record.low, record.high
    p, root = problem.split, np.sqrt(model.h)
    held = problem.constant
    start = readonly(point.x[:p].copy())
    goal = np.divide(model.r, root, out=np.zeros_like(root), where=root > 0)
    b, w, inverse = goal.copy(), np.empty(p), np.empty(p)
    unit, cuts, ended = float(record.ridge.max()), 0, False

    def pull(s: Array) -> Array:
        out = design.tdot(readonly(s)) - means * s.sum()
        out[held] = 0.0
        return np.asarray(out)

    u = pull(root * b)
    for _ in range(STEPS):
        respond(*numbers, readonly(u), w, inverse)
        change = w - start
        columns = np.flatnonzero(change)
        dz = design.dot_columns(columns, change[columns]) - means @ change
        g = b - goal + root * dz
        rounding = ULPS**2 * float(b @ b + goal @ goal)
        ended = 0.5 * float(g @ g) <= max(enough, rounding)
        if ended or cuts == PATIENCE or budget.spent:
            break
        inverse[held] = 0.0
        system = products.of(design, means, inverse, unit)
        system *= root
        system *= root[:, None]
        diagonal(system)[:] += 1.0
        factor = damped_cholesky(system, 1.0, 0.0)
        if factor is None:
            break
        d, _ = lapack.dpotrs(factor, -g, lower=1)
        du = pull(root * d)
        t = _length(numbers, u, du, start, float(d @ (b - goal)), float(d @ d))
        b, u = b + t * d, u + t * du
        cuts = cuts + 1 if t < CUT else 0
    return w, ended


def _length(
    numbers: tuple[Array, ...], u: Array, du: Array, start: Array, there: float,
    square: float,
) -> float:  # fmt: skip
    """Where along a direction the slope has nearly vanished: Newton's method between
    two ends, on what is increasing and piecewise linear.
    """
    u, du = readonly(u), readonly(du)
    low, high, t, first = 0.0, math.inf, 1.0, -math.inf
    for _ in range(CUTS):
        share, rise = slope_along(*numbers, u, du, start, t)
        slope, rise = there + t * square + share, square + rise
        if first == -math.inf:
            share, _ = slope_along(*numbers, u, du, start, 0.0)
            first = there + share
        if abs(slope) <= FLAT * abs(first):
            break
        low, high = (t, high) if slope < 0 else (low, t)
        t -= slope / rise
        if not low < t < high:
            t = 0.5 * (low + high) if high < math.inf else 2.0 * low
    return t
