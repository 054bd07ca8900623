"""Classes that a linear function separates, under a loss that falls for ever."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.sparse as sp

from .._separation import separating_direction
from ..problems import LinearProblem
from . import _remedies as remedies
from ._case import Case
from ._finding import Finding

Array = np.ndarray

LARGEST = 2e7  # entries up to which a linear program is asked
FAR = 20.0  # a prediction at which a loss that has a minimum is flat


def separability(case: Case) -> Iterator[Finding]:
    """Separable classes where nothing holds the coefficients, by linear programming."""
    problem = case.problem
    free = problem.free
    if not _falls_for_ever(problem) or not free.any():
        return
    if len(problem.response.y) * int(free.sum()) > LARGEST:
        yield from separation_reached(case)
        return
    X = columns_of(problem, np.flatnonzero(free))
    response = problem.response
    direction = separating_direction(
        X, response.y, response.weights, problem.fit_intercept
    )
    if direction is not None:
        yield _finding(np.atleast_2d(direction), np.flatnonzero(free))


def separation_reached(case: Case) -> Iterator[Finding]:
    """The same from the last iterate alone, which costs one pass over the data."""
    problem = case.problem
    if not _falls_for_ever(problem) or not problem.free.all():
        return
    z = problem.push(case.result.x)
    if _margin(problem, z) > 0:
        w = problem.coefficients(case.result.x)
        yield _finding(np.atleast_2d(w.T), np.arange(problem.n_columns))


def columns_of(problem: LinearProblem, columns: Array) -> Any:
    """Some columns of the design as a matrix."""
    unit = np.ones(1)
    dot = problem.design.dot_columns
    dense = [dot(np.array([j]), unit) for j in columns]
    return sp.csr_array(np.column_stack(dense))


def _falls_for_ever(problem: LinearProblem) -> bool:
    loss = problem.response.loss
    if not loss.labels:
        return False
    return bool(loss.lanes or loss.slope(1.0, FAR) < 0)


def _margin(problem: LinearProblem, z: Array) -> float:
    """The smallest margin of any sample that counts."""
    response = problem.response
    y, counted = response.y, response.weights > 0
    if not response.shape:
        return float(np.min((y * z)[counted]))
    rows, codes = np.arange(len(z)), y.astype(np.int64)
    own = z[rows, codes]
    others = z.copy()
    others[rows, codes] = -np.inf
    return float(np.min((own - others.max(axis=1))[counted]))


def _finding(direction: Array, columns: Array) -> Finding:
    sizes = np.abs(direction[:, : len(columns)]).max(axis=0)
    heaviest = columns[np.argsort(-sizes)[:5]]
    return Finding(
        "separable classes",
        "a linear function separates the classes: the log loss falls for ever along "
        "it, so without a penalty there is no minimum.",
        {
            "direction": np.squeeze(direction),
            "columns of the direction": int(np.count_nonzero(sizes)),
            "heaviest columns": remedies.shortened(heaviest),
        },
        remedies.penalised(),
    )
