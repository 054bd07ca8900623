"""Logistic regression that chooses its own strength by cross-validation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..path import count_of
from ._base import Array, LinearModel
from ._search import Candidate, CrossValidated, shares_of
from .classification import AdvancedLogisticRegression

__all__ = ["AdvancedLogisticRegressionCV"]


class AdvancedLogisticRegressionCV(CrossValidated):
    r"""Logistic regression at the strength, and the share of L1, that predict best.

    Each fold is fitted with the same ``C``, as in
    `sklearn.linear_model.LogisticRegressionCV`.

    Folds are weights of zero and one over one X that all of them share, and the
    penalty's path is walked on each in turn, so a cross-validation needs hardly more
    memory than a fit. For squared losses the predictions of the rows held out are a
    by-product; where there are many more rows than columns, all folds together cost
    two Gram matrices.

    Parameters
    ----------
    Cs : int or array-like, default=10
        Number of inverse strengths on a geometric grid from 1e-4 to 1e4; or the
        inverse strengths.
    l1_ratios : float or array-like, default=0.0
        Shares of L1 to choose from, between 0 (ridge) and 1 (lasso).
    cv : int, cross-validation generator or iterable, default=None
        How rows are split: five folds by default, stratified for classes; any splitter
        of scikit-learn, or pairs of index arrays.
    scoring : str or callable, default=None
        Any scorer of scikit-learn; None for minus the log loss.
    selection : {"min", "1se"}, default="min"
        The strength of the best mean score; or the strongest penalty whose mean score
        is at most one standard error (of the mean over folds) below that.
    fit_intercept : bool, default=True
        Whether to fit an intercept.
    class_weight : dict, "balanced" or None, default=None
        Factor of the weights of each class's samples; "balanced" makes the classes of
        each fold equally heavy.
    solver : "auto", str or Solver, default="auto"
        A solver object, its name, or "auto" to choose by the problem.
    tol : float, default=None
        Relative duality gap at which each fit stops; None for the solver's own.
    max_iter : int, default=None
        Largest number of iterations of each fit; None for the solver's own.
    max_time : float, default=None
        Seconds for everything; None for no limit. Strengths that were not reached have
        NaN scores.
    n_jobs : int, default=None
        Threads for the folds; None for one. Results do not depend on it.
    verbose : int, default=0
        1 for a bar that counts folds, where that takes more than a second.
    random_state : int, RandomState, Generator or None, default=None
        Source of randomness of stochastic solvers.

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
    certificates_ : ndarray of shape (n_folds, n_candidates, n_strengths)
        How far from optimal each fit on a fold is at most.
    best_params_ : dict
        What was chosen.
    best_score_ : float
        Its mean score.
    best_estimator_ : estimator
        Fitted to all rows with what was chosen.
    coef_, intercept_, n_iter_, certificate_, certificate_kind_, history_, result_ : \
            various
        Those of `best_estimator_`, as are `solver_`, `loss_` and `penalty_`.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, if X had any.

    References
    ----------
    Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning,
    section 7.10, for the rule of one standard error.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skopt_solvers import AdvancedLogisticRegressionCV
    >>> X, y = load_iris(return_X_y=True)
    >>> model = AdvancedLogisticRegressionCV().fit(X, y)
    >>> round(model.C_, 3), model.scores_.shape
    (166.81, (5, 1, 10))
    """

    eps = 1e-8  # from 1e-4 to 1e4

    def __init__(
        self,
        *,
        Cs: Any = 10,
        l1_ratios: Any = 0.0,
        cv: Any = None,
        scoring: Any = None,
        selection: str = "min",
        fit_intercept: bool = True,
        class_weight: Any = None,
        solver: Any = "auto",
        tol: float | None = None,
        max_iter: int | None = None,
        max_time: float | None = None,
        n_jobs: int | None = None,
        verbose: int = 0,
        random_state: Any = None,
    ) -> None:
        self.Cs = Cs
        self.l1_ratios = l1_ratios
        self.cv = cv
        self.scoring = scoring
        self.selection = selection
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.solver = solver
        self.tol = tol
        self.max_iter = max_iter
        self.max_time = max_time
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.random_state = random_state

    def _estimator(self) -> LinearModel:
        return AdvancedLogisticRegression(
            fit_intercept=self.fit_intercept,
            class_weight=self.class_weight,
            solver=self.solver,
            tol=self.tol,
            max_iter=self.max_iter,
            max_time=self.max_time,
            random_state=self.random_state,
        )

    def _asked(self) -> Any:
        count = count_of(self.Cs, self.eps, "Cs")
        return np.geomspace(1e-4, 1e4, count) if count else self.Cs

    def _candidates(self) -> Sequence[Candidate]:
        return [{"l1_ratio": share} for share in shares_of(self.l1_ratios, "l1_ratios")]

    def _store(self, grids: Sequence[Array], scores: Array) -> None:
        self.Cs_, self.scores_ = grids[0], scores
