"""Linear regression with any loss and any penalty."""

from abc import abstractmethod
from dataclasses import KW_ONLY
from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.metaestimators import available_if

from .._params import Flag, Number
from ..losses import Squared
from ..path import Strength
from ..penalties import L1, ElasticNet
from ..penalties._base import BasePenalty
from ._base import NON_NEGATIVE, Array, LinearModel, Plan, Task
from ._declare import estimator
from ._offset import Shift
from ._partial import incremental, partial_fit
from ._parts import (
    SIDES,
    allows,
    as_penalty,
    named_penalties,
    named_strength,
    regression_loss,
)
from ._reading import read

__all__ = ["AdvancedLinearRegressor", "ProximalElasticNet", "ProximalLasso"]


def _moved(p: Array, offset: Array | None) -> Array:
    """Predictions with the offset: one for all targets, or a column for each."""
    if offset is None:
        return p
    return p + (offset if offset.ndim == p.ndim else offset[:, None])  # type: ignore[no-any-return]


@estimator
class LinearRegressor(RegressorMixin, LinearModel):  # type: ignore[misc, unused-ignore]
    """A linear model of one or several real targets, each fitted by itself.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        Coefficients.
    intercept_ : float or ndarray of shape (n_targets,)
        Intercept, zero if `fit_intercept` is False.
    n_iter_ : int or list of int
        Iterations, for each target.
    """

    @abstractmethod
    def _loss(self) -> Any:
        """The loss."""

    @abstractmethod
    def _penalty(self, total: float) -> BasePenalty:
        """The penalty, for sample weights of this sum."""

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        offset: Any = None,
        exposure: Any = None,
    ) -> Self:
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Training data, float64 or float32; never modified, and copied only where a
            solver needs another layout. The fitted model refers to them for standard
            errors and error bounds; pickles do not hold them.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample, at least zero; None for ones. A weight of two is the
            same as the row twice, a weight of zero as no row.
        offset : array-like, default=None
            One number per sample, or one for each target; added to the linear
            predictions. The same as a column whose coefficient is fixed at one.
        exposure : array-like of shape (n_samples,), default=None
            Time, area or volume in which y came about, greater than zero: predictions
            are proportional to it. Only with a logarithmic link, where it is the same
            as ``offset=log(exposure)``.

        Returns
        -------
        self
            The fitted estimator.

        Raises
        ------
        ValueError
            When a parameter is out of range, X, y, the weights or the offset are not
            usable, or the solver cannot minimise this loss and penalty
            (IncompatibleProblem).
        """
        return self._fit(X, y, sample_weight, Shift(offset, exposure))

    @available_if(incremental)
    def partial_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        offset: Any = None,
        exposure: Any = None,
    ) -> Self:
        """Go once through some samples, on from where the model stands.

        For data that come in parts or do not fit in memory. Solvers that go through
        data part by part (`SGD`, `Adam`, ...; not "auto") carry on all they have: step
        counts, moments, the clock of the schedule. Automatic rates and the
        preconditioner are those of the first part, so it should be a fair sample. Rows
        are shuffled within a part; sorted data lead astray.

        Without a schedule automatic rates fall with the inverse square root of the
        updates (``ScheduleFreeAdam`` needs no schedule); a horizon of None is
        `max_iter` first parts. There is no certificate, since no part has the optimum.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample, at least zero; None for ones.
        offset, exposure : array-like of shape (n_samples,), default=None
            As in `fit`.

        Returns
        -------
        self
            The estimator, `coef_` and `intercept_` where the solver stands now.

        Raises
        ------
        ValueError
            As `fit`.
        """
        partial_fit(self, X, y, sample_weight, Shift(offset, exposure))
        return self

    def predict(self, X: Any, offset: Any = None, exposure: Any = None) -> Array:
        """Predict the expected target.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.
        offset, exposure : array-like of shape (n_samples,), default=None
            As in `fit`; what the model was fitted with is not remembered.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
            ``X @ coef_.T + intercept_ + offset``, through the inverse link of the loss
            (``exp`` for Poisson).
        """
        p = self._predictions(X)
        shift = Shift(offset, exposure).of(self.loss_, len(p))
        return self.loss_.predict(_moved(p, shift))  # type: ignore[no-any-return]

    def score(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        offset: Any = None,
        exposure: Any = None,
    ) -> float:
        """How much of the target the model explains.

        Parameters
        ----------
        X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target.
        sample_weight, offset, exposure : array-like of shape (n_samples,), default=None
            As in `fit`.

        Returns
        -------
        float
            1 at best, 0 for a constant: the share of the variance (R²); of the deviance
            (D²) for `AdvancedPoissonRegressor`, `AdvancedGammaRegressor` and
            `AdvancedTweedieRegressor`, of the pinball loss (D²) for
            `AdvancedQuantileRegressor`. Without the offset or exposure of the fit it is
            another number.
        """
        p = self._predictions(X)
        shift = Shift(offset, exposure).of(self.loss_, len(p))
        return self._explained(np.asarray(y), _moved(p, shift), sample_weight, shift)

    def _explained(
        self, y: Array, p: Array, sample_weight: Any, offset: Array | None
    ) -> float:
        """R² of the linear predictions p; a subclass may measure otherwise."""
        from sklearn.metrics import r2_score  # costs a tenth of a second

        return float(r2_score(y, self.loss_.predict(p), sample_weight=sample_weight))

    def _read(self, X: Any, y: Any, part: bool = False) -> tuple[Any, Array]:
        first = not (part and self._begun)
        X, y = read(self, X, y, first, several=True, y_numeric=True)
        return X, np.asarray(y, np.float64)

    def _plan(self, y: Array, weights: Array, before: float | None = None) -> Plan:
        rows = y.reshape(len(y), -1)
        loss, penalty = self._loss(), self._penalty(weights.sum() + (before or 0.0))
        if loss.lanes:
            return Plan([Task(rows, rows.shape[1])], loss, penalty, weights)
        return Plan([Task(c) for c in rows.T], loss, penalty, weights)

    def _keep(self, plan: Plan, w: Array, b: Array) -> None:
        single = w.shape[1] == 1
        self.coef_ = w.ravel() if single else np.ascontiguousarray(w.T)
        self.intercept_ = b[0] if single else b

    def _report(self, plan: Plan, results: Any) -> None:
        super()._report(plan, results)
        counts = [r.n_iter for r in results]
        self.n_iter_ = counts[0] if len(counts) == 1 else counts

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


@estimator
class ProximalLasso(LinearRegressor):
    r"""Linear regression with an L1 penalty.

    .. math:: \min_{w, b}\; \frac{1}{2 \sum_i s_i} \sum_i s_i (y_i - x_i w - b)^2
              + \alpha \sum_j u_j |w_j|

    This is `sklearn.linear_model.Lasso` with the same `alpha`, for any sample weights
    s; glmnet's ``lambda`` and skglm's ``Lasso(alpha)`` are the same number again. The
    intercept b is not penalised.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least zero.
    weights : array-like of shape (n_features,), default=None
        Factor :math:`u_j \ge 0` of each coefficient's penalty, None for ones; 0 means
        unpenalised.
    positive : bool, default=False
        Whether coefficients must be at least zero.

    Examples
    --------
    >>> from skopt_solvers import ProximalLasso
    >>> model = ProximalLasso(alpha=0.1).fit([[0, 0], [1, 1], [2, 2]], [0, 1, 2])
    >>> model.coef_.sum().round(6), model.intercept_.round(6)
    (np.float64(0.85), np.float64(0.15))
    """

    constraints = {"alpha": NON_NEGATIVE, "positive": Flag()}  # noqa: RUF012

    alpha: float = 1.0
    _: KW_ONLY
    weights: Any = None
    positive: bool = False

    def _loss(self) -> Squared:
        return Squared()

    def _penalty(self, total: float) -> L1:
        return L1(self.alpha, self.weights, self.positive)


@estimator
class ProximalElasticNet(LinearRegressor):
    r"""Linear regression with an elastic-net penalty.

    .. math:: \min_{w, b}\; \frac{1}{2 \sum_i s_i} \sum_i s_i (y_i - x_i w - b)^2
              + \alpha \sum_j u_j \left(\rho |w_j| + \tfrac{1 - \rho}{2} w_j^2\right)

    This is `sklearn.linear_model.ElasticNet` with the same `alpha` and `l1_ratio`
    :math:`\rho`, for any sample weights s; glmnet calls them ``lambda`` and ``alpha``.
    The intercept b is not penalised.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least zero.
    l1_ratio : float, default=0.5
        Share of L1, between 0 (ridge) and 1 (lasso).
    weights : array-like of shape (n_features,), default=None
        Factor :math:`u_j \ge 0` of each coefficient's penalty, None for ones; 0 means
        unpenalised.
    positive : bool, default=False
        Whether coefficients must be at least zero.

    Examples
    --------
    >>> from skopt_solvers import ProximalElasticNet
    >>> model = ProximalElasticNet(alpha=0.1).fit([[0.0], [1.0], [2.0]], [0, 1, 2])
    >>> model.coef_.round(6), model.intercept_.round(6)
    (array([0.860465]), np.float64(0.139535))
    """

    constraints = {  # noqa: RUF012
        "alpha": NON_NEGATIVE,
        "l1_ratio": Number(0.0, 1.0),
        "positive": Flag(),
    }

    alpha: float = 1.0
    _: KW_ONLY
    l1_ratio: float = 0.5
    weights: Any = None
    positive: bool = False

    def _loss(self) -> Squared:
        return Squared()

    def _penalty(self, total: float) -> ElasticNet:
        return ElasticNet(self.alpha, self.l1_ratio, self.weights, self.positive)


@estimator
class AdvancedLinearRegressor(LinearRegressor):
    r"""Linear regression with any loss and any penalty.

    .. math:: \min_{w, b}\; \frac{1}{\sum_i s_i} \sum_i s_i\, \ell(y_i, x_i w + b)
              + \sum_j \Omega_j(w_j)

    The loss enters as a (weighted) mean. In scikit-learn's terms:
    ``PoissonRegressor(alpha)`` is ``loss="poisson", alpha=alpha``; ``Ridge(a)`` is
    ``loss="squared"`` with ``alpha = a / sum(s)``; ``HuberRegressor`` with its scale
    fixed at 1 and ``alpha=a`` is ``loss="huber"`` with ``alpha = a / sum(s)``. The
    intercept b is not penalised. Several targets are fitted one by one, as Ridge does;
    losses of targets of one sign take a single one, as PoissonRegressor does.

    Parameters
    ----------
    loss : str or Loss, default="squared"
        A loss object, or the name of one with its default parameters: "squared",
        "huber", "pseudo_huber", "log_cosh", "quantile", "poisson", "gamma", "tweedie",
        "negative_binomial", "inverse_gaussian", "binomial", or "multi_squared" for
        several targets together.
    penalty : {"l2", "l1", "elastic_net"}, Penalty or None, default="l2"
        A penalty object, or the name of one that takes `alpha` and `l1_ratio`; None for
        no penalty.
    solver : "auto", str or Solver, default="auto"
        A solver object, its name, or "auto" to choose by the problem.
    alpha : float, default=1.0
        Strength of a penalty given by name; a penalty object has its own.
    l1_ratio : float, default=0.5
        Share of L1 in ``penalty="elastic_net"``.

    Examples
    --------
    >>> from skopt_solvers import AdvancedLinearRegressor
    >>> model = AdvancedLinearRegressor(loss="poisson", alpha=0.01)
    >>> model.fit([[0.0], [1.0], [2.0]], [1, 3, 9]).predict([[3.0]]).round(2)
    array([26.76])
    """

    constraints = {  # noqa: RUF012
        "alpha": NON_NEGATIVE,
        "l1_ratio": Number(0.0, 1.0),
    }

    loss: Any = "squared"
    penalty: Any = "l2"
    solver: Any = "auto"
    _: KW_ONLY
    alpha: float = 1.0
    l1_ratio: float = 0.5

    def _loss(self) -> Any:
        return regression_loss(self)

    def _penalty(self, total: float) -> BasePenalty:
        return as_penalty(self.penalty, named_penalties(self.alpha, self.l1_ratio))

    def _strength(self) -> Strength:
        return named_strength(self.penalty)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        any_sign = allows(self.loss, SIDES)
        tags.target_tags.positive_only = not any_sign
        tags.target_tags.multi_output = any_sign
        return tags
