"""How stochastic rules go through a problem: in which units, with which kernel."""

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from .._compile import Record, readonly
from ..kernels import stochastic as kernels
from ._base import Point
from ._units import Facts, Past, units_of
from ._walks import copied, walk_for

if TYPE_CHECKING:
    from .function import FunctionProblem
    from .linear import LinearProblem

Array = np.ndarray

BATCH, MANY = 32, 200_000  # rows per update; four times as many where rows are many
BLOCK = 32  # rows visited together at least: random single rows cost 2-8 times more
BLOCKS = 500  # and so many blocks at most: rows are shuffled already


class Sweep(ABC):
    """One epoch after another, on a vector u in units of the sweep's own.

    Attributes
    ----------
    updates : int
        Updates per epoch.
    facts : Facts or None
        None where nothing is known about the curvature.
    costly : bool
        Whether evaluating the objective costs about as much as an epoch.
    """

    updates: int = 1
    facts: Facts | None = None
    costly: bool = False
    batch: int = 1

    @abstractmethod
    def enter(self, x: Array) -> Array:
        """The vector u of x."""

    @abstractmethod
    def leave(self, u: Array) -> Array:
        """The vector x of u."""

    @abstractmethod
    def epoch(
        self, rule: Record, u: Array, keep: tuple[Array, Array], rates: Array,
        t: int, point: Point,
    ) -> int:  # fmt: skip
        """Go through the data once, from update t on; returns the next update count.

        Updates u and `keep`, the rule's slots and memory; `point` is that of u if the
        objective is evaluated after every epoch.
        """


class FunctionSweep(Sweep):
    """One update an epoch, with the whole gradient."""

    def __init__(self, problem: "FunctionProblem") -> None:
        self.problem = problem

    def enter(self, x: Array) -> Array:
        return x.copy()

    def leave(self, u: Array) -> Array:
        return u.copy()

    def epoch(
        self, rule: Record, u: Array, keep: tuple[Array, Array], rates: Array,
        t: int, point: Point,
    ) -> int:  # fmt: skip
        slots, memory = keep
        c = rule.begin(float(rates[0]), t, memory)  # type: ignore[attr-defined]
        g = np.array(point.loss_gradient)
        kernels.advance(rule, self.problem.record, c, u, g, slots, len(u))
        return t + 1


class LinearSweep(Sweep):
    """Batches of rows of a copy of the data, shuffled once, in permuted blocks."""

    def __init__(
        self,
        problem: "LinearProblem",
        rule: Any,
        batch_size: int | None,
        preconditioned: bool,
        rng: np.random.Generator,
        past: Past | None,
    ) -> None:
        n = problem.design.shape[0]
        order = rng.permutation(n)
        self.problem, self.rng = problem, rng
        self.batch = min(batch_size or (BATCH if n <= MANY else 4 * BATCH), n)
        self.updates = math.ceil(n / self.batch)
        self.costly = self.updates > 1
        design, base = copied(problem, rule, self.batch, order)
        make = walk_for(problem, design, rule, self.batch)
        if past is None:
            centred = make.centred or not problem.design.sparse
            units = units_of(problem, design, base, preconditioned, centred)
        else:
            units = past.units_of(problem, design, base, preconditioned)
        self.scale, self.facts = units.scale, units.facts
        self.frame = problem.frame(units.shift)
        y = readonly(problem.response.y[order])
        weights = readonly(n * problem.response.weights[order])
        self.walk = make(problem, design, base, units, y, weights, self.batch)

    def enter(self, x: Array) -> Array:
        return self.frame.enter(x) / self._each

    def leave(self, u: Array) -> Array:
        return self.frame.leave(u * self._each)

    @property
    def _each(self) -> Array:
        """The unit of each coordinate."""
        return np.repeat(self.scale, self.problem.lanes)[: self.problem.size]

    def epoch(
        self, rule: Record, u: Array, keep: tuple[Array, Array], rates: Array,
        t: int, point: Point,
    ) -> int:  # fmt: skip
        return self.walk.epoch(rule, readonly(rates), self._order(), u, *keep, t)

    def _order(self) -> Array:
        """Rows: blocks of consecutive ones in random order; all at full batch."""
        n = self.problem.design.shape[0]
        if self.batch >= n:
            return readonly(np.arange(n))
        size = max(BLOCK, n // BLOCKS)
        blocks = self.rng.permutation(math.ceil(n / size))
        rows = np.add.outer(size * blocks, np.arange(size)).ravel()
        end = size * (int(np.argmax(blocks)) + 1)  # of the last block, which is short
        over = len(rows) - n
        if over:
            rows = np.concatenate([rows[: end - over], rows[end:]])
        return readonly(rows)
