"""What a solver is: `init` makes a state, `step` improves it."""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, ClassVar

import numpy as np

from .._params import Adjustable, Constraint, Number, Whole, validate
from ..problems._base import Certificate, Oracle, Point, Problem

Array = np.ndarray

COMMON: Mapping[str, Constraint] = {
    "tol": Number(0.0, math.inf, open_high=True),
    "max_iter": Whole(0),
}
COARSE = 1e-7  # tolerance from which products may be in single precision


@dataclass(slots=True)
class Budget:
    """What a run may spend, and what it is for.

    `watched` says whether callbacks look at every step, `certified` whether there are
    certificates at all.
    """

    tol: float | None
    max_iter: int
    deadline: float = math.inf
    source: Callable[[], np.random.Generator] = field(
        default_factory=lambda: cache(np.random.default_rng)
    )
    watched: bool = False
    certified: bool = True

    @property
    def rng(self) -> np.random.Generator:
        """The source of randomness, made when it is first asked for."""
        return self.source()

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
    tries: int = 0  # times that all steps may be made at once
    # of the iterations before the last of such steps: value, estimate of the
    # certificate, time
    passed: list[tuple[float, float, float]] = field(default_factory=list)
    stalled: bool = False
    exhausted: bool = False
    chosen: Point | None = None  # by a callback, to be the answer
    log: list[str] = field(default_factory=list)  # what was tried, and why
    witness: Any = None  # whose slopes the certificate is from, if not the point's

    @property
    def settled(self) -> bool:
        """Whether this is a point to judge a run by, not one on the way there."""
        return True

    def certify(self, problem: Problem, witness: Any = None) -> None:
        """Update the certificate of the current point."""
        self.witness = witness
        self.certificate = problem.certificate(self.point, self.budget.goal, witness)


@dataclass(slots=True)
class Stretch:
    """Solutions at some consecutive strengths of a penalty.

    Attributes
    ----------
    columns : ndarray of shape (k,)
        Entries of the flat vector that are not zero everywhere.
    w : ndarray of shape (n_strengths, k)
        Their values.
    tail : ndarray of shape (n_strengths, lanes)
        Intercepts at the mean of the columns.
    losses, certificates : ndarray of shape (n_strengths,)
        Mean loss, and how far from optimal each solution is.
    kind : str
        What the certificates are.
    trouble : str
        Why the last of them missed its tolerance; empty if it did not.
    z : ndarray of shape (n_strengths, n, ...) or None
        Predictions, where they were needed.
    """

    columns: Array
    w: Array
    tail: Array
    losses: Array
    certificates: Array
    kind: str
    z: Array | None
    trouble: str = ""

    def __len__(self) -> int:
        return len(self.losses)

    def intercepts(self, mean: Array) -> Array:
        """Intercepts in the user's units, one prediction per sample; zero for none."""
        if not self.tail.shape[1]:
            return np.zeros(len(self))
        return np.asarray(self.tail[:, 0] - self.w @ mean[self.columns])

    def head(self, count: int) -> "Stretch":
        """The first `count` strengths."""
        parts = ("w", "tail", "losses", "certificates")
        heads: dict[str, Any] = {name: getattr(self, name)[:count] for name in parts}
        return replace(self, z=None if self.z is None else self.z[:count], **heads)


class Solver(Adjustable, ABC):
    """A way to minimise; immutable while it runs, all that moves is in the state.

    Attributes
    ----------
    requires : Oracle
        What the problem must provide.
    stochastic : bool
        Whether the run is judged by its number of epochs or evaluations rather than a
        certificate.
    incremental : bool
        Whether it can go through data part by part, as ``partial_fit`` does.
    modules : tuple of str
        Packages it needs that come with an extra.
    good_for : str
        When to take it, for the tables of all solvers.
    assumes : str
        What it takes for granted, beyond what it requires, to come to a minimum.
    """

    requires: ClassVar[Oracle]
    stochastic: ClassVar[bool] = False
    incremental: ClassVar[bool] = False
    modules: ClassVar[tuple[str, ...]] = ()
    good_for: ClassVar[str] = ""
    assumes: ClassVar[str] = (
        "a continuous slope; its minimum is global where the objective is convex"
    )
    constraints: ClassVar[Mapping[str, Constraint]] = {}

    tol: float | None
    max_iter: int

    def check(self) -> None:
        """Raise ValueError when a parameter is outside its range."""
        validate(self, {**COMMON, **self.constraints})

    @abstractmethod
    def init(self, problem: Problem, x: Array, budget: Budget) -> State:
        """The state in which to begin at x."""

    def resume(self, problem: Problem, state: Any, budget: Budget) -> State:
        """The state in which to go on after `state` on a problem next to its own.

        Solvers that carry more than a point from step to step keep what still holds.
        """
        return self.init(problem, state.point.x, budget)

    def follow(
        self, problem: Any, strengths: Array, budget: Budget, gram: Any
    ) -> Iterator[Stretch]:
        """Solutions at the first of these strengths, where that is a job of its own.

        Strengths that remain are solved one by one; by default these are all. `gram`
        makes the Gram matrix of all centred columns, if somebody has it.
        """
        return iter(())

    @abstractmethod
    def step(self, problem: Problem, state: Any) -> None:
        """One iteration, epoch or generation: update `state` in place."""
