"""At which strength of a penalty no penalised coefficient is used."""

import math

import numpy as np

from .._compile import readonly
from ..kernels.penalties import violations
from .linear import LinearPoint, LinearProblem
from .regularizer import regularizer_of

PRECISION = 1e-13  # relative, of a bisection
LONGEST = 1100  # doublings from one end of float64 to the other


def reach(problem: LinearProblem, point: LinearPoint) -> float:
    """Smallest strength at which the zeros of `point` are optimal; inf for none.

    `point` holds the best values of all coefficients without a penalty, zero for the
    others. Closed form where zero is optimal up to a level proportional to the
    strength, otherwise by bisection of the penalty's own violations; of a penalty that
    is not convex, where every zero may be stationary, by whether a prox step moves it.
    """
    if not problem.penalty.selective:
        return math.inf
    closed = _closed(problem, point) if problem.penalty.piecewise else None
    strength = _bisected(problem, point) if closed is None else closed
    while 0 < strength < math.inf and _wrong(problem, point, strength):
        strength = float(np.nextafter(strength, math.inf))  # rounding
    return strength


def _wrong(problem: LinearProblem, point: LinearPoint, strength: float) -> bool:
    """Whether a penalised coefficient is drawn away from zero."""
    penalty = problem.penalty.at(strength)
    other = regularizer_of(penalty, problem.n_columns, problem.lanes)
    head = slice(problem.split)
    if penalty.convex:
        wrong = other.violations(point.x[head], point.loss_gradient[head])
    else:
        wrong = problem.displaced(point, other)
    held = ~np.repeat(problem.free, problem.lanes)
    return bool(np.any(np.abs(wrong[held]) > 0))


def _closed(problem: LinearProblem, point: LinearPoint) -> float | None:
    """The largest slope over level; None where levels are not proportional."""
    n = problem.n_columns
    one, two = (problem.penalty.at(s).record(n_columns=n).level for s in (1.0, 2.0))  # type: ignore[attr-defined]
    if not np.allclose(2.0 * one, two, 1e-12, 0.0):
        return None
    nothing = np.zeros(n)
    bare = problem.penalty.record(n_columns=n, level=nothing, ridge=nothing)
    w, g = (readonly(a[: problem.split]) for a in (point.x, point.loss_gradient))
    pull = violations(bare, w, g, problem.lanes).reshape(n, -1).max(axis=1)
    drawn = (pull > 0) & ~problem.free
    if np.any(one[drawn] == 0):
        return math.inf
    return float(np.max(pull[drawn] / one[drawn], initial=0.0))


def _bisected(problem: LinearProblem, point: LinearPoint) -> float:
    high = float(np.max(np.abs(point.loss_gradient[: problem.split]), initial=0.0))
    if high == 0 or not math.isfinite(high):
        return high
    for _ in range(LONGEST):
        if not _wrong(problem, point, high):
            break
        high *= 2.0
    else:
        return math.inf
    low = high / 2.0
    for _ in range(LONGEST):
        if low == 0 or _wrong(problem, point, low):
            break
        low, high = low / 2.0, low
    while high - low > PRECISION * high:
        middle = (low + high) / 2.0
        low, high = (middle, high) if _wrong(problem, point, middle) else (low, middle)
    return high


def relaxed(problem: LinearProblem) -> LinearProblem | None:
    """The convex problem whose solution is where the search of this one begins."""
    if problem.penalty.convex or not problem.response.differentiable:
        return None
    steps = 1.0 / problem.scales(problem.null)[: problem.split : problem.lanes]
    penalty = problem.penalty.relaxed(steps)
    return None if penalty is None else problem.with_penalty(penalty)
