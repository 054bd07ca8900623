"""The smoothly clipped absolute deviation penalty."""

import math

import numpy as np

from .._params import Number, validate
from ._folded import Folded


class SCAD(Folded):
    r"""Smoothly clipped absolute deviation: L1 near zero, constant far away.

    With :math:`\lambda = \alpha u_j`,

    .. math:: \lambda |w| \;\; (|w| \le \lambda), \quad
              \frac{2 \gamma \lambda |w| - w^2 - \lambda^2}{2 (\gamma - 1)} \;\;
              (|w| \le \gamma \lambda), \quad
              \frac{(\gamma + 1) \lambda^2}{2} \;\; \text{beyond}.

    For a step :math:`s < \gamma - 1` the prox is soft thresholding by
    :math:`s \lambda` up to :math:`|z| = (1 + s) \lambda`, then
    :math:`((\gamma - 1) |z| - s \gamma \lambda) / (\gamma - 1 - s)`, and z itself
    beyond :math:`\gamma \lambda`; for longer ones it jumps over the middle. The slope
    at :math:`|w|` is :math:`\lambda`, then
    :math:`(\gamma \lambda - |w|) / (\gamma - 1)`, then zero.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, at least zero: the slope at zero.
    gamma : float, default=3.7
        Where coefficients are free, in units of `alpha`; greater than 1.
    weights : array-like of shape (n_features,), default=None
        Weight :math:`u_j \ge 0` of each column, None for ones; 0 means unpenalised.
    positive : bool, default=False
        Restrict coefficients to at least zero.

    Raises
    ------
    ValueError
        At the start of a fit, for a parameter out of range or weights of the wrong
        length.

    References
    ----------
    Fan & Li (2001), J. Am. Stat. Assoc. 96, equations (2.7) and (2.8).

    Examples
    --------
    >>> from skopt_solvers.penalties import SCAD
    >>> record = SCAD(alpha=1.0, gamma=3.7).record()
    >>> [round(record.prox(z, 1.0, 0), 3) for z in (0.5, 1.5, 3.0, 4.0)]
    [0.0, 0.5, 2.588, 4.0]
    """

    def __init__(self, alpha=1.0, gamma=3.7, weights=None, positive=False):
        self.alpha = alpha
        self.gamma = gamma
        self.weights = weights
        self.positive = positive

    def half_cost(self, a, j):
        level = self.level[j]
        b = min(a, self.gamma * level)
        if b <= level:
            return level * b
        return level * b - 0.5 * (b - level) * ((b - level) / (self.gamma - 1.0))

    def half_prox(self, a, step, j):
        level, middle = self.level[j], self.gamma - 1.0
        soft = 0.0 if a <= step * level else a - step * level
        if step >= middle:
            jump = 0.5 * (self.gamma + 1.0 + step)
            if step > self.gamma + 1.0:
                jump = math.sqrt(step * (self.gamma + 1.0))
            return soft if a <= jump * level else a
        if a <= (1.0 + step) * level:
            return soft
        if a <= self.gamma * level:
            return (middle * a - step * self.gamma * level) / (middle - step)
        return a

    def half_slope(self, a, j):
        level = self.level[j]
        return max(min((self.gamma * level - a) / (self.gamma - 1.0), level), 0.0)

    def half_curvature(self, a, j):
        level = self.level[j]
        inside = a > level and a < self.gamma * level
        return -1.0 / (self.gamma - 1.0) if inside else 0.0

    def arrays(self, n_columns):
        validate(self, {"gamma": Number(1.0, math.inf, open_low=True, open_high=True)})
        return {"level": self.levels(n_columns)}

    def hold(self, levels, steps):
        return levels * np.sqrt(np.minimum((self.gamma + 1.0) / steps, 1.0))
