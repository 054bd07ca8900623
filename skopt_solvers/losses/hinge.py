"""Hinge loss of two classes."""

import math

import numpy as np

from ._base import Loss, reject


class Hinge(Loss):
    r"""Hinge loss of the support vector machine, :math:`\max(0, 1 - y p)`.

    No constant is dropped. The slope is :math:`-y` where :math:`y p < 1` and 0 beyond;
    it jumps, so only solvers of the dual problem take this loss. For a slope
    :math:`q = -y a`, a in [0, 1], the conjugate is :math:`-a` and the Fenchel-Young gap
    :math:`t_+ - a t` with :math:`t = 1 - y p`; it is infinite for any other.

    Domain: targets -1 and +1. Estimators encode any two labels.

    References
    ----------
    Hsieh, Chang, Lin, Keerthi & Sundararajan (2008), ICML, "A dual coordinate descent
    method for large-scale linear SVM", equation (2).

    Examples
    --------
    >>> from skopt_solvers.losses import Hinge
    >>> Hinge().value(1.0, -1.0), Hinge().slope(1.0, -1.0), Hinge().value(1.0, 2.0)
    (2.0, -1.0, 0.0)
    """

    max_curvature = math.inf
    labels = True
    kinked = True

    def value(self, y, p):
        return max(1.0 - y * p, 0.0)

    def slope(self, y, p):
        return -y if y * p < 1.0 else 0.0 * p

    def curvature(self, y, p):
        return 0.0

    def gap(self, y, p, q):
        t, a = 1.0 - y * p, -y * q
        if a < 0.0 or a > 1.0:
            return math.inf
        return (1.0 - a) * t if t > 0.0 else -a * t

    def respond(self, y, z, q, s, u):
        a, t = -y * s, 1.0 - y * z
        b = 1.0 if t > 0.0 else 0.0
        if q > 0.0:
            b = min(max(a + t / q, 0.0), 1.0)
        return z + q * y * (b - a), -y * b

    def pieces(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return y, np.where(y > 0, 1.0, 0.0), np.where(y > 0, 0.0, 1.0)

    def check(self, y: np.ndarray) -> None:
        reject(self, y, np.abs(y) != 1.0, "-1 and +1")

    def predict(self, p: np.ndarray) -> np.ndarray:
        return np.where(p > 0, 1.0, -1.0)
