"""Error bars of predictions: how far from those of the optimum they are at most."""

import math
from abc import ABC
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted, validate_data

from .._compile import readonly
from .._threads import one_blas_thread
from ..designs import Design, as_design
from ..kernels.dual import squares
from ..problems import LinearProblem
from ..problems._gap import unit_of
from ._covariance import Fit

Array = np.ndarray

ROUNDING = 1e-14


class ErrorBound(ABC):
    """What the certificate says about predictions."""

    _fits: list[Fit]
    intercept_: Any

    def prediction_error_bound(self, X: Any) -> Array:
        r"""How far linear predictions are from those of the exact optimum, at most.

        A ridge makes the objective strongly convex: with the duality gap g of the fit
        and ridges :math:`r_j` the optimum w* has
        :math:`\sum_j r_j (w_j - w_j^*)^2 \le 2 g`. So predictions without an intercept
        are off by at most :math:`e(x) = \sqrt{2 g \sum_j x_j^2 / r_j}`. The intercept
        has no ridge. It balances the slopes of the training samples, which grow with
        predictions: with columns centred at their means, its error is between the two
        shifts that balance them after all predictions moved by :math:`\pm e(x_i)`.
        Rigorous for every convex loss, up to rounding.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Largest difference of ``X @ coef_.T + intercept_`` to that of the optimum.

        Raises
        ------
        ValueError
            When a coefficient has no ridge, there is no optimum or no duality gap,
            there is an intercept and the loss is a softmax, kinked (hinge) or of a
            joint scale, or the training data were changed since the fit.

        Notes
        -----
        Smaller for a smaller `tol`: the bound falls with the root of the gap. Costs a
        pass over the training data, which the model keeps by reference, not in pickles.

        Examples
        --------
        >>> from sklearn.datasets import load_diabetes
        >>> from skopt_solvers import AdvancedPoissonRegressor
        >>> X, y = load_diabetes(return_X_y=True)
        >>> model = AdvancedPoissonRegressor(alpha=0.1, tol=1e-9).fit(X, y)
        >>> bool(model.prediction_error_bound(X).max() < 0.01)
        True
        """
        check_is_fitted(self)
        if "_fits" not in vars(self):
            raise ValueError(
                f"{type(self).__name__} needs its training data for error bounds, and "
                "keeps none when it is pickled, copied or fitted in parts: call fit."
            )
        X = validate_data(
            self, X, reset=False, accept_sparse="csr", dtype=[np.float64, np.float32]
        )
        design = as_design(X)
        with one_blas_thread():
            bounds = [_bound(fit.checked(), design) for fit in self._fits]
        lanes = self._fits[0].problem.lanes
        if lanes > 1 and np.size(self.intercept_) == 1:
            return 2.0 * bounds[0]  # the difference of two predictions
        if lanes > 1:
            return np.repeat(bounds[0][:, None], lanes, axis=1)
        return bounds[0] if len(bounds) == 1 else np.stack(bounds, axis=1)


def _bound(fit: Fit, design: Design) -> Array:
    """Of one problem's predictions."""
    problem = fit.problem
    inverse = 1.0 / _ridges(problem)
    radius = math.sqrt(2.0 * _gap(fit))
    errors = radius * _lengths(design, inverse, problem.mean)
    if not problem.fit_intercept:
        return errors
    response = problem.response
    if problem.lanes > 1 or not response.separable or response.loss.kinked:
        raise ValueError(
            "there is no bound of the intercepts of a softmax, of a loss with a joint "
            "scale or of a kinked one; use fit_intercept=False."
        )
    moved = radius * _lengths(problem.design, inverse, problem.mean)
    z = problem.push(fit.x)
    up, down = response.balance(z - moved), -response.balance(z + moved)
    shift = max(float(up), float(down), 0.0)
    return np.asarray(errors + shift)


def _ridges(problem: LinearProblem) -> Array:
    penalty = problem.penalty
    ridges = np.zeros(problem.n_columns)
    if penalty.piecewise and penalty.convex:
        ridges = np.asarray(problem.record.ridge)  # type: ignore[attr-defined]
    if not np.all(ridges > 0):
        raise ValueError(
            "error bounds need a ridge on every coefficient, from L2 or ElasticNet; "
            f"the penalty is {penalty!r}."
        )
    return ridges


def _gap(fit: Fit) -> float:
    """The duality gap, in units of the objective."""
    problem = fit.problem
    point = problem.at(fit.x)
    found = [problem.certificate(point), fit.result.certificate]
    gaps = [c.value for c in found if c.kind == "duality gap"]
    if not gaps:
        raise ValueError(f"error bounds need a duality gap, and {problem} has none.")
    return min(gaps) * unit_of(problem, point.objective)


def _lengths(design: Design, inverse: Array, mean: Array) -> Array:
    """``sqrt(sum_j inverse_j (x_ij - mean_j)**2)`` of all rows."""
    own = squares(design.rows.record(), readonly(inverse), design.shape[0])
    cross = design.dot(inverse * mean)
    far = mean @ (inverse * mean)
    rounding = ROUNDING * (own + far)  # what cancels must not make bounds smaller
    return np.sqrt(np.maximum(own - 2.0 * cross + far, 0.0) + rounding)
