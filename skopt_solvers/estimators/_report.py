"""What a fit says about itself when it did not reach its tolerance."""

import sys
import warnings
from collections.abc import Sequence
from typing import Any

from sklearn.exceptions import ConvergenceWarning

from ..doctor import Case, alike, brief, reachable
from ..result import Result, Status
from ..solvers import Solver

SCALE = "scale the data (StandardScaler)"
REMEDY = {
    Status.NON_FINITE: "Scale the data (StandardScaler), or lower the learning rate.",
    Status.SEPARABLE: "result_.direction is the proof.",
    Status.INTERRUPTED: "The best iterate is kept.",
    Status.TIME: "Raise max_time.",
    Status.EVALUATIONS: "Raise max_evaluations; tol=None takes the best point found.",
}
STOCHASTIC = "Raise max_iter, lower the learning rate, or use solver='auto'."
STALLED = "Raise tol: it is below what floating-point precision allows"
FAR = "That is far from the optimum."


def advice(case: Case) -> str:
    """What to do about a run without success: in general, and by the doctor."""
    return " ".join(filter(None, [_in_general(case), brief(case)]))


def _in_general(case: Case) -> str:
    status = case.result.status
    if status is Status.STALLED:
        scale = "" if alike(case) else f"; or {SCALE}"
        return f"{STALLED}{scale}." if reachable(case) else FAR
    if status is not Status.MAX_ITER:
        return REMEDY[status]
    if case.solver.stochastic:
        return STOCHASTIC
    scale = "" if alike(case) else f" {SCALE},"
    return f"Raise max_iter,{scale} or choose another solver."


def worst(results: Sequence[Result]) -> Result:
    """The result with the largest certificate; NaN is larger than any number."""
    return max(results, key=lambda r: (r.certificate.value != r.certificate.value,
                                       r.certificate.value))  # fmt: skip


def failed(results: Result | Sequence[Result]) -> bool:
    """Whether a result, or any of several, is no success."""
    several = [results] if isinstance(results, Result) else results
    return not all(result.success for result in several)


def warn(owner: Any, solver: Solver, results: Sequence[Result], what: str = "") -> None:
    """One ConvergenceWarning if any result is no success, and none otherwise.

    `what` is to be done about it; by the status alone if empty.
    """
    failed = [r for r in results if not r.success]
    if not failed:
        return
    certificate = worst(failed).certificate
    many = f" in {len(failed)} of {len(results)} problems" if len(results) > 1 else ""
    tol = "None" if solver.tol is None else f"{solver.tol:.2e}"
    warnings.warn(
        f"{type(owner).__name__} did not converge with {type(solver).__name__}{many}: "
        f"{failed[0].message}. {str(certificate).capitalize()}, tol={tol}. "
        f"{what or REMEDY[failed[0].status]}",
        ConvergenceWarning,
        stacklevel=_outside(),
    )


def _outside() -> int:
    """How many calls lie between a warning and the call from outside the package."""
    package, level = __name__.partition(".")[0], 2
    frame = sys._getframe(2)
    while frame.f_back and frame.f_globals["__name__"].partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    return level


def what_it_is(given: Any) -> str:
    """What was given in place of a model, for messages."""
    if isinstance(given, type):
        return f"the class {given.__name__}: write {given.__name__}()"
    name = type(given).__name__
    if name.endswith("CV"):
        return f"{name}, which tunes a model: give the model itself"
    return name
