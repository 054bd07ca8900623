"""The strength from which on a model uses no feature."""

from typing import Any

import numpy as np
from sklearn.base import clone

from .._threads import one_blas_thread
from .._walk import strongest
from ..path import unit_strength
from ._parts import as_loss
from .classification import AdvancedLinearClassifier
from .regression import AdvancedLinearRegressor

__all__ = ["alpha_max"]


def alpha_max(
    X: Any,
    y: Any,
    loss: Any = "squared",
    penalty: Any = "l1",
    *,
    l1_ratio: float = 0.5,
    fit_intercept: bool = True,
    sample_weight: Any = None,
    estimator: Any = None,
) -> float:
    r"""Smallest strength of a penalty at which all penalised coefficients are zero.

    For the lasso with an intercept this is
    :math:`\max_j |\sum_i s_i (x_{ij} - \bar x_j)(y_i - \bar y)| / u_j` with weights s
    that sum to one. In general it is where the gradient of the loss at the best model
    without penalised features meets the conditions of optimality of zero. Features
    without a penalty (``weights`` of zero) and the intercept are fitted first.

    Parameters
    ----------
    X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
        Training data.
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
        Target; any labels for losses of classes.
    loss : str or Loss, default="squared"
        A loss object or the name of one, as in `AdvancedLinearRegressor` and
        `AdvancedLinearClassifier`.
    penalty : str or Penalty, default="l1"
        A penalty object or the name of one; its own strength does not matter.
    l1_ratio : float, default=0.5
        Share of L1 in ``penalty="elastic_net"``.
    fit_intercept : bool, default=True
        Whether there is an intercept.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each sample.
    estimator : estimator of this package, default=None
        In place of loss, penalty and intercept: the answer is then in its own scale,
        the largest ``C`` for logistic regression.

    Returns
    -------
    float
        The strength; infinite where there is none (a ridge), zero where the target is
        constant. With an `estimator` that has ``C``: the largest ``C`` at which all
        coefficients are zero.

    Raises
    ------
    ValueError
        When a parameter is out of range, or the penalty has no strength.

    Notes
    -----
    Costs one pass over the data, and a small fit where features are unpenalised.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalLasso, alpha_max
    >>> X, y = load_diabetes(return_X_y=True)
    >>> round(alpha_max(X, y), 4)
    2.148
    >>> round(alpha_max(X, y, estimator=ProximalLasso(positive=True)), 4)
    2.148
    """
    if estimator is None:
        classes = as_loss(loss).labels
        kind: Any = AdvancedLinearClassifier if classes else AdvancedLinearRegressor
        estimator = kind(loss, penalty, l1_ratio=l1_ratio, fit_intercept=fit_intercept)
    model = clone(estimator)
    strength = unit_strength(model)
    design, target, weights = model._prepare(X, y, sample_weight)
    plan = model._plan(target, weights)
    with one_blas_thread(), np.errstate(all="ignore"):
        problems = [model._problem(design, plan, task) for task in plan.tasks]
        largest = max(map(strongest, problems))
    if strength.inverse and largest == 0:
        return float("inf")
    return float(strength.restore(largest, float(plan.penalty.alpha)))
