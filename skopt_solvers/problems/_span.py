r"""A linear model with a ridge in the span of its rows.

Where all coefficients share a ridge, the best ones are combinations of the centred
rows, :math:`w = X' a`. With the Cholesky factor of their products,
:math:`X X' = L L'`, and :math:`a = L^{-T} v`, predictions are :math:`X w = L v` and
:math:`\|w\| = \|v\|`: the same model with as many columns as there are rows (Hastie &
Tibshirani 2004, Biostatistics 5, section 3).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg

from ..designs import as_design
from ..penalties import L2
from ._cholesky import damped_cholesky

if TYPE_CHECKING:
    from .linear import LinearProblem

Array = np.ndarray

MOST_ROWS = 1000, 400  # dense, sparse: more are visited one by one in less time
TINY = 1e-14  # of the largest product; centred rows are dependent, and need more
SOFT = 1e-8  # ridge, in units of the largest, beneath which single precision is too far
ROUND = 1e-8  # the same of products in single precision
MOST = 1e-6  # beyond which the model would be another one


@dataclass
class Span:
    """The model of as many columns as rows, and the way back from it.

    Attributes
    ----------
    problem : LinearProblem
        The model in the span.
    whole : LinearProblem
        The model that it stands for.
    factor : ndarray of shape (n, n)
        L, lower triangular.
    """

    problem: "LinearProblem"
    whole: "LinearProblem"
    factor: Array

    def shares(self, v: Array) -> Array:
        """How much of each row the coefficients hold, v being the vector here."""
        return linalg.solve_triangular(  # type: ignore[no-any-return]
            self.factor, v[: len(self.factor)], trans=1, lower=True, check_finite=False
        )

    def enter(self, other: "Span", v: Array) -> Array:
        """The vector here of what is v in another span of the same rows."""
        n = len(self.factor)
        return np.concatenate([self.factor.T @ other.shares(v), v[n:]])

    def leave(self, v: Array) -> Array:
        """The whole model's vector."""
        x = self.whole.pull(self.shares(v))
        if self.whole.fit_intercept:
            x[-1] = v[-1]
        return x


def span_of(problem: "LinearProblem", single: bool = False) -> Span | None:
    """The model in the span of its rows; None where ridges differ, or rows vanish.

    None also where there are so many rows that their products cost too much, or X has
    fewer entries than these. With products in `single` precision it is a model next to
    it.
    """
    ridge, n = problem.record.ridge, problem.design.shape[0]  # type: ignore[attr-defined]
    if n > MOST_ROWS[problem.design.sparse] or ridge.min() != ridge.max():
        return None
    if problem.design.nnz < n * n:  # a pass costs less than one over the products
        return None
    if single:
        known = problem.design.rough_products(problem.fit_intercept)
        if known is None:
            return None
    else:
        known = problem.design.row_products, np.zeros(problem.n_columns)
    products, shift = known[0].copy(), known[1]
    if problem.fit_intercept:
        rest = problem.mean - shift
        along = problem.design.dot(rest) - shift @ rest
        products += rest @ rest - along - along[:, None]
    largest = float(np.diag(products).max())
    if not 0.0 < largest < np.inf:
        return None
    if single and ridge[0] * len(products) < SOFT * largest:
        return None
    factor = damped_cholesky(products, largest, ROUND if single else TINY, MOST)
    if factor is None:
        return None
    small = type(problem)(
        as_design(factor), problem.response, L2(float(ridge[0])), problem.fit_intercept
    )
    return Span(small, problem, factor)
