"""Treatments: from an estimator, X and y to those with which a fit converges."""

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


def penalised() -> Remedy:
    """Add a weak ridge."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        own = "penalty" in last_step(estimator).get_params()  # others are ridges
        changes = {"penalty": L2(RIDGE)} if own else {"alpha": RIDGE}
        return _changed(estimator, **changes), X, y

    return Remedy(f"add a penalty: penalty=L2({RIDGE:g}), or alpha={RIDGE:g}.", treat)


def weaker(factor: float, alpha: float) -> Remedy:
    """Multiply the strength of the penalty."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        own = last_step(estimator).get_params()
        if "penalty__alpha" in own:
            change = {"penalty__alpha": own["penalty__alpha"] * factor}
        elif "alpha" in own:
            change = {"alpha": own["alpha"] * factor}
        else:
            change = {"C": own["C"] / factor}
        return _changed(estimator, **change), X, y

    return Remedy(f"multiply alpha by {factor:.2g}: {alpha * factor:.4g}.", treat)


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


def _is_frame(X: Any) -> bool:
    return getattr(X, "iloc", None) is not None
