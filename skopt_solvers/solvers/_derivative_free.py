"""What all searches share: points that are judged by their value, and a budget."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .._params import Constraint, Number, Optional, Whole
from ..problems._base import NO_CERTIFICATE, Oracle, Problem, ValuePoint
from ._base import Array, Budget, Solver, State


@dataclass
class SearchState(State):
    """The best point so far, what may still be spent, and the search's own memory.

    Attributes
    ----------
    left : int
        Evaluations that are left.
    start, units, low, high : ndarray of shape (n,)
        Where the search began, how far its first steps go, and the bounds.
    memory : object
        What the solver carries from step to step.
    """

    problem: Any = None
    n_jobs: int | None = None
    left: int = 0
    start: Any = None
    units: Any = None
    memory: Any = None

    def __post_init__(self) -> None:
        self.low, self.high = self.problem.bounds
        self.bounded = bool(np.isfinite(self.low).any() or np.isfinite(self.high).any())

    @property
    def over(self) -> bool:
        """Whether no further point can be judged."""
        return self.exhausted or self.budget.spent

    def repair(self, points: Array) -> Array:
        """The nearest points within the bounds."""
        return np.clip(points, self.low, self.high) if self.bounded else points

    def scatter(self, count: int, reach: float = 1.0) -> Array:
        """Points between the bounds where there are two, around the start elsewhere."""
        rng, shape = self.budget.rng, (count, len(self.start))
        around = self.start + reach * self.units * rng.standard_normal(shape)
        inside = np.isfinite(self.high - self.low)
        low = np.where(inside, self.low, 0.0)
        high = np.where(inside, self.high, 0.0)
        return self.repair(np.where(inside, rng.uniform(low, high, shape), around))

    def evaluate(self, points: Array) -> Array:
        """The objective at each row, repaired; infinite where there is none.

        The best point so far is kept up to date. Rows for which neither evaluations nor
        time are left count as infinite.
        """
        values = np.full(len(points), math.inf)
        points = self.repair(points)[: self.left]
        for i, value in enumerate(self.problem.values(points, self.n_jobs)):
            self.left -= 1
            self.exhausted = self.left == 0
            values[i] = math.inf if math.isnan(value) else value
            if value < self.point.objective:
                self.point = ValuePoint(self.problem, points[i].copy(), value)
            if self.over:
                break
        return values


class DerivativeFree(Solver):
    """Base of the solvers that ask for nothing but values.

    A subclass writes `begin` and `step`. Points are judged by `SearchState.evaluate`
    alone, which repairs them, counts them, and remembers the best.

    Nothing is known of a point but its value: there is no certificate, unless the
    problem has a cheap gradient, at whose best point it is computed once, at the end.
    So ``tol=None`` is the default, and the budget spent is success.

    Attributes
    ----------
    few : (int, int)
        Evaluations per coordinate and in all, at least, where no number is given.
    """

    requires: ClassVar[Oracle] = Oracle.VALUE
    stochastic: ClassVar[bool] = True
    assumes: ClassVar[str] = "nothing but the order of the values"
    own: ClassVar[Mapping[str, Constraint]] = {}
    few: ClassVar[tuple[int, int]] = (200, 1000)

    sigma0: Any
    max_evaluations: int | None
    n_jobs: Any = None

    @property
    def constraints(self) -> Mapping[str, Constraint]:  # type: ignore[override]
        """Ranges of the parameters, the solver's own included."""
        return {
            "tol": Optional(Number(0.0, math.inf, open_high=True)),
            "max_evaluations": Optional(Whole(1)),
            "sigma0": Positive(),
            "n_jobs": Optional(Whole(-math.inf)),
            **self.own,
        }

    def init(self, problem: Problem, x: Array, budget: Budget) -> SearchState:
        x = np.clip(x, *problem.bounds)
        sizes = np.asarray(self.sigma0, np.float64)
        if sizes.shape not in ((), x.shape):
            raise ValueError(
                f"{type(self).__name__} needs sigma0 as a number or one per "
                f"coordinate, shape {x.shape}; got shape {sizes.shape}."
            )
        each, least = self.few
        state = SearchState(
            ValuePoint(problem, x, math.inf),
            budget,
            NO_CERTIFICATE,
            problem=problem,
            n_jobs=self.n_jobs,
            left=self.max_evaluations or max(each * problem.size, least),
            start=x,
            units=sizes * problem.units,
        )
        state.evaluate(x[None])
        if problem.size == 0:
            state.stalled = True
        elif not state.over:
            self.begin(state)
        return state

    @abstractmethod
    def begin(self, state: SearchState) -> None:
        """Prepare ``state.memory`` for a search around ``state.start``."""


@dataclass(frozen=True)
class Positive:
    """Finite numbers above zero, one or several."""

    def allows(self, value: Any) -> bool:
        try:
            numbers = np.asarray(value, np.float64)
        except (TypeError, ValueError):
            return False
        return bool(np.all((numbers > 0) & (numbers < np.inf)))

    def __str__(self) -> str:
        return "a finite number above zero, or one per coordinate"
