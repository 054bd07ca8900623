"""The exact end of a lasso-like problem, on a Gram matrix of the columns that matter.

Coordinate descent settles most signs; an active set with a Cholesky factor that follows
each coefficient in and out is then exact.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._compile import readonly
from .._matrices import diagonal
from ..kernels import active_set, small
from ..kernels.coordinate import gram_cycles
from ..problems._cholesky import damped_cholesky
from ._base import Budget

Array = np.ndarray

PRECISION = 1e-14  # of the largest slope; below it the conditions count as met
CYCLES = 30
MOST_CYCLES = 300  # between two active sets, where many coefficients leave at once
SMALL = 100  # coefficients up to which calls take longer than a plain factor
PORTION = 30_000_000  # operations between two looks at the clock


@dataclass
class Pieces:
    """Numbers of a piecewise penalty for some columns."""

    level: Array
    ridge: Array
    low: Array
    high: Array

    @cached_property
    def all(self) -> tuple[Array, Array, Array, Array]:
        """Read-only, as kernels take them."""
        arrays = (self.level, self.ridge, self.low, self.high)
        return tuple(readonly(a) for a in arrays)  # type: ignore[return-value]

    def take(self, some: Array) -> "Pieces":
        """Those of some of the columns."""
        arrays = (self.level, self.ridge, self.low, self.high)
        return Pieces(*(each[some] for each in arrays))

    def inside(self, w: Array) -> Array:
        """Where the penalty is a smooth quadratic around w."""
        kink = (self.level > 0) & (w == 0)
        return (w > self.low) & (w < self.high) & ~kink

    def optimise(
        self, gram: Array, v: Array, w: Array, inner: float, budget: Budget
    ) -> None:
        """Minimise the quadratic with this Gram matrix plus the penalty, in place."""
        optimise(gram, v, w, self, inner, budget)

    def violation(self, w: Array, v: Array) -> float:
        """Largest distance of v from the slopes of the penalty at w."""
        return float(active_set.worst(readonly(w), readonly(v), *self.all))


def optimise(
    gram: Array, v: Array, w: Array, pieces: Pieces, inner: float, budget: Budget
) -> None:
    """Minimise the quadratic with this Gram matrix plus the penalty, in place.

    Parameters
    ----------
    gram : ndarray of shape (k, k)
        Its second derivative, positive semidefinite.
    v : ndarray of shape (k,)
        Minus its gradient at w; kept up to date.
    w : ndarray of shape (k,)
        The coefficients.
    pieces : Pieces
        The penalty.
    inner : float
        Largest violation to leave.
    budget : Budget
        Ends the work early when the time is over.
    """
    goal = max(inner, PRECISION * float(np.max(np.abs(v), initial=0.0)))
    frozen = readonly(np.ascontiguousarray(gram))
    cycles = CYCLES
    while cycles and not budget.spent:
        if len(w) <= SMALL:
            settled = small.optimise(frozen, v, w, *pieces.all, goal, cycles)
        else:
            _cycle(frozen, v, w, pieces, cycles, budget)
            if pieces.violation(w, v) <= goal:
                return
            settled = _settle(frozen, v, w, pieces, goal, budget)
        cycles = 0 if settled else min(3 * cycles, MOST_CYCLES)


def _settle(
    gram: Array, v: Array, w: Array, pieces: Pieces, goal: float, budget: Budget
) -> bool:
    """An active set; False where so much changes that cycles would be cheaper."""
    k = len(w)
    R, active, sign = np.zeros((k, k)), np.zeros(k, np.int64), np.sign(w)
    starting = np.flatnonzero(pieces.inside(w))
    m = len(starting)
    R[:m, :m] = factor(gram[np.ix_(starting, starting)], pieces.ridge[starting])
    active[:m] = starting
    fixed = (gram, v, w, *pieces.all, R, active, sign)
    progress, state = active_set.setting_out(m, k), active_set.GOING
    while state == active_set.GOING and not budget.spent:
        portion = max(4, PORTION // max(int(progress[0]), 1) ** 2)
        state = active_set.settle(*fixed, progress, goal, portion)
    return bool(state != active_set.CROWDED)


def _cycle(
    gram: Array, v: Array, w: Array, pieces: Pieces, cycles: int, budget: Budget
) -> None:
    """Cycles of coordinate descent, portion by portion."""
    portion = max(10, PORTION // max(len(w), 1) ** 2)
    for first in range(0, cycles, portion):
        number = min(portion, cycles - first)
        if gram_cycles(gram, v, w, *pieces.all, number) or budget.spent:
            return


def factor(matrix: Array, ridge: Array) -> Array:
    """Upper Cholesky factor; collinear columns get a damping that keeps descent."""
    if not len(matrix):
        return matrix
    damped, whole = matrix.copy(), np.diag(matrix) + ridge
    diagonal(damped)[:] = whole + 1e-300
    lower = damped_cholesky(damped, whole, small.DAMPING)
    return np.eye(len(matrix)) if lower is None else lower.T
