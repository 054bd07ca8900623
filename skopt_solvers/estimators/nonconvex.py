"""Linear regression with penalties that let large coefficients go."""

import math
from dataclasses import KW_ONLY
from typing import Any

from .._params import Flag, Number
from ..losses import Squared
from ..penalties import MCP, SCAD
from ._base import NON_NEGATIVE
from ._declare import estimator
from .regression import LinearRegressor

__all__ = ["ProximalMCP", "ProximalSCAD"]


@estimator
class ProximalMCP(LinearRegressor):
    r"""Linear regression with the minimax concave penalty.

    .. math:: \min_{w, b}\; \frac{1}{2 \sum_i s_i} \sum_i s_i (y_i - x_i w - b)^2
              + \sum_j \operatorname{MCP}(w_j; \alpha u_j, \gamma)

    with `MCP` from `skopt_solvers.penalties`: as `ProximalLasso` near zero, without
    its bias far away. The problem is not convex; the fit begins at the lasso's solution
    and ends where no coefficient by itself has a better value. skglm's
    ``MCPRegression(alpha, gamma)`` is the same for weights of one, and ncvreg's
    ``lambda`` and ``gamma`` are for standardised columns. The intercept b is not
    penalised.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least zero.
    gamma : float, default=3.0
        How slowly coefficients are let go, greater than 0; for columns of variance one
        in the order of 1 to 10.
    weights : array-like of shape (n_features,), default=None
        Factor :math:`u_j \ge 0` of each coefficient's `alpha`, None for ones; 0 means
        unpenalised.
    positive : bool, default=False
        Whether coefficients must be at least zero.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.preprocessing import scale
    >>> from skopt_solvers import ProximalMCP
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalMCP(alpha=10.0).fit(scale(X), y)
    >>> model.coef_.nonzero()[0], model.certificate_kind_
    (array([2, 8]), 'stationarity')
    """

    constraints = {  # noqa: RUF012
        "alpha": NON_NEGATIVE,
        "gamma": Number(0.0, math.inf, open_low=True, open_high=True),
        "positive": Flag(),
    }

    alpha: float = 1.0
    _: KW_ONLY
    gamma: float = 3.0
    weights: Any = None
    positive: bool = False

    def _loss(self) -> Squared:
        return Squared()

    def _penalty(self, total: float) -> MCP:
        return MCP(self.alpha, self.gamma, self.weights, self.positive)


@estimator
class ProximalSCAD(LinearRegressor):
    r"""Linear regression with smoothly clipped absolute deviation.

    .. math:: \min_{w, b}\; \frac{1}{2 \sum_i s_i} \sum_i s_i (y_i - x_i w - b)^2
              + \sum_j \operatorname{SCAD}(w_j; \alpha u_j, \gamma)

    with `SCAD` from `skopt_solvers.penalties`: as `ProximalLasso` near zero, without
    its bias far away. The problem is not convex; the fit begins at the lasso's solution
    and ends where no coefficient by itself has a better value. The intercept b is not
    penalised.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least zero.
    gamma : float, default=3.7
        Where coefficients are free, in units of `alpha`; greater than 1.
    weights : array-like of shape (n_features,), default=None
        Factor :math:`u_j \ge 0` of each coefficient's `alpha`, None for ones; 0 means
        unpenalised.
    positive : bool, default=False
        Whether coefficients must be at least zero.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.preprocessing import scale
    >>> from skopt_solvers import ProximalSCAD
    >>> X, y = load_diabetes(return_X_y=True)
    >>> ProximalSCAD(alpha=10.0).fit(scale(X), y).coef_.nonzero()[0]
    array([2, 3, 8])
    """

    constraints = {  # noqa: RUF012
        "alpha": NON_NEGATIVE,
        "gamma": Number(1.0, math.inf, open_low=True, open_high=True),
        "positive": Flag(),
    }

    alpha: float = 1.0
    _: KW_ONLY
    gamma: float = 3.7
    weights: Any = None
    positive: bool = False

    def _loss(self) -> Squared:
        return Squared()

    def _penalty(self, total: float) -> SCAD:
        return SCAD(self.alpha, self.gamma, self.weights, self.positive)
