"""What all cross-validated estimators do: paths on folds, a choice, a last fit."""

import math
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import KW_ONLY
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Bunch, get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    _raise_for_params,
    _routing_enabled,
    process_routing,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from .._bars import Tally
from .._params import Choice, Constraint, Flag, Number, validate
from .._threads import one_blas_thread
from .._walk import grid, strongest
from ..path import Strength, count_of, finite, given, unit_strength
from ..problems import without_empty_columns
from ..problems._shared_gram import SharedGram
from ._base import Array, LinearModel, Plan
from ._declare import estimator
from ._held_out import Data, Fold, check_splits
from ._report import failed

Candidate = dict[str, Any]
EPS = Number(0.0, 1.0, open_low=True, open_high=True)


def splitter_of(cv: Any, y: Any = None, classifier: bool = False) -> Any:
    """The splitter that `cv` stands for."""
    from sklearn.model_selection import check_cv  # takes long to import

    return check_cv(cv, y, classifier=classifier)


def scorer_of(estimator: Any, scoring: Any) -> Any:
    """The scorer that `scoring` stands for; the estimator's own for None."""
    from sklearn.metrics import check_scoring  # takes long to import

    return check_scoring(estimator, scoring)


def _can(method: str) -> Callable[[Any], bool]:
    """Whether the estimator inside has a method."""

    def check(self: Any) -> bool:
        getattr(getattr(self, "best_estimator_", None) or self._estimator(), method)
        return True

    return check


@estimator
class CrossValidated(BaseEstimator, ABC):  # type: ignore[misc, unused-ignore]
    """An estimator at the strength that predicts best on rows held out.

    Folds are weights of zero and one over one X that all of them share, and the
    penalty's path is walked on each in turn, so a cross-validation needs hardly more
    memory than a fit. For squared losses the predictions of the rows held out are a
    by-product; where there are many more rows than columns, all folds together cost two
    Gram matrices.

    Parameters
    ----------
    cv : int, cross-validation generator or iterable, default=None
        How rows are split: five folds by default, stratified for classes; any splitter
        of scikit-learn, or pairs of index arrays.
    scoring : str or callable, default=None
        Any scorer of scikit-learn; None for minus the mean loss of the estimator
        itself, which is log loss for classifiers with probabilities.
    selection : {"min", "1se"}, default="min"
        The strength of the best mean score; or the strongest penalty whose mean score
        is at most one standard error (of the mean over folds) below that, as in
        Hastie, Tibshirani & Friedman (2009), section 7.10.
    n_jobs : int, default=None
        Threads for the folds; None for one. Results do not depend on it.
    verbose : int, default=0
        1 for a bar that counts folds, where that takes more than a second.

    Attributes
    ----------
    certificates_ : ndarray of shape (n_folds, n_candidates, n_strengths)
        How far from optimal each fit on a fold is at most.
    best_params_ : dict
        What was chosen.
    best_score_ : float
        Its mean score.
    best_estimator_ : estimator
        Fitted to all rows with what was chosen; it has `summary`, `cov_params`,
        `std_errors_` and `prediction_error_bound`.
    coef_, intercept_, n_iter_, certificate_, certificate_kind_, history_, result_ : \
            various
        Those of `best_estimator_`, as are `solver_`, `loss_` and `penalty_`.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, if X had any.
    """

    constraints: ClassVar[Mapping[str, Constraint]] = {}
    refit: ClassVar[bool] = True
    result_: ClassVar[Any]

    _: KW_ONLY
    cv: Any = None
    scoring: Any = None
    selection: str = "min"
    n_jobs: int | None = None
    verbose: int = 0
    unit: ClassVar[float] = 1.0  # of the default score, in held-out losses

    @abstractmethod
    def _estimator(self) -> LinearModel:
        """The estimator whose strength is sought."""

    @abstractmethod
    def _asked(self) -> tuple[Any, float]:
        """The strengths asked for, a number or an array, and the end of a grid."""

    def _candidates(self) -> Sequence[Candidate]:
        """Other parameters to be tried, a path for each."""
        return [{}]

    def _grid(self, model: LinearModel, data: Data, strength: Strength) -> Array:
        """The strengths in the estimator's scale, strongest penalty first."""
        plan = model._plan(data.target, data.weights)
        if plan.loss.lanes:  # threads would race for this conversion
            _ = data.design.rows
        asked, eps = self._asked()
        count = count_of(asked, eps)
        if not count:
            values = np.sort(given(asked, strength))
            return values if strength.inverse else values[::-1]
        problems = [model._problem(data.design, plan, task) for task in plan.tasks]
        first = finite(max(map(strongest, problems)), plan.penalty)
        values = grid(first, count, eps)
        return np.asarray(strength.restore(values, float(plan.penalty.alpha)))

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> Self:
        """Choose the strength by cross-validation, and fit at it.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Training data; no fold makes a copy of it.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample, in fits as in scores.
        **params : dict
            Parameters for the splitter and the scorer where metadata routing is
            enabled; ``groups`` for the splitter in any case.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            When a parameter is out of range, the data are not usable, or a split has no
            samples of positive weight.
        """
        begun = time.perf_counter()
        self._check()
        routed = self._routed(sample_weight, params)
        model = clone(self._estimator())
        strength = unit_strength(model)
        seconds = math.inf if model.max_time is None else model.max_time
        design, target, weights = model._prepare(X, y, sample_weight)
        penalty = model._plan(target, weights).penalty
        design = without_empty_columns(design, penalty)
        self._adopt(model)
        splitter = splitter_of(self.cv, y, classifier=is_classifier(model))
        splits = check_splits(splitter.split(X, y, **routed.splitter.split), weights)
        scorer = self.scoring and scorer_of(model, self.scoring)
        options = routed.scorer.score
        with one_blas_thread(), np.errstate(all="ignore"):
            data = Data(X, y, design, target, weights, SharedGram(design, weights))
            folds = [Fold(data, *rows, scorer, options) for rows in splits]
            troubles = self._search(model, strength, folds, begun + seconds)
        if self.refit:
            left = seconds - (time.perf_counter() - begun)
            self._refit(model, X, y, sample_weight, max(left, 0.0))
        if not (self.refit and failed(self.result_)):  # which has warned by itself
            self._warn(troubles)
        return self

    # -- searching -----------------------------------------------------------------

    def _check(self) -> None:
        common: dict[str, Constraint] = {
            "selection": Choice("min", "1se"),
            "refit": Flag(),
        }
        validate(self, {**common, **self.constraints})
        count_of(*self._asked())

    def _search(
        self, model: LinearModel, strength: Strength, folds: Sequence[Fold],
        deadline: float,
    ) -> list[str]:  # fmt: skip
        """Score all candidates and strengths; what went wrong."""
        candidates = self._candidates()
        watched = {"verbose": 0 if model.verbose == 1 else model.verbose}
        models = [copy(model).set_params(**each, **watched) for each in candidates]
        grids = [self._grid(each, folds[0].data, strength) for each in models]
        total, bar = len(models) * len(folds), bool(self.verbose)
        with Tally(type(self).__name__, "folds", total, bar) as tally:

            def run(fold: Fold, each: LinearModel, values: Array) -> Any:
                found = fold.run(
                    copy(each), partial(self._strengths, strength, values),
                    max(deadline - time.perf_counter(), 0.0),
                )  # fmt: skip
                tally.add()
                return found

            threads = Parallel(self.n_jobs, prefer="threads")
            done = threads(
                delayed(run)(fold, each, values)
                for each, values in zip(models, grids, strict=True)
                for fold in folds
            )
        shape = len(candidates), len(folds), -1
        scores = np.reshape([scores for scores, _, _ in done], shape)
        certificates = np.reshape([c for _, c, _ in done], shape)
        self.certificates_ = np.moveaxis(certificates, 1, 0)
        self._choose(strength, candidates, grids, np.moveaxis(scores, 1, 0))
        return [trouble for _, _, all_of_it in done for trouble in all_of_it if trouble]

    @staticmethod
    def _strengths(strength: Strength, values: Array, plan: Plan) -> Array:
        return np.asarray(strength.convert(values, float(plan.penalty.alpha)))  # type: ignore[attr-defined]

    def _choose(
        self, strength: Strength, candidates: Sequence[Candidate],
        grids: Sequence[Array], scores: Array,
    ) -> None:  # fmt: skip
        """Keep the scores, (folds, candidates, strengths), and the best of them."""
        if not self.scoring:
            scores = self.unit * scores
        mean = scores.mean(axis=0)
        usable = np.where(np.isfinite(mean), mean, -math.inf)
        k, t = divmod(int(np.argmax(usable)), mean.shape[1])
        if self.selection == "1se" and len(scores) > 1:
            spread = scores[:, k, t].std(ddof=1) / math.sqrt(len(scores))
            t = int(np.argmax(usable[k] >= usable[k, t] - spread))
        self._store(grids, scores)
        self.best_params_ = {**candidates[k], strength.name: float(grids[k][t])}
        for name, value in self.best_params_.items():
            setattr(self, f"{name.rpartition('__')[2]}_", value)
        self.best_score_ = float(mean[k, t])

    @abstractmethod
    def _store(self, grids: Sequence[Array], scores: Array) -> None:
        """Keep the grids and the scores under their names."""

    # -- the last fit --------------------------------------------------------------

    def _adopt(self, model: Any) -> None:
        """Take over the fitted attributes of a model."""
        for name, value in vars(model).items():
            if name.endswith("_") and not name.startswith("_"):
                setattr(self, name, value)

    def _refit(
        self, model: Any, X: Any, y: Any, sample_weight: Any, seconds: float
    ) -> None:
        best = clone(model).set_params(**self.best_params_)
        limit = best.max_time
        best.set_params(max_time=None if math.isinf(seconds) else seconds)
        self.best_estimator_ = best.fit(X, y, sample_weight).set_params(max_time=limit)
        self._adopt(best)

    def _warn(self, troubles: Sequence[str]) -> None:
        """One warning for all folds."""
        if troubles:
            warnings.warn(
                f"{type(self).__name__}: {len(troubles)} fits on folds did not "
                f"converge: {'; '.join(sorted(set(troubles)))}. Their certificates are "
                "in certificates_. Raise max_time or max_iter, raise eps, or scale the "
                "data (StandardScaler).",
                ConvergenceWarning,
                stacklevel=3,
            )

    # -- as the estimator inside ---------------------------------------------------

    @property
    def n_features_selected_(self) -> int:
        """Number of features with a coefficient other than zero.

        Those that ``SelectFromModel(model, threshold=1e-10)`` keeps. Without a
        threshold scikit-learn goes by names of classes.
        """
        check_is_fitted(self, "best_estimator_")
        return int(self.best_estimator_.n_features_selected_)

    def predict(self, X: Any) -> Array:
        """Predict with the best estimator.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray
            What its `predict` returns.
        """
        check_is_fitted(self, "best_estimator_")
        return self.best_estimator_.predict(X)  # type: ignore[no-any-return]

    @available_if(_can("decision_function"))
    def decision_function(self, X: Any) -> Array:
        """Linear predictions of the best estimator.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            What its `decision_function` returns.
        """
        check_is_fitted(self, "best_estimator_")
        return self.best_estimator_.decision_function(X)  # type: ignore[no-any-return]

    @available_if(_can("predict_proba"))
    def predict_proba(self, X: Any) -> Array:
        """Probability of each class by the best estimator.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        check_is_fitted(self, "best_estimator_")
        return self.best_estimator_.predict_proba(X)  # type: ignore[no-any-return]

    @available_if(_can("predict_log_proba"))
    def predict_log_proba(self, X: Any) -> Array:
        """Logarithm of `predict_proba`.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        check_is_fitted(self, "best_estimator_")
        return self.best_estimator_.predict_log_proba(X)  # type: ignore[no-any-return]

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Score of the best estimator by `scoring`; its own `score` by default.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.
        y : array-like
            True targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample.

        Returns
        -------
        float
            The score; larger is better.
        """
        check_is_fitted(self, "best_estimator_")
        scorer = scorer_of(self.best_estimator_, self.scoring)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        return float(scorer(self.best_estimator_, X, y, **weights))

    # -- metadata ------------------------------------------------------------------

    def _routed(self, sample_weight: Any, params: dict[str, Any]) -> Any:
        """What goes to the splitter, and what to the scorer."""
        if _routing_enabled():
            routed = process_routing(
                self, "fit", sample_weight=sample_weight, **params
            )
            return Bunch(**{"scorer": Bunch(score={}), **routed})
        groups = {k: params.pop(k) for k in ("groups",) if k in params}
        _raise_for_params(params, self, "fit")
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        return Bunch(splitter=Bunch(split=groups), scorer=Bunch(score=weights))

    def get_metadata_routing(self) -> MetadataRouter:
        """Where metadata goes: see scikit-learn's guide on metadata routing.

        Returns
        -------
        MetadataRouter
            The routing.
        """
        router = MetadataRouter(owner=self).add_self_request(self)
        to_fit = MethodMapping().add(caller="fit", callee="split")
        router.add(splitter=splitter_of(self.cv), method_mapping=to_fit)
        if self.scoring:
            to_score = MethodMapping().add(caller="fit", callee="score")
            scorer = scorer_of(self._estimator(), self.scoring)
            router.add(scorer=scorer, method_mapping=to_score)
        return router

    def __sklearn_tags__(self) -> Any:
        return get_tags(self._estimator())


@estimator
class Tuned(CrossValidated):
    """A named estimator at its best strength, with that estimator's own parameters.

    Parameters
    ----------
    fit_intercept : bool, default=True
        Whether to fit an intercept.
    solver : "auto", str or Solver, default="auto"
        A solver object, its name, or "auto" to choose by the problem.
    tol : float, default=None
        Relative duality gap at which each fit stops; None for the solver's own.
    max_iter : int, default=None
        Largest number of iterations of each fit; None for the solver's own.
    max_time : float, default=None
        Seconds for everything; None for no limit. Strengths that were not reached have
        NaN scores.
    random_state : int, RandomState, Generator or None, default=None
        Source of randomness of stochastic solvers.
    """

    kind: ClassVar[type[LinearModel]]
    sought: ClassVar[frozenset[str]] = frozenset({"verbose"})  # not handed on

    _: KW_ONLY
    fit_intercept: bool = True
    solver: Any = "auto"
    tol: float | None = None
    max_iter: int | None = None
    max_time: float | None = None
    random_state: Any = None

    def _estimator(self) -> LinearModel:
        own = self.get_params(deep=False)
        shared = own.keys() & set(self.kind._get_param_names()) - self.sought
        return self.kind(**{name: own[name] for name in shared})


def shares_of(values: Any, name: str) -> list[float]:
    """Shares of L1 as a list, checked."""
    try:
        shares = np.atleast_1d(np.asarray(values, np.float64))
    except (TypeError, ValueError):
        shares = np.array([np.nan])
    if shares.ndim != 1 or not len(shares) or not np.all((shares >= 0) & (shares <= 1)):
        raise ValueError(f"{name} must be numbers in [0, 1]; got {name}={values!r}.")
    return [float(share) for share in shares]
