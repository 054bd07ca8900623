"""The exact end of a problem with a penalty of blocks, on its Gram matrix.

Block coordinate descent settles which coefficients are zero; the penalty is smooth in
the others, and Newton's method there is exact.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import linalg

from .._compile import Record, readonly
from ..kernels import block_descent, blocks
from ._base import Budget
from ._support import factor

Array = np.ndarray

PRECISION = 1e-14  # of the largest slope; below it the conditions count as met
CYCLES = 10  # of block descent between two series of Newton steps, at least
CHEAPER = 8  # coefficients for which a Newton step costs no more than one cycle
SMALL = 200  # coefficients up to which nothing is extrapolated
MEMORY = 5  # cycles from which one extrapolates
SERIES = 200
PATIENCE = 10  # series without halving the violation: rounding has the upper hand
STEPS = 8  # Newton steps on one support
ROUNDS = 10  # proximal steps on one block at most
DAMPINGS = (0.0, 1e-7, 1e-4, 1e-2)  # of the diagonal, where columns are dependent
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
        pairs = zip(self.starts[:-1], self.starts[1:], strict=True)
        tops = [block_descent.bound(self.gram[a:b, a:b]) for a, b in pairs]
        self.target = self.v + self.gram @ self.w
        self.tops = readonly(np.array(tops, np.float64))
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
        w, g = readonly(self.w.ravel()), readonly(-self.v.ravel())
        found = blocks.violations(self.record, w, g, self.which, self.flat)
        return float(np.max(found, initial=0.0))

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

    def objective(self, w: Array, v: Array) -> float:
        """The quadratic and the penalty at w, where v is minus the gradient."""
        return self.cost(w) - float(np.sum(w * (v + self.target))) / 2

    def newton(self) -> bool:
        """A step on the support, as far as the objective falls; whether it did."""
        rows, lanes = np.nonzero(self.w)
        flat = readonly(self.w.ravel())
        place = np.full(flat.size, -1)
        place[np.flatnonzero(flat)] = np.arange(len(rows))
        layout = self.which, self.flat
        matrix = np.where(lanes[:, None] == lanes, self.gram[np.ix_(rows, rows)], 0.0)
        blocks.bend(self.record, flat, *layout, readonly(place), matrix)
        slopes = blocks.slopes(self.record, flat, *layout).reshape(self.w.shape)
        rest = (self.v - slopes)[rows, lanes]
        for damping in DAMPINGS:
            upper = factor(matrix, damping * np.diag(matrix))
            step = np.zeros_like(self.w)
            step[rows, lanes] = linalg.cho_solve((upper, False), rest)
            if self._search(self._stopped(step)):
                return True
        return False

    def _stopped(self, step: Array) -> Array:
        """The step, but blocks that it would turn round end at zero."""
        first, ends = self.flat[:-1], self.w + step
        onward = np.add.reduceat((self.w * ends).ravel(), first)
        over = (onward < 0) & ~self.layout.loose[self.which]
        over = np.repeat(over, np.diff(self.flat)).reshape(step.shape)
        return np.where(over, -self.w, step)

    def _search(self, step: Array) -> bool:
        pull = self.gram @ step
        slope, bend = float(np.sum(self.v * step)), float(np.sum(step * pull))
        here, t = self.cost(self.w), 1.0
        slack = 1e-15 * (abs(here) + abs(slope))
        while t > 1e-4:
            new = self.w + t * step
            if self.cost(new) - here - t * slope + t * t * bend / 2 <= slack:
                self.w, self.v = new, self.v - t * pull
                return True
            t /= 2
        return False


def optimise(part: Quadratic, inner: float, budget: Budget) -> None:
    """Minimise, up to a violation of `inner` or rounding."""
    goal = max(inner, PRECISION * float(np.max(np.abs(part.v), initial=0.0)))
    best, since = np.inf, 0
    for _ in range(SERIES):
        cycles = max(CYCLES, int(np.count_nonzero(part.w)) // CHEAPER)
        part.descend(cycles, goal, budget)
        left = part.violation
        since = 0 if left < 0.5 * best else since + 1
        best = min(best, left)
        if left <= goal or since > PATIENCE or budget.spent:
            return
        _polish(part, goal, budget)


def _polish(part: Quadratic, goal: float, budget: Budget) -> None:
    """Newton steps while they help."""
    if not part.layout.curved or np.count_nonzero(part.w) > LARGEST:
        return
    left = np.inf
    for _ in range(STEPS):
        moved, found = part.newton(), part.violation
        if not moved or found <= goal or found > 0.9 * left or budget.spent:
            return
        left = found
