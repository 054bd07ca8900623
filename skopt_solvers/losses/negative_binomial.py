"""Negative binomial deviance of counts, with the logarithmic link."""

import numpy as np

from .._math import bernoulli_divergence, exp, log
from .._params import Number, validate
from ._base import reject
from ._links import LogLink


class NegativeBinomial(LogLink):
    r"""Half the negative binomial deviance with the log link.

    .. math:: y \log\frac{y}{\mu} - (y + k) \log\frac{y + k}{\mu + k},
              \quad \mu = e^p, \; k = 1 / \text{dispersion}

    Counts with variance :math:`\mu + \text{dispersion}\, \mu^2`. The smallest loss is
    zero. With :math:`\pi = \mu / (\mu + k)` the slope is :math:`(y + k) \pi - y` and
    the curvature :math:`(y + k) \pi (1 - \pi)`, unbounded in y. The loss is
    :math:`y + k` times the Kullback-Leibler divergence of
    Bernoulli(:math:`y / (y + k)`) from Bernoulli(:math:`\pi`); for a slope q the
    Fenchel-Young gap is the same with :math:`(y + q) / (y + k)` in the first place, and
    infinite where that is outside [0, 1].

    Domain: targets at least zero (not only integers).

    Parameters
    ----------
    dispersion : float, default=1.0
        Excess of the variance over that of Poisson, in units of the squared mean;
        greater than zero. statsmodels calls it alpha, R's ``glm.nb`` 1 / theta.

    References
    ----------
    Hilbe (2011), Negative Binomial Regression, section 8.2 (the NB2 model).

    Examples
    --------
    >>> from skopt_solvers.losses import NegativeBinomial
    >>> round(NegativeBinomial().value(2.0, 0.0), 6), NegativeBinomial().slope(2.0, 0.0)
    (0.169899, -0.5)
    """

    likelihood = "fixed"

    def __init__(self, dispersion=1.0):
        self.dispersion = dispersion

    def value(self, y, p):
        k = 1.0 / self.dispersion
        return (y + k) * bernoulli_divergence(y / (y + k), p - log(k))

    def slope(self, y, p):
        k = 1.0 / self.dispersion
        x = p - log(k)
        e = exp(-abs(x))
        return (k - y * e if x > 0.0 else k * e - y) / (1.0 + e)

    def curvature(self, y, p):
        k = 1.0 / self.dispersion
        e = exp(-abs(p - log(k)))
        return (y + k) * (e / ((1.0 + e) * (1.0 + e)))

    def gap(self, y, p, q):
        k = 1.0 / self.dispersion
        return (y + k) * bernoulli_divergence((y + q) / (y + k), p - log(k))

    def falls(self, y):
        return -1.0 * (y == 0.0)

    def check(self, y: np.ndarray) -> None:
        validate(self, {"dispersion": Number(0.0, open_low=True, open_high=True)})
        reject(self, y, ~((y >= 0) & (y < np.inf)), "that are finite and at least zero")
