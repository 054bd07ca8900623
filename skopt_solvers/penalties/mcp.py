"""The minimax concave penalty."""

import math

import numpy as np

from .._params import Number, validate
from ._folded import Folded


class MCP(Folded):
    r"""The minimax concave penalty: L1 that lets go of large coefficients.

    With :math:`\lambda = \alpha u_j`,

    .. math:: \lambda |w| - \frac{w^2}{2 \gamma} \quad (|w| \le \gamma \lambda),
              \qquad \frac{\gamma \lambda^2}{2} \quad \text{beyond}.

    For a step :math:`s < \gamma` the prox is soft thresholding by
    :math:`s \lambda`, divided by :math:`1 - s / \gamma`, up to
    :math:`\gamma \lambda`, and z itself beyond; for longer ones it is hard
    thresholding at :math:`\lambda \sqrt{s \gamma}`. The slope at :math:`|w|` is
    :math:`\max(\lambda - |w| / \gamma, 0)`.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, at least zero: the slope at zero.
    gamma : float, default=3.0
        How slowly coefficients are let go, greater than 0: L1 for large, hard
        thresholding for small ones. In units of one over the mean square of a centred
        column; each coefficient by itself has a single minimum where it is above 1.
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
    Zhang (2010), Ann. Stat. 38, equation (2.1); Breheny & Huang (2011), Ann. Appl.
    Stat. 5, equation (2.6), for the prox.

    Examples
    --------
    >>> from skopt_solvers.penalties import MCP
    >>> record = MCP(alpha=1.0, gamma=3.0).record()
    >>> [round(record.prox(z, 1.0, 0), 3) for z in (0.5, 2.0, 4.0)]
    [0.0, 1.5, 4.0]
    """

    def __init__(self, alpha=1.0, gamma=3.0, weights=None, positive=False):
        self.alpha = alpha
        self.gamma = gamma
        self.weights = weights
        self.positive = positive

    def half_cost(self, a, j):
        level = self.level[j]
        b = min(a, self.gamma * level)
        return level * b - 0.5 * b * (b / self.gamma)

    def half_prox(self, a, step, j):
        level = self.level[j]
        if step >= self.gamma:
            return 0.0 if a <= level * math.sqrt(step * self.gamma) else a
        if a <= step * level:
            return 0.0
        if a <= self.gamma * level:
            return (a - step * level) / (1.0 - step / self.gamma)
        return a

    def half_slope(self, a, j):
        return max(self.level[j] - a / self.gamma, 0.0)

    def half_curvature(self, a, j):
        return -1.0 / self.gamma if a < self.gamma * self.level[j] else 0.0

    def arrays(self, n_columns):
        validate(self, {"gamma": Number(0.0, math.inf, open_low=True, open_high=True)})
        return {"level": self.levels(n_columns)}

    def hold(self, levels, steps):
        return levels * np.sqrt(np.minimum(self.gamma / steps, 1.0))
