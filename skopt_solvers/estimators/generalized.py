"""Generalised linear models under scikit-learn's names, with offset and exposure."""

from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from .._params import Choice, Number
from ..losses import Gamma, InverseGaussian, Poisson, Squared, Tweedie
from ..penalties import L2, Penalty
from ..problems.responses import as_response
from ._base import NON_NEGATIVE, Array
from ._declare import estimator
from .regression import LinearRegressor

__all__ = [
    "AdvancedGammaRegressor",
    "AdvancedPoissonRegressor",
    "AdvancedTweedieRegressor",
]


@estimator
class DevianceRegressor(LinearRegressor):
    """A likelihood with a ridge penalty, scored by its deviance.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least zero.
    """

    constraints = {"alpha": NON_NEGATIVE}  # noqa: RUF012

    _: KW_ONLY
    alpha: float = 1.0

    def _penalty(self, total: float) -> Penalty:
        return L2(self.alpha)

    def _explained(
        self, y: Array, p: Array, sample_weight: Any, offset: Array | None
    ) -> float:
        """D²: the share of the deviance of a constant, with the same offset."""
        weights = (
            np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
        )
        weights = weights / weights.sum()
        response = as_response(self.loss_, np.asarray(y, np.float64), weights)
        null = np.zeros(len(y)) if offset is None else offset
        null = null + response.balance(null)
        return 1.0 - response.jets(p)[0] / response.jets(null)[0]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = False
        return tags


@estimator
class AdvancedPoissonRegressor(DevianceRegressor):
    r"""Poisson regression of counts, with the logarithmic link.

    .. math:: \min_{w, b}\; \frac{1}{2 \sum_i s_i} \sum_i s_i\, d(y_i, e^{x_i w + b})
              + \tfrac{\alpha}{2} \lVert w \rVert_2^2

    with the unit deviance d: `sklearn.linear_model.PoissonRegressor` with the same
    `alpha`. The intercept b is not penalised. `score` is the D² of the deviance.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least zero.

    Examples
    --------
    >>> from skopt_solvers import AdvancedPoissonRegressor
    >>> model = AdvancedPoissonRegressor(alpha=0.0)
    >>> model.fit([[0.0], [0.0], [1.0]], [1, 3, 6], exposure=[1, 1, 2]).coef_.round(2)
    array([0.41])
    """

    def _loss(self) -> Poisson:
        return Poisson()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        return tags


@estimator
class AdvancedGammaRegressor(DevianceRegressor):
    r"""Gamma regression of positive amounts, with the logarithmic link.

    .. math:: \min_{w, b}\; \frac{1}{2 \sum_i s_i} \sum_i s_i\, d(y_i, e^{x_i w + b})
              + \tfrac{\alpha}{2} \lVert w \rVert_2^2

    with the unit deviance d: `sklearn.linear_model.GammaRegressor` with the same
    `alpha`. The intercept b is not penalised. `score` is the D² of the deviance.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least zero.

    Examples
    --------
    >>> from skopt_solvers import AdvancedGammaRegressor
    >>> model = AdvancedGammaRegressor(alpha=0.0)
    >>> model.fit([[0.0], [0.0], [1.0]], [1, 3, 6]).coef_.round(2)
    array([1.1])
    """

    def _loss(self) -> Gamma:
        return Gamma()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        return tags


@estimator
class AdvancedTweedieRegressor(DevianceRegressor):
    r"""Regression with the deviance of a Tweedie distribution.

    .. math:: \min_{w, b}\; \frac{1}{2 \sum_i s_i} \sum_i s_i\, d(y_i, \mu_i)
              + \tfrac{\alpha}{2} \lVert w \rVert_2^2

    with the unit deviance d of the power: `sklearn.linear_model.TweedieRegressor` with
    the same parameters, for power 0 with the identity link and for powers of at least 1
    with the logarithmic one. Beyond power 2 the problem is not convex. The intercept b
    is not penalised. `score` is the D² of the deviance.

    Parameters
    ----------
    power : float, default=0.0
        The variance is proportional to the mean to this power: 0 normal, 1 Poisson, 2
        gamma, 3 inverse Gaussian; 0, or at least 1.
    alpha : float, default=1.0
        Strength of the penalty, at least zero.
    link : {"auto", "identity", "log"}, default="auto"
        "auto" is the identity for power 0 and the logarithm else; no other pairs.

    Examples
    --------
    >>> from skopt_solvers import AdvancedTweedieRegressor
    >>> model = AdvancedTweedieRegressor(power=1.5, alpha=0.0)
    >>> model.fit([[0.0], [0.0], [1.0]], [0, 4, 6]).coef_.round(2)
    array([1.1])
    """

    constraints = {  # noqa: RUF012
        "alpha": NON_NEGATIVE,
        "power": Number(0.0, open_high=True),
        "link": Choice("auto", "identity", "log"),
    }

    _: KW_ONLY
    power: float = 0.0
    alpha: float = 1.0
    link: str = "auto"

    def _loss(self) -> Any:
        power = float(self.power)
        named = {0.0: Squared, 1.0: Poisson, 2.0: Gamma, 3.0: InverseGaussian}
        if 0.0 < power < 1.0:
            raise ValueError(
                "AdvancedTweedieRegressor needs power to be 0 or at least 1: there is "
                f"no Tweedie distribution between; got power={self.power!r}."
            )
        loss = named[power]() if power in named else Tweedie(power)
        if self.link not in ("auto", loss.link):
            raise ValueError(
                f"AdvancedTweedieRegressor needs link={loss.link!r} or 'auto' for "
                f"power={self.power!r}; got link={self.link!r}."
            )
        return loss

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self.power >= 1
        return tags
