"""Modified Huber loss of two classes: squared hinge, linear for gross errors."""

import math

import numpy as np

from ._base import Loss, reject


class ModifiedHuber(Loss):
    r"""Squared hinge that turns linear, with y in {-1, +1} and ``m = y p``.

    .. math:: \max(0, 1 - m)^2 \text{ if } m \ge -1, \quad -4 m \text{ otherwise.}

    No constant is dropped. The slope is :math:`-2 y \min(t_+, 2)` with
    :math:`t = 1 - m`; curvature 2 for m in (-1, 1), else 0. For a slope
    :math:`q = -y a`, a in [0, 4], the conjugate is :math:`-a + a^2/4`, and infinite
    for any other.

    Domain: targets -1 and +1. Estimators encode any two labels.

    References
    ----------
    Zhang (2004), ICML, "Solving large scale linear prediction problems using stochastic
    gradient descent algorithms", table 1.

    Examples
    --------
    >>> from skopt_solvers.losses import ModifiedHuber
    >>> ModifiedHuber().value(1.0, 0.5), ModifiedHuber().value(1.0, -3.0)
    (0.25, 12.0)
    """

    max_curvature = 2.0
    labels = True

    def value(self, y, p):
        t = max(1.0 - y * p, 0.0)
        inner = min(t, 2.0)
        return inner * (2.0 * t - inner)

    def slope(self, y, p):
        return -2.0 * y * min(max(1.0 - y * p, 0.0), 2.0)

    def curvature(self, y, p):
        return 2.0 if -1.0 <= y * p < 1.0 else 0.0

    def gap(self, y, p, q):
        t, a = 1.0 - y * p, -y * q
        if a < 0.0 or a > 4.0:
            return math.inf
        inner = min(max(t, 0.0), 2.0)
        rest = 4.0 - a if t > 2.0 else a
        return (inner - 0.5 * a) * (inner - 0.5 * a) + rest * abs(t - inner)

    def check(self, y: np.ndarray) -> None:
        reject(self, y, np.abs(y) != 1.0, "-1 and +1")

    def predict(self, p: np.ndarray) -> np.ndarray:
        return np.where(p > 0, 1.0, -1.0)
