"""What descents along a gradient share: a state, and the step that a prox follows."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..problems._base import Point, Problem
from ..problems._frames import Frame, Own
from ..result import NOT_YET
from ._base import Array, Budget, State

CHECK_EVERY = 5  # iterations between certificates: each costs a pass over the samples


@dataclass
class ProximalState(State):
    """The last two iterates, the momentum counter, the metric and its coordinates."""

    before: Point | None = None
    momentum: float = 1.0
    scales: Array = field(default_factory=lambda: np.ones(0))
    scaled: bool = False
    frame: Frame = field(default_factory=Own)
    step_size: Any = None

    @property
    def may_grow(self) -> bool:
        """Whether it is too early to know noise from progress."""
        return self.n_iter < CHECK_EVERY


def begin(
    problem: Problem, x: Array, budget: Budget, scaled: bool, frame: Any
) -> ProximalState:
    """The state at x, in the diagonal metric or the identity."""
    feasible = problem.feasible(x)
    state = ProximalState(problem.at(feasible), budget, NOT_YET, rate=1.0)
    state.certify(problem)
    state.before, state.scaled, state.frame = state.point, scaled, frame
    state.scales = problem.scales(state.point) if scaled else np.ones(problem.size)
    return state


def arrive(problem: Problem, state: ProximalState, new: Point, base: Point) -> None:
    """Take the new iterate, and certify it now and then."""
    state.before, state.point = state.point, new
    if state.n_iter % CHECK_EVERY == 0 or state.stalled:
        state.certify(problem, witness=base)


def displacement(
    problem: Problem, state: ProximalState, base: Point
) -> tuple[Array, Array, Array]:
    """Where a gradient step and a prox lead, how far that is, and the gradient."""
    steps = state.rate / state.scales
    u, g = state.frame.enter(base.x), state.frame.gradient(base.loss_gradient)
    new = problem.prox(u - steps * g, steps)
    return new, new - u, g


def forward_backward(
    problem: Problem, state: ProximalState, base: Point
) -> tuple[Point, Array, float]:
    """A gradient step and a prox; the new point, its distance and the linear fall."""
    new, d, g = displacement(problem, state, base)
    return problem.at(state.frame.leave(new)), d, float(g @ d)
