"""Quantile regression under scikit-learn's name."""

from dataclasses import KW_ONLY
from typing import Any

from .._params import Number
from ..losses import Quantile
from ..penalties import L1
from ._base import NON_NEGATIVE, Array
from ._declare import estimator
from .regression import LinearRegressor

__all__ = ["AdvancedQuantileRegressor"]


@estimator
class AdvancedQuantileRegressor(LinearRegressor):
    r"""Linear regression of a quantile, with an L1 penalty.

    .. math:: \min_{w, b}\; \frac{1}{\sum_i s_i} \sum_i s_i\, \rho_\tau(y_i - x_i w - b)
              + \alpha \lVert w \rVert_1,
              \quad \rho_\tau(r) = \tau r_+ + (1 - \tau) r_-

    This is `sklearn.linear_model.QuantileRegressor` with the same `quantile`
    :math:`\tau` and `alpha`, solved by an interior-point method in place of a general
    linear program. The intercept b is not penalised. `score` is the D² of the pinball
    loss, `sklearn.metrics.d2_pinball_score` (that of QuantileRegressor is R²).

    Parameters
    ----------
    quantile : float, default=0.5
        Share of the targets that lie below the prediction, between 0 and 1.
    alpha : float, default=1.0
        Strength of the penalty, at least zero.

    Examples
    --------
    >>> from skopt_solvers import AdvancedQuantileRegressor
    >>> X, y = [[0.0], [1.0], [2.0], [3.0], [4.0]], [0.0, 1.0, 90.0, 3.0, 4.0]
    >>> model = AdvancedQuantileRegressor(alpha=0.0).fit(X, y)
    >>> model.predict([[1.5]]).round(2)
    array([1.5])
    """

    constraints = {  # noqa: RUF012
        "alpha": NON_NEGATIVE,
        "quantile": Number(0.0, 1.0, open_low=True, open_high=True),
    }

    _: KW_ONLY
    quantile: float = 0.5
    alpha: float = 1.0

    def _loss(self) -> Quantile:
        return Quantile(self.quantile)

    def _penalty(self, total: float) -> L1:
        return L1(self.alpha)

    def _explained(
        self, y: Array, p: Array, sample_weight: Any, offset: Array | None
    ) -> float:
        """D²: the share of the loss of the best constant."""
        from sklearn.metrics import d2_pinball_score  # costs a tenth of a second

        if offset is not None:
            y, p = y - offset, p - offset
        score = d2_pinball_score(
            y, p, sample_weight=sample_weight, alpha=self.quantile
        )
        return float(score)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = False
        return tags
