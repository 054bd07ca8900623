"""Treatments: from an estimator, X and y to those with which a fit converges."""

from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.base import clone

from ..penalties import L2
from ..solvers import Solver
from ._finding import Remedy

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


def finite() -> Remedy:
    """Replace what is not finite in X by column means; drop rows for those in y."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import make_pipeline

        rows = np.flatnonzero(_finite(np.asarray(y)))
        X = sp.csr_array(X).astype(float)[rows] if sp.issparse(X) else _array(X)[rows]
        stored = X.data if sp.issparse(X) else X
        stored[~np.isfinite(stored)] = np.nan
        model = make_pipeline(SimpleImputer(), clone(estimator))
        return model, X, np.asarray(y)[rows]

    words = "make_pipeline(SimpleImputer(), model) with inf as NaN; drop rows whose"
    return Remedy(f"{words} target is missing.", treat)


def penalised() -> Remedy:
    """Add a weak ridge."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        own = "penalty" in estimator.get_params()  # others have a ridge's strength
        changes = {"penalty": L2(RIDGE)} if own else {"alpha": RIDGE}
        return clone(estimator).set_params(**changes), X, y

    return Remedy(f"add a penalty: penalty=L2({RIDGE:g}), or alpha={RIDGE:g}.", treat)


def weaker(factor: float, alpha: float) -> Remedy:
    """Multiply the strength of the penalty."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        estimator = clone(estimator)
        own = estimator.get_params()
        if "penalty__alpha" in own:
            value = own["penalty__alpha"] * factor
            return estimator.set_params(penalty__alpha=value), X, y
        if "alpha" in own:
            return estimator.set_params(alpha=own["alpha"] * factor), X, y
        return estimator.set_params(C=own["C"] / factor), X, y

    return Remedy(f"multiply alpha by {factor:.2g}: {alpha * factor:.4g}.", treat)


def automatic_rate(solver: Solver) -> Remedy:
    """Take the learning rate from the curvatures of the problem."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        changed = clone(solver).set_params(learning_rate="auto")
        return clone(estimator).set_params(solver=changed), X, y

    return Remedy("learning_rate='auto'.", treat)


def automatic_solver() -> Remedy:
    """Take the solver that suits the problem, with its own number of iterations."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        changes = {"solver": "auto", "max_iter": None, "max_time": None}
        return clone(estimator).set_params(**changes), X, y

    return Remedy("solver='auto', with its own max_iter.", treat)


def tolerance(value: float) -> Remedy:
    """Ask for what can be reached."""

    def treat(estimator: Any, X: Any, y: Any) -> Any:
        return clone(estimator).set_params(tol=value), X, y

    return Remedy(f"tol={value:.1e}; or scale the data (StandardScaler).", treat)


def shortened(columns: Array) -> str:
    """The first few numbers of columns."""
    first = ", ".join(str(int(j)) for j in columns[:8])
    return f"[{first}{', ...' if len(columns) > 8 else ''}]"


def _finite(y: Array) -> Array:
    if y.dtype.kind not in "fc":
        return np.ones(len(y), bool)
    return np.isfinite(y.reshape(len(y), -1)).all(axis=1)


def _array(X: Any) -> Array:
    return np.array(X, dtype=np.float64)


def _is_frame(X: Any) -> bool:
    return getattr(X, "iloc", None) is not None
