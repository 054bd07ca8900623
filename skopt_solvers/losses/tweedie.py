"""Tweedie deviance: variance a power of the mean, with the logarithmic link."""

import math

import numpy as np

from .._math import LARGEST, TINY, exp, log, relative_entropy
from .._params import Number, validate
from ._base import reject
from ._links import LogLink

NEWTON = 60  # steps towards the prediction that has a given slope
ULPS = 4e-16  # of it: steps below are rounding errors


class Tweedie(LogLink):
    r"""Half the Tweedie deviance of a power, with the log link.

    .. math:: \frac{e^{a p}}{a} + \frac{y e^{-b p}}{b} - \frac{y^a}{a b},
              \quad a = 2 - \text{power}, \; b = \text{power} - 1,

    with the limits for a or b zero. The smallest loss is zero. Slope
    :math:`e^{a p} - y e^{-b p}`, curvature :math:`a e^{a p} + b y e^{-b p}`, unbounded.
    Power 1 is `Poisson`, 2 is `Gamma` and 3 `InverseGaussian`; between 1 and 2 it is
    the compound Poisson-gamma distribution of sums with many exact zeros.

    Convex for powers up to 2. There the conjugate is :math:`q u - \ell(u)` at the
    prediction u with slope q, found by Newton's method, and the Fenchel-Young gap a sum
    of two relative entropies, of :math:`e^{a u}` and of :math:`e^{-b u}`. Beyond 2
    certificates are scaled violations of the conditions of optimality.

    Domain: targets at least zero; greater than zero for powers of 2 and more.

    Parameters
    ----------
    power : float, default=1.5
        The variance is proportional to the mean to this power; at least 1.

    References
    ----------
    Jorgensen (1987), J. R. Stat. Soc. B 49, section 5.

    Examples
    --------
    >>> from skopt_solvers.losses import Tweedie
    >>> Tweedie(1.5).value(4.0, 0.0), Tweedie(1.5).slope(4.0, 0.0)
    (2.0, -3.0)
    """

    likelihood = "free"

    def __init__(self, power=1.5):
        self.power = power

    def value(self, y, p):
        a, b = 2.0 - self.power, self.power - 1.0
        log_y = log(y if y > TINY else TINY)
        up, down = a * (p - log_y), -b * (p - log_y)
        # (e**u - 1) / a + (e**d - 1) / b of both, but nothing cancels
        value = relative_entropy(1.0, exp(up), up) / a if a != 0.0 else 0.0
        value += relative_entropy(1.0, exp(down), down) / b if b != 0.0 else 0.0
        value *= exp(a * log_y)
        value = math.inf if up > LARGEST or down > LARGEST else value
        zero = math.inf if a * p > LARGEST or a == 0.0 else exp(a * p) / a
        return zero if y == 0.0 else value

    def slope(self, y, p):
        return exp((2.0 - self.power) * p) - y * exp((1.0 - self.power) * p)

    def curvature(self, y, p):
        a, b = 2.0 - self.power, self.power - 1.0
        return a * exp(a * p) + b * (y * exp(-b * p))

    def gap(self, y, p, q):
        a, b = 2.0 - self.power, self.power - 1.0
        if a == 0.0:
            t = math.log(y) - p
            return relative_entropy(1.0 - q, exp(t), t)
        if b == 0.0 or y == 0.0:
            return relative_entropy(q + y * (b == 0.0), exp(a * p), a * p) / a
        u, low, high = p, -math.inf, math.inf
        for _ in range(NEWTON):
            rise, fall = exp(a * u), y * exp(-b * u)
            miss = rise - fall - q
            if miss == 0.0:
                break
            low, high = (low, u) if miss > 0.0 else (u, high)
            step = -miss / (a * rise + b * fall)
            following = u + max(min(step, 5.0), -5.0)
            if not low < following < high:
                following = 0.5 * (low + high)
            still = abs(following - u) <= ULPS * max(abs(u), abs(p))
            if still or not abs(following) < LARGEST:
                break
            u = following
        rising = relative_entropy(exp(a * u), exp(a * p), a * p) / a
        return rising + y * relative_entropy(exp(-b * u), exp(-b * p), -b * p) / b

    @property
    def convex(self) -> bool:
        return bool(self.power <= 2)

    def falls(self, y):
        return -1.0 * (y == 0.0)

    def check(self, y: np.ndarray) -> None:
        validate(self, {"power": Number(1.0, open_high=True)})
        if self.power < 2:
            reject(self, y, ~((y >= 0) & (y < np.inf)), "finite and at least zero")
        else:
            reject(self, y, ~((y > 0) & (y < np.inf)), "finite and above zero")
