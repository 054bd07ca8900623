"""The Hessian of a softmax class by class, from the samples that matter most."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from .._compile import readonly
from .._matrices import diagonal
from ..kernels import dual
from ._second_order import representable

if TYPE_CHECKING:
    from ._linear_point import LinearPoint
    from .linear import LinearProblem

Array = np.ndarray

SAMPLE = 2000  # samples whose correlations stand for those of all, per class
LIGHT = 1e-4  # of the largest curvature; samples with less are left out if many are
FAINT = 1e-12  # the same of the largest of all classes
TINY = 1e-300


def heavy_rows(
    problem: "LinearProblem", point: "LinearPoint", most: int = SAMPLE
) -> Array | None:
    """Which samples bend each class, of shape (n, lanes), if these are few of many.

    Where probabilities are near zero and one, most samples have next to no curvature.
    Few are `most`, for any one class.
    """
    D = problem.response.weigh(point.curvatures)
    if len(D) <= SAMPLE:
        return None
    least = np.maximum(LIGHT * D.max(axis=0), FAINT * D.max())
    heavy = least < D
    return heavy if heavy.sum(axis=0).max() <= most else None


def class_blocks(
    problem: "LinearProblem", point: "LinearPoint", heavy: Array | None
) -> Iterator[Array]:
    """Each class's own block of the Hessian, the intercept last.

    Diagonals are of all samples. What else there is comes from the `heavy` ones where
    these are few, else from some that stand for all.
    """
    D = problem.response.weigh(point.curvatures)
    totals, head = D.sum(axis=0), slice(problem.n_columns)
    diagonals = _diagonals(problem, D, totals)
    ridge = problem.ridge(point.x).reshape(-1, problem.lanes)
    if heavy is None:
        parts = _of_samples(problem, D, totals, diagonals)
    else:
        parts = _of_heavy(problem, D, heavy)
    for k, (gram, cross) in enumerate(parts):
        block = np.zeros((len(ridge), len(ridge)), order="F")
        block[head, head] = gram
        diagonal(block)[head] = diagonals[:, k]
        if problem.fit_intercept:
            cross[problem.steady] = 0.0
            block[-1, head] = block[head, -1] = cross
            block[-1, -1] = max(totals[k], FAINT * totals.max())
        diagonal(block)[:] += ridge[:, k]
        yield block


def _of_heavy(
    problem: "LinearProblem", D: Array, heavy: Array
) -> Iterator[tuple[Array, Array]]:
    """Products of the columns with each other, and with the constant, class by class.

    In single precision where numbers allow it.
    """
    rows = np.flatnonzero(heavy.any(axis=1))
    design, D, heavy = problem.design.take(rows), D[rows], heavy[rows]
    X = design.single(problem.mean) if representable(problem) else None
    columns = np.arange(problem.n_columns)
    for k in range(problem.lanes):
        own = np.flatnonzero(heavy[:, k])
        d = D[own, k]
        if not len(own):
            yield np.zeros((len(columns), len(columns))), np.zeros(len(columns))
            continue
        if X is None:
            part = design.take(own)
            cross = part.tdot(d) - problem.mean * d.sum()
            yield part.gram(d, columns, problem.mean), cross
            continue
        lengths = np.sqrt(d / d.max()).astype(np.float32)
        Z = X[own] * lengths[:, None]
        gram, cross = Z.T @ Z, lengths @ Z
        gram[problem.constant] = gram[:, problem.constant] = 0.0
        yield d.max() * gram.astype(np.float64), d.max() * cross.astype(np.float64)


def _of_samples(
    problem: "LinearProblem", D: Array, totals: Array, diagonals: Array
) -> Iterator[tuple[Array, Array]]:
    """The same with the correlations of samples drawn by their leverage.

    That is their leverage on the diagonal (systematic sampling, weights of Horvitz and
    Thompson). Where all classes bend alike, as in the null model, once does for all.
    """
    leverages = _lengths(problem, diagonals.sum(axis=1))
    rng, last, alike = np.random.default_rng(0), np.empty(0), False
    for k in range(problem.lanes):
        alike = k > 0 and np.allclose(D[:, k] * totals[0], D[:, 0] * totals[k], 1e-9)
        last = last if alike else _correlations(problem, D[:, k], leverages, rng)
        root, cross = np.sqrt(diagonals[:, k]), np.empty(0)
        if problem.fit_intercept:
            cross = problem.design.tdot(D[:, k]) - problem.mean * totals[k]
        yield last * root * root[:, None], cross


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
