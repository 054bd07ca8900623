"""Why a fit does not converge, or would not."""

import dataclasses
import math
import warnings
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from ._params import Flag, Number, check_values
from ._pipelines import address, last_step, steps_before
from .doctor import Case, Diagnosis, Finding, examine
from .doctor._remedies import automatic_solver
from .doctor._values import non_finite
from .estimators._base import LinearModel, problems_of
from .estimators._report import what_it_is, worst
from .result import Result

__all__ = ["diagnose"]


def diagnose(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    sample_weight: Any = None,
    try_remedies: bool = True,
    max_time: float = 30.0,
) -> Diagnosis:
    """Fit an estimator, and say why it does not converge, or what else is the matter.

    Looks for values that are not finite, classes that can be separated where nothing
    holds the coefficients (by a linear program), targets at an end of their range,
    learning rates too large or too small, columns of wildly different scale, constant
    and duplicate columns, `alpha` above `alpha_max`, a joint scale that vanishes,
    tolerances beyond rounding, and solvers that ran out of iterations.

    Parameters
    ----------
    estimator : estimator of this package, or Pipeline that ends with one
        What to fit; never modified.
    X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
        Data.
    y : array-like of shape (n_samples,)
        Target.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights.
    try_remedies : bool, default=True
        Whether to fit once more for each finding, with its remedy, and say what came
        of it. Where that does not converge, ``solver="auto"`` is tried after it, and
        becomes part of the remedy if it helps.
    max_time : float, default=30.0
        Seconds after which each fit ends.

    Returns
    -------
    Diagnosis
        Findings, each with evidence and a remedy; ``finding.apply(estimator, X, y)``
        applies it.

    Raises
    ------
    TypeError
        When the estimator is not one of this package's.
    ValueError
        When the estimator cannot be fitted to the data for another reason than values
        that are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import AdvancedLogisticRegression, diagnose
    >>> X, y = np.array([[-2.0], [-1.0], [1.0], [3.0]]), [0, 0, 1, 1]
    >>> diagnosis = diagnose(AdvancedLogisticRegression(C=np.inf), X, y)
    >>> print(diagnosis["separable classes"].message)
    a linear function separates the classes: the loss falls for ever along it, so \
without a penalty there is no minimum.
    >>> diagnosis["separable classes"].cured
    True
    """
    seconds = Number(0.0, open_low=True)
    check_values(
        "diagnose", try_remedies=(try_remedies, Flag()), max_time=(max_time, seconds)
    )
    model, seen, refusal = _inner(estimator, X, y)
    clinic = _Clinic(model, seen, y, sample_weight, try_remedies, max_time)
    missing = list(non_finite(seen, y, sample_weight, refusal is not None))
    if missing:
        summary = f"{type(last_step(model)).__name__} cannot be fitted."
        return Diagnosis(summary, False, [clinic.tried(f) for f in missing])
    if refusal is not None:
        raise refusal
    X = seen
    results, fitted = clinic.fit(model, X, y, sample_weight)
    problems = problems_of(model, X, y, sample_weight)
    number = results.index(worst(results))
    params = fitted.get_params()
    case = Case(problems[number], fitted.solver_, results[number], params)
    findings = [clinic.tried(finding) for finding in examine(case)]
    converged = all(r.success for r in results)
    return Diagnosis(_summary(fitted, results[number]), converged, findings)


class _Clinic:
    """Where fits are made, and remedies tried."""

    def __init__(
        self, model: Any, X: Any, y: Any, weights: Any, trying: bool, max_time: float
    ) -> None:
        self.model, self.X, self.y, self.weights = model, X, y, weights
        self.trying, self.max_time = trying, max_time

    def fit(
        self, estimator: Any, X: Any, y: Any, weights: Any
    ) -> tuple[list[Result], Any]:
        """The results of a fit, and what was fitted."""
        estimator = clone(estimator)
        model = last_step(estimator)
        own = math.inf if model.max_time is None else model.max_time
        model.set_params(max_time=min(own, self.max_time))
        name = f"{address(estimator)}sample_weight"
        passed = {} if weights is None else {name: weights}
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", ConvergenceWarning)
            estimator.fit(X, y, **passed)
        result = model.result_
        return (result if isinstance(result, list) else [result]), model

    def tried(self, finding: Finding) -> Finding:
        """The finding, with what comes of its remedy; of a second one if it must be."""
        if not self.trying:
            return finding
        first = self._tried(finding)
        if first.cured:
            return first
        both = finding.remedy.then(automatic_solver())
        second = self._tried(dataclasses.replace(finding, remedy=both))
        return second if second.cured else first

    def _tried(self, finding: Finding) -> Finding:
        estimator, X, y = finding.apply(self.model, self.X, self.y)
        weights = finding.remedy.kept(self.weights)
        try:
            results, _ = self.fit(estimator, X, y, weights)
        except ValueError as reason:
            return dataclasses.replace(finding, outcome=str(reason), cured=False)
        last, cured = worst(results), all(r.success for r in results)
        outcome = "converges" if cured else f"does not converge alone ({last.message})"
        outcome += f": {last.certificate.kind} {last.certificate.value:.1e} after "
        outcome += f"{last.n_iter} iterations."
        return dataclasses.replace(finding, outcome=outcome, cured=cured)


def _inner(estimator: Any, X: Any, y: Any) -> tuple[Any, Any, ValueError | None]:
    """The model itself, and X as it sees it.

    Where the steps before it refuse X: all of the estimator, X, and what they said.
    """
    model = last_step(estimator)
    if not isinstance(model, LinearModel):
        raise TypeError(
            "diagnose needs an estimator of skopt_solvers, or a pipeline that ends "
            f"with one; got {what_it_is(model)}."
        )
    seen = X
    try:
        for before in steps_before(estimator):
            seen = clone(before).fit_transform(seen, y)
    except ValueError as refusal:
        return estimator, X, refusal
    return model, seen, None


def _summary(model: Any, result: Result) -> str:
    """How a fit went, in one sentence."""
    how = "converged" if result.success else "did not converge"
    tol = "None" if model.solver_.tol is None else f"{model.solver_.tol:.1e}"
    return (
        f"{type(model).__name__} with {type(model.solver_).__name__} {how}: "
        f"{result.message}, after {result.n_iter} iterations with a "
        f"{result.certificate.kind} of {result.certificate.value:.1e} (tol={tol})."
    )
