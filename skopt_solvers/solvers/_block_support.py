"""The exact end of a problem with a penalty of blocks, on its Gram matrix.

Block coordinate descent settles which coefficients are zero; the penalty is smooth in
the others, and Newton's method there is exact.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from scipy import linalg

from .._compile import Record, readonly
from ..kernels import block_descent, blocks
from ..kernels import block_newton as newtons
from ._base import Budget
from ._support import factor

Array = np.ndarray

PRECISION = 1e-14  # of the largest slope; below it the conditions count as met
CYCLES = 10  # of block descent between two series of Newton steps, at least
CHEAPER = 8  # coefficients for which a Newton step costs no more than one cycle
AT_ONCE = 64  # coefficients whose Newton steps are small beside calls from Python
SMALL = 200  # coefficients up to which nothing is extrapolated
MEMORY = 5  # cycles from which one extrapolates
SERIES = 200
PATIENCE = 10  # series without halving the violation: rounding has the upper hand
STEPS = 8  # Newton steps on one support
ROUNDS = 10  # proximal steps on one block at most
LARGEST = 2500  # coefficients beyond which no Newton step is taken


@dataclass
class Quadratic:
    """``w' G w / 2`` in some columns, for every prediction, plus a penalty of blocks.

    Attributes
    ----------
    layout : Blocks
        The penalty.
    gram : ndarray of shape (k, k)
        Its second derivative, the same for all predictions.
    v : ndarray of shape (k, lanes)
        Minus its gradient at w; kept up to date.
    w : ndarray of shape (k, lanes)
        The coefficients.
    which, starts : ndarray of int
        The numbers of the blocks in the penalty, and where they begin in w.
    border : tuple
        Of a softmax: how its intercepts follow the coefficients.
    """

    layout: Any
    gram: Array
    v: Array
    w: Array
    which: Array
    starts: Array
    border: Any = None

    def __post_init__(self) -> None:
        self.record: Record = self.layout.record
        self.which, self.starts = readonly(self.which), readonly(self.starts)
        self.gram = readonly(np.ascontiguousarray(self.gram))
        self.tops = readonly(block_descent.bounds(self.gram, self.starts))
        self.flat = readonly(self.starts * self.w.shape[1])

    @classmethod
    def of_lanes(
        cls, problem: Any, point: Any, which: Array, columns: Array, starts: Array,
        w: Array,
    ) -> Self:  # fmt: skip
        """The model of a loss of several predictions with its whole Hessian.

        Predictions become columns of their own, and intercepts are minimised out.
        """
        lanes, k = problem.lanes, w.size
        hessian = problem.loss_hessian(point, columns)
        v = -problem.coefficients(point.loss_gradient)[columns].reshape(-1, 1)
        gram: Array = hessian[:k, :k]
        border = None
        if problem.fit_intercept:
            inverse = np.linalg.pinv(hessian[k:, k:], hermitian=True)
            cross = inverse @ hessian[k:, :k]
            still = inverse @ -point.loss_gradient[problem.split :]
            gram = gram - hessian[:k, k:] @ cross
            v = v - (hessian[:k, k:] @ still)[:, None]
            border = cross, still
        w = w.reshape(-1, 1)
        layout = problem.regularizer
        return cls(layout, gram, v, w, which, starts * lanes, border)

    def direction(self, problem: Any, point: Any, columns: Array, w: Array) -> Array:
        """From `point` to the coefficients w, with the intercepts that follow."""
        direction = np.zeros(problem.size)
        change = w - problem.coefficients(point.x)[columns]
        problem.coefficients(direction)[columns] = change
        if self.border is not None:
            cross, still = self.border
            direction[problem.split :] = still - cross @ change.ravel()
        return direction

    @property
    def violation(self) -> float:
        """Largest distance of a block from its condition of optimality."""
        fixed = self.record, self.which, self.flat
        return newtons.worst(self.v, self.w, *fixed)  # type: ignore[no-any-return]

    def cost(self, w: Array) -> float:
        """The penalty of w."""
        flat = readonly(w.ravel())
        return float(blocks.costs(self.record, flat, self.which, self.flat))

    def descend(self, cycles: int, goal: float, budget: Budget) -> None:
        """Cycles of block coordinate descent, extrapolated, until `goal` is met."""
        fixed = self.record, self.which, self.starts, self.tops
        if self.w.size <= SMALL:  # a Newton step costs less than to extrapolate
            block_descent.gram_cycles(self.gram, self.v, self.w, *fixed, cycles, ROUNDS)
            return
        for _ in range(0, cycles, MEMORY):
            ws, vs = [self.w.copy()], [self.v.copy()]
            for _ in range(MEMORY):
                block_descent.gram_cycles(self.gram, self.v, self.w, *fixed, 1, ROUNDS)
                ws.append(self.w.copy())
                vs.append(self.v.copy())
            if self.violation <= goal or budget.spent:
                return
            self._extrapolate(np.array(ws), np.array(vs))

    def _extrapolate(self, ws: Array, vs: Array) -> None:
        """Go where the differences of the last iterates cancel, if that is better."""
        moves = np.diff(ws, axis=0).reshape(len(ws) - 1, -1)
        inner = moves @ moves.T
        inner += 1e-12 * np.trace(inner) * np.eye(len(inner))
        try:
            shares = np.linalg.solve(inner, np.ones(len(inner)))
        except np.linalg.LinAlgError:
            return
        shares /= shares.sum()
        w, v = np.tensordot(shares, ws[1:], 1), np.tensordot(shares, vs[1:], 1)
        if self.objective(w, v) < self.objective(self.w, self.v):
            self.w, self.v = np.ascontiguousarray(w), np.ascontiguousarray(v)

    @cached_property
    def target(self) -> Array:
        """Minus the gradient at zero."""
        return self.v + self.gram @ self.w

    def objective(self, w: Array, v: Array) -> float:
        """The quadratic and the penalty at w, where v is minus the gradient."""
        return self.cost(w) - float(np.sum(w * (v + self.target))) / 2

    def series(self, cycles: int, goal: float, budget: Budget) -> float:
        """Cycles, then Newton steps while they help; the violation that is left."""
        steps = STEPS if self.layout.curved else 0
        if self.w.size <= AT_ONCE:
            return newtons.series(  # type: ignore[no-any-return]
                self.gram, self.v, self.w, self.record, self.which, self.starts,
                self.flat, self.tops, self.layout.loose, cycles, ROUNDS, steps, goal,
            )  # fmt: skip
        self.descend(cycles, goal, budget)
        left, before = self.violation, np.inf
        if np.count_nonzero(self.w) > LARGEST:
            return left
        for _ in range(steps):
            near = left <= goal or left > newtons.STUCK * before
            if near or budget.spent or not self.newton():
                break
            before, left = left, self.violation
        return left

    def newton(self) -> bool:
        """A step on the support, as far as the objective falls; whether it did."""
        fixed = self.record, self.which, self.flat
        active, matrix, rest = newtons.system(self.gram, self.v, self.w, *fixed)
        for damping in newtons.DAMPINGS:
            upper = factor(matrix, damping * np.diag(matrix))
            step = linalg.cho_solve((upper, False), rest)
            around = *fixed, self.layout.loose, active, step
            if newtons.land(self.gram, self.v, self.w, *around):
                return True
        return False


def optimise(part: Quadratic, inner: float, budget: Budget) -> None:
    """Minimise, up to a violation of `inner` or rounding."""
    goal = max(inner, PRECISION * float(np.max(np.abs(part.v), initial=0.0)))
    best, since = np.inf, 0
    for _ in range(SERIES):
        cycles = max(CYCLES, int(np.count_nonzero(part.w)) // CHEAPER)
        left = part.series(cycles, goal, budget)
        since = 0 if left < 0.5 * best else since + 1
        best = min(best, left)
        if left <= goal or since > PATIENCE or budget.spent:
            return
