"""The logarithm as a penalty."""

import math

import numpy as np

from .._params import Number, validate
from ._folded import Folded

BISECTIONS = 44  # to 1e-13
ROUNDING = 1e-9  # its square is less than a rounding error


class LogSum(Folded):
    r"""The logarithm, :math:`\alpha\, u_j \log(1 + |w| / \epsilon)`.

    Reweighted L1 minimises it: each round the weights are its slopes,
    :math:`\alpha u_j / (\epsilon + |w|)`. With :math:`\lambda = \alpha u_j` the prox is
    zero or, where that costs less,

    .. math:: \frac{|z| - \epsilon + \sqrt{(|z| + \epsilon)^2 - 4 s \lambda}}{2}.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, at least zero.
    eps : float, default=1.0
        Size of a coefficient, greater than 0, from which on it is let go: near L1 with
        the strength ``alpha / eps`` for large, near L0 for small ones.
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
    Candès, Wakin & Boyd (2008), J. Fourier Anal. Appl. 14, equation (6).

    Examples
    --------
    >>> from skopt_solvers.penalties import LogSum
    >>> record = LogSum(alpha=1.0, eps=1.0).record()
    >>> [round(record.prox(z, 1.0, 0), 3) for z in (0.9, 2.0, 10.0)]
    [0.0, 1.618, 9.908]
    """

    def __init__(self, alpha=1.0, eps=1.0, weights=None, positive=False):
        self.alpha = alpha
        self.eps = eps
        self.weights = weights
        self.positive = positive

    def half_cost(self, a, j):
        return self.level[j] * math.log1p(a / self.eps)

    def half_prox(self, a, step, j):
        pull, middle = step * self.level[j], 0.5 * (a + self.eps)
        share = math.sqrt(pull) / middle
        if share < ROUNDING and a > self.eps:
            return a
        if share > 1.0:
            return 0.0
        root = middle * math.sqrt(1.0 - share * share)
        w = 0.5 * (a - self.eps) + root
        if a < self.eps:  # the same, without the difference of near numbers
            w = (self.eps * a - pull) / (0.5 * (self.eps - a) + root)
        if w <= 0.0 or w * (0.5 * w - a) + pull * math.log1p(w / self.eps) >= 0.0:
            return 0.0
        return w

    def half_slope(self, a, j):
        return self.level[j] / (self.eps + a)

    def half_curvature(self, a, j):
        return -self.level[j] / (self.eps + a) / (self.eps + a)

    def arrays(self, n_columns):
        validate(self, {"eps": Number(0.0, math.inf, open_low=True, open_high=True)})
        return {"level": self.levels(n_columns)}

    def hold(self, levels, steps):
        jump = _least_jump(np.maximum(steps * levels / self.eps**2, 1.0))
        slope = (jump + steps * levels / self.eps**2 / (1.0 + jump)) * self.eps / steps
        return np.where(jump > 0, slope, levels / self.eps)


def _least_jump(pull):
    """Root of ``pull (log(1 + w) - w / (1 + w)) - w**2 / 2`` beyond ``pull**0.5 - 1``.

    Where the minimum moves away from zero, in units of eps; zero without a jump.
    """
    low, high = np.sqrt(pull) - 1.0, (2.0 * pull) ** (2.0 / 3.0)  # as log(1+w) <= w**.5
    for _ in range(BISECTIONS):
        w = 0.5 * (low + high)
        over = pull * (np.log1p(w) - w / (1.0 + w)) > 0.5 * w * w
        low, high = np.where(over, w, low), np.where(over, high, w)
    return np.where(pull > 1.0, low, 0.0)
