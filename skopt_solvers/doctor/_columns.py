"""Columns of wildly different scale, constant ones, and copies of others."""

from collections.abc import Iterator

import numpy as np

from ..problems import LinearProblem
from . import _remedies as remedies
from ._case import Case
from ._finding import Finding

Array = np.ndarray

APART = 1e4  # ratio of scales from which columns are worth a word
ALIKE = 10.0  # up to which a scaler would not change much
ROUNDING = 1e-14
CLOSE = 1e-12


def alike(case: Case) -> bool:
    """Whether the columns have about one scale, so that a scaler would not help."""
    sizes = np.sqrt(_spread(case.problem)[~_constant(case.problem)])
    return not len(sizes) or bool(sizes.max() <= ALIKE * sizes.min())


def scales(case: Case) -> Iterator[Finding]:
    """Columns that differ by more than `APART` in scale."""
    problem = case.problem
    varied = np.flatnonzero(~_constant(problem))
    sizes = np.sqrt(_spread(problem)[varied])
    if len(sizes) < 2 or sizes.max() <= APART * sizes.min():
        return
    low, high = varied[np.argmin(sizes)], varied[np.argmax(sizes)]
    yield Finding(
        "columns of different scale",
        f"column {high} varies {sizes.max() / sizes.min():.1e} times as much as column "
        f"{low}: steps that suit one do not suit the other.",
        {
            "ratio": float(sizes.max() / sizes.min()),
            f"scale of column {low}": float(sizes.min()),
            f"scale of column {high}": float(sizes.max()),
        },
        remedies.scaled(),
    )


def constants(case: Case) -> Iterator[Finding]:
    """Columns that say nothing beside the intercept, or nothing at all."""
    columns = np.flatnonzero(_constant(case.problem))
    if not len(columns) or len(columns) == case.problem.n_columns:
        return
    yield Finding(
        "constant columns",
        f"{len(columns)} columns are the same for all samples: their coefficients mean "
        "nothing.",
        {"columns": remedies.shortened(columns), "number": len(columns)},
        remedies.without_columns(columns),
    )


def duplicates(case: Case) -> Iterator[Finding]:
    """Columns that equal an earlier one."""
    problem = case.problem
    pairs = _equal_pairs(problem)
    if not pairs:
        return
    copies = np.unique([b for _, b in pairs])
    a, b = pairs[0]
    yield Finding(
        "duplicate columns",
        f"{len(copies)} columns are copies of others: what they get together is "
        "determined, not how they share it.",
        {"copies": remedies.shortened(copies), "first pair": f"{a} = {b}"},
        remedies.without_columns(copies),
    )


def _spread(problem: LinearProblem) -> Array:
    """Mean square of each column, about its mean if there is an intercept."""
    return np.asarray(problem.variances)


def _constant(problem: LinearProblem) -> Array:
    spread = _spread(problem)
    return np.asarray(spread <= ROUNDING * (spread + problem.mean**2))


def _equal_pairs(problem: LinearProblem) -> list[tuple[int, int]]:
    """Pairs of equal columns: those with equal random sums, looked at closely."""
    design = problem.design
    rng = np.random.default_rng(0)
    sums = design.tdot(rng.normal(size=design.shape[0]))
    squares = design.square_tdot(np.ones(design.shape[0]))
    candidates = np.flatnonzero(~_constant(problem))
    order = candidates[np.argsort(sums[candidates], kind="stable")]
    groups: list[list[int]] = []
    previous = -1
    for j in map(int, order):
        tiny = CLOSE * np.sqrt(squares[j] + squares[previous])
        near = previous >= 0 and abs(sums[j] - sums[previous]) <= tiny
        if near and _equal(problem, previous, j, squares):
            groups[-1].append(j)
        else:
            groups.append([j])
        previous = j
    return sorted((min(g), j) for g in groups for j in g if j != min(g))


def _equal(problem: LinearProblem, a: int, b: int, squares: Array) -> bool:
    one = problem.design.dot_columns(np.array([a]), np.ones(1))
    cross = float(problem.design.tdot_columns(np.array([b]), one)[0])
    distance = squares[a] + squares[b] - 2.0 * cross
    return bool(distance <= CLOSE * (squares[a] + squares[b]))
