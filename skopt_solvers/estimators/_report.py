"""What a fit says about itself when it did not reach its tolerance."""

import warnings
from collections.abc import Sequence
from typing import Any

from sklearn.exceptions import ConvergenceWarning

from ..result import Result, Status
from ..solvers import Solver

REMEDY = {
    Status.NON_FINITE: "Scale the data (StandardScaler), or lower the learning rate.",
    Status.SEPARABLE: "result_.direction is the proof.",
    Status.INTERRUPTED: "The best iterate is kept.",
    Status.TIME: "Raise max_time.",
    Status.STALLED: "Raise tol: it is below what floating-point precision allows on "
    "data of this scale; or scale the data (StandardScaler).",
    Status.EVALUATIONS: "Raise max_evaluations; tol=None takes the best point found.",
    Status.MAX_ITER: "Raise max_iter, scale the data (StandardScaler), or choose "
    "another solver.",
}
STOCHASTIC = "Raise max_iter, lower the learning rate, or use solver='auto'."


def worst(results: Sequence[Result]) -> Result:
    """The result with the largest certificate; NaN is larger than any number."""
    return max(results, key=lambda r: (r.certificate.value != r.certificate.value,
                                       r.certificate.value))  # fmt: skip


def failed(results: Result | Sequence[Result]) -> bool:
    """Whether a result, or any of several, is no success."""
    several = [results] if isinstance(results, Result) else results
    return not all(result.success for result in several)


def warn(owner: Any, solver: Solver, results: Sequence[Result], hint: str = "") -> None:
    """One ConvergenceWarning if any result is no success, and none otherwise."""
    failed = [r for r in results if not r.success]
    if not failed:
        return
    certificate, status = worst(failed).certificate, failed[0].status
    remedy = REMEDY[status]
    if solver.stochastic and status is Status.MAX_ITER:
        remedy = STOCHASTIC
    many = f" in {len(failed)} of {len(results)} problems" if len(results) > 1 else ""
    tol = "None" if solver.tol is None else f"{solver.tol:.2e}"
    warnings.warn(
        f"{type(owner).__name__} did not converge with {type(solver).__name__}{many}: "
        f"{failed[0].message}. {str(certificate).capitalize()}, tol={tol}. "
        f"{' '.join(filter(None, [remedy, hint]))}",
        ConvergenceWarning,
        stacklevel=4,
    )


def what_it_is(given: Any) -> str:
    """What was given in place of a model, for messages."""
    if isinstance(given, type):
        return f"the class {given.__name__}: write {given.__name__}()"
    name = type(given).__name__
    if name.endswith("CV"):
        return f"{name}, which tunes a model: give the model itself"
    return name
