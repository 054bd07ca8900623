"""Problems whose rough parts are absolute values, of predictions and coefficients."""

import numpy as np

from .._compile import readonly
from .._matrices import diagonal
from ._dual import Witness
from ._linear_point import LinearPoint
from .linear import LinearProblem

Array = np.ndarray


class Pieces:
    """Rows B, their kinks, and the weighted slopes on both sides.

    First come the samples that have weight, then the coefficients that have a level.

    Attributes
    ----------
    kinks, low, high : ndarray of shape (n_rows,)
        The cost of row i is ``high * max(z - kink, 0) + low * max(kink - z, 0)``.
    ridge : ndarray of shape (size,)
        Of the coefficients and the intercept.
    units : ndarray of shape (n_rows,)
        What changes the other predictions by one.
    """

    def __init__(self, problem: LinearProblem) -> None:
        self.problem = problem
        response = problem.response
        kinks, low, high = response.loss.pieces(response.y)
        self.rows = np.flatnonzero(response.weights > 0)
        weights = response.weights[self.rows]
        level, self.ridge = problem.elastic()
        self.held = np.flatnonzero(level > 0)
        nothing = np.zeros(len(self.held))
        self.count = len(self.rows)
        self.kinks = np.concatenate([kinks[self.rows], nothing])
        self.low = np.concatenate([weights * low[self.rows], level[self.held]])
        self.high = np.concatenate([weights * high[self.rows], level[self.held]])
        ones = np.ones(self.count)
        self.units = np.concatenate([ones, 1.0 / problem.norms[self.held]])
        self.weights = weights

    def mean(self, r: Array) -> float:
        """Weighted mean of the samples' numbers."""
        return float(self.weights @ r[: self.count])

    def middle(self) -> Array:
        """Slopes away from their bounds: zero where it is inside."""
        inside = (self.low > 0) & (self.high > 0)
        return np.where(inside, 0.0, (self.high - self.low) / 2)

    def push(self, x: Array) -> Array:
        """``B @ x``."""
        return np.concatenate([self.problem.push(x)[self.rows], x[self.held]])

    def pull(self, a: Array) -> Array:
        """``B.T @ a``."""
        total = self.problem.pull(self._all(a))
        total[self.held] += a[self.count :]
        return total

    def hessian(self, d: Array) -> Array:
        """``B.T @ diag(d) @ B + R``."""
        problem = self.problem
        bend = np.zeros(len(problem.response.weights))
        bend[self.rows] = d[: self.count] / self.weights
        total = problem.bordered(bend, np.arange(problem.n_columns))
        extra = self.ridge.copy()
        extra[self.held] += d[self.count :]
        diagonal(total)[:] += extra
        return total

    def point(self, x: Array, z: Array) -> LinearPoint:
        """The problem's point at x, of which ``B @ x = z`` is known."""
        if self.count < len(self.problem.response.weights):
            return self.problem.at(x)
        return LinearPoint(self.problem, x, z[: self.count])

    def witness(self, a: Array, stiffness: Array) -> Witness:
        """The slopes a of all samples, to be changed least where they are stiff."""
        slopes = self._all(a[: self.count] / self.weights)
        loose = 1.0 / (stiffness[: self.count] * self.weights)
        return Witness(self.problem, slopes, self._all(loose))

    def tidied(self, x: Array, z: Array, a: Array) -> LinearPoint | None:
        """The point with zeros where slopes are inside their bounds."""
        if not len(self.held):
            return None
        level = self.high[self.count :]
        slack = 1.0 - np.abs(a[self.count :]) / level
        lengths = np.abs(x[self.held]) * self.problem.norms[self.held]
        size = max(self.mean(np.abs(z - self.kinks)), float(np.max(lengths)), 1e-300)
        zero = slack > lengths / size
        tidy = x.copy()
        tidy[self.held[zero]] = 0.0
        return self.problem.at(tidy)

    def _all(self, part: Array) -> Array:
        """Numbers of the samples with weight, zeros for the others."""
        out = np.zeros(len(self.problem.response.weights))
        out[self.rows] = part[: self.count]
        return readonly(out)
