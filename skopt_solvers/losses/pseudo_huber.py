"""Pseudo-Huber loss: Huber's without the kink in its slope."""

import math

from .._params import Number, validate
from ._base import Loss


class PseudoHuber(Loss):
    r"""A smooth relative of Huber's loss of the residual ``r = p - y``.

    .. math:: \delta^2 \left(\sqrt{1 + (r / \delta)^2} - 1\right)

    No constant is dropped. With :math:`A = \sqrt{1 + (r/\delta)^2}` the slope is
    :math:`r / A` and the curvature :math:`A^{-3}`, at most 1. The conjugate is
    :math:`\delta^2 (1 - \sqrt{1 - (q/\delta)^2}) + q y` for slopes within
    :math:`\pm\delta`, infinite beyond.

    Domain: any real target.

    Parameters
    ----------
    delta : float, default=1.0
        Residual, in units of y, around which the loss turns linear; greater than zero.

    References
    ----------
    Charbonnier et al. (1997), IEEE Trans. Image Process. 6, table I.

    Examples
    --------
    >>> from skopt_solvers.losses import PseudoHuber
    >>> round(PseudoHuber(delta=3.0).value(0.0, 4.0), 6)
    6.0
    """

    max_curvature = 1.0
    residual = True

    def __init__(self, delta=1.0):
        self.delta = delta

    def value(self, y, p):
        r = p - y
        return r * (r / (1.0 + math.hypot(1.0, r / self.delta)))

    def slope(self, y, p):
        return (p - y) / math.hypot(1.0, (p - y) / self.delta)

    def curvature(self, y, p):
        return math.hypot(1.0, (p - y) / self.delta) ** -3.0

    def gap(self, y, p, q):
        x, u = abs(p - y) / self.delta, q / self.delta
        if p < y:
            u = -u
        if abs(u) > 1.0:
            return math.inf
        a, left = math.hypot(1.0, x), (1.0 - u) * (1.0 + u)
        # a - x u, where a and x u are close to each other
        rest = (
            a - x * u
            if u <= 0.0
            else (1.0 / a + x * (x / a) * left) / (1.0 + (x / a) * u)
        )
        d = x - a * u
        return self.delta * self.delta * d * (d / (rest + math.sqrt(left)))

    def check(self, y):
        validate(self, {"delta": Number(0.0, open_low=True, open_high=True)})
