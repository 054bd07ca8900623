"""Squared hinge loss of two classes."""

import math

import numpy as np

from ._base import Loss, reject


class SquaredHinge(Loss):
    r"""Squared hinge, :math:`\max(0, 1 - y p)^2` with y in {-1, +1}.

    No constant is dropped; twice differentiable except at ``y p = 1``, where the
    curvature jumps between 2 and 0. With :math:`t = 1 - y p` and a slope
    :math:`q = -y a`, :math:`a \ge 0`, the conjugate is :math:`-a + a^2/4` and the
    Fenchel-Young gap :math:`(t_+ - a/2)^2 + a (t_+ - t)`.

    Domain: targets -1 and +1. Estimators encode any two labels.

    Examples
    --------
    >>> from skopt_solvers.losses import SquaredHinge
    >>> SquaredHinge().value(1.0, -1.0), SquaredHinge().slope(1.0, -1.0)
    (4.0, -4.0)
    """

    max_curvature = 2.0
    labels = True

    def value(self, y, p):
        t = max(1.0 - y * p, 0.0)
        return t * t

    def slope(self, y, p):
        return -2.0 * y * max(1.0 - y * p, 0.0)

    def curvature(self, y, p):
        return 2.0 if y * p < 1.0 else 0.0

    def gap(self, y, p, q):
        t, a = 1.0 - y * p, -y * q
        if a < 0.0:
            return math.inf
        t_plus = max(t, 0.0)
        return (t_plus - 0.5 * a) * (t_plus - 0.5 * a) + a * (t_plus - t)

    def respond(self, y, z, q, s, u):
        a = -y * s  # y v = y z + q (b - a) and b = 2 max(0, 1 - y v)
        b = max(2.0 * (1.0 - y * z + q * a) / (1.0 + 2.0 * q), 0.0)
        return z + q * y * (b - a), -y * b

    def check(self, y: np.ndarray) -> None:
        reject(self, y, np.abs(y) != 1.0, "-1 and +1")

    def predict(self, p: np.ndarray) -> np.ndarray:
        return np.where(p > 0, 1.0, -1.0)
