"""Robust regression with a scale of its own, under scikit-learn's name."""

from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from .._params import Number
from ..losses import Huber
from ..penalties import L2
from ._base import NON_NEGATIVE, Plan
from ._declare import estimator
from .regression import LinearRegressor

__all__ = ["AdvancedHuberRegressor"]


@estimator
class AdvancedHuberRegressor(LinearRegressor):
    r"""Linear regression that outliers in the target cannot spoil.

    .. math:: \min_{w, b, \sigma}\; \sum_i s_i \left(\sigma
              + \sigma H\Bigl(\frac{x_i w + b - y_i}{\sigma}\Bigr)\right)
              + \alpha \lVert w \rVert_2^2,
              \quad H(z) = z^2 \text{ if } |z| < \varepsilon,
              \; 2 \varepsilon |z| - \varepsilon^2 \text{ otherwise.}

    This is `sklearn.linear_model.HuberRegressor` with the same `epsilon` and `alpha`:
    coefficients and scale :math:`\sigma` are fitted together, so multiplying y by a
    number multiplies both by it, and predictions as well. Internally all is divided by
    :math:`2 \sum_i s_i`: the penalty has the strength :math:`\alpha / \sum_i s_i`
    against the loss ``Huber(epsilon, scale="joint")``. The intercept b is not
    penalised.

    Parameters
    ----------
    epsilon : float, default=1.35
        Number of scales at which the loss of a residual turns from squared to absolute;
        greater than 1. The smaller, the more robust.
    alpha : float, default=1e-4
        Strength of the penalty, at least zero.

    Attributes
    ----------
    scale_ : float
        The scale :math:`\sigma`, in units of y; at least 1e-6 of y's standard
        deviation.
    outliers_ : ndarray of shape (n_samples,)
        Which samples have residuals beyond `epsilon` scales.

    Examples
    --------
    >>> from skopt_solvers import AdvancedHuberRegressor
    >>> X, y = [[0.0], [1.0], [2.0], [3.0], [4.0]], [0.1, 0.9, 2.0, 3.1, 90.0]
    >>> model = AdvancedHuberRegressor(alpha=0.0).fit(X, y)
    >>> model.coef_.round(2), model.outliers_
    (array([1.18]), array([False, False, False, False,  True]))
    """

    constraints = {  # noqa: RUF012
        "alpha": NON_NEGATIVE,
        "epsilon": Number(1.0, open_low=True),
    }

    epsilon: float = 1.35
    _: KW_ONLY
    alpha: float = 1e-4

    def _loss(self) -> Huber:
        return Huber(self.epsilon, scale="joint")

    def _penalty(self, total: float) -> L2:
        return L2(self.alpha / total)

    def _report(self, plan: Plan, results: Any) -> None:
        super()._report(plan, results)
        problem = self._fits[0].problem
        z, response = problem.push(results[0].x), problem.response
        self.scale_ = response.scale(z)
        self.outliers_ = np.abs(z - response.y) > self.epsilon * self.scale_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = False
        return tags
