"""Linear regression that chooses its own strength by cross-validation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._params import Flag
from ._base import Array, LinearModel
from ._search import EPS, Candidate, CrossValidated, shares_of
from .regression import ProximalElasticNet, ProximalLasso

__all__ = ["ProximalElasticNetCV", "ProximalLassoCV"]


class _SquaredCV(CrossValidated):
    """Mean squared errors as `LassoCV` keeps them."""

    unit = 2.0  # the loss is half the squared error

    alphas: Any

    def _asked(self) -> Any:
        return self.alphas

    def _store(self, grids: Sequence[Array], scores: Array) -> None:
        single = len(grids) == 1 or np.ndim(self.alphas) > 0
        self.alphas_ = grids[0] if single else np.array(grids)
        self.scores_ = np.squeeze(scores, axis=1) if len(grids) == 1 else scores
        if not self.scoring:
            self.mse_path_ = np.squeeze(-np.moveaxis(scores, 0, 2))


class ProximalLassoCV(_SquaredCV):
    r"""A lasso at the strength that predicts best.

    The grid, the folds' mean squared errors and the choice are those of
    `sklearn.linear_model.LassoCV`, up to its tolerance.

    Folds are weights of zero and one over one X that all of them share, and the
    penalty's path is walked on each in turn, so a cross-validation needs hardly more
    memory than a fit. For squared losses the predictions of the rows held out are a
    by-product; where there are many more rows than columns, all folds together cost
    two Gram matrices.

    Parameters
    ----------
    alphas : int or array-like, default=100
        Number of strengths on a geometric grid from the smallest at which all
        coefficients are zero; or the strengths.
    eps : float, default=1e-3
        The weakest strength of such a grid, as a share of the strongest.
    cv : int, cross-validation generator or iterable, default=None
        How rows are split: five folds by default, stratified for classes; any splitter
        of scikit-learn, or pairs of index arrays.
    scoring : str or callable, default=None
        Any scorer of scikit-learn; None for minus the mean squared error.
    selection : {"min", "1se"}, default="min"
        The strength of the best mean score; or the strongest penalty whose mean score
        is at most one standard error (of the mean over folds) below that.
    fit_intercept : bool, default=True
        Whether to fit an intercept.
    weights : array-like of shape (n_features,), default=None
        Factor of each coefficient's penalty, None for ones; 0 means unpenalised.
    positive : bool, default=False
        Whether coefficients must be at least zero.
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
    alpha_ : float
        The strength chosen.
    alphas_ : ndarray of shape (n_alphas,)
        The strengths, strongest penalty first.
    mse_path_ : ndarray of shape (n_alphas, n_folds)
        Mean squared errors on the rows held out, where `scoring` is None.
    scores_ : ndarray of shape (n_folds, n_alphas)
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
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalLassoCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalLassoCV().fit(X, y)
    >>> round(model.alpha_, 6), model.n_features_selected_
    (0.003754, 9)
    >>> round(ProximalLassoCV(selection="1se").fit(X, y).alpha_, 4)
    0.1868
    """

    constraints = {"eps": EPS, "positive": Flag()}  # noqa: RUF012

    def __init__(
        self,
        *,
        alphas: Any = 100,
        eps: float = 1e-3,
        cv: Any = None,
        scoring: Any = None,
        selection: str = "min",
        fit_intercept: bool = True,
        weights: Any = None,
        positive: bool = False,
        solver: Any = "auto",
        tol: float | None = None,
        max_iter: int | None = None,
        max_time: float | None = None,
        n_jobs: int | None = None,
        verbose: int = 0,
        random_state: Any = None,
    ) -> None:
        self.alphas = alphas
        self.eps = eps
        self.cv = cv
        self.scoring = scoring
        self.selection = selection
        self.fit_intercept = fit_intercept
        self.weights = weights
        self.positive = positive
        self.solver = solver
        self.tol = tol
        self.max_iter = max_iter
        self.max_time = max_time
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.random_state = random_state

    def _estimator(self) -> LinearModel:
        return ProximalLasso(
            fit_intercept=self.fit_intercept,
            weights=self.weights,
            positive=self.positive,
            solver=self.solver,
            tol=self.tol,
            max_iter=self.max_iter,
            max_time=self.max_time,
            random_state=self.random_state,
        )


class ProximalElasticNetCV(_SquaredCV):
    r"""An elastic net at the strength, and the share of L1, that predict best.

    The grid, the folds' mean squared errors and the choice are those of
    `sklearn.linear_model.ElasticNetCV`, up to its tolerance.

    Folds are weights of zero and one over one X that all of them share, and the
    penalty's path is walked on each in turn, so a cross-validation needs hardly more
    memory than a fit. For squared losses the predictions of the rows held out are a
    by-product; where there are many more rows than columns, all folds together cost
    two Gram matrices.

    Parameters
    ----------
    l1_ratio : float or array-like, default=0.5
        Shares of L1 to choose from, between 0 (ridge; needs given alphas) and 1
        (lasso).
    alphas : int or array-like, default=100
        Number of strengths on a geometric grid from the smallest at which all
        coefficients are zero; or the strengths.
    eps : float, default=1e-3
        The weakest strength of such a grid, as a share of the strongest.
    cv : int, cross-validation generator or iterable, default=None
        How rows are split: five folds by default, stratified for classes; any splitter
        of scikit-learn, or pairs of index arrays.
    scoring : str or callable, default=None
        Any scorer of scikit-learn; None for minus the mean squared error.
    selection : {"min", "1se"}, default="min"
        The strength of the best mean score; or the strongest penalty whose mean score
        is at most one standard error (of the mean over folds) below that.
    fit_intercept : bool, default=True
        Whether to fit an intercept.
    weights : array-like of shape (n_features,), default=None
        Factor of each coefficient's penalty, None for ones; 0 means unpenalised.
    positive : bool, default=False
        Whether coefficients must be at least zero.
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
    alpha_, l1_ratio_ : float
        The strength and the share chosen.
    alphas_ : ndarray of shape (n_alphas,) or (n_l1_ratio, n_alphas)
        The strengths, strongest penalty first; a row for each of several shares unless
        they were given.
    mse_path_ : ndarray of shape (n_alphas, n_folds) or (n_l1_ratio, n_alphas, n_folds)
        Mean squared errors on the rows held out, where `scoring` is None.
    scores_ : ndarray of shape (n_folds, n_alphas) or (n_folds, n_l1_ratio, n_alphas)
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
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalElasticNetCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalElasticNetCV(l1_ratio=[0.5, 1.0], alphas=30).fit(X, y)
    >>> model.l1_ratio_, model.mse_path_.shape
    (1.0, (2, 30, 5))
    """

    constraints = {"eps": EPS, "positive": Flag()}  # noqa: RUF012

    def __init__(
        self,
        *,
        l1_ratio: Any = 0.5,
        alphas: Any = 100,
        eps: float = 1e-3,
        cv: Any = None,
        scoring: Any = None,
        selection: str = "min",
        fit_intercept: bool = True,
        weights: Any = None,
        positive: bool = False,
        solver: Any = "auto",
        tol: float | None = None,
        max_iter: int | None = None,
        max_time: float | None = None,
        n_jobs: int | None = None,
        verbose: int = 0,
        random_state: Any = None,
    ) -> None:
        self.l1_ratio = l1_ratio
        self.alphas = alphas
        self.eps = eps
        self.cv = cv
        self.scoring = scoring
        self.selection = selection
        self.fit_intercept = fit_intercept
        self.weights = weights
        self.positive = positive
        self.solver = solver
        self.tol = tol
        self.max_iter = max_iter
        self.max_time = max_time
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.random_state = random_state

    def _estimator(self) -> LinearModel:
        return ProximalElasticNet(
            fit_intercept=self.fit_intercept,
            weights=self.weights,
            positive=self.positive,
            solver=self.solver,
            tol=self.tol,
            max_iter=self.max_iter,
            max_time=self.max_time,
            random_state=self.random_state,
        )

    def _candidates(self) -> Sequence[Candidate]:
        return [{"l1_ratio": share} for share in shares_of(self.l1_ratio, "l1_ratio")]
