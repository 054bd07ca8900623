"""When a metric is built anew, or a Newton step ends a fit."""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from ..problems._base import Oracle
from .preconditioners import Preconditioner

LIGHT = 1.5  # evaluations of one that may be new after every step
AT_ONCE = 5.0  # evaluations that a Hessian may cost to be new where curvatures jump
LATE = 2.0  # times the cost of a factor: the most that is done without one
PATIENT = 2.0  # times the cost of a factor, where the diagonal is nearly all of it
LASTING = 2  # blocks that are built before they are given up
SLOW = 0.999  # rate of iterations that lead nowhere
ENDS = 0.5  # of the tolerance: what a last step may leave
LEAST = 0.1  # of the square of what is left, that a Newton step leaves
PROOF = 3.0  # evaluations that the slopes of another Newton step cost as a certificate
CLEAR = 1e-3  # of the tolerance, that rounding errors of a certificate may come to
PACE = 0.1  # what a step is thought to leave where none has been made


def following(state: Any) -> Preconditioner:
    """What is built next: a better metric, or once more a factor."""
    lasting = state.metric.factored and state.builds < LASTING
    return state.ladder[0] if state.ladder and not lasting else state.metric  # type: ignore[no-any-return]


def renewal_pays(problem: Any, state: Any) -> bool:
    """Whether a fresh metric costs less than the iterations left with this one."""
    cost = following(state).cost(problem)
    if state.round and not state.metric.factored:
        cost *= PATIENT
    if cost < AT_ONCE and state.metric.factored and jumping(problem, state.point):
        return bool(state.pairs)
    since = len(state.decrements) - 1
    if since < max(1.0 if cost <= LIGHT else 2.0, cost / 2):
        return False
    if since > LATE * cost and not state.metric.factored:
        return True
    now = state.decrements[-1]
    target = 2 * max(state.budget.goal, 1e-16) * abs(state.point.objective)
    left, certificate = now / target if target > 0 else math.inf, state.certificate
    if certificate.exact and not state.metric.factored:  # only slopes certify
        left = max(left, certificate.value / max(state.budget.goal, 1e-16))
    if not (left > 1.0 and 0.0 < now < math.inf):
        return not now > 0
    return to_go(state.decrements, left) > cost + 2.5


def ends_here(problem: Any, state: Any, decrement: float) -> bool:
    """Whether a Newton step from here, in a metric of its own, is the cheapest end.

    It leaves about the square of what is left, and is its own certificate.
    """
    last = [state.metric, *state.ladder][-1]
    able = state.metric.factored and last.factored and last.exact
    if state.fresh or not able or not certifying(problem, last):
        return False
    goal, value = max(state.budget.goal, 1e-16), abs(state.point.objective)
    if not decrement > 0.0 or not value > 0.0:
        return False
    left = decrement / value
    if state.bend * left**2 > ENDS * goal:
        return False
    recent = state.decrements[-3:]
    paces = [b / a for a, b in pairwise(recent) if a > 0.0] or [PACE]
    pace = min(max(paces), 0.9)
    steps = max(math.log(left / (2.0 * goal)), 0.0) / -math.log(pace)
    return bool(last.cost(problem) + 1.0 < steps + PROOF)


def bend(state: Any, decrement: float) -> float:
    """What a Newton step left of the square of what was left, in objectives.

    None is told of steps in a metric that is not of where they began.
    """
    before, value = state.before, abs(state.point.objective)
    if before is None:
        return state.bend  # type: ignore[no-any-return]
    return max(decrement * value / before**2, LEAST) if before > 0.0 else math.inf


def provable(problem: Any, state: Any, line: Any, decrement: float) -> bool:
    """Whether the slopes of a Newton step, made along a line, may certify its end.

    The slope that is left there tells the least that it left. Where curvatures jump, so
    do slopes; and where terms cancel, sums that are not taken anew are rounding errors.
    """
    metric, enough = state.metric, state.budget.goal * state.point.objective
    if not certifying(problem, metric) or jumping(problem, line.origin):
        return False
    if not line.slope**2 / (2.0 * decrement) <= enough:
        return False
    ridge, blur = problem.ridge(line.origin.x), metric.blur(line.direction)
    held = ridge > 0.0
    return bool(np.sum(blur[held] ** 2 / ridge[held]) <= CLEAR * enough)


def to_go(decrements: list[float], left: float) -> float:
    """Iterations until what is `left` times too much is gone, at the last pace."""
    k = min(3, len(decrements) - 1)
    if left <= 1.0 or k < 1:
        return 0.0 if left <= 1.0 else math.inf
    now, before = decrements[-1], decrements[-1 - k]
    rate = (now / before) ** (1.0 / k) if 0.0 < now < before else 1.0
    return math.log(left) / -math.log(rate) if rate < SLOW else math.inf


def certifying(problem: Any, metric: Any) -> bool:
    """Whether the slopes of a Newton step in this metric may certify a point."""
    if not metric.factored or Oracle.DUAL not in problem.provides:
        return False
    return Oracle.COLUMNS in problem.provides or problem.narrow  # type: ignore[no-any-return]


def jumping(problem: Any, point: Any) -> bool:
    """Whether some samples have no curvature, as of losses whose second derivative
    jumps: what pairs have learned does not last there, and Newton's method ends soon.
    """
    single = Oracle.ROWS in problem.provides and problem.lanes == 1
    return single and not point.curvatures.all()
