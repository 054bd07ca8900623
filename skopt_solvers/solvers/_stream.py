"""Going through data part by part, with everything that a rule has learned so far."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..problems._units import Past, ground
from ..schedules import InverseSqrt, Schedule
from ._base import Array, Budget
from ._stochastic import StochasticSolver, StochasticState


@dataclass
class Stream:
    """What a rule carries from one part of the data to the next; arrays that pickle.

    Attributes
    ----------
    past : Past
        Units and curvatures, those of the first part.
    u : ndarray or None
        The iterate in these units; None before the first part.
    keep : tuple of ndarray
        The rule's slots and memory.
    rate : float
        Its learning rate, before the schedule.
    schedule : Schedule or None
        Bound to `max_iter` parts of the size of the first.
    t : int
        Updates done, plus one.
    """

    past: Past = field(default_factory=Past)
    u: Array | None = None
    keep: tuple[Array, ...] = ()
    rate: float = np.nan
    schedule: Schedule | None = None
    t: int = 1

    def begin(
        self, solver: StochasticSolver, problem: Any, x: Array | None, budget: Budget
    ) -> StochasticState:
        """The state in which to go once through a part; x is where the run stands."""
        if x is None:
            ground(problem)
            x = problem.start()
        state = solver.enter(problem, x, budget, self.past)
        state.length = 1
        if self.u is None:
            state.base_rate = state.rate = solver.rate(state.sweep)
            state.schedule = endless(solver, state.sweep.updates)
            state.u, state.keep = state.sweep.enter(x), solver.blank(problem)
        else:
            state.base_rate = state.rate = self.rate
            state.schedule, state.t = self.schedule, self.t
            slots, memory = self.keep
            state.u, state.keep = self.u.copy(), (slots.copy(), memory.copy())
        state.begin = state.point
        state.origin = state.moving()
        return state

    def after(self, problem: Any, state: StochasticState) -> "Stream":
        """What to carry on from the end of a part."""
        w = problem.coefficients(state.u).reshape(problem.n_columns, -1)
        return Stream(
            past=replace(self.past, seen=self.past.seen | w.any(axis=1)),
            u=state.u,
            keep=state.keep,
            rate=state.base_rate,
            schedule=state.schedule,
            t=state.t,
        )


def endless(solver: StochasticSolver, updates: int) -> Schedule:
    """The schedule of a solver where no end is known.

    In place of the decay to zero that goes with automatic learning rates it is the
    inverse square root of the time; an open horizon is `max_iter` first parts.
    """
    given = solver.schedule is not None or solver.learning_rate != "auto"
    schedule = InverseSqrt() if solver.decays and not given else solver.plan()
    if schedule.learned:
        raise ValueError(
            f"{type(schedule).__name__} compares objectives of the same data and so "
            "cannot go with partial_fit; take a schedule of the time, such as "
            "InverseSqrt()."
        )
    return schedule.bound(max(solver.max_iter, 1) * updates, updates)
