r"""Certificates of linear models.

For slopes q that are *feasible* -- :math:`v = -\sum_i s_i q_i x_i` lies where the
conjugate of the penalty is finite, and the weighted slopes sum to zero if there is an
intercept -- the duality gap is a sum of terms none of which is negative,

.. math:: \sum_i s_i \left[\ell_i(z_i) + \ell_i^*(q_i) - z_i q_i\right]
          + \sum_j \left[\Omega_j(w_j) + \Omega_j^*(v_j) - w_j v_j\right],

so nothing cancels and gaps of 1e-14 can be read. The slopes at the current predictions
are made feasible by two means: directions without penalty (the intercept, columns of
weight zero) are projected out, :math:`q - h \circ X_U (X_U' D X_U)^{-1} X_U' q`, and
bounded dual coordinates are scaled down, :math:`q \to c\,q` with c at most one.
"""

import math
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy import linalg

from ._base import Certificate

if TYPE_CHECKING:
    from .linear import LinearPoint, LinearProblem

Array = np.ndarray

LARGEST_FREE = 1500  # beyond so many free coordinates no Hessian is formed
# objectives below this share of the loss of the best constant count as zero, and below
# this one of the null model's, of which rounding errors are left
FLOOR, DUST = 1e-10, 1e-22
FAINT = 1e-12  # objectives that may be rounding errors themselves
ROUNDING = 1e-13
FAR = 0.9  # of the slopes, allowed: no point near the optimum has so little
ULPS = 8 * np.finfo(float).eps
FEASIBLE = 1e-9  # of the mean slope: columns far from zero keep such residuals
REFINEMENTS = 3  # of the projection, against rounding in its linear system


class Slopes(Protocol):
    """One slope per sample and what they pull at: those of a point, or of a dual."""

    slopes: Array

    @property
    def loss_gradient(self) -> Array:
        """Their weighted sums, of the size of x."""

    @property
    def mean_curvatures(self) -> Array:
        """Weighted mean of the curvatures where samples have these slopes."""

    def pair(self, a: int, b: int) -> Array:
        """Entry (a, b) of each sample's Hessian."""

    def curve(self, v: Array) -> Array:
        """Each sample's Hessian times v."""


def certify(
    problem: "LinearProblem", point: "LinearPoint", witness: "Slopes", tol: float
) -> Certificate:
    """Relative duality gap of `point`, from the slopes of `witness`.

    An estimate that needs no further pass over the data comes first, and is the answer
    if it exceeds `tol`.
    """
    if not problem.dual or len(problem.loose) > LARGEST_FREE:
        convex = problem.penalty.convex and problem.response.loss.convex
        kind = "violation" if convex else "stationarity"
        return Certificate(violation(problem, point), kind)
    if not point.finite:
        return Certificate(math.inf, "duality gap")
    if point.objective < FAINT and point.objective <= _rounding(problem):
        return Certificate(0.0, "duality gap")
    unit = unit_of(problem, point.objective)
    gradient = witness.loss_gradient
    estimate, whole = _estimate(problem, point, gradient, witness, tol * unit)
    estimate = min(estimate, point.objective)
    if not whole and estimate > tol * unit:
        return Certificate(estimate / unit, "duality gap", exact=False)
    gap = estimate
    if not whole:
        slopes, gradient = _project(problem, witness)
        gap = _gap(problem, point, slopes, gradient)
    # losses and penalties are at least zero: so is the optimum
    gap = min(gap, point.objective)
    return Certificate(gap / unit if gap > 0 else 0.0, "duality gap")


def unit_of(problem: "LinearProblem", objective: float) -> float:
    """What a gap at this objective is relative to."""
    if objective >= FLOOR * problem.null.objective:
        return objective
    return max(objective, problem.floor)


def floor_of(problem: "LinearProblem") -> float:
    """Objectives below are as good as zero."""
    null, response = problem.null, problem.response
    loss = null.objective
    if not problem.fit_intercept and response.differentiable:
        z = np.zeros_like(null.z)
        loss = min(loss, response.value(z + response.balance(z)))
    return max(FLOOR * loss, DUST * null.objective)


def _rounding(problem: "LinearProblem") -> float:
    """The loss that comes of the rounding errors of predictions."""
    null, response = problem.null, problem.response
    size, y = float(np.max(np.abs(null.z), initial=0.0)), response.y
    if response.loss.residual or (y.ndim > 1 and not response.shape):  # or an offset
        size += float(np.max(np.abs(y if y.ndim == 1 else y[:, -1]), initial=0.0))
    if not response.differentiable:
        return 0.0
    bend = np.max(response.weights @ null.curvatures)
    return float(0.5 * bend * (ULPS * size) ** 2)


def _gap(
    problem: "LinearProblem",
    point: "LinearPoint",
    slopes: Array | None,
    gradient: Array,
    enough: float = math.inf,
) -> float:
    """The gap of feasible slopes, scaled into the domain of the conjugate.

    The slopes are the point's own if there are none given. Where the share of the
    penalty exceeds `enough`, or slopes are far too large, a bound does for that of the
    loss: its gap is convex in the scale, zero at one and the loss itself at zero. That
    of a quadratic loss is a square, which needs no slopes.
    """
    response, own = problem.response, slopes is None
    g = gradient[: problem.split]
    scale = problem.regularizer.shrinkage(g)
    if not response.separable:
        scale = min(scale, response.room(point.slopes if own else slopes))
    gap = problem.regularizer.gap(point.x[: problem.split], g, scale)
    if own and response.separable:
        bound = gap + (1.0 - scale) * point.loss
        if gap > enough or (scale < FAR and bound > enough):
            return float(bound)
    if own and response.loss.quadratic:
        gap += (1.0 - scale) ** 2 * point.loss
    elif not (own and scale == 1.0):  # a point is its own best witness
        gap += response.gap(point.z, point.slopes if own else slopes, scale)
    return float(gap) if not math.isnan(gap) else math.inf


def _estimate(
    problem: "LinearProblem",
    point: "LinearPoint",
    gradient: Array,
    witness: "Slopes",
    enough: float,
) -> tuple[float, bool]:
    """The gap if free directions were independent; whether that is all of it."""
    slopes = None if witness is point else witness.slopes
    gap = _gap(problem, point, slopes, gradient, enough)
    loose = problem.loose
    if not len(loose) or gap > enough:
        return gap, gap <= enough
    residual = gradient[loose]
    if not residual.any():
        return gap, True
    size = problem.response.weights @ np.abs(witness.slopes)
    norms = problem.norms[loose]
    balanced = bool(np.all(np.abs(residual) <= ROUNDING * norms * np.max(size)))
    if balanced:
        return gap, True
    bend = np.maximum(witness.mean_curvatures, 1e-300)
    return gap + float(np.sum((residual / norms) ** 2) / (2 * np.max(bend))), False


def loose(problem: "LinearProblem", free: Array) -> Array:
    """The coordinates of `free` columns, and the intercept."""
    tail, columns = np.arange(problem.split, problem.size), np.flatnonzero(free)
    if not len(columns):
        return tail
    head = np.add.outer(columns * problem.lanes, np.arange(problem.lanes))
    return np.concatenate([head.ravel(), tail])


def _project(problem: "LinearProblem", witness: "Slopes") -> tuple[Array, Array]:
    """Slopes without a component along free directions, and their gradient.

    Zeros, which are always feasible, where no sample has the curvature to project with
    (Huber far from its target, separable classes).
    """
    free = problem.free & _varied(problem)
    hessian = problem.loss_hessian(witness, np.flatnonzero(free))
    which = loose(problem, free)
    size = np.max(problem.response.weights @ np.abs(witness.slopes))
    slopes, gradient = witness.slopes, witness.loss_gradient
    for _ in range(REFINEMENTS):
        step = np.zeros(problem.size)
        step[which] = _solve(hessian, gradient[which])
        slopes = slopes - witness.curve(problem.push(step))
        problem.counts.gradients += 1
        gradient = problem.pull_weighted(slopes)
        left = np.max(np.abs(gradient[which]) / problem.norms[which], initial=0.0)
        if left <= ROUNDING * size:
            break
    if not left <= FEASIBLE * size:
        return np.zeros_like(slopes), np.zeros(problem.size)
    return slopes, gradient


def refined(problem: "LinearProblem", point: "LinearPoint") -> "LinearPoint | None":
    """The point with its slopes after Newton's step, which certify it to second order.

    Its own slopes are off by a gradient g, and the gap by g**2 over the ridge: far too
    much where ridges are weak beside the squares of their columns.
    """
    if not problem.dual or not point.finite or problem.size > LARGEST_FREE:
        return None
    return point.bent(-_solve(problem.hessian(point), point.gradient))


def _varied(problem: "LinearProblem") -> Array:
    """Which columns are more than rounding errors once they are centred."""
    variances = problem.variances
    return np.asarray(variances > 1e-14 * (variances + problem.mean**2))


def _solve(hessian: Array, residual: Array) -> Array:
    """Solve scaled to a unit diagonal; least squares where columns are dependent."""
    diagonal = np.diag(hessian)
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = hessian * np.outer(scale, scale)
    try:
        factor = linalg.cho_factor(scaled, check_finite=False)
        if np.diag(factor[0]).min() > 1e-6:
            return scale * linalg.cho_solve(factor, scale * residual)
    except (linalg.LinAlgError, ValueError):
        pass
    if not np.isfinite(scaled).all():
        return np.zeros_like(residual)
    return scale * np.linalg.lstsq(scaled, scale * residual, rcond=1e-13)[0]


def violation(problem: "LinearProblem", point: "LinearPoint") -> float:
    """Largest violation of the optimality conditions, scaled.

    Each is divided by the length of its column and that of the null model's slopes:
    rescaling y, the columns or the number of samples changes nothing.
    """
    if point.objective == 0.0:  # losses and penalties are at least that
        return 0.0
    g, k = point.loss_gradient, problem.split
    own = problem.regularizer.violations(point.x[:k], g[:k])
    parts = np.concatenate([own, np.abs(g[k:])])
    if not np.isfinite(parts).all():
        return math.inf
    largest = float(np.max(parts / problem.norms, initial=0.0))
    null = problem.null
    blurred = ULPS * null.curvatures * np.abs(null.z)  # slopes that are rounding errors
    if largest <= _length(problem, blurred):
        return 0.0
    return largest / (_length(problem, null.slopes) or 1.0)


def _length(problem: "LinearProblem", slopes: Array) -> float:
    return math.sqrt(float(np.sum(problem.response.weigh(slopes**2))))
