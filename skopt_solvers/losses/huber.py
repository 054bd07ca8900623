"""Huber's loss: squared near the target, absolute far from it."""

import math

from .._params import Choice, Number, validate
from ._base import Loss


class Huber(Loss):
    r"""Huber's loss of the residual ``r = p - y``.

    .. math:: \tfrac12 r^2 \text{ if } |r| \le \delta,
              \quad \delta |r| - \tfrac12 \delta^2 \text{ otherwise.}

    No constant is dropped. The slope is `r` clipped to :math:`\pm\delta`; curvature 1
    within, 0 outside. The conjugate is :math:`q^2/2 + q y` for slopes within
    :math:`\pm\delta`, infinite beyond.

    With ``scale="joint"`` residuals are measured in units of a scale that is fitted
    with the model (Huber's *concomitant* scale): the objective is the smallest value,
    over :math:`\sigma`, of

    .. math:: \tfrac{\sigma}{2} + \sum_i s_i\, \sigma\, \ell(r_i / \sigma),

    which is convex and no sum over samples any more; solvers that visit samples one by
    one cannot minimise it. Its slopes are those at the best scale, with
    :math:`\sum_i s_i q_i^2 = 1`, and its conjugate is :math:`\sum_i s_i q_i y_i` for
    slopes within :math:`\pm\delta` whose squares have a mean of at most 1.

    Domain: any real target.

    Parameters
    ----------
    delta : float, default=1.35
        Residual, in units of y, or of the scale if that is joint, at which the loss
        turns linear; greater than zero, and than 1 for a joint scale. 1.35 standard
        deviations give 95 % efficiency for Gaussian errors (Huber 1981).
    scale : {"fixed", "joint"}, default="fixed"
        Whether the scale is one, or fitted with the model.

    References
    ----------
    Huber (1981), Robust Statistics, section 7.8, equation (8.7).

    Examples
    --------
    >>> from skopt_solvers.losses import Huber
    >>> Huber(delta=1.0).value(0.0, 0.5), Huber(delta=1.0).value(0.0, 3.0)
    (0.125, 2.5)
    """

    max_curvature = 1.0
    residual = True

    def __init__(self, delta=1.35, scale="fixed"):
        self.delta = delta
        self.scale = scale

    @property
    def joint(self) -> bool:
        return bool(self.scale == "joint")

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
        validate(self, {"scale": Choice("fixed", "joint")})
        least = 1.0 if self.joint else 0.0  # at 1 the joint scale would be zero
        validate(self, {"delta": Number(least, open_low=True)})
