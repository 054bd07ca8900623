"""Estimators that choose their own strength by cross-validation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._params import Flag, Number
from ..path import count_of
from ._base import Array, LinearModel
from ._search import Candidate, CrossValidated
from .classification import AdvancedLogisticRegression
from .regression import ProximalElasticNet, ProximalLasso

__all__ = [
    "AdvancedLogisticRegressionCV",
    "PathCV",
    "ProximalElasticNetCV",
    "ProximalLassoCV",
]

EPS = Number(0.0, 1.0, open_low=True, open_high=True)


def _shares(values: Any, name: str) -> list[float]:
    """Shares of L1 as a list, checked."""
    try:
        shares = np.atleast_1d(np.asarray(values, np.float64))
    except (TypeError, ValueError):
        shares = np.array([np.nan])
    if shares.ndim != 1 or not len(shares) or not np.all((shares >= 0) & (shares <= 1)):
        raise ValueError(f"{name} must be numbers in [0, 1]; got {name}={values!r}.")
    return [float(share) for share in shares]


class PathCV(CrossValidated):
    r"""Any estimator of this package, at the strength that predicts best.

    Folds are weights of zero and one over one X that all of them share, and the
    penalty's path is walked on each in turn, so a cross-validation needs hardly more
    memory than a fit. For squared losses the predictions of the rows held out are a
    by-product; where there are many more rows than columns, all folds together cost
    two Gram matrices.

    Parameters
    ----------
    estimator : estimator of this package
        Such as `AdvancedLinearRegressor("huber", "l1")`; its own strength is ignored.
    alphas : int or array-like, default=100
        Number of strengths on a geometric grid from the smallest at which all
        coefficients are zero; or the strengths, in the estimator's own scale
        (``C`` for `AdvancedLogisticRegression`).
    eps : float, default=1e-3
        The weakest strength of such a grid, as a share of the strongest.
    cv : int, cross-validation generator or iterable, default=None
        How rows are split: five folds by default, stratified for classes; any splitter
        of scikit-learn, or pairs of index arrays.
    scoring : str or callable, default=None
        Any scorer of scikit-learn; None for minus the mean loss of the estimator
        itself, which is log loss for classifiers with probabilities.
    selection : {"min", "1se"}, default="min"
        The strength of the best mean score; or the strongest penalty whose mean score
        is at most one standard error (of the mean over folds) below that.
    refit : bool, default=True
        Whether to fit to all rows with what was chosen; without it there is no
        `predict`.
    n_jobs : int, default=None
        Threads for the folds; None for one. Results do not depend on it.
    verbose : int, default=0
        Progress over the folds, as joblib prints it.

    Attributes
    ----------
    alpha_ : float
        The strength chosen, named `C_` for an estimator with ``C``.
    alphas_ : ndarray of shape (n_alphas,)
        The strengths, strongest penalty first.
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
    >>> from skopt_solvers import AdvancedLinearRegressor, PathCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = PathCV(AdvancedLinearRegressor("huber", "l1"), alphas=20).fit(X, y)
    >>> model.scores_.shape, model.n_features_selected_
    ((5, 20), 10)
    """

    constraints = {"eps": EPS}  # noqa: RUF012

    def __init__(
        self,
        estimator: Any,
        *,
        alphas: Any = 100,
        eps: float = 1e-3,
        cv: Any = None,
        scoring: Any = None,
        selection: str = "min",
        refit: bool = True,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        self.estimator = estimator
        self.alphas = alphas
        self.eps = eps
        self.cv = cv
        self.scoring = scoring
        self.selection = selection
        self.refit = refit
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _estimator(self) -> LinearModel:
        return self.estimator  # type: ignore[no-any-return]

    def _asked(self) -> Any:
        return self.alphas

    def _store(self, grids: Sequence[Array], scores: Array) -> None:
        self.alphas_, self.scores_ = grids[0], scores[:, 0]


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
        Progress over the folds, as joblib prints it.
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
    (0.003754, 10)
    >>> round(ProximalLassoCV(selection="1se").fit(X, y).alpha_, 4)
    0.1
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
        Progress over the folds, as joblib prints it.
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
        return [{"l1_ratio": share} for share in _shares(self.l1_ratio, "l1_ratio")]


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
        Progress over the folds, as joblib prints it.
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
    (2.783, (5, 1, 10))
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
        return [{"l1_ratio": share} for share in _shares(self.l1_ratios, "l1_ratios")]

    def _store(self, grids: Sequence[Array], scores: Array) -> None:
        self.Cs_, self.scores_ = grids[0], scores
