"""Treatments: from an estimator, X and y to those with which a fit converges."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.base import clone

from .._pipelines import last_step
from ..penalties import L2
from ..solvers import Solver
from ._finding import Remedy
from ._numbers import numbers

Array = np.ndarray

RIDGE = 1e-3  # against the mean loss: weak, and enough for a minimum to exist


def scaled() -> Remedy:
    """Bring all columns to one scale."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler(with_mean=not sp.issparse(X))
        return make_pipeline(scaler, clone(estimator)), X, y

    words = "make_pipeline(StandardScaler(), model); penalties then weigh all columns"
    return Remedy(f"{words} alike.", treat)


def without_columns(columns: Array) -> Remedy:
    """Leave columns out."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        if sp.issparse(X):
            X = sp.csr_array(X)
        elif not _is_frame(X):
            X = np.asarray(X)
        kept = np.setdiff1d(np.arange(X.shape[1]), columns)
        X = X.iloc[:, kept] if _is_frame(X) else X[:, kept]
        return clone(estimator), X, y

    return Remedy(f"leave out the columns {shortened(columns)}.", treat)


def finite(rows: Array | None) -> Remedy:
    """Replace what is not finite in X by column means; keep some rows."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import make_pipeline

        X = sp.csr_array(X, dtype=float, copy=True) if sp.issparse(X) else numbers(X)
        stored = X.data if sp.issparse(X) else X
        stored[~np.isfinite(stored)] = np.nan
        return make_pipeline(SimpleImputer(), clone(estimator)), X, y

    words = "make_pipeline(SimpleImputer(), model) with inf as NaN; drop rows whose"
    return Remedy(f"{words} target or weight is missing.", treat, rows)


def whole_rows(rows: Array | None) -> Remedy:
    """Keep the rows that are complete."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        return clone(estimator), X, y

    words = "drop the rows with such values, or put SimpleImputer() first (inf as NaN)."
    return Remedy(words, treat, rows)


def penalised(params: Mapping[str, Any], n_samples: int) -> Remedy:
    """Add a weak ridge, or make what there is weak in place of nothing."""
    change: dict[str, Any] = {"penalty": L2(RIDGE)}
    if math.isinf(params.get("C", 1.0)):
        change = {"C": float(f"{1.0 / (RIDGE * n_samples):.3g}")}
    elif params.get("alpha") and "weights" in params:
        change = {"weights": None}
    elif "alpha" in params and isinstance(params.get("penalty", ""), str):
        change = {"alpha": RIDGE}
    words = f"add a penalty: {_written(change)}."
    return Remedy(words, lambda estimator, X, y: (_changed(estimator, **change), X, y))


def without_intercept() -> Remedy:
    """Leave the intercept out."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        return _changed(estimator, fit_intercept=False), X, y

    return Remedy("other targets, or fit_intercept=False.", treat)


def weaker(factor: float, params: Mapping[str, Any]) -> Remedy:
    """Multiply the strength of the penalty."""
    own = [name for name in ("penalty__alpha", "alpha", "C") if name in params]
    value = params[own[0]] / factor if own[0] == "C" else params[own[0]] * factor
    change = {own[0]: value}
    words = f"weaken the penalty: {own[0]}={value:.4g}."
    return Remedy(words, lambda estimator, X, y: (_changed(estimator, **change), X, y))


def stronger(penalty: Any, params: Mapping[str, Any]) -> Remedy:
    """A penalty as strong as the loss, with the solver that suits the problem."""
    own = [name for name in ("penalty__alpha", "alpha") if name in params]
    now = float(getattr(penalty, "alpha", 0.0))
    change: dict[str, Any] = {"solver": "auto", "max_iter": None}
    words = ""
    if own and now > 0:
        change[own[0]] = float(f"{params[own[0]] / now:.3g}")
        words = f"a larger alpha, such as {own[0]}={change[own[0]]:g}; or "
    words += "a fixed scale, as of AdvancedLinearRegressor('huber'); solver='auto'."
    return Remedy(words, lambda estimator, X, y: (_changed(estimator, **change), X, y))


def automatic_rate(solver: Solver) -> Remedy:
    """Take the learning rate from the curvatures of the problem."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        changed = clone(solver).set_params(learning_rate="auto")
        return _changed(estimator, solver=changed), X, y

    return Remedy("learning_rate='auto'.", treat)


def longer(solver: Solver) -> Remedy:
    """Give a solver ten times as many iterations."""
    count = 10 * solver.max_iter

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        changed = clone(solver).set_params(max_iter=count)
        changes = {"solver": changed, "max_iter": None, "max_time": None}
        return _changed(estimator, **changes), X, y

    return Remedy(f"max_iter={count}.", treat)


def automatic_solver() -> Remedy:
    """Take the solver that suits the problem, with its own number of iterations."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        changes = {"solver": "auto", "max_iter": None, "max_time": None}
        return _changed(estimator, **changes), X, y

    return Remedy("solver='auto', with its own max_iter.", treat)


def tolerance(value: float) -> Remedy:
    """Ask for what can be reached."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        return _changed(estimator, tol=value), X, y

    return Remedy(f"tol={value:.1e}; or scale the data (StandardScaler).", treat)


def shortened(columns: Array) -> str:
    """The first few numbers of columns."""
    first = ", ".join(str(int(j)) for j in columns[:8])
    return f"[{first}{', ...' if len(columns) > 8 else ''}]"


def _changed(estimator: Any, **changes: Any) -> Any:
    """A clone with other parameters of the model itself."""
    estimator = clone(estimator)
    last_step(estimator).set_params(**changes)
    return estimator


def _written(change: Mapping[str, Any]) -> str:
    """Parameters as they are given."""
    return ", ".join(f"{name}={value!r}" for name, value in change.items())


def _is_frame(X: Any) -> bool:
    return getattr(X, "iloc", None) is not None
