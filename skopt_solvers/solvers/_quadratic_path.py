"""A whole path of a quadratic loss: exact steps on a Gram matrix, certified in blocks.

Between two strengths a few coefficients enter or leave, so an active set with its
Cholesky factor moves on at the cost of some triangular solves. Predictions of several
strengths are certified by one pass over the data, or by none where the Gram matrix is
that of all columns.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._compile import Record, readonly
from ..kernels.path import cycle, cycle_on_rows, follow, quadratic_gaps
from ..problems.linear import LinearProblem
from . import _across
from ._base import Array, Budget, Stretch
from ._path_columns import Grams, Residuals
from ._support import PORTION, Pieces, factor, optimise
from ._working_gram import CANCELLED

Whole = Callable[[], Array]  # the weighted mean of products of all centred columns

NEAR = 0.85  # columns join whose slope is above this share of a block's last level
FEWEST = 64  # columns that may join at once, or twice those in use
DENSE_BLOCK, SPARSE_BLOCK = 10, 4  # strengths certified together
CHEAP = 64.0  # passes that the Gram matrix of all columns may cost
LARGEST_WHOLE = 4000  # columns of a Gram matrix of all
CROWDED = 0.25  # share of the columns in use from which on it is made
MANY, CACHED = 2.0, 2000  # in use per row, and altogether, from which epochs cost less
LARGEST = 6000  # columns of any Gram matrix; beyond, strengths are solved one by one
SHARE = 0.01  # of the tolerance: relative violation left on the working set
LEFT = 0.1  # of the tolerance: gap that cycles may leave on the working set
FEW, RATIO = 20, 8  # cycles that cost as much as a factor: so many, and columns by that
MOVES = 0.7  # cost of a factor that follows all its coefficients in or out, likewise
CYCLE, LEAST = 1.5, 2  # cost of an entry in a cycle, if of the data 1; cycles allowed
SLIM = 1.5  # columns per row from which cycles are on residuals
PRECISION = 1e-14  # of the largest slope; below it the conditions count as met


@dataclass
class Scaled:
    """A piecewise penalty that is proportional to its strength."""

    unit: Array
    bend: Array
    low: Array
    high: Array

    @classmethod
    def of(cls, problem: LinearProblem, strengths: Array) -> "Scaled | None":
        """The numbers per unit of strength; None where they are not proportional."""
        penalty, n = problem.penalty, problem.n_columns
        ends = [(s, penalty.at(s).record(n_columns=n)) for s in strengths[[0, -1]]]
        level, ridge = ([getattr(record, name) / s for s, record in ends]
                        for name in ("level", "ridge"))  # fmt: skip
        low, high = ([getattr(record, name) for _, record in ends]
                     for name in ("low", "high"))  # fmt: skip
        pairs = (level, ridge)
        same = all(np.allclose(a, b, rtol=1e-12, atol=0.0) for a, b in pairs)
        bounds = np.array_equal(*low) and np.array_equal(*high)
        if not (same and bounds and np.all(low[0] <= 0) and np.all(high[0] >= 0)):
            return None
        return cls(level[0], ridge[0], low[0], high[0])

    def take(self, columns: Array) -> "Scaled":
        """The numbers of some columns."""
        parts = (self.unit, self.bend, self.low, self.high)
        return Scaled(*(readonly(part[columns]) for part in parts))

    def pieces(self, strength: float) -> Pieces:
        """The penalty at one strength."""
        return Pieces(strength * self.unit, strength * self.bend, self.low, self.high)


class QuadraticPath:
    """The path of one problem; `stretches` yields it block by block.

    It ends before the last strength where the working set becomes too large, where a
    ridge keeps so many columns in use that plain epochs from each solution to the next
    cost less, where rounding keeps it from the tolerance, or where the time is over.
    """

    def __init__(
        self,
        problem: LinearProblem,
        scaled: Scaled,
        strengths: Array,
        budget: Budget,
        whole: Whole | None,
    ) -> None:
        self.problem, self.scaled, self.strengths = problem, scaled, strengths
        self.budget = budget
        self.goal = 1e-6 if budget.tol is None else budget.tol
        null = problem.null
        self.h = problem.response.weights * null.curvatures
        self.grams = Grams(problem, self.h, whole)
        self.residuals = Residuals(problem, self.h)
        self.v0 = -null.loss_gradient[: problem.split]
        self.slopes = self.v0  # minus the gradient at the last strength
        self.columns = np.zeros(0, np.int64)
        self.w = np.zeros(0)
        self.R = np.zeros((0, 0))
        self.active, self.m = np.zeros(0, np.int64), 0
        self.whole = False
        self.done = 0
        p = problem.n_columns
        self.level, self.ridge = np.zeros(p), np.zeros(p)
        self.curved = bool(scaled.bend.any())
        self.able = self.curved and _across.able(problem, scaled.bend)
        self.mild = self.curved  # whether cycles of coordinate descent are few
        self.free = readonly(np.zeros(p, bool))

    @cached_property
    def record(self) -> Record:
        """The penalty over `level` and `ridge`, which change in place."""
        return self.problem.penalty.record(
            n_columns=self.problem.n_columns, level=self.level, ridge=self.ridge
        )

    def stretches(self) -> Iterator[Stretch]:
        """Solutions from the first strength on, several at a time."""
        if self._whole_is_cheap():
            self._take_all()
        while self.done < len(self.strengths) and not self.budget.spent:
            stretch = self._stretch()
            if stretch is None:
                return
            self.done += len(stretch)
            yield stretch

    # -- choosing ------------------------------------------------------------------

    def _whole_is_cheap(self) -> bool:
        n, p = self.problem.design.shape
        if p > LARGEST_WHOLE or n < p:
            return False
        return self.problem.design.gram_cost(np.arange(p)) <= CHEAP

    def _for_epochs(self) -> bool:
        """Whether a ridge keeps so many columns in use that epochs cost less."""
        most = max(MANY * self.problem.design.shape[0], CACHED)
        return self.curved and self.m > most

    def _for_rows(self) -> bool:
        """Whether Newton's method on the rows costs less than on the columns in use."""
        followed = MOVES * self.m**3 / max(self.problem.design.nnz, 1)
        return self.curved and not self.mild and self._on_rows() < followed

    def _on_rows(self) -> float:
        """What a strength would cost by Newton's method on the rows, in passes."""
        if not self.able:
            return math.inf
        return _across.cost(self.problem, self.columns[self.w != 0.0], _across.WARM)

    def _crowded(self) -> bool:
        """Whether so many columns are in use that the others may as well join."""
        n, p = self.problem.design.shape
        able = p <= LARGEST_WHOLE and n >= 2 * p and not self.problem.design.sparse
        return able and len(self.columns) > CROWDED * p

    def _take_all(self) -> None:
        self.whole = True
        self._join(np.setdiff1d(np.arange(self.problem.n_columns), self.columns))

    def _candidates(self, strength: float) -> Array:
        """Columns outside that come near their level at a strength, nearest first."""
        level = strength * self.scaled.unit
        near = np.abs(self.slopes) > NEAR * level
        near[self.columns] = False
        found = np.flatnonzero(near)
        if len(found) <= max(FEWEST, 2 * self.m):
            return found
        order = np.argsort(-np.abs(self.slopes[found]) / level[found], kind="stable")
        return np.sort(found[order[: max(FEWEST, 2 * self.m)]])

    # -- the working set -----------------------------------------------------------

    @property
    def gram(self) -> Array:
        """Gram matrix of the working set."""
        return self.grams.of(self.columns, self.whole)

    def _by_rows(self) -> bool:
        """Whether rows are so few that residuals cost less than slopes to update."""
        n = self.problem.design.shape[0]
        dense = self.mild and not (self.whole or self.problem.design.sparse)
        return dense and len(self.columns) > SLIM * n

    def _pulls(self) -> Array:
        """Minus the gradient in the columns of the working set."""
        if self._by_rows():
            Z, _ = self.residuals.take(self.columns)
            return np.asarray(Z @ self.residuals.of(self.w))
        return np.asarray(self.v0[self.columns] - self.gram @ self.w)

    def _join(self, fresh: Array) -> None:
        """Let columns into the working set."""
        if not len(fresh):
            return
        k = len(self.columns) + len(fresh)
        columns = np.concatenate([self.columns, fresh]).astype(np.int64)
        self.columns = columns
        self.w = np.concatenate([self.w, np.zeros(len(fresh))])
        active = np.zeros(k, np.int64)
        active[: self.m] = self.active[: self.m]
        self.active = active
        if not self.curved:  # where ridges change no factor lasts
            R = np.zeros((k, k))
            R[: self.m, : self.m] = self.R[: self.m, : self.m]
            self.R = R

    def _refactor(self, ridge: Array, inside: Array) -> None:
        """A factor of the coefficients on a smooth piece of the penalty."""
        starting, k = np.flatnonzero(inside), len(self.columns)
        self.m = len(starting)
        if len(self.R) != k:
            self.R = np.zeros((k, k))
        block = self.gram[np.ix_(starting, starting)]
        self.R[: self.m, : self.m] = factor(block, ridge[starting])
        self.active[: self.m] = starting

    # -- solving -------------------------------------------------------------------

    def _stretch(self) -> Stretch | None:
        """The next block: solved, certified, cut where a column was missing."""
        size = SPARSE_BLOCK if self.problem.design.sparse else DENSE_BLOCK
        if self.whole:
            size = len(self.strengths) if not self.curved else 4 * DENSE_BLOCK
        block = self.strengths[self.done : self.done + size]
        while not self.budget.spent:
            if not self.whole:
                if self._for_epochs():
                    return None
                self._join(self._candidates(block[-1]))
                if len(self.columns) > LARGEST:
                    return None
                if self._crowded():
                    self._take_all()
                    return self._stretch()
            W, V = self._solve(block)
            block = block[: len(W)]
            if not len(W):
                return None
            stretch, slopes = self._judge(block, W, V)
            good = stretch.certificates <= self.goal
            count = len(good) if good.all() else int(np.argmin(good))
            if count:
                self._rewind(W[count - 1], block[count - 1], slopes[count - 1])
                return stretch.head(count)
            outside = np.abs(slopes[0]) > block[0] * self.scaled.unit
            outside[self.columns] = False
            missing = np.flatnonzero(outside)
            if not len(missing):
                return None
            self._rewind(W[0], block[0], slopes[0])
            self._join(self._worst(missing, slopes[0]))
        return None

    def _worst(self, missing: Array, slopes: Array) -> Array:
        excess = np.abs(slopes[missing]) / np.maximum(self.scaled.unit[missing], 1e-300)
        order = np.argsort(-excess, kind="stable")[: max(FEWEST, 2 * self.m)]
        return np.sort(missing[order])

    def _rewind(self, w: Array, strength: float, slopes: Array) -> None:
        """Stand at a solution again."""
        self.slopes = slopes
        if not np.array_equal(w, self.w):
            self.w = w.copy()
            self.m = int(np.count_nonzero(w))
            if self.curved:  # each strength has a factor of its own
                return
            pieces = self.scaled.take(self.columns).pieces(strength)
            self._refactor(pieces.ridge, pieces.inside(w))

    def _solve(self, block: Array) -> tuple[Array, Array]:
        """Coefficients of the working set and their slopes at all strengths, or at the
        first ones, where the rows are to take over.
        """
        k, scaled = len(self.columns), self.scaled.take(self.columns)
        W, V = np.empty((len(block), k)), np.empty((len(block), k))
        w, v = self.w.copy(), self._pulls()
        sign, goals = np.sign(w), self._goals(block, scaled)
        level, ridge = np.empty(k), np.empty(k)
        first, limit = 0, 10 + max(self.m, k // 20)
        if self.mild:
            first = self._cycle(block, scaled, v, w, W, V)
            sign = np.sign(w)
        while first < len(block) and not self._for_rows():
            last = first + 1 if self.curved else len(block)
            if self.curved:
                pieces = scaled.pieces(block[first])
                self._refactor(pieces.ridge, pieces.inside(w))
                sign = np.sign(w)
            reached, self.m = follow(
                self.gram, v, w, level, ridge, scaled.low, scaled.high, scaled.unit,
                scaled.bend, readonly(block[:last]), readonly(goals), first, self.R,
                self.active, sign, self.m, limit, W, V,
            )  # fmt: skip
            if reached < last:
                self._settle(block[reached], scaled, v, w, goals[reached])
                sign = np.sign(w)
                W[reached], V[reached] = w, v
                reached += 1
            first = reached
        self.w = w
        return W[:first], V[:first]

    def _cycle(
        self, block: Array, scaled: Scaled, v: Array, w: Array, W: Array, V: Array
    ) -> int:
        """Cycles of coordinate descent, while they are few; how far they come.

        Where they take long, the clock is looked at in between.
        """
        k, null, n = len(w), self.problem.null, self.problem.design.shape[0]
        most, by_rows = FEW + k // RATIO, self._by_rows()
        work = max(k * min(k, 2 * n) if by_rows else k * k, 1)
        dearest = self._on_rows() * self.problem.design.nnz / (CYCLE * work)
        most = int(min(most, max(dearest, LEAST)))
        portion = max(1, PORTION // work)
        parts: tuple[Array, ...]
        if by_rows:
            through, residual = cycle_on_rows, self.residuals
            parts = (*residual.take(self.columns), residual.of(w))
        else:
            through, parts = cycle, (self.gram, scaled.low, scaled.high)
        level, ridge = np.empty(k), np.empty(k)
        record = self.record.with_fields(
            level=level, ridge=ridge, low=scaled.low, high=scaled.high
        )
        v0, reached, left = readonly(self.v0[self.columns]), 0, most
        while reached < len(block) and left > 0 and not self.budget.spent:
            last = len(block) if portion >= most else reached + 1
            before = reached
            reached = through(
                *parts, v, w, record, level, ridge, scaled.unit, scaled.bend,
                readonly(block[:last]), reached, null.loss, v0, LEFT * self.goal,
                self.problem.floor, min(portion, left), W, V,
            )  # fmt: skip
            left = most if reached > before else left - portion
        self.m = int(np.count_nonzero(w))
        self.mild = reached == len(block)
        return int(reached)

    def _settle(
        self, strength: float, scaled: Scaled, v: Array, w: Array, goal: float
    ) -> None:
        """One strength at which more than a few coefficients change."""
        pieces = scaled.pieces(strength)
        optimise(self.gram, v, w, pieces, goal, self.budget)
        v[:] = self.v0[self.columns] - self.gram @ w
        self._refactor(pieces.ridge, pieces.inside(w))

    def _goals(self, block: Array, scaled: Scaled) -> Array:
        """Largest violation to leave at each strength."""
        unit = scaled.unit[scaled.unit > 0]
        least = SHARE * self.goal * float(unit.min(initial=np.inf))
        floor = PRECISION * float(np.max(np.abs(self.v0), initial=0.0))
        return np.maximum(block * (least if len(unit) else 0.0), floor)

    # -- judging -------------------------------------------------------------------

    def _judge(self, block: Array, W: Array, V: Array) -> tuple[Stretch, Array]:
        """Certificates of solutions, and the slopes in all columns."""
        null, problem = self.problem.null, self.problem
        z = None
        losses = null.loss - 0.5 * (W @ self.v0[self.columns] + (W * V).sum(axis=1))
        if not self.whole or losses.min() < CANCELLED * null.loss:
            z, losses, slopes = self._predict(W)
        else:
            slopes = np.empty((len(block), problem.n_columns))
            slopes[:, self.columns] = V
        certificates = quadratic_gaps(
            self.record, self.level, self.ridge, readonly(self.scaled.unit),
            readonly(self.scaled.bend), readonly(block), readonly(self.columns),
            readonly(W), readonly(slopes), readonly(losses),
            max(problem.floor, 1e-300), self.free,
        )  # fmt: skip
        tail = np.tile(null.x[problem.split :], (len(block), 1))
        found = Stretch(
            self.columns, W, tail, losses, certificates, "duality gap", z
        )
        return found, slopes

    def _predict(self, W: Array) -> tuple[Array, Array, Array]:
        """Predictions, losses and minus the gradients, in one pass over the data."""
        problem = self.problem
        used = np.flatnonzero(W.any(axis=0))
        columns, w = self.columns[used], W[:, used].T
        z = problem.design.dot_columns(columns, w) - problem.mean[columns] @ w
        z = np.ascontiguousarray((z + problem.null.z[:, None]).T)
        jets = [problem.response.jets(row) for row in z]
        rows = np.stack([problem.response.weigh(slopes) for _, slopes, _ in jets])
        pulled = problem.design.tdot(rows.T).T
        slopes = problem.mean * rows.sum(axis=1)[:, None] - pulled
        slopes[:, problem.constant] = 0.0
        return z, np.array([loss for loss, _, _ in jets]), np.ascontiguousarray(slopes)
