"""Problems of some rows of a linear model: where to begin on many, and rough Hessians.

An excerpt keeps the weights of its rows, so they sum to less than one and the penalty
weighs as much against each row as in the whole: a sample of separable classes would run
away otherwise, unless the ridge is firm. The rows of a `sample` weigh as much as all
do, so that a penalty with kinks leaves about as many coefficients at zero. Coordinates
are those of the whole.
"""

from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING

import numpy as np

from .._compile import readonly
from .._matrices import diagonal

if TYPE_CHECKING:
    from ._linear_point import LinearPoint
    from .linear import LinearProblem

Array = np.ndarray

RUN = 8  # consecutive rows of a dense matrix: one line of memory in Fortran order
ROWS_PER_COLUMN, FEWEST = 10, 1000  # of the first excerpt
GROWTH, LARGEST = 4, 3  # the next has so many times the rows; below a third of all
SMALL, LOSS = 2.5e5, 10  # entries too few for excerpts; those that a sample counts for
PLENTY = 100  # rows a column that tell as much as another pass over all would
UNUSUAL = 0.3  # deviation of a column's scale from which it is its own
OWN = ("provides", "null", "hessian_cost")  # what an excerpt does not share


def sizes(problem: "LinearProblem") -> Iterator[int]:
    """How many rows the excerpts have: more and more, none of nearly all."""
    response, (n, p) = problem.response, (problem.design.shape[0], problem.split)
    alone = response.separable and (problem.narrow or not response.shape)
    if not alone or response.loss.quadratic:
        return
    if problem.design.nnz + LOSS * problem.lanes * n < SMALL:  # calls are all they cost
        return
    m = first = max(ROWS_PER_COLUMN * p, FEWEST)
    most = n if problem.design.sparse else max(PLENTY * p, first)  # of rare columns
    while m < n / LARGEST and m <= most:
        yield m
        m *= GROWTH


def excerpts(problem: "LinearProblem") -> Iterator["LinearProblem"]:
    """Problems of more and more rows."""
    counts = list(sizes(problem))
    firmness = _firmness(problem) if counts else 0.0
    for m in counts:
        held = firmness > problem.split / m
        yield sample(problem, m) if held else excerpt(problem, m)


def _firmness(problem: "LinearProblem") -> float:
    """The smallest ridge, in units of the mean curvature of a coefficient's loss.

    Where it is larger than that of a sample without it errs, nothing runs away.
    """
    ridge, scales = problem.ridge(problem.null.x), problem.scales(problem.null)
    head = slice(problem.split)
    least = float(ridge[head].min(initial=np.inf))
    return least / max(float(np.mean((scales - ridge)[head])), 1e-300)


def excerpt(problem: "LinearProblem", count: int) -> "LinearProblem":
    """The problem of about `count` rows from all parts of the data."""
    rows = spread(problem.design.shape[0], count, 1 if problem.design.sparse else RUN)
    other = copy(problem)
    for name in OWN:
        vars(other).pop(name, None)
    other.design = problem.design.take(rows)
    other.response = problem.response.take(rows)
    return other


def sample(problem: "LinearProblem", count: int) -> "LinearProblem":
    """As `excerpt`, with weights that sum to one; to zero if they have none."""
    other = excerpt(problem, count)
    weights = other.response.weights
    other.response = other.response.under(weights / (weights.sum() or 1.0))
    return other


def spread(n: int, count: int, run: int) -> Array:
    """Runs of rows, one at a random place of each of equal parts of all rows."""
    parts = max(count // run, 1)
    width = n / parts
    jitter = np.random.default_rng(0).uniform(size=parts) * max(width - run, 0.0)
    starts = (np.arange(parts) * width + jitter).astype(np.int64)
    rows = (starts[:, None] + np.arange(run)).ravel()
    return rows[rows < n]


def rough_hessian(
    problem: "LinearProblem", part: "LinearProblem", point: "LinearPoint"
) -> Array:
    """The Hessian with a diagonal from all rows and correlations from those of `part`.

    The sample alone would miss rare columns, along which steps would explode. Others,
    whose share of the diagonal is the usual one, are scaled alike, or columns that
    depend on each other would seem to have curvature where they have none.
    """
    columns = np.arange(problem.n_columns)
    hessian = part.loss_hessian(part.at(point.x), columns)
    if problem.response.shape:
        free = np.append(problem.free, problem.fit_intercept)
        bend_flat(hessian, free, problem.lanes)
    sampled, whole = np.diag(hessian), loss_diagonal(problem, point)
    scale = np.sqrt(whole / np.where(sampled > 0, sampled, np.inf))
    usual = float(np.median(scale[sampled > 0])) if sampled.any() else 0.0
    alike = (sampled > 0) & (np.abs(scale - usual) <= UNUSUAL * usual)
    scale[alike] = usual
    hessian *= scale
    hessian *= scale[:, None]
    own = np.where(alike, np.diag(hessian), whole)
    diagonal(hessian)[:] = own + problem.ridge(point.x)
    return hessian


def loss_diagonal(problem: "LinearProblem", point: "LinearPoint") -> Array:
    """Diagonal of the Hessian of the loss: centred columns, then the intercepts."""
    d, design = readonly(problem.response.weigh(point.curvatures)), problem.design
    alone = d.ndim == 1
    squares = design.mean_square(d) if alone else design.square_tdot(d)
    if not problem.fit_intercept:
        return squares.ravel()
    total, sums = d.sum(axis=0), design.mean(d) if alone else design.tdot(d)
    mean = problem.mean.reshape(-1, *(1,) * (d.ndim - 1))
    squares = squares + mean * (mean * total - 2.0 * sums)
    squares[problem.constant] = 0.0
    return np.append(np.maximum(squares, 0.0), total)


def bend_flat(hessian: Array, free: Array, lanes: int) -> None:
    """Give curvature to (1, ..., 1), along which free lanes change nothing.

    `free` says which columns have no penalty, an intercept among them.
    """
    blocks = hessian.reshape(-1, lanes, len(hessian) // lanes, lanes)
    for j in np.flatnonzero(free):
        blocks[j, :, j, :] += np.trace(blocks[j, :, j, :]) / lanes**2
