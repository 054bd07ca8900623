"""The quadratic model of a loss around the current predictions, column by column."""

from dataclasses import dataclass

import numpy as np

from .._compile import readonly
from ..problems.linear import LinearPoint, LinearProblem

Array = np.ndarray

# Curvatures below this share of the mean count as this much, and where the loss is flat
# (hinge, Huber) as that share of the largest: else the model would have no minimum. A
# line search guards the difference.
LEAST = 1e-6
FLAT = 1e-3


@dataclass
class Model:
    """``1/2 sum h dz**2 - sum r dz`` for a change dz of the predictions.

    Attributes
    ----------
    h : ndarray of shape (n,)
        Weighted curvatures.
    r : ndarray of shape (n,)
        Minus the weighted slopes, after the intercept was minimised out.
    total : float
        Sum of h.
    uniform : float
        The value of h where it is the same everywhere, else 0.
    shift : float
        The move of the intercept that r contains.
    """

    h: Array
    r: Array
    total: float
    uniform: float
    shift: float


def model_at(problem: LinearProblem, point: LinearPoint) -> Model:
    """The model at a point."""
    weights, bends = problem.response.weights, point.curvatures
    quadratic = problem.response.loss.quadratic
    if not quadratic:
        mean, most = float(weights @ bends), problem.response.max_curvature
        floor = FLAT * (most if np.isfinite(most) else max(mean, 1e-300))
        bends = np.where(bends > 0, np.maximum(bends, LEAST * mean), floor)
    h = weights * bends
    uniform = float(h[0]) if quadratic and h.min() == h.max() else 0.0
    r = -problem.response.weigh(point.slopes)
    total, shift = float(h.sum()), 0.0
    if problem.fit_intercept:
        shift = float(r.sum()) / total
        r = r - shift * h
    return Model(readonly(h), r, total, uniform, shift)


def means_of(problem: LinearProblem, h: Array, columns: Array) -> Array:
    """Means of some columns, weighted by h; zeros without an intercept."""
    if not problem.fit_intercept:
        return np.zeros(len(columns))
    if problem.response.loss.quadratic:
        return problem.mean[columns]
    return problem.design.tdot_columns(columns, h) / h.sum()


def moved(
    problem: LinearProblem, point: LinearPoint, model: Model, columns: Array, w: Array,
    means: Array,
) -> Array:  # fmt: skip
    """The direction that takes the coefficients of `columns` to w."""
    direction = np.zeros(problem.size)
    change = w - point.x[columns]
    direction[columns] = change
    if problem.fit_intercept:
        direction[-1] = model.shift + change @ (problem.mean[columns] - means)
    return direction
