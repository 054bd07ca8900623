"""Classes that a linear function separates, under a loss that falls for ever."""

from collections.abc import Iterator

import numpy as np

from .._separation import separating_direction
from ..problems import LinearProblem
from ..problems._recession import columns_of
from . import _remedies as remedies
from ._case import Case
from ._finding import Finding, Remedy

Array = np.ndarray

LARGEST = 2e7  # entries up to which a linear program is asked
END = "moves only predictions whose targets are at an end of their range"
FAR = 20.0  # a prediction at which a loss that has a minimum is flat


def separability(case: Case) -> Iterator[Finding]:
    """Separable classes where nothing holds the coefficients, by linear programming."""
    problem, response = case.problem, case.problem.response
    free = np.flatnonzero(problem.free)
    small = 0 < len(response.y) * len(free) <= LARGEST
    if not small or not _falls_for_ever(problem):
        yield from separation_reached(case)
        return
    direction = separating_direction(
        columns_of(problem, free), response.y, response.weights, problem.fit_intercept
    )
    if direction is not None:
        yield _finding(case, np.atleast_2d(direction), free)


def separation_reached(case: Case) -> Iterator[Finding]:
    """The same where the run itself has found a direction; so for targets at an end."""
    direction = case.result.direction
    if not case.result.success and _one_end(case.problem):
        yield _without_intercept(case, direction)
    elif direction is not None:
        w = np.atleast_2d(case.problem.coefficients(direction).T)
        yield _finding(case, w, np.arange(case.problem.n_columns))


def _falls_for_ever(problem: LinearProblem) -> bool:
    loss = problem.response.loss
    if not loss.labels:
        return False
    return bool(loss.lanes or loss.slope(1.0, FAR) < 0)


def _one_end(problem: LinearProblem) -> bool:
    """Whether an intercept alone makes the loss of every sample fall for ever."""
    response = problem.response
    signs = None if response.shape else response.loss.falls(response.y)
    if signs is None or not problem.fit_intercept:
        return False
    ends = np.unique(signs[response.weights > 0])
    return len(ends) == 1 and bool(ends[0])


def _without_intercept(case: Case, direction: Array | None) -> Finding:
    remedy = remedies.without_intercept()
    if case.problem.free.any():
        remedy = remedy.then(_penalised(case))
    return Finding(
        "targets at an end",
        "all targets are at one end of their range, so no intercept is finite: the "
        "loss falls for ever along it, whatever the penalty.",
        {} if direction is None else {"direction": direction},
        remedy,
    )


def _finding(case: Case, direction: Array, columns: Array) -> Finding:
    labels = case.problem.response.loss.labels
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
        _penalised(case),
    )


def _penalised(case: Case) -> Remedy:
    return remedies.penalised(case.params, len(case.problem.response.y))
