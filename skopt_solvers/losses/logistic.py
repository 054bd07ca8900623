"""Log loss of two classes."""

import math

import numpy as np

from .._math import bernoulli_divergence, exp, log1p_unit
from ._base import Loss, reject


class Logistic(Loss):
    r"""Log loss of two classes, :math:`\log(1 + e^{-y p})` with y in {-1, +1}.

    No constant is dropped. With :math:`\pi = 1/(1 + e^{y p})` the slope is
    :math:`-y \pi`, the curvature :math:`\pi (1 - \pi)`, at most 1/4. The prediction is
    the log-odds of class +1. For a slope :math:`q = -y \pi'` the Fenchel-Young gap is
    the Kullback-Leibler divergence of Bernoulli(:math:`\pi'`) from
    Bernoulli(:math:`\pi`).

    Domain: targets -1 and +1. Estimators encode any two labels.

    Examples
    --------
    >>> from skopt_solvers.losses import Logistic
    >>> round(Logistic().value(1.0, 0.0), 6), Logistic().slope(1.0, 0.0)
    (0.693147, -0.5)
    """

    max_curvature = 0.25
    likelihood = "fixed"
    link = "logit"
    labels = True

    def value(self, y, p):
        m = y * p
        return log1p_unit(exp(-abs(m))) + max(-m, 0.0)

    def slope(self, y, p):
        return -y / (1.0 + exp(y * p))

    def curvature(self, y, p):
        e = exp(-abs(y * p))
        return e / ((1.0 + e) * (1.0 + e))

    def gap(self, y, p, q):
        return bernoulli_divergence(-y * q, -y * p)

    def falls(self, y):
        return y

    def check(self, y: np.ndarray) -> None:
        reject(self, y, np.abs(y) != 1.0, "-1 and +1")

    def start(self, mean: float) -> float:
        return math.log((1.0 + mean) / (1.0 - mean)) if abs(mean) < 1.0 else 0.0

    def predict(self, p: np.ndarray) -> np.ndarray:
        return np.where(p > 0, 1.0, -1.0)
