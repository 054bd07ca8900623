"""Linear classification with any loss and any penalty."""

import math
from abc import abstractmethod
from dataclasses import KW_ONLY
from typing import Any, Self

import numpy as np
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import (
    _check_partial_fit_first_call,
    check_classification_targets,
)

from .._params import Number
from ..losses import Logistic, Multinomial
from ..path import Strength
from ..penalties import L1, L2, ElasticNet, NoPenalty, Penalty
from ..penalties._base import BasePenalty
from ._base import NON_NEGATIVE, Array, LinearModel, Plan, Task
from ._declare import estimator
from ._partial import incremental, partial_fit
from ._parts import (
    as_penalty,
    classification_loss,
    links,
    named_penalties,
    named_strength,
)
from ._reading import read

__all__ = ["AdvancedLinearClassifier", "AdvancedLogisticRegression"]

WAYS = (
    " For a lasso set l1_ratio=1, for a ridge l1_ratio=0; None and C=inf are no "
    "penalty."
)


def _has_probabilities(self: "LinearClassifier") -> bool:
    return links(self.loss)


@estimator
class LinearClassifier(ClassifierMixin, LinearModel):  # type: ignore[misc, unused-ignore]
    """A linear model of classes: one problem, or one against the rest per class.

    Parameters
    ----------
    class_weight : dict, "balanced" or None, default=None
        Factor of the weights of each class's samples; "balanced" makes classes equally
        heavy.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted.
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        Coefficients; of two classes those of the prediction for ``classes_[1]``.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Intercepts, zero if `fit_intercept` is False.
    n_iter_ : ndarray of shape (1,) or (n_classes,)
        Iterations of each problem.
    """

    _: KW_ONLY
    class_weight: Any = None
    loss = "logistic"

    @abstractmethod
    def _loss(self, n_classes: int) -> Any:
        """The loss."""

    @abstractmethod
    def _penalty(self, total: float) -> BasePenalty:
        """The penalty, for sample weights of this sum."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Training data, float64 or float32; never modified, and copied only where a
            solver needs another layout. The fitted model refers to them for standard
            errors and error bounds; pickles do not hold them.
        y : array-like of shape (n_samples,)
            Classes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample, at least zero; None for ones. A weight of two is the
            same as the row twice, a weight of zero as no row.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            When a parameter is out of range, X, y or the weights are not usable, or the
            solver cannot minimise this loss and penalty (IncompatibleProblem).
        """
        return self._fit(X, y, sample_weight)

    @available_if(incremental)
    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> Self:
        """Go once through some samples, on from where the model stands.

        For data that come in parts or do not fit in memory. Solvers that go through
        data part by part (`SGD`, `Adam`, ...; not "auto") carry on all they have: step
        counts, moments, the clock of the schedule. Automatic rates and the
        preconditioner are those of the first part, so it should be a fair sample. Rows
        are shuffled within a part; sorted data, whose parts have one class each, lead
        astray.

        Without a schedule automatic rates fall with the inverse square root of the
        updates (``ScheduleFreeAdam`` needs no schedule); a horizon of None is
        `max_iter` first parts. There is no certificate, since no part has the optimum.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,)
            Their classes, not all of which need to be there.
        classes : array-like of shape (n_classes,), default=None
            All classes there are; needed at the first call, and the same later.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample, at least zero; None for ones.

        Returns
        -------
        self
            The estimator, `coef_` and `intercept_` where the solver stands now.

        Raises
        ------
        ValueError
            As `fit`; and when `classes` are missing or others than before, y holds
            another, or `class_weight` is "balanced".
        """
        _check_partial_fit_first_call(self, classes)
        partial_fit(self, X, y, sample_weight)
        return self

    def decision_function(self, X: Any) -> Array:
        """Linear predictions: how far each sample is on the side of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            ``X @ coef_.T + intercept_``; of two classes positive for ``classes_[1]``.
        """
        p = self._predictions(X)
        return p[:, 0] if p.shape[1] == 1 else p

    def predict(self, X: Any) -> Array:
        """Predict the class.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples,)
            The class with the largest `decision_function`.
        """
        p = self._predictions(X)
        best = p[:, 0] > 0 if p.shape[1] == 1 else p.argmax(axis=1)
        return self.classes_[best.astype(np.intp)]  # type: ignore[no-any-return]

    @available_if(_has_probabilities)
    def predict_proba(self, X: Any) -> Array:
        """Probability of each class; only for losses that have probabilities.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`; rows sum to one.
        """
        p = self._predictions(X)
        if p.shape[1] > 1:
            return softmax(p, axis=1)  # type: ignore[no-any-return]
        return np.hstack([expit(-p), expit(p)])

    @available_if(_has_probabilities)
    def predict_log_proba(self, X: Any) -> Array:
        """Logarithm of `predict_proba`, accurate where probabilities are tiny.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        p = self._predictions(X)
        if p.shape[1] > 1:
            return log_softmax(p, axis=1)  # type: ignore[no-any-return]
        return np.hstack([log_expit(-p), log_expit(p)])

    def _read(self, X: Any, y: Any, part: bool = False) -> tuple[Any, Array]:
        X, y = read(self, X, y, not (part and self._begun))
        # classes, though perhaps suspiciously many
        whole = y.dtype.kind in "biu"
        whole = whole or (y.dtype.kind == "f" and bool((y == np.floor(y)).all()))
        if part or not whole:
            check_classification_targets(y)
        if part:
            return X, self._codes(y)
        self.classes_ = np.unique(y)
        if whole and 2 * len(self.classes_) > len(y):
            check_classification_targets(y)
        self._check_several()
        if len(self.classes_) == 2:  # a tenth of the time
            return X, (y == self.classes_[1]).astype(np.intp)
        return X, np.searchsorted(self.classes_, y)

    def _codes(self, y: Array) -> Array:
        """Where the classes y stand among those that are known."""
        self._check_several()
        labels, inverse = np.unique(y, return_inverse=True)
        known = self.classes_.tolist()
        strange = [label for label in labels.tolist() if label not in known]
        if strange:
            raise ValueError(
                f"y holds classes {strange} that are not among the classes "
                f"{known} of the first call; name all in partial_fit(..., classes=...)."
            )
        return np.array([known.index(label) for label in labels.tolist()])[inverse]

    def _check_several(self) -> None:
        if len(self.classes_) < 2:
            raise ValueError(
                f"{type(self).__name__} needs samples of at least two classes; y holds "
                f"only one class, {self.classes_.tolist()[0]!r}."
            )

    def _plan(self, y: Array, weights: Array, before: float | None = None) -> Plan:
        part = before is not None
        factors = self._class_factors(y, weights, part)
        weights = weights if factors is None else weights * factors[y]
        loss = self._loss(len(self.classes_))
        penalty = self._penalty(weights.sum() + (before or 0.0))
        return Plan(self._tasks(y, loss), loss, penalty, weights)

    def _tasks(self, codes: Array, loss: Any) -> list[Task]:
        """One problem, or one class against the rest for each of more than two."""
        n_classes = len(self.classes_)
        if loss.lanes or (loss.whole and n_classes > 2):
            return [Task(codes.astype(np.float64), n_classes)]
        positive = range(1, 2) if n_classes == 2 else range(n_classes)
        return [Task(2.0 * (codes == k) - 1.0) for k in positive]

    def _class_factors(
        self, codes: Array, weights: Array, part: bool
    ) -> Array | None:
        """The weight of each class, None if they have none of their own.

        All of them have samples with weight in data that are no part.
        """
        if not part:
            self._check_classes(np.bincount(codes, weights))
        elif self.class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' needs all of the data, so partial_fit cannot "
                "do it; give a dict of weights, or sample_weight."
            )
        if self.class_weight is None:
            return None
        factors = compute_class_weight(
            self.class_weight,
            classes=self.classes_,
            y=self.classes_[codes],
            sample_weight=weights,
        )
        self._check_classes(factors)
        return factors  # type: ignore[no-any-return]

    def _check_classes(self, totals: Array) -> None:
        for label, total in zip(self.classes_.tolist(), totals, strict=True):
            if not 0 < total < math.inf:
                raise ValueError(
                    f"{type(self).__name__} needs samples of positive weight in every "
                    f"class; class {label!r} has weight {total}."
                )

    def _keep(self, plan: Plan, w: Array, b: Array) -> None:
        if type(plan.loss) is Multinomial:
            w, b = _balanced(w, b, plan.penalty)
        if len(self.classes_) == 2 and w.shape[1] == 2:
            w, b = w[:, 1:] - w[:, :1], b[1:] - b[:1]
        self.coef_ = np.ascontiguousarray(w.T)
        self.intercept_ = b

    def _report(self, plan: Plan, results: Any) -> None:
        super()._report(plan, results)
        self.n_iter_ = np.array([r.n_iter for r in results], np.int32)


def _balanced(w: Array, b: Array, penalty: BasePenalty) -> tuple[Array, Array]:
    """Softmax does not see a constant added to all classes: of unpenalised numbers,
    those with mean zero are the answer.
    """
    free = penalty.free(len(w))[:, None]
    return w - free * w.mean(axis=1, keepdims=True), b - b.mean()


@estimator
class AdvancedLogisticRegression(LinearClassifier):
    r"""Logistic regression of two or more classes.

    .. math:: \min_{w, b}\; C \sum_i s_i\, \ell(y_i, x_i w + b)
              + \rho \lVert w \rVert_1 + \tfrac{1 - \rho}{2} \lVert w \rVert_2^2

    with the log loss of two classes, or the softmax loss of more, and
    :math:`\rho` = `l1_ratio`: `sklearn.linear_model.LogisticRegression` of version 1.8
    or newer with the same `C` and `l1_ratio`. Internally both sides are divided by
    :math:`C \sum_i s_i`, so the penalty has the strength
    :math:`\alpha = 1 / (C \sum_i s_i)` (glmnet's ``lambda``, skglm's ``alpha``) against
    the mean loss; s includes the class weights. The intercept b is not penalised.

    Parameters
    ----------
    C : float, default=1.0
        Inverse strength of the penalty, greater than zero; ``inf`` for no penalty.
    l1_ratio : float, default=0.0
        Share of L1, between 0 (ridge) and 1 (lasso).
    penalty : "elastic_net", Penalty or None, default="elastic_net"
        "elastic_net" is the penalty of `C` and `l1_ratio`; None is no penalty, and a
        penalty object is added to the *mean* loss, both in their place.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skopt_solvers import AdvancedLogisticRegression
    >>> X, y = load_iris(return_X_y=True)
    >>> model = AdvancedLogisticRegression().fit(X, y)
    >>> model.predict(X[:2]), round(model.score(X, y), 4)
    (array([0, 0]), 0.9733)
    """

    constraints = {  # noqa: RUF012
        "C": Number(0.0, math.inf, open_low=True),
        "l1_ratio": Number(0.0, 1.0),
    }

    C: float = 1.0
    _: KW_ONLY
    l1_ratio: float = 0.0
    penalty: Any = "elastic_net"

    def _loss(self, n_classes: int) -> Any:
        return Logistic() if n_classes == 2 else Multinomial()

    def _penalty(self, total: float) -> BasePenalty:
        named = {"elastic_net": self._elastic_net(total), None: NoPenalty()}
        return as_penalty(self.penalty, named, WAYS)

    def _elastic_net(self, total: float) -> Penalty:
        if math.isinf(self.C):
            return NoPenalty()
        alpha = 1.0 / (self.C * total)
        if self.l1_ratio == 0:
            return L2(alpha)
        return L1(alpha) if self.l1_ratio == 1 else ElasticNet(alpha, self.l1_ratio)

    def _strength(self) -> Strength:
        if isinstance(self.penalty, str):
            return Strength("C", inverse=True)
        return named_strength(self.penalty)


@estimator
class AdvancedLinearClassifier(LinearClassifier):
    r"""Linear classification with any loss and any penalty.

    .. math:: \min_{w, b}\; \frac{1}{\sum_i s_i} \sum_i s_i\, \ell(y_i, x_i w + b)
              + \sum_j \Omega_j(w_j)

    The loss enters as a (weighted) mean, as in `sklearn.linear_model.SGDClassifier`,
    whose `alpha` and `l1_ratio` are the same numbers. ``LinearSVC(C)`` with
    ``intercept_scaling`` towards infinity is ``loss="squared_hinge"`` and
    ``LogisticRegression(C)`` is ``loss="logistic"``, both with
    ``alpha = 1 / (C * sum(s))``. The intercept b is not penalised.

    More than two classes: "logistic" becomes "multinomial" (softmax), any other loss of
    one prediction is fitted one class against the rest. Losses of one prediction see
    the classes as -1 and +1.

    Parameters
    ----------
    loss : str or Loss, default="logistic"
        A loss object, or the name of one with its default parameters: "logistic",
        "multinomial", "squared_hinge", "hinge", "modified_huber" or "scorer_loss"; or
        one of real targets: "squared", "huber", "pseudo_huber", "log_cosh" or
        "quantile".
    penalty : {"l2", "l1", "elastic_net"}, Penalty or None, default="l2"
        A penalty object, or the name of one that takes `alpha` and `l1_ratio`; None for
        no penalty.
    solver : "auto", str or Solver, default="auto"
        A solver object, its name, or "auto" to choose by the problem.
    alpha : float, default=1e-4
        Strength of a penalty given by name; a penalty object has its own.
    l1_ratio : float, default=0.5
        Share of L1 in ``penalty="elastic_net"``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skopt_solvers import AdvancedLinearClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = AdvancedLinearClassifier("squared_hinge", alpha=0.01).fit(X, y)
    >>> model.coef_.shape, hasattr(model, "predict_proba")
    ((3, 4), False)
    """

    constraints = {  # noqa: RUF012
        "alpha": NON_NEGATIVE,
        "l1_ratio": Number(0.0, 1.0),
    }

    loss: Any = "logistic"
    penalty: Any = "l2"
    solver: Any = "auto"
    _: KW_ONLY
    alpha: float = 1e-4
    l1_ratio: float = 0.5

    def _loss(self, n_classes: int) -> Any:
        return classification_loss(self, n_classes)

    def _penalty(self, total: float) -> BasePenalty:
        return as_penalty(self.penalty, named_penalties(self.alpha, self.l1_ratio))

    def _strength(self) -> Strength:
        return named_strength(self.penalty)
