"""The working set of a path: its Gram matrix, or its columns where rows are fewer."""

from typing import TYPE_CHECKING

import numpy as np

from .._compile import readonly
from ..problems.linear import LinearProblem
from ._base import Array

if TYPE_CHECKING:
    from ._quadratic_path import Whole


class Grams:
    """The Gram matrix of columns that become more, continued when it is asked for.

    Parameters
    ----------
    problem : LinearProblem
        Of a quadratic loss.
    h : ndarray of shape (n,)
        Weight of each sample.
    given : callable or None
        The weighted mean of products of all centred columns.
    """

    def __init__(self, problem: LinearProblem, h: Array, given: "Whole | None") -> None:
        self.problem, self.h, self.given = problem, h, given
        self.known = np.zeros((0, 0))

    def of(self, columns: Array, whole: bool) -> Array:
        """That of these, the first of which were there before."""
        if len(self.known) < len(columns):
            self.known = readonly(np.ascontiguousarray(self._of(columns, whole)))
        return self.known

    def _of(self, columns: Array, whole: bool) -> Array:
        if whole and self.given is not None:
            all_of_it, some = self.given(), len(self.known)
            cut = all_of_it[np.ix_(columns, columns)] if some else all_of_it
            return float(self.h.sum()) * cut
        problem, known = self.problem, self.known if len(self.known) else None
        gram = problem.design.gram(self.h, columns, problem.mean, known)
        dead = np.isin(columns, problem.constant)
        gram[dead], gram[:, dead] = 0.0, 0.0
        return gram


class Residuals:
    """Weighted centred columns as rows, and the residuals of their coefficients."""

    def __init__(self, problem: LinearProblem, h: Array) -> None:
        self.problem, self.root = problem, np.sqrt(h)
        slopes = problem.response.weigh(problem.null.slopes)
        self.start = -slopes / np.maximum(self.root, 1e-300)
        self.Z, self.squares = np.zeros((0, len(h))), np.zeros(0)

    def take(self, columns: Array) -> tuple[Array, Array]:
        """The rows for these, the first of which were there before, and squares."""
        done = len(self.Z)
        if done < len(columns):
            fresh, problem = columns[done:], self.problem
            rows = problem.design.lines(fresh)
            rows -= problem.mean[fresh, None]
            rows *= self.root
            rows[np.isin(fresh, problem.constant)] = 0.0
            self.Z = np.vstack([self.Z, rows])
            self.squares = np.einsum("ij,ij->i", self.Z, self.Z)
        return readonly(self.Z), readonly(self.squares)

    def of(self, w: Array) -> Array:
        """The residual, weighted by roots."""
        return np.asarray(self.start - w @ self.Z[: len(w)])
