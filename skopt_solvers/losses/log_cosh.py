"""Log-cosh loss: squared near the target, absolute far from it."""

import math

from .._math import bernoulli_divergence, exp, log1p_unit
from .._params import Number, validate
from ._base import Loss

LOG_2 = math.log(2.0)


class LogCosh(Loss):
    r"""Logarithm of the hyperbolic cosine of the residual ``r = p - y``.

    .. math:: \delta^2 \log \cosh (r / \delta)

    No constant is dropped. Slope :math:`\delta \tanh(r / \delta)`, curvature
    :math:`1 - \tanh^2(r / \delta)`, at most 1. With :math:`u = q / \delta` the
    conjugate is :math:`\tfrac12 \delta^2 [(1 + u) \log(1 + u) + (1 - u) \log(1 - u)]
    + q y` for slopes within :math:`\pm\delta`, infinite beyond.

    Domain: any real target.

    Parameters
    ----------
    delta : float, default=1.0
        Residual, in units of y, around which the loss turns linear; greater than zero.

    Examples
    --------
    >>> from skopt_solvers.losses import LogCosh
    >>> round(LogCosh().value(1.0, 3.0), 6), round(LogCosh().slope(1.0, 3.0), 6)
    (1.325003, 0.964028)
    """

    max_curvature = 1.0
    residual = True

    def __init__(self, delta=1.0):
        self.delta = delta

    def value(self, y, p):
        x = abs(p - y) / self.delta
        if x < 0.5:
            s = math.sinh(x)
            return self.delta * self.delta * 0.5 * log1p_unit(s * s)
        return self.delta * self.delta * (x + log1p_unit(exp(-2.0 * x)) - LOG_2)

    def slope(self, y, p):
        return self.delta * math.tanh((p - y) / self.delta)

    def curvature(self, y, p):
        e = exp(-2.0 * abs(p - y) / self.delta)
        return 4.0 * e / ((1.0 + e) * (1.0 + e))

    def gap(self, y, p, q):
        share = 0.5 + 0.5 * q / self.delta
        divergence = bernoulli_divergence(share, 2.0 * (p - y) / self.delta)
        return self.delta * self.delta * divergence

    def check(self, y):
        validate(self, {"delta": Number(0.0, open_low=True, open_high=True)})
