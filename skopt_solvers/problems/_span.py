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

if TYPE_CHECKING:
    from .linear import LinearProblem

Array = np.ndarray

TINY = 1e-14  # of the largest product; centred rows are dependent, and need more
MOST = 1e-6


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

    def leave(self, v: Array) -> Array:
        """The whole model's vector."""
        n = len(self.factor)
        a = linalg.solve_triangular(
            self.factor, v[:n], trans=1, lower=True, check_finite=False
        )
        x = self.whole.pull(a)
        if self.whole.fit_intercept:
            x[-1] = v[-1]
        return x


def span_of(problem: "LinearProblem") -> Span | None:
    """The model in the span of its rows; None where ridges differ, or rows vanish."""
    ridge = problem.record.ridge  # type: ignore[attr-defined]
    if ridge.min() != ridge.max():
        return None
    products = np.array(problem.row_products)
    if problem.fit_intercept:
        along = problem.design.dot(problem.mean)
        products += problem.mean @ problem.mean - along - along[:, None]
    diagonal, extra = np.diag(products).copy(), TINY
    largest, factor = float(diagonal.max()), None
    while factor is None:
        if not 0.0 < largest < np.inf or extra > MOST:
            return None
        products[np.diag_indices_from(products)] = diagonal + extra * largest
        try:
            factor = linalg.cholesky(products, lower=True, check_finite=False)
        except linalg.LinAlgError:
            extra *= 30.0
    small = type(problem)(
        as_design(factor), problem.response, L2(float(ridge[0])), problem.fit_intercept
    )
    return Span(small, problem, factor)
