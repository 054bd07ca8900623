"""What Newton's method asks of a Hessian: its diagonal, and products nearly exact."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._compile import readonly
from ..kernels.single import bent, rounded, turned
from ._excerpts import LOSS, loss_diagonal
from ._lane_hessian import lane_hessian

if TYPE_CHECKING:
    from ._linear_point import LinearPoint
    from .linear import LinearProblem

Array = np.ndarray

CALLS = 1e5  # entries whose passes cost as much as the calls for them
NOTHING = 100  # coordinates whose factor costs nothing to speak of
MOST, WORTH = 500, 10.0  # coordinates, and evaluations, of a Hessian of all classes
LEAST = 1e-12  # of the largest that an entry of the diagonal may be, where all is flat
SMALL = 50_000  # entries up to which products cost less than the copy
TURNING = 4  # columns per lane from which turning the predictions costs less
RANGE = 1e-15, 1e15  # of columns that single precision can hold


def hessian_diagonal(problem: "LinearProblem", point: "LinearPoint") -> Array:
    """Diagonal of the Hessian, for one prediction per sample; else a bound of it.

    The classes of a softmax depend on each other, and its own diagonal, which does not
    know of that, was found to be the worse metric.
    """
    bound = problem.scales(point)
    if problem.response.shape or not problem.response.separable:
        return bound
    diagonal = loss_diagonal(problem, point) + problem.ridge(point.x)
    return np.maximum(diagonal, LEAST * bound)


def hessian_cost(problem: "LinearProblem") -> float:
    """Cost of forming and factoring the Hessian, in evaluations."""
    columns, entries = np.arange(problem.n_columns), max(problem.design.nnz, 1)
    if problem.response.shape:
        gram = problem.design.grams_cost(problem.lanes, columns)
    else:
        gram = problem.design.gram_cost(columns) / 2
    rest = CALLS  # what an evaluation takes besides entries; if these are quick, losses
    if not problem.design.sparse and not problem.response.shape:
        rest += LOSS * problem.design.shape[0]
    total = gram * entries / (entries + rest)
    if problem.size <= NOTHING:  # the same for repeated rows as for weighted ones
        return total
    return total + problem.size**3 / (120.0 * entries)


def narrow(problem: "LinearProblem") -> bool:
    """Whether predictions bend each other, and all of their Hessian costs little."""
    response = problem.response
    several = bool(response.shape) and response.separable and response.loss.coupled
    small = several and problem.size <= MOST
    return bool(small and problem.hessian_cost <= WORTH)


def loss_hessian(problem: "LinearProblem", point: Any, columns: Array) -> Array:
    """Hessian of the loss in some columns, then the intercept; lanes innermost."""
    if not problem.response.shape:
        return problem.bordered(point.curvatures, columns)
    lanes, free = problem.lanes, problem.fit_intercept
    if free and not len(columns):  # the constant alone takes no Gram matrix
        return point.between.copy()
    numbers = point.shares, columns, problem.mean[columns], free
    total = lane_hessian(problem.design, problem.response, *numbers)
    if len(problem.constant):
        still = np.isin(columns, problem.constant)
        dead = np.flatnonzero(np.repeat(still, lanes))
        total[dead] = total[:, dead] = 0.0
    return total


def exactly(
    problem: "LinearProblem", point: "LinearPoint"
) -> Callable[[Array], Array]:
    """The map from v to the Hessian of the loss at `point` times v."""
    design, d = problem.design, problem.response.weights
    if not design.one_pass or problem.response.shape or len(problem.constant):
        return lambda v: problem.pull(point.weighted_curve(problem.push(v)))
    d = d * point.curvatures

    def in_one_pass(v: Array) -> Array:
        w = v[: problem.split]
        columns, total = design.curved(d, w, float(problem.offset(v, w)))
        if problem.fit_intercept:
            columns = np.append(columns - total * problem.mean, total)
        return columns

    return in_one_pass


def representable(problem: "LinearProblem") -> bool:
    """Whether single precision can hold the squares of the columns."""
    smallest = float(problem.norms.min(initial=1.0))
    return problem.design.energy < RANGE[1] ** 2 and smallest > RANGE[0]


class Rough:
    """Products with the Hessian of a dense linear model, in single precision.

    Half of the memory is read, and twice as many numbers fit in a register. For
    directions, not for gradients. What is tiny becomes zero on the way: a product with
    a denormal number may take many times as long as another.
    """

    def __init__(self, problem: "LinearProblem", X: Array) -> None:
        self.problem, self.X = problem, X

    @classmethod
    def of(cls, problem: "LinearProblem") -> "Rough | None":
        """For a problem; None where there is nothing to gain, or numbers are too far
        from one.
        """
        design, fine = problem.design, representable(problem)
        X = design.single(problem.mean) if fine and design.nnz > SMALL else None
        if X is None:
            return None
        X[:, problem.constant] = 0.0
        return cls(problem, X)

    def at(self, point: "LinearPoint") -> Callable[[Array], Array]:
        """The map from v to the Hessian of the loss at `point` times v."""
        problem = self.problem
        free, lanes = problem.fit_intercept, problem.lanes
        weights = problem.response.weights
        if problem.response.shape:
            shares, coupled = point.shares, float(problem.response.loss.coupled)
        else:
            weights = weights * point.curvatures
            shares, coupled = np.ones((len(weights), 1)), 0.0
        heaviest = float(np.max(np.abs(weights), initial=0.0)) or 1.0
        bends = np.empty((lanes, len(weights)), np.float32)
        small = np.empty(len(weights), np.float32)
        turned(readonly(shares), bends)
        rounded(readonly(weights), heaviest, small)

        def product(v: Array) -> Array:
            unit = float(np.max(np.abs(v), initial=0.0)) or 1.0
            if not unit < np.inf:
                return np.full_like(v, np.nan)
            w = np.empty(len(v), np.float32)
            rounded(readonly(v), unit, w)
            z = self._push(w[: problem.split].reshape(-1, lanes))
            if free:
                z += w[problem.split :, None]
            bent(bends, small, coupled, z)
            out = self._pull(z).ravel()
            if free:
                out = np.concatenate([out, z.sum(axis=1)])
            return (unit * heaviest) * out.astype(np.float64)

        return product

    def _push(self, w: Array) -> Array:
        """Predictions, one row for each lane; as BLAS is quickest."""
        X, rows = self.X, self.X.flags.c_contiguous
        if rows and X.shape[1] > TURNING * w.shape[1]:
            return np.ascontiguousarray((X @ w).T)
        return np.asarray(w.T @ X.T)

    def _pull(self, z: Array) -> Array:
        """The adjoint."""
        rows = self.X.flags.c_contiguous
        return np.asarray((z @ self.X).T if rows else self.X.T @ z.T)
