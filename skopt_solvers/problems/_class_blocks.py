"""The Hessian of a softmax class by class, from the samples that matter most."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from .._compile import readonly
from .._matrices import diagonal
from ..kernels import dual

if TYPE_CHECKING:
    from ._linear_point import LinearPoint
    from .linear import LinearProblem

Array = np.ndarray

SAMPLE = 2000  # samples whose correlations stand for those of all, per class
TINY = 1e-300


def class_blocks(problem: "LinearProblem", point: "LinearPoint") -> Iterator[Array]:
    """Each class's own block of the Hessian, the intercept last.

    Diagonals are of all samples. Correlations are of some, drawn by their leverage on
    the diagonal (systematic sampling, weights of Horvitz and Thompson); where all
    classes bend alike, as they do in the null model, they are computed once.
    """
    D = problem.response.weigh(point.curvatures)
    totals = D.sum(axis=0)
    diagonals = _diagonals(problem, D, totals)
    ridge = problem.ridge(point.x).reshape(-1, problem.lanes)
    leverages = _lengths(problem, diagonals.sum(axis=1))
    rng, last, alike = np.random.default_rng(0), np.empty(0), False
    for k in range(problem.lanes):
        alike = k > 0 and np.allclose(D[:, k] * totals[0], D[:, 0] * totals[k], 1e-9)
        last = last if alike else _correlations(problem, D[:, k], leverages, rng)
        block = np.zeros((len(ridge), len(ridge)), order="F")
        root = np.sqrt(diagonals[:, k])
        head = slice(problem.n_columns)
        block[head, head] = last * root * root[:, None]
        if problem.fit_intercept:
            cross = problem.design.tdot(D[:, k]) - problem.mean * totals[k]
            cross[problem.steady] = 0.0
            block[-1, head] = block[head, -1] = cross
            block[-1, -1] = totals[k]
        diagonal(block)[:] += ridge[:, k]
        yield block


def _diagonals(problem: "LinearProblem", D: Array, totals: Array) -> Array:
    """Weighted squares of the centred columns, a column per class."""
    design, mean = problem.design, problem.mean[:, None]
    squares = design.square_tdot(D)
    if problem.fit_intercept:
        squares = squares - 2 * mean * design.tdot(D) + mean**2 * totals
        squares[problem.steady] = 0.0  # nothing is left of them but rounding
    return np.asarray(np.maximum(squares, 0.0))


def _lengths(problem: "LinearProblem", diagonal: Array) -> Array:
    """Squared length of each row where the diagonal is the unit."""
    units = np.where(diagonal > 0, 1.0 / np.maximum(diagonal, TINY), 0.0)
    rows = problem.design.rows.record()
    return np.asarray(dual.squares(rows, readonly(units), len(problem.response.y)))


def _correlations(
    problem: "LinearProblem", d: Array, lengths: Array, rng: np.random.Generator
) -> Array:
    """The Gram matrix of the columns with weights d, scaled to a unit diagonal."""
    design, columns = problem.design, np.arange(problem.n_columns)
    if len(d) > SAMPLE:
        leverage = d * lengths
        chance = np.minimum(SAMPLE * leverage / max(leverage.sum(), TINY), 1.0)
        chance = np.minimum(SAMPLE * chance / max(chance.sum(), TINY), 1.0)
        steps = np.floor(np.cumsum(chance) + rng.random())
        rows = np.flatnonzero(np.diff(steps, prepend=0.0) > 0)
        design, d = design.take(rows), d[rows] / np.maximum(chance[rows], TINY)
    gram = design.gram(d, columns, problem.mean)
    squares = np.diag(gram)
    scale = np.where(squares > 0, 1.0 / np.sqrt(np.maximum(squares, TINY)), 0.0)
    gram = gram * scale * scale[:, None]
    diagonal(gram)[:] = 1.0
    return np.asarray(gram)
