"""A penalty so strong that no column is used."""

from collections.abc import Iterator

from .._walk import strongest
from ..problems._base import Oracle
from . import _remedies as remedies
from ._case import Case
from ._finding import Finding

SHARE = 0.1  # of alpha_max: strong, and columns are in use


def alpha_too_large(case: Case) -> Iterator[Finding]:
    """`alpha` at or above `alpha_max`, from where on all coefficients are zero."""
    problem = case.problem
    alpha = getattr(problem.penalty, "alpha", None)
    if not alpha or problem.smooth or Oracle.GRADIENT not in problem.provides:
        return
    largest = strongest(problem)
    if not 0.0 < largest <= alpha:
        return
    yield Finding(
        "alpha above alpha_max",
        "the penalty is so strong that all coefficients are zero.",
        {"alpha": float(alpha), "alpha_max": largest},
        remedies.weaker(SHARE * largest / alpha, case.params),
    )
