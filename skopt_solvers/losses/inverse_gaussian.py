"""Inverse Gaussian deviance of positive amounts, with the logarithmic link."""

import math

import numpy as np

from .._math import LARGEST, exp, log
from ._base import reject
from ._links import LogLink


class InverseGaussian(LogLink):
    r"""Half the inverse Gaussian deviance with the log link.

    .. math:: \frac{(1 - u)^2}{2 y}, \quad u = y e^{-p}

    The constant of the likelihood is chosen so that the smallest loss is zero. Slope
    :math:`u (1 - u) / y`, curvature :math:`u (2 u - 1) / y`. With this link the loss is
    *not convex* (where the prediction is more than twice the target): there is no
    conjugate to certify with, and certificates are scaled violations of the conditions
    of optimality.

    Domain: targets greater than zero.

    Examples
    --------
    >>> from skopt_solvers.losses import InverseGaussian
    >>> InverseGaussian().value(2.0, 0.0), InverseGaussian().slope(2.0, 0.0)
    (0.25, -1.0)
    """

    likelihood = "free"

    def value(self, y, p):
        t = log(y) - p
        value = (1.0 - exp(t)) * (1.0 - exp(t)) / (2.0 * y)
        return math.inf if t > 0.5 * LARGEST else value  # the square would overflow

    def slope(self, y, p):
        u = exp(log(y) - p)
        return u * ((1.0 - u) / y)

    def curvature(self, y, p):
        u = exp(log(y) - p)
        return u * ((2.0 * u - 1.0) / y)

    @property
    def convex(self) -> bool:
        return False

    def check(self, y: np.ndarray) -> None:
        reject(self, y, ~((y > 0) & (y < np.inf)), "that are finite and above zero")
