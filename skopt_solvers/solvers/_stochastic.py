"""What first-order rules share: learning rates, schedules, epochs and a guard."""

import math
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from .._compile import Compiled
from .._params import Choice, Constraint, Number, Optional, Whole
from ..kernels.stochastic import report
from ..problems._base import Oracle, Point, Problem
from ..problems._sweep import Sweep
from ..problems._units import Facts
from ..result import NOT_YET
from ..schedules import Constant, LinearDecay, Schedule, as_schedule
from ..schedules._learned import Learning
from ._base import Array, Budget, Solver, State

GUARD = 10.0  # an objective beyond so many times the first one means divergence
RETRIES = 8
MEMORY = 8  # numbers that a rule may keep for itself


@dataclass
class StochasticState(State):
    """What a rule carries from one update to the next."""

    sweep: Any = None
    rule: Any = None
    u: Any = None
    keep: Any = None
    base_rate: float = math.nan
    t: int = 1
    retries: int = RETRIES
    cycles: Iterator[int] = field(default_factory=lambda: iter(()))
    judged: bool = False
    cyclic: bool = False
    length: int = 0
    done: int = 0
    schedule: Any = None
    begin: Any = None
    factor: float = 1.0
    past: Learning = field(default_factory=Learning)
    origin: Any = None  # where a part of a stream of data began

    @property
    def settled(self) -> bool:
        """Not in the midst of a decay that others are to follow."""
        return not self.cyclic or self.done == self.length

    def moving(self) -> tuple[Any, ...]:
        """A copy of all that moves."""
        slots, memory = self.keep
        kept = slots.copy(), memory.copy()
        return self.u.copy(), kept, self.t, self.done, self.point, self.rate

    def resume(self, moving: tuple[Any, ...]) -> None:
        """Go back to where `moving` was copied."""
        u, (slots, memory), self.t, self.done, self.point, self.rate = moving
        self.u, self.keep = u.copy(), (slots.copy(), memory.copy())


class StochasticSolver(
    Solver,
    Compiled,
    native=("begin", "move", "report", "idle", "ratio", "drift", "rest"),
    sums=True,
):
    """Base of the rules that move by gradients of batches.

    A subclass says how many `slots` of memory a coordinate needs and writes `begin` and
    `move`; its parameters may appear in both. Defaults and semantics are torch's.

    Attributes
    ----------
    slots : int
        Numbers kept per coordinate.
    default_rate : float
        torch's default, taken where nothing is known of the curvature.
    decays : bool
        Whether automatic rates decay, in cycles that double: 1, 2, 4, ... epochs.
    averaged : bool
        Whether `report` is another coefficient than that of the gradients.
    linear : bool
        Whether `begin` returns ``(kept, fresh, direct, carried, step)`` and `move` does
        ``b = kept b + fresh g; u -= direct g + carried b``, b in the first slot. Idle
        coordinates are not touched then.
    lazy : bool
        Whether `idle`, `ratio`, `drift` and `rest` say what happens to a coordinate
        without a gradient, so that it can catch up when it is needed.
    """

    requires: ClassVar[Oracle] = Oracle.GRADIENT | Oracle.SEPARABLE | Oracle.SUM
    stochastic: ClassVar[bool] = True
    incremental: ClassVar[bool] = True
    assumes: ClassVar[str] = (
        "gradients of batches whose variance is bounded; rates that fall to zero"
    )
    slots: ClassVar[int] = 0
    default_rate: ClassVar[float] = 1e-3
    averaged: ClassVar[bool] = False
    decays: ClassVar[bool] = True
    linear: ClassVar[bool] = False
    lazy: ClassVar[bool] = False
    own: ClassVar[Mapping[str, Constraint]] = {}

    learning_rate: Any
    schedule: Any
    batch_size: Any
    preconditioner: Any

    @property
    def constraints(self) -> Mapping[str, Constraint]:  # type: ignore[override]
        """Ranges of the parameters, the rule's own included."""
        rate = Optional(Number(0.0, math.inf, True, True), also=("auto",))
        return {
            "learning_rate": rate,
            "tol": Optional(Number(0.0, math.inf, open_high=True)),
            "batch_size": Optional(Whole(1), also=("auto",)),
            "preconditioner": Choice("auto", None),
            **self.own,
        }

    # -- native --------------------------------------------------------------------

    @abstractmethod
    def begin(self, rate, t, memory):
        """Scalars for update t = 1, 2, ... at this learning rate.

        `memory` holds a few numbers for the rule's own use, zeros at first.
        """

    @abstractmethod
    def move(self, c, g, w, slots, f):
        """Decrease of coordinate f, and the limit of decrease / g for a constant g."""

    def report(self, w, slots, f, memory):
        """The coefficient that coordinate f stands for."""
        return w

    def idle(self, c):
        """Fade and pace of an update without gradient: ``w = fade w - pace drift``."""
        return 1.0, 0.0

    def ratio(self):
        """Factor of the drift in every update without gradient."""
        return 0.0

    def drift(self, slots, f):
        """What goes on moving coordinate f."""
        return 0.0

    def rest(self, slots, f, k):
        """Let the slots of coordinate f go through k updates without gradient."""

    # -- the run -------------------------------------------------------------------

    @abstractmethod
    def automatic(self, facts: Facts, batch: int) -> float:
        """A learning rate that works, from the curvatures of the problem."""

    def decay(self) -> Schedule:
        """The schedule that goes with automatic learning rates."""
        return LinearDecay()

    def init(self, problem: Problem, x: Array, budget: Budget) -> StochasticState:
        state = self.enter(problem, x, budget)
        state.base_rate = state.rate = self.rate(state.sweep)
        state.judged = self._judged(state)
        state.cyclic, whole = state.judged and self.decays, [budget.max_iter]
        state.cycles = iter(cycles(budget.max_iter) if state.cyclic else whole)
        return state

    def enter(
        self,
        problem: Problem,
        x: Array,
        budget: Budget,
        past: Any = None,
    ) -> StochasticState:
        """A state at x, its data ready to be swept, as `past` wants it if any."""
        feasible = problem.feasible(x)
        state = StochasticState(problem.at(feasible), budget, NOT_YET)
        state.sweep = problem.sweep(
            rule=self,
            batch_size=None if self.batch_size == "auto" else self.batch_size,
            preconditioned=self.preconditioner is not None,
            rng=budget.rng,
            past=past,
        )
        state.rule = self.record()
        return state

    def _judged(self, state: StochasticState) -> bool:
        """Whether certificates decide on the way: after each of the cycles, if any."""
        own = self.schedule is None and self.learning_rate == "auto"
        asked = state.budget.tol is not None and state.sweep.facts is not None
        return own and asked

    def step(self, problem: Problem, state: Any) -> None:
        if state.done == state.length:
            self._next_cycle(problem, state)
        state.stride, state.certificate = 0, NOT_YET
        if state.schedule.learned:
            self._try(problem, state)
        else:
            self._go(problem, state, self._epochs(state))
        if self._diverged(state.begin, state.point) and state.retries:
            self._retry(problem, state)
        elif state.judged and (state.done == state.length or not self.decays):
            state.certify(problem)

    def _go(self, problem: Problem, state: StochasticState, epochs: int) -> None:
        """Some epochs, and a look at the objective."""
        for _ in range(epochs):
            self._epoch(state)
            state.stride += 1
            if state.budget.spent:
                break
        state.point = problem.at(self.answer(problem, state))

    def _try(self, problem: Problem, state: StochasticState) -> None:
        """Each factor that the schedule wants tried, from one state; keep the best."""
        left = state.budget.max_iter - state.n_iter
        factors = state.schedule.tries(state.past)
        epochs = min(state.schedule.span, left)
        if len(factors) * epochs > left:
            factors = [state.past.factor]
        begun, ends = state.moving(), []
        for factor in factors:
            state.resume(begun)
            state.factor = factor
            self._go(problem, state, epochs)
            ends.append((state.point.objective, factor, state.moving()))
        fine = [end for end in ends if math.isfinite(end[0])] or ends[:1]
        objective, factor, best = min(fine, key=lambda end: end[0])
        state.resume(best)
        state.schedule.learn(state.past, factor, objective)

    def _epochs(self, state: StochasticState) -> int:
        """Epochs until the objective is looked at again: as many as were done.

        Three times as many where nothing but divergence can come of it.
        """
        if state.budget.watched or not state.sweep.costly:
            return 1
        left = min(state.length - state.done, state.budget.max_iter - state.n_iter)
        more = state.done if state.judged else 3 * state.done
        return min(max(more, 1), left)

    def _epoch(self, state: StochasticState) -> None:
        done = np.arange(state.t - 1, state.t - 1 + state.sweep.updates)
        factors = np.asarray(state.schedule.at(done), np.float64)
        rates = state.factor * state.base_rate * factors
        state.t = state.sweep.epoch(
            state.rule, state.u, state.keep, rates, state.t, state.point
        )
        state.rate = float(rates[-1])
        state.done += 1

    def answer(self, problem: Problem, state: StochasticState) -> Array:
        """Where the run stands, in the user's units."""
        u = state.u
        if self.averaged:
            u = np.empty_like(state.u)
            report(state.rule, state.u, *state.keep, u)
        x = state.sweep.leave(u)
        # means may leave the bounds, and so may rounding on the way from other units
        return problem.feasible(x)

    def _next_cycle(self, problem: Problem, state: StochasticState) -> None:
        state.length, state.begin = next(state.cycles), state.point
        self._restart(problem, state)

    def _restart(self, problem: Problem, state: StochasticState) -> None:
        updates = state.length * state.sweep.updates
        state.schedule = self.plan().bound(updates, state.sweep.updates)
        state.point, state.t, state.done = state.begin, 1, 0
        state.u = state.sweep.enter(state.point.x)
        state.keep = self.blank(problem)

    def blank(self, problem: Problem) -> tuple[Array, Array]:
        """Slots and memory of a rule that has seen nothing."""
        return np.zeros((max(type(self).slots, 1), problem.size)), np.zeros(MEMORY)

    def _diverged(self, start: Point, point: Point) -> bool:
        limit = GUARD * abs(start.objective) + 1.0
        return self.learning_rate == "auto" and not point.objective <= limit

    def _retry(self, problem: Problem, state: StochasticState) -> None:
        """Begin the cycle again at a quarter of the learning rate."""
        state.retries -= 1
        state.base_rate /= 4
        if state.origin is not None:
            state.stride = 0
            state.resume(state.origin)
            return
        left = state.budget.max_iter - state.n_iter - state.stride
        state.length = min(state.length, max(left, 1))
        self._restart(problem, state)

    def rate(self, sweep: Sweep) -> float:
        """The learning rate before any schedule."""
        if self.learning_rate != "auto":
            return float(self.learning_rate)
        if sweep.facts is None:
            return type(self).default_rate
        return self.automatic(sweep.facts, sweep.batch)

    def plan(self) -> Schedule:
        """What was given; else constant, or a decay to zero for automatic rates."""
        if self.schedule is None:
            return self.decay() if self.learning_rate == "auto" else Constant()
        return as_schedule(self.schedule)


def cycles(epochs: int) -> list[int]:
    """1, 2, 4, ... epochs, the last one longer: together `epochs`."""
    lengths: list[int] = []
    left = epochs
    while left > 0:
        length = 2 ** len(lengths)
        lengths.append(left if left < 2 * length else length)
        left -= lengths[-1]
    return lengths


def gradient_rate(facts: Facts, batch: int) -> float:
    """``1 / (L_f + L_mean / batch)``; with the largest row where curvature grows."""
    row = facts.mean_row if facts.bounded else facts.max_row
    return 1.0 / (facts.top + row / batch)
