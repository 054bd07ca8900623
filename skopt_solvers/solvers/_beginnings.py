"""Where to begin on linear models: in the dual, or with stronger ridges."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..problems._base import Certificate, Oracle
from ._base import Array, Budget
from .dual_coordinate_descent import DualCoordinateDescent, DualState

PATIENCE = 64.0  # passes over the data that may be left for the dual to go on
FLAT, FEW = 600.0, 5000  # where some samples have no curvature, and rows are few
ROUGH = 0.5  # passes that an epoch in single precision takes
# entries that take as long as a sample's own step: sparse ones, and those side by side
LONE, DENSE = 80.0, 350.0

LOOKED = 3  # rows a column: even so few raise the largest eigenvalue to 2.5 at most
LOOKS, STEEP = 6, 4.0  # power iterations; largest eigenvalue of what is nearly round
EASY = 1.0  # how far a sample's own step may go in the first of the easier problems
LIGHT = 30.0  # the same up to which the dual of a softmax takes few epochs
FIRM = 0.5  # curvature of the loss, in ridges, up to which gradients suffice
EASIER = 10.0  # factor of the ridge from one to the next
AT_MOST = Certificate(1.0, "duality gap", exact=False)  # of any point
ROUGHLY, STEPS = 1e-2, 100  # certificate of their solutions, iterations they may take


def ascended(
    problem: Any, x: Array, budget: Budget, cost: float = math.nan, least: float = 0.0
) -> tuple[DualState, str]:
    """Epochs in the dual while they promise to end soon; and what happened.

    Before the passes over the data that another way would `cost`, if that is known; a
    share of these, the `least`, may be taken whatever the pace.
    """
    dual = DualCoordinateDescent()
    state = DualState(problem.at(x), budget, AT_MOST)
    dual.begin(problem, state)
    n, price = problem.design.shape[0], epoch_cost(problem.design)
    goal = max(budget.goal, 1e-15)
    looks, left = [(0, state.certificate.value)], math.nan
    while state.n_iter < budget.max_iter and not budget.spent:
        if state.certificate.exact and state.certificate.value <= budget.goal:
            return state, f"dual: {state.n_iter} epochs, which were enough"
        dual.step(problem, state)
        state.n_iter += state.stride
        looks.append((state.n_iter, min(looks[-1][1], state.certificate.value)))
        left = prospect(looks, goal)
        point: Any = state.point
        flat = n <= FEW and not point.curvatures.all()
        most = cost if cost > 0.0 else FLAT if flat else PATIENCE
        if left * price > most and not state.n_iter * price < least * cost:
            break
    return state, (
        f"dual: left after {state.n_iter} epochs at a gap of "
        f"{state.certificate.value:.1e}, with {left:.0f} more in prospect"
    )


def epoch_cost(design: Any) -> float:
    """What an epoch in the dual costs, in passes over the data."""
    entries, lone = (1.0, LONE) if design.sparse else (ROUGH, DENSE)
    return float(entries + lone * design.shape[0] / max(design.nnz, 1))


def taken(state: Any, other: Any, note: str) -> None:
    """Go to where another solver's state is, if that is better; and what happened."""
    if other.point.objective < state.point.objective:
        state.point, state.certificate = other.point, other.certificate
        state.witness = other.witness
    state.n_iter += other.n_iter
    state.log.append(note)


def firm(problem: Any) -> bool:
    """Whether the ridge is so strong that the Hessian is nearly that: a few gradients
    do, unless a direction is much steeper than others.
    """
    n, p = problem.design.shape
    bend = problem.response.max_curvature
    if problem.lanes > 1:  # what the classes' shares make of it at the start
        shares = problem.response.shares(problem.null.z[:1])
        bend = float(np.max(shares - problem.response.loss.coupled * shares**2))
    return bool(bend * problem.row_bend * n <= FIRM * min(n, p))


def independent(problem: Any, x: Array) -> bool:
    """Whether no direction is much steeper than the coordinates, in units of these.

    As power iteration on the Hessian of a few rows, scaled to a unit diagonal, tells.
    """
    problem = problem.sample(LOOKED * problem.n_columns)
    point = problem.at(x)
    scale = 1.0 / np.sqrt(np.maximum(problem.diagonal(point), 1e-300))
    product, top = problem.hessian_vector(point), math.inf
    v = np.random.default_rng(0).normal(size=problem.size)
    for _ in range(LOOKS):
        v = scale * product(scale * (v / np.linalg.norm(v)))
        top = float(np.linalg.norm(v))
        if not 0.0 < top < STEEP:
            return False
    return True


def prospect(looks: list[tuple[int, float]], goal: float) -> float:
    """Epochs until the gap is at `goal`, if it goes on falling as of late.

    `looks` are numbers of epochs, or of iterations, and the least gaps so far; the
    later half counts.
    """
    done, now = looks[-1]
    first, before = [look for look in looks if 2 * look[0] <= done][-1]
    if not now > goal:
        return 0.0
    if not now < before:
        return math.inf
    return (done - first) * math.log(now / goal) / math.log(before / now)


def softened(problem: Any, state: Any, step: Callable[[Any, Any], None]) -> None:
    """Come down to the ridge by factors of ten, each time to a rough solution.

    Where a loss bends on one side only, Newton's steps from afar are cut short as soon
    as a few samples change sides. From a ridge to the next not many do. A softmax whose
    ridge is strong enough goes to its dual; others are improved by `step`.
    """
    penalty, bend, begun = problem.penalty, problem.row_bend, state.n_iter
    able = penalty.adjustable and math.isfinite(bend)
    # rows of unit length have bends of 10, 100, ..., up to rounding errors
    rounds = int(math.log(max(bend / EASY, 1.0), EASIER) + 1e-9) if able else 0
    for k in range(rounds, 0, -1):
        softer = problem.with_penalty(penalty.at(penalty.alpha * EASIER**k))
        point: Any = state.point
        rest = max(state.budget.max_iter - state.n_iter, 0)
        budget = replace(state.budget, tol=ROUGHLY, max_iter=rest)
        inner = replace(state, point=point.under(softer), budget=budget)
        dual = problem.lanes > 1 and Oracle.DUAL in problem.provides
        if dual and softer.row_bend <= LIGHT:
            ascent, _ = ascended(softer, inner.point.x, budget)
            point, state.n_iter = ascent.point, state.n_iter + ascent.n_iter
            state.point = point.under(problem)
            continue
        inner.certify(softer)
        for _ in range(STEPS):
            near = inner.certificate.exact and inner.certificate.value <= ROUGHLY
            over = state.budget.spent or state.n_iter >= state.budget.max_iter
            if near or inner.stalled or over:
                break
            step(softer, inner)
            state.n_iter += 1
        point, state.hard, state.looked = inner.point, inner.hard, inner.looked
        state.point, state.rough = point.under(problem), inner.rough
    if rounds:
        state.certify(problem)
        state.log.append(
            f"start: {state.n_iter - begun} iterations with {rounds} stronger ridges"
        )
