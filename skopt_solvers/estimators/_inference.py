"""Standard errors of a fit."""

import math
from abc import ABC
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.utils import column_or_1d
from sklearn.utils.validation import check_is_fitted

from .._params import Choice, Number
from .._threads import one_blas_thread
from ..problems import LinearProblem, Oracle
from ._covariance import Covariance, Fit
from ._report import worst
from ._summary import Summary

Array = np.ndarray

KINDS = Choice("nonrobust", "HC0", "HC1", "HC2", "HC3", "cluster")
SHARE = Number(0.0, 1.0, open_low=True, open_high=True)


class Inference(ABC):
    """What the data say about the coefficients, beyond their values."""

    _fits: list[Fit]
    coef_: Any
    intercept_: Any
    n_features_in_: int

    def __dir__(self) -> list[str]:
        """All names but `std_errors_`, which costs a Hessian.

        scikit-learn asks for the value of every name in `dir`, each time that it shows
        an estimator in a notebook.
        """
        names = object.__dir__(self)
        return [n for n in names if n != "std_errors_" and hasattr(self, n)]

    def cov_params(self, cov_type: str = "nonrobust", groups: Any = None) -> Array:
        r"""Covariance of the coefficients, for fits without a penalty or with a ridge.

        With the Hessian H of the objective, n samples and the covariance M of one
        sample's gradient it is :math:`H^{-1} M H^{-1} / n`. Weights count samples: two
        is the row twice. With a ridge it is the covariance of the penalised estimator
        around its own expectation; its bias towards zero is not in it.

        Parameters
        ----------
        cov_type : {"nonrobust", "HC0", "HC1", "HC2", "HC3", "cluster"}, \
                default="nonrobust"
            "nonrobust" believes the likelihood: M is the expected information, times
            the dispersion that Pearson's residuals show where it is not one. "HC0" is
            White's, which does not: M is the mean square of the gradients, at the
            observed Hessian; "HC1" multiplies it by n / (n - df), "HC2" and "HC3"
            divide squares by one less the leverage, once and twice. "cluster" sums the
            gradients within `groups` first, and multiplies by
            G / (G - 1) * (n - 1) / (n - df) for G groups.
        groups : array-like of shape (n_samples,), default=None
            The group of each sample that the model was fitted to; for "cluster".

        Returns
        -------
        ndarray of shape (n_parameters, n_parameters)
            The coefficients of `coef_` row by row, each row followed by its intercept
            if there is one. Of several targets, or of one class against the rest, one
            matrix for each: (n_outputs, n_parameters, n_parameters).

        Raises
        ------
        ValueError
            When the penalty is no ridge, the loss has no likelihood ("nonrobust") or is
            not smooth, there is no optimum (separable classes without a penalty), the
            data do not determine a coefficient, or were changed since the fit.

        Notes
        -----
        The model keeps the data that it was fitted to for this (by reference, and not
        when it is pickled). A fit that reached its `tol` is taken a Newton step or two
        further for this, so that errors hardly depend on `tol`. Costs some Hessians,
        ``n * n_parameters**2`` operations each, and their inverses.
        """
        found = [self._contrasts(c) for c in self._covariances(cov_type, groups)]
        return found[0] if len(found) == 1 else np.stack(found)

    @property
    def std_errors_(self) -> Array:
        """Standard errors of coefficients, then of the intercept: ``"nonrobust"``.

        Of shape (n_parameters,), or (n_outputs, n_parameters) as `coef_` is. Raises
        AttributeError where there are none, with the reason that `cov_params` gives.
        """
        try:
            errors = self._errors(self._covariances("nonrobust", None))
        except ValueError as error:  # what lists attributes expects no other
            raise AttributeError(f"no std_errors_: {error}") from error
        return errors[0] if np.ndim(self.intercept_) == 0 else errors

    def summary(
        self, cov_type: str = "nonrobust", groups: Any = None, level: float = 0.95
    ) -> Summary:
        """Table of coefficients, standard errors, tests and confidence intervals.

        Parameters
        ----------
        cov_type, groups : default="nonrobust", default=None
            As in `cov_params`.
        level : float, default=0.95
            Coverage of the intervals, between 0 and 1.

        Returns
        -------
        Summary
            Prints as text, renders as HTML; `to_frame()` makes a pandas frame of it.
            A note says so if the fit ended short of the optimum.
            Student's t for least squares with "nonrobust", else the normal
            distribution.
        """
        if not SHARE.allows(level):
            raise ValueError(f"level must be {SHARE}; got {level!r}.")
        errors = self._errors(self._covariances(cov_type, groups))
        fit = self._fits[0]
        coef = self.coef_.toarray() if sp.issparse(self.coef_) else self.coef_
        coef = np.atleast_2d(coef)
        if fit.problem.fit_intercept:
            coef = np.column_stack([coef, np.ravel(self.intercept_)])
        exact = cov_type == "nonrobust" and fit.problem.response.loss.quadratic
        exact = exact and not fit.problem.ridge(fit.x).any()
        return Summary(
            names=self._names(len(coef), fit.problem.fit_intercept),
            coef=coef.ravel(),
            std_err=errors.ravel(),
            df=fit.total - coef.shape[1] if exact else math.inf,
            level=level,
            notes=self._notes(cov_type, fit),
        )

    # -- parts -------------------------------------------------------------------------

    def _covariances(self, cov_type: str, groups: Any) -> list[Array]:
        check_is_fitted(self)
        name = type(self).__name__
        if not KINDS.allows(cov_type):
            raise ValueError(f"cov_type must be {KINDS}; got {cov_type!r}.")
        if (groups is not None) != (cov_type == "cluster"):
            have = "no groups" if groups is None else "groups"
            raise ValueError(
                f"cov_type='cluster' and groups need each other; got {have} with "
                f"cov_type={cov_type!r}."
            )
        if "_fits" not in vars(self):
            raise ValueError(
                f"{name} needs its training data for standard errors, and keeps none "
                "when it is pickled, copied or fitted in parts: call fit."
            )
        problem = self._fits[0].problem
        _check_able(name, problem, cov_type)
        if groups is not None:
            groups = _group_codes(groups, len(problem.response.weights))
        with one_blas_thread():
            return [self._covariance(fit, cov_type, groups) for fit in self._fits]

    def _covariance(self, fit: Fit, cov_type: str, groups: Any) -> Array:
        made = Covariance(fit.checked(), self._column)
        if cov_type == "nonrobust":
            return made.nonrobust()
        return made.robust(cov_type) if groups is None else made.clustered(groups)

    def _contrasts(self, covariance: Array) -> Array:
        """Of two classes, that of the difference between their coefficients."""
        if self._fits[0].problem.lanes == 1 or np.size(self.intercept_) > 1:
            return covariance
        half = len(covariance) // 2
        first, second = slice(half), slice(half, None)
        cross = covariance[first, second]
        same = covariance[first, first] + covariance[second, second]
        return np.asarray(same - cross - cross.T)

    def _errors(self, covariances: list[Array]) -> Array:
        """Standard errors of shape (n_outputs, n_parameters)."""
        squares = [np.diag(self._contrasts(c)) for c in covariances]
        return np.sqrt(squares).reshape(np.size(self.intercept_), -1)

    def _column(self, j: int) -> str:
        names = getattr(self, "feature_names_in_", None)
        return f"x{j}" if names is None else str(names[j])

    def _names(self, n_outputs: int, intercept: bool) -> list[str]:
        each = [self._column(j) for j in range(self.n_features_in_)]
        each += ["intercept"] * intercept
        if n_outputs == 1:
            return each
        outputs = getattr(self, "classes_", range(n_outputs))
        return [f"{output}: {name}" for output in outputs for name in each]

    def _notes(self, cov_type: str, fit: Fit) -> list[str]:
        problem = fit.problem
        notes = [f"{type(self).__name__}, {fit.total:g} samples, {cov_type} errors."]
        if problem.ridge(fit.x).any():
            notes.append(
                "With a ridge: around the penalised estimator's own expectation, "
                "without its bias towards zero."
            )
        short = [each.result for each in self._fits if each.short]
        if short:
            result = worst(short)
            notes.append(
                f"Short of the optimum ({result.message}; {result.certificate}): "
                "coefficients and errors are those of this point."
            )
        return notes


def _check_able(name: str, problem: LinearProblem, cov_type: str) -> None:
    """Raise ValueError where there is no theory, or not this one."""
    loss, penalty = problem.response.loss, type(problem.penalty).__name__
    kind = type(loss).__name__
    if Oracle.HESSIAN not in problem.provides or not problem.response.separable:
        raise ValueError(
            f"standard errors need a loss that is smooth and a sum, and no penalty or "
            f"a ridge; {name} has the loss {kind} and the penalty {penalty}."
        )
    if cov_type == "nonrobust" and not loss.likelihood:
        raise ValueError(
            f"nonrobust standard errors need a likelihood, and {kind} is none; use "
            "cov_type='HC0' or 'cluster'."
        )
    if cov_type in ("HC2", "HC3") and problem.lanes > 1:
        raise ValueError(
            f"{cov_type} needs one prediction per sample, and {kind} has "
            f"{problem.lanes}; use 'HC0' or 'HC1'."
        )


def _group_codes(groups: Any, n_samples: int) -> Array:
    groups = column_or_1d(groups)
    if len(groups) != n_samples:
        raise ValueError(
            f"groups needs one label for each of the {n_samples} samples of the fit; "
            f"got {len(groups)}."
        )
    return np.unique(groups, return_inverse=True)[1]
