"""Any estimator of this package at the strength that predicts best."""

from collections.abc import Sequence
from typing import Any

from ._base import Array, LinearModel
from ._search import EPS, CrossValidated

__all__ = ["PathCV"]


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
        1 for a bar that counts folds, where that takes more than a second.

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
    ((5, 20), 7)
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
