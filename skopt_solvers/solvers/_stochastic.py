"""What first-order rules share: learning rates, schedules, epochs and a guard."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .._compile import Compiled
from .._params import Choice, Constraint, Number, Optional, Whole
from ..problems._base import Oracle, Point, Problem
from ..problems._sweep import Facts, Sweep
from ..result import NOT_YET
from ..schedules import Constant, LinearDecay, Schedule, as_schedule
from ._base import Array, Budget, Solver, State

GUARD = 10.0  # an objective beyond so many times the first one means divergence
RETRIES = 8


@dataclass
class StochasticState(State):
    """What a rule carries from one update to the next."""

    sweep: Any = None
    rule: Any = None
    schedule: Any = None
    slots: Any = None
    base_rate: float = math.nan
    t: int = 1
    retries: int = RETRIES
    start: Any = None


class StochasticSolver(Solver, Compiled, native=("begin", "move"), sums=True):
    """Base of the rules that move by gradients of batches.

    A subclass says how many `slots` of memory a coordinate needs and writes `begin` and
    `move`; its parameters may appear in both. Defaults and semantics are torch's.

    Attributes
    ----------
    slots : int
        Numbers kept per coordinate.
    default_rate : float
        torch's default, taken where nothing is known of the curvature.
    """

    requires: ClassVar[Oracle] = Oracle.GRADIENT | Oracle.PROX
    stochastic: ClassVar[bool] = True
    slots: ClassVar[int] = 0
    default_rate: ClassVar[float] = 1e-3
    own: ClassVar[Mapping[str, Constraint]] = {}

    learning_rate: Any
    schedule: Any
    batch_size: int
    preconditioner: Any

    @property
    def constraints(self) -> Mapping[str, Constraint]:  # type: ignore[override]
        """Ranges of the parameters, the rule's own included."""
        rate = Optional(Number(0.0, math.inf, True, True), also=("auto",))
        return {
            "learning_rate": rate,
            "tol": Optional(Number(0.0, math.inf, open_high=True)),
            "batch_size": Whole(1),
            "preconditioner": Choice("auto", None),
            **self.own,
        }

    @abstractmethod
    def begin(self, rate, t):
        """Scalars for update t = 1, 2, ... at this learning rate."""

    @abstractmethod
    def move(self, c, g, w, slots, f):
        """Decrease of coordinate f, and the limit of decrease / g for a constant g."""

    @abstractmethod
    def automatic(self, facts: Facts, batch: int) -> float:
        """A learning rate that works, from the curvatures of the problem."""

    def init(self, problem: Problem, x: Array, budget: Budget) -> StochasticState:
        feasible = problem.prox(x, np.full_like(x, 1e-300))
        state = StochasticState(problem.at(feasible), budget, NOT_YET)
        state.sweep = problem.sweep(
            batch_size=self.batch_size,
            preconditioned=self.preconditioner is not None,
            rng=budget.rng,
        )
        state.rule = self.record()
        state.base_rate = state.rate = self._rate(state.sweep)
        updates = max(budget.max_iter, 1) * state.sweep.updates
        state.schedule = self._schedule().bound(updates, state.sweep.updates)
        state.start = state.point
        self._reset(problem, state)
        return state

    def step(self, problem: Problem, state: Any) -> None:
        x = state.point.x.copy()
        times = np.arange(state.t, state.t + state.sweep.updates)
        rates = state.base_rate * state.schedule.factors(times)
        state.t = state.sweep.epoch(state.rule, x, state.slots, rates, state.t)
        state.rate = float(rates[-1])
        state.point = problem.at(x)
        if self._diverged(state.start, state.point) and state.retries:
            self._retry(problem, state)

    def _diverged(self, start: Point, point: Point) -> bool:
        limit = GUARD * abs(start.objective) + 1.0
        return self.learning_rate == "auto" and not point.objective <= limit

    def _retry(self, problem: Problem, state: StochasticState) -> None:
        """Begin again at a quarter of the learning rate."""
        state.retries -= 1
        state.base_rate /= 4
        state.point, state.t = state.start, 1
        self._reset(problem, state)

    def _reset(self, problem: Problem, state: StochasticState) -> None:
        state.slots = np.zeros((max(type(self).slots, 1), problem.size))

    def _rate(self, sweep: Sweep) -> float:
        if self.learning_rate != "auto":
            return float(self.learning_rate)
        if sweep.facts is None:
            return type(self).default_rate
        return self.automatic(sweep.facts, self.batch_size)

    def _schedule(self) -> Schedule:
        """What was given; else constant, or a decay to zero for automatic rates."""
        if self.schedule is None:
            return LinearDecay() if self.learning_rate == "auto" else Constant()
        return as_schedule(self.schedule)


def gradient_rate(facts: Facts, batch: int) -> float:
    """``1 / (L_f + L_mean / batch)``; with the largest row where curvature grows."""
    row = facts.mean_row if facts.bounded else facts.max_row
    return 1.0 / (facts.top + row / batch)
