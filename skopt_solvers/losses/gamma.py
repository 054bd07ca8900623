"""Gamma deviance of positive amounts, with the logarithmic link."""

import math

import numpy as np

from .._math import LARGEST, exp, log, relative_entropy
from ._base import reject
from ._links import LogLink


class Gamma(LogLink):
    r"""Half the gamma deviance with the log link.

    .. math:: p + y e^{-p} - \log y - 1

    The constant of the likelihood is chosen so that the smallest loss is zero. With
    :math:`u = y e^{-p}` the slope is :math:`1 - u` and the curvature u, unbounded. For
    a slope :math:`q = 1 - u'` the Fenchel-Young gap is
    :math:`u' \log(u'/u) - u' + u`, and infinite for q greater than 1.

    Domain: targets greater than zero.

    Examples
    --------
    >>> from skopt_solvers.losses import Gamma
    >>> round(Gamma().value(2.0, 0.0), 6), Gamma().slope(2.0, 0.0)
    (0.306853, -1.0)
    """

    likelihood = "free"

    def value(self, y, p):
        t = log(y) - p
        value = relative_entropy(1.0, exp(t), t)
        return math.inf if t > LARGEST else value

    def slope(self, y, p):
        return 1.0 - exp(log(y) - p)

    def curvature(self, y, p):
        return exp(log(y) - p)

    def gap(self, y, p, q):
        t = log(y) - p
        return relative_entropy(1.0 - q, exp(t), t)

    def check(self, y: np.ndarray) -> None:
        reject(self, y, ~((y > 0) & (y < np.inf)), "that are finite and above zero")
