"""A penalty so strong that no column is used."""

from collections.abc import Iterator

import numpy as np

from . import _remedies as remedies
from ._case import Case
from ._finding import Finding

SHARE = 0.1  # of alpha_max: strong, and columns are in use


def alpha_too_large(case: Case) -> Iterator[Finding]:
    """`alpha` at or above `alpha_max`, from where on all coefficients are zero."""
    problem = case.problem
    alpha = getattr(problem.penalty, "alpha", None)
    if not problem.penalty.piecewise or problem.smooth or not alpha:
        return
    gradient = problem.null.loss_gradient[: problem.split]
    level = np.repeat(problem.record.level, problem.lanes)  # type: ignore[attr-defined]
    if not level.any() or problem.null.x[: problem.split].any():
        return
    held = level > 0
    ratio = float(np.max(np.abs(gradient[held]) / level[held]))
    free = np.abs(gradient[~held])
    if not 0.0 < ratio <= 1.0 or free.any():
        return
    largest = ratio * alpha
    yield Finding(
        "alpha above alpha_max",
        "the penalty is so strong that all coefficients are zero.",
        {"alpha": float(alpha), "alpha_max": largest},
        remedies.weaker(SHARE * ratio, alpha),
    )
