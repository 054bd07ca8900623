"""What a problem is: minimise a smooth function, plus a rough but proximable one."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Flag, auto
from functools import cached_property
from typing import Any

import numpy as np

from ..penalties._base import BasePenalty
from ._frames import Frame

Array = np.ndarray

FAR = 1e150  # as good as infinite, and its square is a number


class Oracle(Flag):
    """What a solver may ask of a problem; the names appear in error messages."""

    VALUE = auto()
    GRADIENT = auto()
    SMOOTH = auto()
    HESSIAN = auto()
    HESSIAN_VECTOR = auto()
    PROX = auto()
    SEPARABLE = auto()
    BLOCKS = auto()
    ROWS = auto()
    COLUMNS = auto()
    CERTIFICATE = auto()
    ORTHANTS = auto()
    CONCAVE = auto()
    SUM = auto()
    DUAL = auto()
    PIECES = auto()

    @property
    def meaning(self) -> str:
        """The members in words."""
        return ", ".join(_MEANING[member] for member in self)


_MEANING = {
    Oracle.VALUE: "values of the objective",
    Oracle.GRADIENT: "a gradient",
    Oracle.SMOOTH: "an objective that is smooth everywhere (no L1, no bounds)",
    Oracle.HESSIAN: "a Hessian matrix",
    Oracle.HESSIAN_VECTOR: "products of the Hessian with a vector",
    Oracle.PROX: "a prox of the penalty",
    Oracle.SEPARABLE: "a prox of each coefficient by itself",
    Oracle.BLOCKS: "a prox of each of some groups of columns",
    Oracle.ROWS: "samples (rows of a design)",
    Oracle.COLUMNS: "columns of a design and a loss of one prediction per sample",
    Oracle.CERTIFICATE: "certificates that cost no more than a gradient",
    Oracle.ORTHANTS: "a penalty of absolute values and squares (no bounds)",
    Oracle.CONCAVE: "a penalty that is concave in the size of each coefficient",
    Oracle.SUM: "a loss that is a sum",
    Oracle.DUAL: "a ridge on every coefficient and a convex loss (not of targets)",
    Oracle.PIECES: "a loss of one kink a sample, absolute values and squares",
}


class IncompatibleProblem(ValueError):  # noqa: N818
    """A solver was given a problem that lacks something it needs."""


@dataclass(slots=True)
class Counts:
    """How often a problem was asked: the machine-independent cost of a fit."""

    evaluations: int = 0
    gradients: int = 0
    hessians: int = 0


@dataclass(frozen=True, slots=True)
class Certificate:
    """A bound on what is left to gain, and what it is a bound of.

    Attributes
    ----------
    value : float
        Compared with ``tol``; zero at an exact optimum.
    kind : str
        ``"duality gap"`` (relative to the objective, rigorous), ``"violation"``
        (scaled violation of the conditions of optimality), ``"stationarity"`` (the same
        where they are necessary only, as the objective is not convex) or ``"none"``
        (nothing but values is known, so the value is NaN).
    exact : bool
        False while far from the target, where a cheaper estimate is enough.
    """

    value: float
    kind: str
    exact: bool = True

    def __str__(self) -> str:
        if self.kind == "none":
            return "nothing but values is known, so there is no certificate"
        what = "violation of stationarity" if self.kind == "stationarity" else self.kind
        return f"the {what} is {self.value:.2e}"


NO_CERTIFICATE = Certificate(math.nan, "none", exact=False)


class Point(ABC):
    """A place where the problem was evaluated."""

    x: Array
    loss: float
    objective: float

    @property
    @abstractmethod
    def loss_gradient(self) -> Array:
        """Gradient of the objective without its penalty."""

    @property
    @abstractmethod
    def gradient(self) -> Array:
        """Gradient of the objective, where it is smooth."""

    @property
    def finite(self) -> bool:
        return math.isfinite(self.objective)


class Line(ABC):
    """The objective along ``x + t d``, evaluated without touching the data again."""

    @abstractmethod
    def at(self, t: float) -> tuple[float, float, float]:
        """Value, slope and curvature in t; the curvature may be NaN if unknown."""

    @abstractmethod
    def point(self, t: float) -> Point:
        """The point ``x + t d``."""


class Problem(ABC):
    """Minimise ``smooth(x) + rough(x)`` over a flat vector x of `size` numbers."""

    size: int
    penalty: BasePenalty
    counts: Counts

    @property
    @abstractmethod
    def provides(self) -> Oracle:
        """What can be asked of this problem."""

    @abstractmethod
    def start(self) -> Array:
        """Where to begin without a better idea."""

    @abstractmethod
    def at(self, x: Array) -> Point:
        """Evaluate at x."""

    @abstractmethod
    def values(self, points: Array, n_jobs: int | None = None) -> Iterator[float]:
        """The objective at each row of `points`, as they become known."""

    @property
    @abstractmethod
    def units(self) -> Array:
        """A step of each coordinate that changes something; positive."""

    @cached_property
    def bounds(self) -> tuple[Array, Array]:
        """Smallest and largest number that the penalty allows in each coordinate."""
        far, still = np.full(self.size, FAR), np.full(self.size, 1e-300)
        low, high = self.prox(-far, still), self.prox(far, still)
        return np.where(low > -FAR / 2, low, -np.inf), np.where(
            high < FAR / 2, high, np.inf
        )

    @abstractmethod
    def line(self, point: Point, direction: Array) -> Line:
        """The smooth objective along a direction."""

    @abstractmethod
    def combine(self, a: Point, b: Point, t: float) -> Point:
        """The point ``a + t (b - a)``."""

    @abstractmethod
    def prox(self, z: Array, steps: Array) -> Array:
        """The prox of the penalty, each coordinate with its own step."""

    def feasible(self, x: Array) -> Array:
        """The point nearest to x where the penalty is finite: x itself if it is."""
        if self.penalty.finite:
            return x
        return self.prox(x, np.full_like(x, 1e-300))

    @abstractmethod
    def elastic(self) -> tuple[Array, Array]:
        """Levels and ridges of ``level * abs(x) + ridge / 2 * x**2``, the penalty."""

    @abstractmethod
    def user_frame(self) -> Frame:
        """The user's coordinates, such as the intercept where the columns are zero."""

    @property
    @abstractmethod
    def row_bend(self) -> float:
        """How far a sample's own dual step goes: mean of ``s |x|**2 / ridge``."""

    @property
    @abstractmethod
    def hessian_cost(self) -> float:
        """Cost of `hessian` and its factor, in evaluations of value and gradient."""

    @abstractmethod
    def certificate(
        self, point: Point, tol: float = math.inf, witness: Any = None
    ) -> Certificate:
        """How far from optimal `point` is at most.

        Parameters
        ----------
        point : Point
            The place to certify.
        tol : float, default=inf
            The value of interest: where a cheap estimate exceeds it, the estimate
            (``exact=False``) is the answer.
        witness : default=None
            A point nearby whose gradient is known already, or dual slopes.
        """

    def excerpts(self) -> Iterator["Problem"]:
        """Problems of more and more of the samples, where there are many."""
        return iter(())

    @abstractmethod
    def refined(self, point: Point) -> Any:
        """A witness for the certificate of `point`, at the cost of a Hessian; or None.

        For the end of a run whose own slopes certify too little.
        """

    @abstractmethod
    def recession(self, x: Array, thorough: bool) -> Array | None:
        """A direction in which the objective falls for ever, as far as x shows it.

        `thorough` allows for more work, at the end of a run.
        """

    @abstractmethod
    def scales(self, point: Point) -> Array:
        """Diagonal of the Hessian of the smooth part, or a bound of it; positive."""

    @abstractmethod
    def sweep(
        self,
        rule: Any,
        batch_size: int | None,
        preconditioned: bool,
        rng: np.random.Generator,
        past: Any = None,
    ) -> Any:
        """How a stochastic rule goes through the data; see `Sweep`.

        `past` is None where these are all data there are, else what holds for every
        part of them, which are visited one after the other.
        """

    @abstractmethod
    def hessian(self, point: Point) -> Array:
        """Hessian matrix of the smooth objective."""

    @abstractmethod
    def hessian_vector(
        self, point: Point, through: Any = None
    ) -> Callable[[Array], Array]:
        """The map from v to the Hessian at `point` times v.

        `through` is what `rough` returned, where products need not be exact.
        """

    def diagonal(self, point: Point) -> Array:
        """Diagonal of the Hessian as a metric; by default `scales`, which bound it."""
        return self.scales(point)

    def rough(self) -> Any:
        """A way to faster products that are not exact; None where there is none."""
        return None


class ValuePoint(Point):
    """A point of which the objective is known; the rest is evaluated when asked for."""

    def __init__(self, problem: Problem, x: Array, objective: float) -> None:
        self.problem, self.x, self.objective = problem, x, objective

    @classmethod
    def at(cls, problem: Problem, x: Array) -> "ValuePoint":
        """The objective at x."""
        return cls(problem, x, next(problem.values(x[None])))

    @cached_property
    def whole(self) -> Point:
        """The same point, with all that the problem knows."""
        return self.problem.at(self.x)

    @property
    def loss(self) -> float:  # type: ignore[override]
        return self.whole.loss

    @property
    def loss_gradient(self) -> Array:
        return self.whole.loss_gradient

    @property
    def gradient(self) -> Array:
        return self.whole.gradient


def require(problem: Problem, solver: Any, candidates: list[type]) -> None:
    """Raise IncompatibleProblem, naming what is missing and which solvers could.

    Solvers that ask for nothing but values are named where no other can.
    """
    missing = solver.requires & ~problem.provides
    if missing:
        fit = [c for c in candidates if not c.requires & ~problem.provides]  # type: ignore[attr-defined]
        better = [c for c in fit if c.requires != Oracle.VALUE]  # type: ignore[attr-defined]
        able = [c.__name__ for c in better or fit]
        raise IncompatibleProblem(
            f"{type(solver).__name__} needs {missing.meaning}, which "
            f"{problem} does not provide. Solvers that can: {', '.join(sorted(able))}."
        )
