"""The quadratic model of a loss around the current predictions, column by column."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .._compile import readonly
from ..problems.linear import LinearPoint, LinearProblem

Array = np.ndarray

# Curvatures below this share of the mean count as this much, and where the loss is flat
# (hinge, Huber) as that share of the largest: else the model would have no minimum. A
# line search guards the difference.
LEAST = 1e-10
FLAT = 1e-5


@dataclass
class Model:
    """``1/2 sum h dz**2 - sum r dz`` for a change dz of the predictions.

    Where a sample has several, h bounds their curvature and r has shape (n, lanes).

    Attributes
    ----------
    problem, point
        Of what, and where.
    h : ndarray of shape (n,)
        Weighted curvatures.
    total : float
        Sum of h.
    uniform : float
        The value of h where it is the same everywhere, else 0.
    """

    problem: LinearProblem
    point: LinearPoint
    h: Array
    total: float
    uniform: float

    @cached_property
    def shift(self) -> Any:
        """The move of the intercept that r contains, of the shape of a prediction."""
        problem, point = self.problem, self.point
        shape = problem.response.shape
        if not problem.fit_intercept:
            return np.zeros(shape)
        if "loss_gradient" in vars(point):
            return -point.loss_gradient[problem.split :].reshape(shape) / self.total
        return self._pull.sum(axis=0) / self.total

    @cached_property
    def _pull(self) -> Array:
        """Minus the weighted slopes."""
        return -self.problem.response.weigh(self.point.slopes)  # type: ignore[no-any-return]

    @cached_property
    def r(self) -> Array:
        """Minus the weighted slopes, after the intercept was minimised out."""
        if not self.problem.fit_intercept:
            return self._pull
        lanes = bool(self.problem.response.shape)
        move = np.multiply.outer(self.h, self.shift) if lanes else self.shift * self.h
        return np.asarray(self._pull - move)


def model_at(problem: LinearProblem, point: LinearPoint) -> Model:
    """The model at a point."""
    response = problem.response
    if response.loss.quadratic or response.shape:
        bend, h = response.max_curvature, response.weights
        h = h if bend == 1.0 else readonly(h * bend)
        return Model(problem, point, h, float(h.sum()), response.equal * bend)
    weights, bends, most = response.weights, point.curvatures, response.max_curvature
    mean = float(weights @ bends)
    floor = FLAT * (most if np.isfinite(most) else max(mean, 1e-300))
    h = weights * np.where(bends > 0, np.maximum(bends, LEAST * mean), floor)
    return Model(problem, point, readonly(h), float(h.sum()), 0.0)


def means_of(problem: LinearProblem, h: Array, columns: Array) -> Array:
    """Means of some columns, weighted by h; zeros without an intercept."""
    if not problem.fit_intercept:
        return np.zeros(len(columns))
    if problem.response.loss.quadratic or problem.response.shape:
        return problem.mean[columns]
    return problem.design.tdot_columns(columns, h) / h.sum()


def pulled(
    problem: LinearProblem, point: LinearPoint, model: Model, columns: Array, h: Array,
    means: Array,
) -> Array:  # fmt: skip
    """Minus the model's gradient in some columns, these centred at their means.

    `means` are weighted by h, which may not be the model's own. Where the gradient of
    the loss is known, and no other mean is wanted, it needs no pass.
    """
    own = problem.response.loss.quadratic or not problem.fit_intercept or h is model.h
    if own and "loss_gradient" in vars(point):
        v = -point.loss_gradient[columns]
        if problem.fit_intercept:
            v += (problem.mean[columns] - means) * (float(model.shift) * model.total)
        return np.asarray(v)
    return problem.design.tdot_columns(columns, model.r) - means * model.r.sum()


def moved(
    problem: LinearProblem, point: LinearPoint, model: Model, columns: Array, w: Array,
    means: Array,
) -> Array:  # fmt: skip
    """The point that has these coefficients of `columns`, and its best intercept."""
    x = point.x.copy()
    problem.coefficients(x)[columns] = w
    if problem.fit_intercept:
        change = w - problem.coefficients(point.x)[columns]
        x[problem.split :] += model.shift + (problem.mean[columns] - means) @ change
    return x
