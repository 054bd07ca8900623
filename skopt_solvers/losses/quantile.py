"""The loss whose best constant is a quantile."""

import math

import numpy as np

from .._params import Number, validate
from ._base import Loss


class Quantile(Loss):
    r"""The pinball loss of the quantile :math:`\tau`, of the residual ``r = y - p``.

    .. math:: \tau \max(r, 0) + (1 - \tau) \max(-r, 0)

    No constant is dropped. Half the absolute error for :math:`\tau = 1/2`. The slope is
    :math:`-\tau` below y and :math:`1 - \tau` above; it jumps there, so only solvers of
    such losses take it (`InteriorPoint`). For slopes q between these two the conjugate
    is :math:`q y`, and the Fenchel-Young gap :math:`(\tau + q) r_+ + (1 - \tau - q)
    r_-`; it is infinite for any other.

    Domain: any real target.

    Parameters
    ----------
    quantile : float, default=0.5
        Share of targets below the prediction, between 0 and 1.

    References
    ----------
    Koenker & Bassett (1978), Econometrica 46, equation (3.1).

    Examples
    --------
    >>> from skopt_solvers.losses import Quantile
    >>> Quantile(0.9).value(2.0, 1.0), round(Quantile(0.9).value(0.0, 1.0), 6)
    (0.9, 0.1)
    """

    residual = True
    kinked = True

    def __init__(self, quantile=0.5):
        self.quantile = quantile

    def value(self, y, p):
        r = y - p
        return self.quantile * r if r > 0.0 else (self.quantile - 1.0) * r

    def slope(self, y, p):
        return -self.quantile if p < y else 1.0 - self.quantile + 0.0 * p

    def curvature(self, y, p):
        return 0.0

    def gap(self, y, p, q):
        below, above = self.quantile + q, 1.0 - self.quantile - q
        if min(below, above) < -1e-13:  # rounding is forgiven
            return math.inf
        return max(below, 0.0) * (y - p) if p < y else max(above, 0.0) * (p - y)

    def respond(self, y, z, q, s, u):
        t = -self.quantile if z < y else 1.0 - self.quantile
        if q > 0.0:
            t = s + (z - y) / q
            t = min(max(t, -self.quantile), 1.0 - self.quantile)
        return z + q * (s - t), t

    def pieces(self, y):
        steep = np.full(len(y), float(self.quantile))
        return y, steep, 1.0 - steep

    def check(self, y):
        share = Number(0.0, 1.0, open_low=True, open_high=True)
        validate(self, {"quantile": share})
