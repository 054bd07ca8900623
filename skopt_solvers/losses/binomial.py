"""Binomial deviance of proportions, with the logistic link."""

import math

import numpy as np
from scipy.special import expit

from .._math import bernoulli_divergence, exp
from ._base import Loss, reject


class Binomial(Loss):
    r"""Half the binomial deviance of a proportion, with the logistic link.

    .. math:: \log(1 + e^p) - y p + y \log y + (1 - y) \log(1 - y)

    The constant is chosen so that the smallest loss is zero: with
    :math:`\pi = 1/(1 + e^{-p})` it is the Kullback-Leibler divergence of Bernoulli(y)
    from Bernoulli(:math:`\pi`). Slope :math:`\pi - y`, curvature
    :math:`\pi (1 - \pi)`, at most 1/4. For a slope :math:`q = \pi' - y` the
    Fenchel-Young gap is the divergence of Bernoulli(:math:`\pi'`), and infinite where
    :math:`\pi'` is outside [0, 1].

    The number of trials behind each proportion is its sample weight.

    Domain: targets from 0 to 1.

    Examples
    --------
    >>> from skopt_solvers.losses import Binomial
    >>> round(Binomial().value(0.25, 0.0), 6), Binomial().slope(0.25, 0.0)
    (0.130812, 0.25)
    """

    max_curvature = 0.25
    likelihood = "fixed"
    link = "logit"

    def value(self, y, p):
        return bernoulli_divergence(y, p)

    def slope(self, y, p):
        e = exp(-abs(p))
        return (1.0 - y - y * e if p > 0.0 else e - y - y * e) / (1.0 + e)

    def curvature(self, y, p):
        e = exp(-abs(p))
        return e / ((1.0 + e) * (1.0 + e))

    def gap(self, y, p, q):
        return bernoulli_divergence(q + y, p)

    def falls(self, y):
        return (y == 1.0) * 1.0 - (y == 0.0)

    def check(self, y: np.ndarray) -> None:
        reject(self, y, ~((y >= 0) & (y <= 1)), "from 0 to 1")

    def start(self, mean: float) -> float:
        return math.log(mean / (1.0 - mean)) if 0 < mean < 1 else 60.0 * mean - 30.0

    def predict(self, p: np.ndarray) -> np.ndarray:
        return expit(p)  # type: ignore[no-any-return]
