"""Poisson deviance of counts, with the logarithmic link."""

import math

import numpy as np

from .._math import LARGEST, TINY, exp, log, relative_entropy
from ._base import reject
from ._links import LogLink


class Poisson(LogLink):
    r"""Half the Poisson deviance with the log link.

    .. math:: e^p - y p + y \log y - y

    The constant of the likelihood is chosen so that the smallest loss is zero (half the
    unit deviance). Slope :math:`e^p - y`, curvature :math:`e^p`, unbounded. For a slope
    :math:`q = \mu' - y` the Fenchel-Young gap is
    :math:`\mu' \log(\mu'/\mu) - \mu' + \mu` with :math:`\mu = e^p`.

    Domain: targets at least zero (not only integers).

    Examples
    --------
    >>> from skopt_solvers.losses import Poisson
    >>> round(Poisson().value(2.0, 0.0), 6), Poisson().slope(2.0, 0.0)
    (0.386294, -1.0)
    """

    likelihood = "fixed"

    def value(self, y, p):
        constant = y * (log(y if y > TINY else TINY) - 1.0)
        value = exp(p) - y * p + constant
        return math.inf if p > LARGEST else value  # e**p overflows, and outweighs y * p

    def slope(self, y, p):
        return exp(p) - y

    def curvature(self, y, p):
        return exp(p)

    def gap(self, y, p, q):
        return relative_entropy(q + y, exp(p), p)

    def falls(self, y):
        return -1.0 * (y == 0.0)

    def check(self, y: np.ndarray) -> None:
        reject(self, y, ~((y >= 0) & (y < np.inf)), "that are finite and at least zero")
