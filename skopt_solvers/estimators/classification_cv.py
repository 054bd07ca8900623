"""Logistic regression that chooses its own strength by cross-validation."""

from collections.abc import Sequence
from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from ..path import count_of
from ._base import Array
from ._declare import estimator
from ._search import Candidate, Tuned, shares_of
from .classification import AdvancedLogisticRegression

__all__ = ["AdvancedLogisticRegressionCV"]

LOWEST, HIGHEST = 1e-4, 1e4  # inverse strengths, as in LogisticRegressionCV


@estimator
class AdvancedLogisticRegressionCV(Tuned):
    r"""Logistic regression at the strength, and the share of L1, that predict best.

    Each fold is fitted with the same ``C``, as in
    `sklearn.linear_model.LogisticRegressionCV`. Folds are weights over one X: they copy
    nothing.

    Parameters
    ----------
    Cs : int or array-like, default=10
        Number of inverse strengths on a geometric grid from 1e-4 to 1e4; or the
        inverse strengths.
    l1_ratios : float or array-like, default=0.0
        Shares of L1 to choose from, between 0 (ridge) and 1 (lasso).
    scoring : str or callable, default=None
        Any scorer of scikit-learn; None for minus the log loss.
    class_weight : dict, "balanced" or None, default=None
        Factor of the weights of each class's samples; "balanced" makes the classes of
        each fold equally heavy.

    Attributes
    ----------
    C_, l1_ratio_ : float
        The inverse strength and the share chosen.
    Cs_ : ndarray of shape (n_Cs,)
        The inverse strengths, strongest penalty first.
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted.
    scores_ : ndarray of shape (n_folds, n_l1_ratios, n_Cs)
        Scores on the rows held out; larger is better.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skopt_solvers import AdvancedLogisticRegressionCV
    >>> X, y = load_iris(return_X_y=True)
    >>> model = AdvancedLogisticRegressionCV().fit(X, y)
    >>> round(model.C_, 3), model.scores_.shape
    (166.81, (5, 1, 10))
    """

    kind = AdvancedLogisticRegression

    _: KW_ONLY
    Cs: Any = 10
    l1_ratios: Any = 0.0
    class_weight: Any = None

    def _asked(self) -> tuple[Any, float]:
        eps = LOWEST / HIGHEST
        count = count_of(self.Cs, eps, "Cs")
        return np.geomspace(LOWEST, HIGHEST, count) if count else self.Cs, eps

    def _candidates(self) -> Sequence[Candidate]:
        return [{"l1_ratio": share} for share in shares_of(self.l1_ratios, "l1_ratios")]

    def _store(self, grids: Sequence[Array], scores: Array) -> None:
        self.Cs_, self.scores_ = grids[0], scores
