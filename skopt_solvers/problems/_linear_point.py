"""Where a linear model was evaluated, and along which lines."""

import math
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import ref

import numpy as np

from .._compile import readonly
from .._matrices import diagonal
from ._base import Line, Point

if TYPE_CHECKING:
    from .linear import LinearProblem

Array = np.ndarray
Jets = tuple[float, Array, Array | None]  # loss, slopes and curvatures


class LinearPoint(Point):
    """Predictions, slopes and, once asked for, the gradient at x."""

    slopes: Array
    _curvatures: Array | None

    def __init__(
        self, problem: "LinearProblem", x: Array, z: Array, jets: Jets | None = None
    ) -> None:
        self.problem = problem
        self.x = readonly(x)  # callbacks see it
        self.z = z
        if jets is None:
            problem.counts.evaluations += 1
            jets = problem.response.jets(z)
        self.loss, self.slopes, self._curvatures = jets
        self.cost = problem.regularizer.cost(x[: problem.split])
        self.objective = self.loss + self.cost

    def under(self, problem: "LinearProblem") -> "LinearPoint":
        """This point of the same data under the penalty of `problem`."""
        if not np.array_equal(problem.constant, self.problem.constant):
            return problem.at(self.x)
        other = copy(self)
        vars(other).pop("gradient", None)
        other.problem = problem
        other.cost = problem.regularizer.cost(self.x[: problem.split])
        other.objective = self.loss + other.cost
        return other

    @property
    def jets(self) -> Jets:
        """The loss, the slopes and, where they are numbers, the curvatures."""
        return self.loss, self.slopes, self._curvatures

    @cached_property
    def loss_gradient(self) -> Array:
        self.problem.counts.gradients += 1
        return self.problem.pull_weighted(self.slopes)

    @cached_property
    def gradient(self) -> Array:
        problem = self.problem
        if not problem.smooth:
            return self.loss_gradient
        slopes = problem.regularizer.slopes(self.x[: problem.split])
        return self.loss_gradient + problem.padded(slopes)

    @property
    def curvatures(self) -> Array:
        """Curvature of each prediction by itself, of the shape of z."""
        if self._curvatures is not None:
            return self._curvatures
        return self.shares * self._uncoupled

    @cached_property
    def shares(self) -> Array:
        """Of several predictions, what each sample's Hessian is made of."""
        return self.problem.response.shares(self.z)  # type: ignore[no-any-return]

    @cached_property
    def between(self) -> Array:
        """Of several predictions, the Hessian of the loss in their intercepts."""
        response, shares = self.problem.response, self.shares
        coupled = response.loss.coupled
        if not coupled:
            return np.diag(response.weights @ shares)
        total = response.equal * (shares.T @ shares)
        if not response.equal:
            total = shares.T @ response.weigh(shares)
        total *= -coupled
        diagonal(total)[:] = 0.0  # shares sum to one: nothing cancels
        diagonal(total)[:] = -total.sum(axis=1)
        return np.asarray(total)

    @property
    def mean_curvatures(self) -> Array:
        """The weighted mean of the curvatures, of each prediction."""
        if self._curvatures is not None:
            return np.asarray(self.problem.response.weights @ self._curvatures)
        return diagonal(self.between)

    def bent(self, direction: Array) -> "LinearPoint":
        """This point with the slopes that a step along `direction` would give, were
        curvatures constant.
        """
        return self.sloping(
            self.slopes + self.curve(self.problem.push(direction))
        )

    def sloping(self, slopes: Array) -> "LinearPoint":
        """This point with other slopes."""
        other = copy(self)
        for known in ("gradient", "loss_gradient"):
            vars(other).pop(known, None)
        other.slopes = slopes
        return other

    @property
    def expected(self) -> "LinearPoint":
        """This point with the curvatures of targets equal to their expectation."""
        other = copy(self)
        other._curvatures = self.problem.response.information(self.z)
        return other

    def pair(self, a: int, b: int) -> Array:
        """Entry (a, b) of each sample's Hessian."""
        if self._curvatures is not None:
            return self._curvatures
        if a == b:
            return self.shares[:, a] * self._uncoupled[:, a]
        coupled = self.problem.response.loss.coupled
        return -coupled * self.shares[:, a] * self.shares[:, b]  # type: ignore[no-any-return]

    @cached_property
    def _uncoupled(self) -> Array:
        """``1 - coupled * s``; next to one the sum of the others, to all digits."""
        return self.problem.response.rests(self.shares)  # type: ignore[no-any-return]

    def curve(self, v: Array) -> Array:
        """Each sample's Hessian times v."""
        if self._curvatures is not None:
            return self._curvatures * v
        return self.problem.response.bend(self.shares, v, np.ones(len(v)))

    def weighted_curve(self, v: Array) -> Array:
        """As `curve`, times the weights of the samples."""
        response = self.problem.response
        if self._curvatures is not None:
            return response.weigh(self._curvatures * v)  # type: ignore[no-any-return]
        return response.bend(self.shares, v, response.weights)


class NullPoint(LinearPoint):
    """A point that its problem keeps.

    It does not keep the problem, or all the data would wait for the garbage collector;
    a copy that is `held` does.
    """

    @property
    def problem(self) -> "LinearProblem":  # type: ignore[override]
        problem = self._problem()
        if problem is None:
            raise ReferenceError(
                "the problem of this null model is gone; keep it in a variable."
            )
        return problem

    @problem.setter
    def problem(self, problem: "LinearProblem") -> None:
        self._problem = ref(problem)

    def held(self) -> LinearPoint:
        """The same for those who need it longer than they have the problem."""
        other = LinearPoint.__new__(LinearPoint)
        vars(other).update(vars(self), problem=self.problem)
        vars(other).pop("_problem")
        return other


class QuadraticPoint(LinearPoint):
    """A point whose loss, a quadratic, and its gradient are known without predictions.

    Those are made once somebody asks for them.
    """

    def __init__(
        self, problem: "LinearProblem", x: Array, loss: float, gradient: Array
    ) -> None:
        self.problem = problem
        self.x = readonly(x)
        self.loss, self.loss_gradient = loss, gradient
        self._curvatures = problem.null.curvatures
        self.cost = problem.regularizer.cost(x[: problem.split])
        self.objective = self.loss + self.cost

    @cached_property
    def z(self) -> Array:  # type: ignore[override]
        return self.problem.push(self.x)

    @cached_property
    def slopes(self) -> Array:  # type: ignore[override]
        return self.problem.response.jets(self.z)[1]  # type: ignore[no-any-return]


class LinearLine(Line):
    """One product with X serves every trial of a line search.

    Attributes
    ----------
    slope : float
        Of the objective at the last trial, along the direction.
    """

    slope = math.nan

    def __init__(
        self, problem: "LinearProblem", point: LinearPoint, direction: Array
    ) -> None:
        self.problem, self.origin, self.direction = problem, point, direction
        self.dz = problem.push(direction)
        self.trial: tuple[float, Array, Jets] | None = None

    def at(self, t: float) -> tuple[float, float, float]:
        problem = self.problem
        loss = self._loss(t)
        if not problem.smooth:
            return loss
        head = slice(problem.split)
        cost = problem.regularizer.along(self.origin.x[head], self.direction[head], t)
        self.slope = loss[1] + cost[1]
        return loss[0] + cost[0], self.slope, loss[2] + cost[2]

    def _loss(self, t: float) -> tuple[float, float, float]:
        """What a trial finds out is kept, for it may be where the line ends."""
        response = self.problem.response
        if t == 0.0:
            return response.along(self.origin.z, self.dz, t)
        self.problem.counts.evaluations += 1
        z = self.origin.z + (self.dz if t == 1.0 else t * self.dz)
        value, slopes, _ = jets = response.jets(z)
        self.trial = t, z, jets
        if response.equal:
            return value, response.equal * float(np.vdot(slopes, self.dz)), math.nan
        return value, float(np.vdot(response.weigh(slopes), self.dz)), math.nan

    def point(self, t: float) -> LinearPoint:
        x = self.origin.x + t * self.direction
        if self.trial is not None and self.trial[0] == t:
            return LinearPoint(self.problem, x, *self.trial[1:])
        return LinearPoint(self.problem, x, self.origin.z + t * self.dz)
