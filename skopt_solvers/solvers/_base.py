"""What a solver is: `init` makes a state, `step` improves it."""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from .._params import Adjustable, Constraint, Number, Whole, validate
from ..problems._base import Certificate, Oracle, Point, Problem

Array = np.ndarray


@dataclass(slots=True)
class Budget:
    """What a run may spend, and what it is for; whether callbacks watch every step."""

    tol: float | None
    max_iter: int
    deadline: float = math.inf
    rng: np.random.Generator = field(default_factory=np.random.default_rng)
    watched: bool = False

    @property
    def goal(self) -> float:
        """The tolerance; less than any certificate where none was asked for."""
        return -1.0 if self.tol is None else self.tol

    @property
    def spent(self) -> bool:
        """Whether the time is over; long steps look at it in between."""
        return time.perf_counter() >= self.deadline


@dataclass
class State:
    """Where a run stands. Solvers add what they carry from step to step."""

    point: Point
    budget: Budget
    certificate: Certificate
    rate: float = math.nan
    n_iter: int = 0
    stride: int = 1  # iterations that the last step did
    stalled: bool = False
    exhausted: bool = False

    def certify(self, problem: Problem, witness: Point | None = None) -> None:
        """Update the certificate of the current point."""
        self.certificate = problem.certificate(self.point, self.budget.goal, witness)


class Solver(Adjustable, ABC):
    """A way to minimise; immutable while it runs, all that moves is in the state.

    Attributes
    ----------
    requires : Oracle
        What the problem must provide.
    stochastic : bool
        Whether the run is judged by its number of epochs or evaluations rather than a
        certificate.
    modules : tuple of str
        Packages it needs that come with an extra.
    """

    requires: ClassVar[Oracle]
    stochastic: ClassVar[bool] = False
    modules: ClassVar[tuple[str, ...]] = ()
    constraints: ClassVar[Mapping[str, Constraint]] = {}

    tol: float | None
    max_iter: int

    def check(self) -> None:
        """Raise ValueError when a parameter is outside its range."""
        common = {"tol": Number(0.0, math.inf, open_high=True), "max_iter": Whole(0)}
        validate(self, {**common, **self.constraints})

    @abstractmethod
    def init(self, problem: Problem, x: Array, budget: Budget) -> State:
        """The state in which to begin at x."""

    @abstractmethod
    def step(self, problem: Problem, state: Any) -> None:
        """One iteration, epoch or generation: update `state` in place."""
