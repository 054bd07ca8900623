"""Least squares with a ridge penalty, in scikit-learn's units."""

from dataclasses import KW_ONLY
from typing import Any

from .._params import Flag
from ..losses import Squared
from ..penalties import L2
from ._base import NON_NEGATIVE
from ._declare import estimator
from .regression import LinearRegressor

__all__ = ["AdvancedRidge"]


@estimator
class AdvancedRidge(LinearRegressor):
    r"""Least squares with a ridge penalty.

    .. math:: \min_{w, b}\; \sum_i s_i (y_i - x_i w - b)^2
              + \alpha \sum_j u_j w_j^2

    This is `sklearn.linear_model.Ridge` with the same `alpha`: it is weighed against
    the *sum* over samples. Internally both sides are divided by :math:`2 \sum_i s_i`,
    so the penalty has the strength :math:`\alpha / \sum_i s_i` against the mean of
    half the squares; ``AdvancedLinearRegressor("squared", alpha=alpha / sum(s))`` is
    the same model. The intercept b is not penalised. Several targets share `alpha`.

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
    >>> from skopt_solvers import AdvancedRidge
    >>> model = AdvancedRidge(alpha=1.0).fit([[0.0], [1.0], [2.0]], [0, 1, 2])
    >>> model.coef_.round(6), model.intercept_.round(6)
    (array([0.666667]), np.float64(0.333333))
    """

    constraints = {"alpha": NON_NEGATIVE, "positive": Flag()}  # noqa: RUF012

    alpha: float = 1.0
    _: KW_ONLY
    weights: Any = None
    positive: bool = False

    def _loss(self) -> Squared:
        return Squared()

    def _penalty(self, total: float) -> L2:
        return L2(self.alpha / total, self.weights, self.positive)
