"""What Newton's method asks of a Hessian: its diagonal, and products nearly exact."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._compile import readonly
from .._matrices import diagonal
from ..kernels.single import bent, rounded, turned
from ._excerpts import loss_diagonal

if TYPE_CHECKING:
    from ._gap import Slopes
    from ._linear_point import LinearPoint
    from .linear import LinearProblem

Array = np.ndarray

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


def between_lanes(problem: "LinearProblem", point: Any) -> Array:
    """Hessian of the loss in the lanes' intercepts, all pairs at once."""
    weights, shares = problem.response.weights, point.shares
    total = -problem.response.loss.coupled * (shares.T @ (shares * weights[:, None]))
    diagonal(total)[:] = weights @ point.curvatures
    return np.asarray(total)


def loss_hessian(problem: "LinearProblem", point: "Slopes", columns: Array) -> Array:
    """Hessian of the loss in some columns, then the intercept; lanes innermost.

    One matrix serves all lanes where samples have equal predictions, as at the null
    model; the constant alone takes none.
    """
    k, lanes, alike = len(columns) + problem.fit_intercept, problem.lanes, None
    if lanes > 1 and problem.fit_intercept and k == 1:
        return between_lanes(problem, point)
    total = np.empty((k, lanes, k, lanes))
    for a in range(lanes):
        for b in range(a + 1):
            d = point.pair(a, b)
            if lanes > 1 and d.min() == d.max():
                if alike is None:
                    alike = problem.bordered(np.ones(len(d)), columns)
                block = d[0] * alike
            else:
                block = problem.bordered(d, columns)
            total[:, a, :, b] = total[:, b, :, a] = block
    return total.reshape(k * lanes, k * lanes)


def bend_flat(hessian: Array, free: Array, lanes: int) -> None:
    """Give curvature to (1, ..., 1), along which free lanes change nothing.

    `free` says which columns have no penalty, an intercept among them.
    """
    blocks = hessian.reshape(-1, lanes, len(hessian) // lanes, lanes)
    for j in np.flatnonzero(free):
        blocks[j, :, j, :] += np.trace(blocks[j, :, j, :]) / lanes**2


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
