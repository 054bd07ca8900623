"""What Newton's method asks of a Hessian: its diagonal, and products nearly exact."""

from typing import TYPE_CHECKING, Any

import numpy as np

from .._compile import readonly
from ..kernels.single import largest, rounded
from ._excerpts import loss_diagonal

if TYPE_CHECKING:
    from ._linear_point import LinearPoint
    from .linear import LinearProblem

Array = np.ndarray

LEAST = 1e-12  # of the largest that an entry of the diagonal may be, where all is flat
SMALL = 50_000  # entries up to which products cost less than the copy
SPECK = 1e-13  # beside one, in a sum of single numbers: nothing
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


def bend_flat(hessian: Array, free: Array, lanes: int) -> None:
    """Give curvature to (1, ..., 1), along which free lanes change nothing.

    `free` says which columns have no penalty, an intercept among them.
    """
    blocks = hessian.reshape(-1, lanes, len(hessian) // lanes, lanes)
    for j in np.flatnonzero(free):
        blocks[j, :, j, :] += np.trace(blocks[j, :, j, :]) / lanes**2


class Rough:
    """`push` and `pull` of a dense linear model in single precision.

    Half of the memory is read, and twice as many numbers fit in a register. For
    directions, not for gradients.
    """

    def __init__(self, problem: "LinearProblem", X: Array) -> None:
        self.problem, self.X = problem, X

    @classmethod
    def of(cls, problem: "LinearProblem") -> "Rough | None":
        """For a problem; None where there is nothing to gain, or numbers are too far
        from one.
        """
        design, norms = problem.design, problem.norms
        fine = design.largest < RANGE[1] and norms.min(initial=1.0) > RANGE[0]
        X = design.single(problem.mean) if fine and design.nnz > SMALL else None
        if X is None:
            return None
        X[:, problem.constant] = 0.0
        return cls(problem, X)

    def push(self, v: Array) -> Array:
        """Predictions of v."""
        w: Any = v[: self.problem.split].reshape(-1, *self.problem.response.shape)
        w, unit = _single(w)
        z = unit * (self.X @ w).astype(np.float64)
        return z + v[self.problem.split :] if self.problem.fit_intercept else z

    def pull(self, rows: Array) -> Array:
        """Sums over samples."""
        small, unit = _single(rows)
        w = unit * (self.X.T @ small).astype(np.float64).ravel()
        if not self.problem.fit_intercept:
            return w
        return np.concatenate([w, np.atleast_1d(rows.sum(axis=0))])


def _single(v: Array) -> tuple[Array, float]:
    """In single precision, and the unit: the largest is about one.

    What is smaller than the last digit of that becomes zero: a product with a denormal
    number may take many times as long as another.
    """
    flat = readonly(np.ravel(v))
    unit = float(largest(flat))
    if not 0.0 < unit < np.inf:
        return v.astype(np.float32), 1.0
    small = np.empty(v.shape, np.float32)
    rounded(flat, unit, SPECK, small.ravel())
    return small, unit
