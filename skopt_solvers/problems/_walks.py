"""Which kernel an epoch takes, and what that kernel needs."""

import math
from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._compile import Compiled, Record, readonly
from ..designs import Design
from ..designs.deviations import aside, centred_rows, deviations, joined
from ..designs.equal import equal_rows
from ..kernels.lazy import lazy_epoch
from ..kernels.linear import linear_epoch, neighbours, single_epoch
from ..kernels.stochastic import epoch, lane_epoch
from ._units import Units

if TYPE_CHECKING:
    from .linear import LinearProblem

Array = np.ndarray

RARE = 0.02  # share of columns in a batch below which catching up pays, as measured
MOVE = 0.4, 4.0  # cost of moving a coordinate, in entries of a sparse, a dense row
LOST = 200.0  # a factor exp(-LOST) still has all its digits
BRIEF = 64  # entries of a row up to which its product takes less than a slope
SHORT = 2048  # updates whose tables stay in the fastest caches
SLIGHT = 0.05  # shrinkage that may be applied at once instead of step by step


class Walk(ABC):
    """An epoch over the rows of ``design + base``, in the rule's units.

    Attributes
    ----------
    centred : bool
        Whether the kernel centres sparse columns (dense ones are, in their copy).
    """

    centred: ClassVar[bool] = True

    def __init__(
        self,
        problem: "LinearProblem",
        design: Design,
        base: Array,
        units: Units,
        y: Array,
        weights: Array,
        batch: int,
    ) -> None:
        scale = units.scale[:-1]
        design, shift = design.in_units(scale, units.shift - base)
        self.shift = readonly(shift)
        self.design, self.y, self.batch = design, y, batch
        self.weights = readonly(weights / units.height)
        self.p, self.lift = len(scale), float(units.scale[-1])
        self.shape = problem.response.shape
        self.penalty = problem.penalty.in_units(scale, units.height)
        self.parts = design.rows.record(), problem.response.record

    @abstractmethod
    def epoch(
        self, rule: Record, rates: Array, order: Array, u: Array, slots: Array,
        memory: Array, t: int,
    ) -> int:  # fmt: skip
        """One pass over the rows in `order`; returns the next update count."""


class DenseWalk(Walk):
    """Every update moves every coordinate."""

    def epoch(
        self, rule: Record, rates: Array, order: Array, u: Array, slots: Array,
        memory: Array, t: int,
    ) -> int:  # fmt: skip
        common = (
            *self.parts, self.penalty, rule, self.y, self.weights, rates, self.batch,
            order, self.shift, self.lift,
        )  # fmt: skip
        if not self.shape:
            return epoch(*common, u, np.zeros(self.p), slots, memory, t)  # type: ignore[no-any-return]
        lanes = self.shape[0]
        g, spare = np.zeros((self.p, lanes)), np.zeros((3, lanes))
        return lane_epoch(*common, u.reshape(-1, lanes), g, slots, memory, *spare, t)  # type: ignore[no-any-return]


class LinearWalk(Walk):
    """Gradient descent and momentum on the columns of the batch only."""

    centred = False

    def __init__(self, problem: "LinearProblem", *rest: Any) -> None:
        super().__init__(problem, *rest)
        self.ridge, self.rest, self.left = problem.penalty.shared_ridge(self.penalty)
        plain = math.isfinite(self.left)
        self.ridges = self.rest.ridge if plain else readonly(np.zeros(0))  # type: ignore[attr-defined]
        self.every = meetings(self.design, self.batch)
        if self.shift.size:
            self.every = 1  # every row moves every column
        self.parts = self._rows().record(), problem.response.record

    def _rows(self) -> Compiled:
        """The rows, as the kernels of this walk read them fastest."""
        if self.shift.size:
            return centred_rows(self.design, self.shift)  # type: ignore[arg-type]
        return equal_rows(self.design) or self.design.rows

    def epoch(
        self, rule: Record, rates: Array, order: Array, u: Array, slots: Array,
        memory: Array, t: int,
    ) -> int:  # fmt: skip
        if not self.shift.size:
            return self._epoch(rule, rates, order, u, slots, memory, t)
        v = aside(u, self.shift)
        kept = np.stack([aside(slot, self.shift) for slot in slots])
        t = self._epoch(rule, rates, order, v, kept, memory, t)
        u[:] = joined(v, self.shift)
        slots[:] = [joined(slot, self.shift) for slot in kept]
        return t

    def _epoch(
        self, rule: Record, rates: Array, order: Array, u: Array, slots: Array,
        memory: Array, t: int,
    ) -> int:  # fmt: skip
        stretch = self._stretch(rule, rates, t, memory)
        head = *self.parts, self.rest, rule, self.y, self.weights, rates
        mid = (
            self.lift, self.ridge, stretch, self.left > 0.0, self.ridges, self.p,
            self.shift,
        )  # fmt: skip
        if self.batch == 1 and not moves(rule):
            return single_epoch(*head, order, *mid, self.near, u, memory, t)  # type: ignore[no-any-return]
        return linear_epoch(*head, self.batch, order, *mid, u, slots, memory, t)  # type: ignore[no-any-return]

    @cached_property
    def near(self) -> Array:
        """Products of consecutive rows, where these are short; else nothing."""
        n = len(self.y)
        if self.design.nnz > BRIEF * n:
            return readonly(np.zeros(0))
        near = np.zeros(n)
        neighbours(self.parts[0], n, aside(np.zeros(self.p), self.shift), near)
        return readonly(near)

    def _stretch(self, rule: Record, rates: Array, t: int, memory: Array) -> int:
        """How many updates go by before all coordinates are looked at."""
        fastest = float(np.max(rates))
        step = max(rule.begin(fastest, s, memory)[4] for s in (t, t + 1))  # type: ignore[attr-defined]
        stretch = min(LOST / max(step * self.ridge, 1e-300), max(SHORT, self.p))
        if self.left > 0.0:
            slight = SLIGHT / max(step * self.left, 1e-300)
            stretch = min(stretch, max(self.every, slight))
        return int(min(max(stretch, 1.0), len(rates)))


class LazyWalk(Walk):
    """Adaptive rules on the columns of the batch only."""

    centred = False

    def __init__(self, problem: "LinearProblem", *rest: Any) -> None:
        super().__init__(problem, *rest)
        self.every = meetings(self.design, self.batch)
        self.last = np.zeros(self.p, np.int64)

    def epoch(
        self, rule: Record, rates: Array, order: Array, u: Array, slots: Array,
        memory: Array, t: int,
    ) -> int:  # fmt: skip
        return lazy_epoch(  # type: ignore[no-any-return]
            *self.parts, self.penalty, rule, self.y, self.weights, rates, self.batch,
            order, self.lift, min(self.every, len(rates)), self.p, u,
            np.zeros(self.p), slots, memory, self.last, t,
        )  # fmt: skip


def copied(
    problem: "LinearProblem", rule: Any, batch: int, order: Array
) -> tuple[Design, Array]:
    """The rows in this order as ``design + base``: dense ones too, if few differ.

    Not where every single row moves every column: that takes longer than the row.
    """
    few, design = None, problem.design
    few_move = rule.linear and not problem.response.shape and not _rough(problem)
    if not design.sparse and (batch > 1 or few_move):
        few = deviations(design.X, order)  # type: ignore[attr-defined]
    return few or (design.take(order), np.zeros(problem.n_columns))


def walk_for(
    problem: "LinearProblem", design: Design, rule: Any, batch: int
) -> type[Walk]:
    """The cheapest walk that can do it, by the share of columns in a batch."""
    n, p = design.shape
    if problem.response.shape or batch >= n:
        return DenseWalk
    born = problem.design.sparse  # else every row moves every column, in its units
    if rule.lazy and born and design.batch_support(batch) < RARE * p:
        return LazyWalk
    if rule.linear:
        entries = batch * design.nnz / n if moves(rule) else 0.0
        slow = entries >= MOVE[not design.sparse] * p
        if not slow and (born or not _rough(problem)):
            return LinearWalk
    return DenseWalk


def meetings(design: Design, batch: int) -> int:
    """Updates that it takes to meet every column."""
    return int(design.shape[1] / max(design.batch_support(batch), 1.0))


def _rough(problem: "LinearProblem") -> bool:
    """Whether there is more in the penalty than ridges."""
    return math.isinf(problem.penalty.shared_ridge(problem.record)[2])


def moves(rule: Any) -> bool:
    """Whether a linear rule moves coordinates that have no gradient."""
    return bool(rule.begin(1.0, 2, np.zeros(0))[0] > 0.0)
