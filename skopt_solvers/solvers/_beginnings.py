"""Where L-BFGS begins on linear models: on samples of the rows, or in the dual."""

import math

from ..problems._base import Problem
from ._base import Array, Budget
from .dual_coordinate_descent import DualCoordinateDescent, DualState

PATIENCE = 40.0  # epochs that may be left for the dual to go on
ENOUGH = 12  # epochs after which that is forecast


def ascended(problem: Problem, x: Array, budget: Budget) -> tuple[DualState, str]:
    """Epochs in the dual while they promise to end soon; and what happened."""
    dual = DualCoordinateDescent()
    state = dual.init(problem, x, budget)
    left, before = math.nan, state.certificate.value
    while state.n_iter < budget.max_iter and not budget.spent:
        if state.certificate.exact and state.certificate.value <= budget.goal:
            return state, f"dual: {state.n_iter} epochs, which were enough"
        dual.step(problem, state)
        state.n_iter += state.stride
        now = state.certificate.value
        left = _left(before, now, state.stride, max(budget.goal, 1e-15))
        before = now
        if state.n_iter >= ENOUGH and left > PATIENCE:
            break
    return state, (
        f"dual: left after {state.n_iter} epochs at a gap of "
        f"{state.certificate.value:.1e}, with {left:.0f} more in prospect"
    )


def _left(before: float, now: float, epochs: int, goal: float) -> float:
    """Epochs until the gap is at `goal`, if it goes on falling as it did."""
    if not now > goal:
        return 0.0
    if not now < before:
        return math.inf
    return epochs * math.log(now / goal) / math.log(before / now)
