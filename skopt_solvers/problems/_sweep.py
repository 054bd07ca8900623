"""How stochastic rules walk through a problem: which kernel, in which units."""

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from .._compile import Record, readonly
from ..kernels import stochastic as kernels
from ._units import Facts, units_of

if TYPE_CHECKING:
    from .function import FunctionProblem
    from .linear import LinearProblem

Array = np.ndarray

BLOCK = 32  # consecutive rows visited together: random single rows cost 2-8 times more


class Sweep(ABC):
    """One epoch after another.

    Attributes
    ----------
    updates : int
        Updates per epoch.
    facts : Facts or None
        None where nothing is known about the curvature.
    """

    updates: int
    facts: Facts | None = None

    @abstractmethod
    def epoch(self, rule: Record, x: Array, slots: Array, rates: Array, t: int) -> int:
        """Go through the data once, updating x and slots; returns the update count."""


class FunctionSweep(Sweep):
    """One update an epoch, with the whole gradient."""

    updates = 1

    def __init__(self, problem: "FunctionProblem") -> None:
        self.problem = problem
        self.scale = readonly(np.ones(problem.size))
        self.shift = readonly(np.zeros(problem.size))

    def epoch(self, rule: Record, x: Array, slots: Array, rates: Array, t: int) -> int:
        g = np.array(self.problem.at(x.copy()).loss_gradient)
        c = rule.begin(float(rates[0]), t)  # type: ignore[attr-defined]
        kernels.advance(
            rule, self.problem.record, c, self.scale, self.shift, x, g, slots, len(x)
        )
        return t + 1


class LinearSweep(Sweep):
    """Batches of rows of a copy of the data, shuffled once, in permuted blocks."""

    def __init__(
        self,
        problem: "LinearProblem",
        batch_size: int,
        preconditioned: bool,
        rng: np.random.Generator,
    ) -> None:
        n = problem.design.shape[0]
        order = rng.permutation(n)
        self.problem, self.rng, self.batch = problem, rng, min(batch_size, n)
        self.design = problem.design.take(order)
        self.rows = self.design.rows.record()
        self.y = readonly(problem.response.y[order])
        self.weights = readonly(n * problem.response.weights[order])
        self.updates = math.ceil(n / self.batch)
        units = units_of(problem, self.design, preconditioned)
        self.scale, self.shift, self.facts = units.scale, units.shift, units.facts

    def epoch(self, rule: Record, x: Array, slots: Array, rates: Array, t: int) -> int:
        problem = self.problem
        self._recentre(x, problem.mean, self.shift)
        common = (
            self.rows, problem.response.record, problem.record, rule, self.y,
            self.weights, readonly(rates), self.batch, self._order(),
            self.scale, self.shift, problem.fit_intercept,
        )  # fmt: skip
        if not problem.response.shape:
            t = kernels.epoch(*common, x, np.zeros(problem.size), slots, t)
        else:
            X, spare = x.reshape(-1, problem.lanes), np.zeros((3, problem.lanes))
            t = kernels.lane_epoch(*common, X, np.zeros_like(X), slots, *spare, t)
        self._recentre(x, self.shift, problem.mean)
        return t

    def _recentre(self, x: Array, old: Array, new: Array) -> None:
        """Restate the intercept for columns centred elsewhere."""
        if self.problem.fit_intercept and old is not new:
            x[self.problem.split :] += (new - old) @ self.problem.coefficients(x)

    def _order(self) -> Array:
        """Rows: blocks of consecutive ones in random order; all at full batch."""
        n = len(self.y)
        rows = np.arange(n)
        if self.batch >= n:
            return readonly(rows)
        blocks = np.array_split(rows, max(n // BLOCK, 1))
        shuffled = self.rng.permutation(len(blocks))
        return readonly(np.concatenate([blocks[b] for b in shuffled]))
