"""Huber's loss: squared near the target, absolute far from it."""

import math

from .._params import Number, validate
from ._base import Loss


class Huber(Loss):
    r"""Huber's loss of the residual ``r = p - y``.

    .. math:: \tfrac12 r^2 \text{ if } |r| \le \delta,
              \quad \delta |r| - \tfrac12 \delta^2 \text{ otherwise.}

    No constant is dropped. The slope is `r` clipped to :math:`\pm\delta`; curvature 1
    within, 0 outside. The conjugate is :math:`q^2/2 + q y` for slopes within
    :math:`\pm\delta`, infinite beyond.

    Domain: any real target.

    Parameters
    ----------
    delta : float, default=1.35
        Residual, in units of y, at which the loss turns linear; greater than zero.
        1.35 standard deviations give 95 % efficiency for Gaussian errors (Huber 1981).

    Examples
    --------
    >>> from skopt_solvers.losses import Huber
    >>> Huber(delta=1.0).value(0.0, 0.5), Huber(delta=1.0).value(0.0, 3.0)
    (0.125, 2.5)
    """

    max_curvature = 1.0
    residual = True

    def __init__(self, delta=1.35):
        self.delta = delta

    def value(self, y, p):
        r = abs(p - y)
        inner = min(r, self.delta)
        return inner * (r - 0.5 * inner)

    def slope(self, y, p):
        return max(min(p - y, self.delta), -self.delta)

    def curvature(self, y, p):
        return 1.0 if abs(p - y) <= self.delta else 0.0

    def gap(self, y, p, q):
        r = p - y
        if abs(q) > self.delta:
            return math.inf
        inner = max(min(r, self.delta), -self.delta)
        return 0.5 * (inner - q) * (inner - q) + (inner - q) * (r - inner)

    def check(self, y):
        validate(self, {"delta": Number(0.0, open_low=True)})
