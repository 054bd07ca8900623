"""Classes that a linear function separates, under a loss that falls for ever."""

from collections.abc import Iterator

import numpy as np

from .._separation import separating_direction
from ..problems import LinearProblem
from ..problems._recession import columns_of
from . import _remedies as remedies
from ._case import Case
from ._finding import Finding

Array = np.ndarray

LARGEST = 2e7  # entries up to which a linear program is asked
END = "moves only predictions whose targets are at an end of their range"
FAR = 20.0  # a prediction at which a loss that has a minimum is flat


def separability(case: Case) -> Iterator[Finding]:
    """Separable classes where nothing holds the coefficients, by linear programming."""
    problem = case.problem
    free = problem.free
    if not free.any():
        return
    if not _falls_for_ever(problem):
        yield from separation_reached(case)
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
    """The same where the run itself has found a direction; so for targets at an end."""
    direction = case.result.direction
    if direction is not None:
        w = np.atleast_2d(case.problem.coefficients(direction).T)
        labels = case.problem.response.loss.labels
        yield _finding(w, np.arange(case.problem.n_columns), labels)


def _falls_for_ever(problem: LinearProblem) -> bool:
    loss = problem.response.loss
    if not loss.labels:
        return False
    return bool(loss.lanes or loss.slope(1.0, FAR) < 0)


def _finding(direction: Array, columns: Array, labels: bool = True) -> Finding:
    sizes = np.abs(direction[:, : len(columns)]).max(axis=0)
    heaviest = columns[np.argsort(-sizes)[:5]]
    what = "separates the classes" if labels else END
    return Finding(
        "separable classes" if labels else "targets at an end",
        f"a linear function {what}: the loss falls for ever along it, so without a "
        "penalty there is no minimum.",
        {
            "direction": np.squeeze(direction),
            "columns of the direction": int(np.count_nonzero(sizes)),
            "heaviest columns": remedies.shortened(heaviest),
        },
        remedies.penalised(),
    )
