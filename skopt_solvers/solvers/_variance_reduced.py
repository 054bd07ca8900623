"""What SAG, SAGA and SVRG share: visits to single rows, and a guard."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from .._params import Choice, Constraint, Number, Optional
from ..problems._base import Oracle, Point, Problem
from ..problems._visits import Memory, Visit, Visits
from ..result import NOT_YET
from ._base import Array, Budget, Solver, State

GUARD = 2.0  # an objective beyond so many times the first one means divergence
HALVINGS = 12  # in a row, before no progress counts as possible
NEARER = 0.9  # a certificate below this share of the best so far is progress
NOISE = 1e-12  # losses of the objective below this share of it may be rounding


@dataclass
class VarianceReducedState(State):
    """The visits, what is remembered, and what the guard must know."""

    visits: Any = None
    memory: Any = None
    best: Any = None
    limit: float = math.inf
    nearest: float = math.inf
    factor: float = 1.0
    worse: int = 0
    halvings: int = 0


class VarianceReduced(Solver):
    """Base of the solvers that remember a slope of each row.

    Attributes
    ----------
    share : float
        Automatic rates are this share of one over the largest curvature.
    warm : bool
        Whether slopes are those at the start, or zeros.
    patience : int
        Epochs worse than the best one before the rate is halved.
    refresh : bool
        Whether all slopes are remembered anew after each epoch.
    """

    requires: ClassVar[Oracle] = Oracle.GRADIENT | Oracle.SEPARABLE | Oracle.ROWS
    assumes: ClassVar[str] = (
        "a convex loss with a Lipschitz slope; its rate is linear where the objective "
        "is strongly convex"
    )
    share: ClassVar[float] = 1.0
    warm: ClassVar[bool] = True
    patience: ClassVar[int] = 10
    refresh: ClassVar[bool] = False
    constraints: ClassVar[Mapping[str, Constraint]] = {
        "learning_rate": Optional(Number(0.0, math.inf, True, True), also=("auto",)),
        "preconditioner": Choice("auto", None),
    }

    def __init__(
        self, learning_rate="auto", preconditioner="auto", tol=1e-6, max_iter=1000
    ):
        self.learning_rate = learning_rate
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    @property
    @abstractmethod
    def visit(self) -> Visit:
        """What is done with the change of a slope."""

    def init(self, problem: Any, x: Array, budget: Budget) -> VarianceReducedState:
        feasible = problem.feasible(x)
        state = VarianceReducedState(problem.at(feasible), budget, NOT_YET)
        state.certify(problem)
        state.visits = Visits(problem, self.preconditioner is not None, budget.rng)
        state.memory = self._memory(state.visits, state.point)
        state.best = state.point
        state.limit = GUARD * abs(state.point.objective) + 1e-300
        self._pace(state)
        return state

    def step(self, problem: Problem, state: Any) -> None:
        x = state.visits.epoch(state.point.x, state.memory, state.rate, self.visit)
        state.point = problem.at(x)
        state.certify(problem)
        if self.learning_rate == "auto":
            self._watch(state)
        if type(self).refresh:
            state.memory = state.visits.remember(state.point)

    def _memory(self, visits: Visits, point: Any) -> Memory:
        return visits.remember(point) if type(self).warm else visits.forget()

    def _pace(self, state: VarianceReducedState) -> None:
        """The rate for the next epoch."""
        if self.learning_rate != "auto":
            state.rate = float(self.learning_rate)
            return
        share = type(self).share if self.preconditioner is not None else 1 / 3
        state.rate = state.factor * share / state.visits.top

    def _watch(self, state: VarianceReducedState) -> None:
        """Halve the rate where epochs do not help; go back where they do harm."""
        point: Point = state.point
        gain = state.best.objective - point.objective
        if gain > 0 or state.certificate.value < NEARER * state.nearest:
            state.worse = state.halvings = 0
        elif not gain > -NOISE * abs(point.objective):
            state.worse += 1
        state.best = point if gain > 0 else state.best
        state.nearest = min(state.nearest, state.certificate.value)
        harmed = not point.objective <= state.limit
        if harmed or state.worse >= type(self).patience:
            state.worse, state.factor = 0, state.factor / 2
            state.halvings += 1
            state.stalled = state.halvings > HALVINGS
        if harmed:
            state.point = state.best
            state.memory = self._memory(state.visits, state.best)
        state.visits.weigh(state.point)
        self._pace(state)
