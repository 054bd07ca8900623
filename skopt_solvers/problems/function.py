"""Any function of a vector, with a penalty if wanted."""

import math
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any

import numpy as np

from .._compile import readonly
from .._matrices import diagonal
from ..penalties import NoPenalty
from ..penalties._base import BasePenalty
from ._base import Certificate, Counts, Line, Oracle, Point, Problem
from ._frames import Own
from ._parallel import mapped
from ._sweep import FunctionSweep
from .gradients import FiniteDifferences, GradientEstimator
from .regularizer import regularizer_of

Array = np.ndarray


class FunctionProblem(Problem):
    r"""Minimise :math:`f(x) + \sum_j \Omega_j(x_j)`.

    Parameters
    ----------
    fun : callable
        ``fun(x, *args)``, the objective; with ``jac=True`` also its gradient.
    x0 : array-like of shape (n,)
        Where to begin.
    jac : callable, GradientEstimator or bool, default=None
        Gradient; True when `fun` returns ``(value, gradient)``; None for finite
        differences, at n evaluations each.
    hess, hessp : callable, default=None
        Hessian matrix ``hess(x, *args)``, or its product ``hessp(x, v, *args)``.
    penalty : Penalty, default=None
        Added to `fun`; None for nothing.
    args : tuple, default=()
        Further arguments of all callables.
    rng : Generator, default=None
        Source of randomness of the estimator of gradients.
    """

    def __init__(
        self,
        fun: Callable[..., Any],
        x0: Any,
        jac: Callable[..., Any] | GradientEstimator | bool | None = None,
        hess: Callable[..., Any] | None = None,
        hessp: Callable[..., Any] | None = None,
        penalty: BasePenalty | None = None,
        args: tuple[Any, ...] = (),
        rng: np.random.Generator | None = None,
    ) -> None:
        self.fun, self.jac, self.hess, self.hessp = fun, jac, hess, hessp
        self.estimator = _estimator(jac)
        self.rng = np.random.default_rng() if rng is None else rng
        self.args = args
        self.x0 = _start(x0)
        self.size = len(self.x0)
        self.penalty: BasePenalty = NoPenalty() if penalty is None else penalty
        self._name = f" with {type(penalty).__name__} penalty" if penalty else ""
        self.regularizer = regularizer_of(self.penalty, self.size, 1)
        self.record = self.regularizer.record
        self.smooth = self.penalty.smooth
        self.counts = Counts()
        self.unit = 0.0

    def __str__(self) -> str:
        return f"a function{self._name}"

    @cached_property
    def provides(self) -> Oracle:
        able = Oracle.VALUE | Oracle.GRADIENT | Oracle.PROX | Oracle.SUM
        if not self.penalty.blocked:
            able |= Oracle.SEPARABLE
        if self.estimator is None:
            able |= Oracle.CERTIFICATE
        if self.penalty.elastic:
            able |= Oracle.ORTHANTS
        if not self.smooth:
            return able
        able |= Oracle.SMOOTH
        if self.hess is not None:
            able |= Oracle.HESSIAN
        if self.hess is not None or self.hessp is not None:
            able |= Oracle.HESSIAN_VECTOR
        return able

    def start(self) -> Array:
        return self.feasible(self.x0)

    def evaluate(self, x: Array) -> tuple[float, Array | None]:
        """Value, and the gradient where `fun` gives it along."""
        self.counts.evaluations += 1
        answer = self.fun(x.copy(), *self.args)
        if self.jac is True:
            return _number(answer[0]), self._checked(answer[1])
        return _number(answer), None

    def differentiate(self, x: Array, value: float) -> Array:
        """Gradient of `fun`."""
        self.counts.gradients += 1
        if self.estimator is None:
            return self._checked(self.jac(x.copy(), *self.args))  # type: ignore[misc,operator]
        return self._estimate(self.estimator, x, value)

    def _estimate(self, estimator: GradientEstimator, x: Array, value: float) -> Array:
        made = self.counts.gradients - 1
        fun, bounds = (lambda u: self.evaluate(u)[0]), self._bounds(x)
        return estimator.estimate(fun, x, value, bounds, made, self.rng)

    def _bounds(self, x: Array) -> tuple[Array, Array]:
        """Bounds of the penalty, widened to hold x."""
        if not self.penalty.piecewise:
            return np.full(self.size, -math.inf), np.full(self.size, math.inf)
        low, high = self.record.low, self.record.high  # type: ignore[attr-defined]
        return np.minimum(low, x), np.maximum(high, x)

    def _checked(self, gradient: Any) -> Array:
        """The gradient as an array of the length of x."""
        gradient = np.asarray(gradient, np.float64).ravel()
        if len(gradient) != self.size:
            raise ValueError(
                f"jac must return {self.size} numbers, as many as x0 has; "
                f"got {len(gradient)}."
            )
        return gradient

    def at(self, x: Array) -> "FunctionPoint":
        return FunctionPoint(self, x)

    def values(self, points: Array, n_jobs: int | None = None) -> Iterator[float]:
        loss = partial(_loss, self.fun, self.jac is True, self.args)
        for x, value in zip(points, mapped(loss, points, n_jobs), strict=True):
            self.counts.evaluations += 1
            yield value + self.regularizer.cost(x)

    @property
    def units(self) -> Array:
        """One, or a quarter of the way between two bounds."""
        quarter = (self.bounds[1] - self.bounds[0]) / 4
        return np.where(np.isfinite(quarter) & (quarter > 0), quarter, 1.0)

    def line(self, point: Point, direction: Array) -> "FunctionLine":
        return FunctionLine(self, point, direction)

    def combine(self, a: Point, b: Point, t: float) -> "FunctionPoint":
        return FunctionPoint(self, a.x + t * (b.x - a.x))

    def elastic(self) -> tuple[Array, Array]:
        return self.record.level, self.record.ridge  # type: ignore[attr-defined]

    def user_frame(self) -> Own:
        return Own()

    @property
    def row_bend(self) -> float:
        return math.inf

    @property
    def hessian_cost(self) -> float:
        return 1.0 if self.hess is not None else math.inf

    def prox(self, z: Array, steps: Array) -> Array:
        return self.regularizer.prox(z, steps)

    def certificate(
        self, point: Point, tol: float = math.inf, witness: Point | None = None
    ) -> Certificate:
        """Largest violation, in relative change of f per relative change of x."""
        assert isinstance(point, FunctionPoint)
        x, g = point.x, self._exact_gradient(point)
        parts = self.regularizer.violations(x, g)
        self.unit = max(self.unit, abs(self.initial - point.objective))
        unit = max(abs(point.objective), self.unit)
        worst = float(np.max(parts * np.maximum(np.abs(x), 1.0), initial=0.0))
        value = worst / unit if unit > 0 else worst
        return Certificate(0.0 if worst == 0.0 else value, "violation")

    def _exact_gradient(self, point: "FunctionPoint") -> Array:
        if self.estimator is None or self.estimator.exact:
            return point.loss_gradient
        return self._estimate(FiniteDifferences(), point.x, point.loss)

    @cached_property
    def initial(self) -> float:
        """Objective at the start, the unit of the certificate when f tends to zero."""
        return self.at(self.start()).objective

    def refined(self, point: Point) -> None:
        """A function has no slopes of its samples."""

    def recession(self, x: Array, thorough: bool) -> None:
        """Nothing is known about a function."""

    def scales(self, point: Point) -> Array:
        if self.hess is None:
            return np.ones(self.size)
        scales = np.maximum(np.abs(np.diag(self.hessian(point))), 1e-12)
        return self.regularizer.metric(scales)

    def sweep(
        self,
        rule: Any,
        batch_size: int | None,
        preconditioned: bool,
        rng: np.random.Generator,
        past: Any = None,
    ) -> FunctionSweep:
        return FunctionSweep(self)

    def hessian(self, point: Point) -> Array:
        assert self.hess is not None
        self.counts.hessians += 1
        total = np.array(self.hess(point.x.copy(), *self.args), np.float64)
        diagonal(total)[:] += self.ridge(point.x)
        return total

    def hessian_vector(
        self, point: Point, through: Any = None
    ) -> Callable[[Array], Array]:
        if self.hessp is None:
            matrix = self.hessian(point)
            return lambda v: matrix @ v
        ridge, hessp = self.ridge(point.x), self.hessp
        return lambda v: np.asarray(hessp(point.x.copy(), v, *self.args)) + ridge * v

    def ridge(self, x: Array) -> Array:
        """Second derivative of a smooth penalty in each coordinate; else zeros."""
        if not self.smooth:
            return np.zeros(self.size)
        return self.regularizer.curvatures(x)


class FunctionPoint(Point):
    """Value, and the gradient once asked for."""

    def __init__(self, problem: FunctionProblem, x: Array) -> None:
        self.problem, self.x = problem, readonly(x)  # callbacks see it
        self.loss, self._given = problem.evaluate(x)
        self.objective = self.loss + problem.regularizer.cost(x)

    @cached_property
    def loss_gradient(self) -> Array:
        if self._given is not None:
            return self._given
        return self.problem.differentiate(self.x, self.loss)

    @cached_property
    def gradient(self) -> Array:
        if not self.problem.smooth:
            return self.loss_gradient
        return self.loss_gradient + self.problem.regularizer.slopes(self.x)


class FunctionLine(Line):
    """Every trial evaluates the function; points are kept, so none is paid twice."""

    def __init__(
        self, problem: FunctionProblem, point: Any, direction: Array
    ) -> None:
        self.problem, self.origin, self.direction = problem, point, direction
        self._points = {0.0: point}

    def at(self, t: float) -> tuple[float, float, float]:
        point = self.point(t)
        if not point.finite:
            return math.inf, math.nan, math.nan
        return point.objective, float(point.gradient @ self.direction), math.nan

    def point(self, t: float) -> FunctionPoint:
        if t not in self._points:
            self._points[t] = self.problem.at(self.origin.x + t * self.direction)
        return self._points[t]


def _loss(
    fun: Callable[..., Any], paired: bool, args: tuple[Any, ...], x: Array
) -> float:
    """The value of `fun`, which other processes can compute as well."""
    answer = fun(x.copy(), *args)
    return _number(answer[0] if paired else answer)


def _estimator(jac: Any) -> GradientEstimator | None:
    """How gradients are found from values, None where they are given."""
    if jac is True or (callable(jac) and not isinstance(jac, type)):
        return None
    estimator = FiniteDifferences() if jac is None or jac is False else jac
    if not isinstance(estimator, GradientEstimator):
        hint = f" It is a class: write {jac.__name__}()." if callable(jac) else ""
        raise ValueError(
            "jac must be a callable, True (fun returns it along), None or an object "
            f"such as SPSA(); got {jac!r}.{hint}"
        )
    estimator.check()
    return estimator


def _start(x0: Any) -> Array:
    """x0 as a vector of finite numbers."""
    x = np.atleast_1d(np.asarray(x0, np.float64))
    if x.ndim != 1 or not np.isfinite(x).all():
        raise ValueError(
            f"x0 must be a vector of finite numbers, shape (n,); got {x0!r}."
        )
    return x


def _number(value: Any) -> float:
    try:
        return float(np.asarray(value, np.float64).reshape(()))
    except (TypeError, ValueError):
        raise ValueError(
            f"fun must return one number (or, with jac=True, a number and a gradient); "
            f"got {type(value).__name__} {value!r}."
        ) from None
