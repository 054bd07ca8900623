"""Roots of coefficients as a penalty."""

import math

from .._math import root_prox
from .._params import Number, validate
from ._folded import Folded

FAR = 1e12  # thresholds beyond which the pull is less than a rounding error


class Lq(Folded):
    r"""A root of each coefficient, :math:`\alpha\, u_j |w|^q` with q between 0 and 1.

    With :math:`\lambda = s \alpha u_j` the prox is zero up to
    :math:`|z| = (2 - q) / (2 - 2q)\, (2 \lambda (1 - q))^{1 / (2 - q)}`, and jumps
    there to the largest root of :math:`w - |z| + \lambda q w^{q - 1}`, which has closed
    forms for q of 1/2 (a cosine) and 2/3 (a quartic).

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, at least zero.
    q : float, default=0.5
        Exponent, between 0 and 1, both excluded: near L0 for small, near L1 for large
        ones.
    weights : array-like of shape (n_features,), default=None
        Weight :math:`u_j \ge 0` of each column, None for ones; 0 means unpenalised.
    positive : bool, default=False
        Restrict coefficients to at least zero.

    Raises
    ------
    ValueError
        At the start of a fit, for a parameter out of range or weights of the wrong
        length.

    Notes
    -----
    The slope at zero is infinite: every zero is stationary. Coordinate descent looks
    further, for zeros that are no minimum along their coordinate.

    References
    ----------
    Xu, Chang, Xu & Zhang (2012), IEEE Trans. Neural Netw. 23, equations (10) to (12),
    for q = 1/2; Cao, Sun & Xu (2013), J. Vis. Commun. Image R. 24, theorem 1, for
    q = 2/3; Marjanovic & Solo (2012), IEEE Trans. Signal Process. 60, for all.

    Examples
    --------
    >>> from skopt_solvers.penalties import Lq
    >>> [round(Lq(1.0, q).record().prox(4.0, 1.0, 0), 4) for q in (0.5, 2 / 3)]
    [3.7415, 3.5635]
    """

    def __init__(self, alpha=1.0, q=0.5, weights=None, positive=False):
        self.alpha = alpha
        self.q = q
        self.weights = weights
        self.positive = positive

    def half_cost(self, a, j):
        return self.level[j] * a**self.q

    def half_prox(self, a, step, j):
        q, pull = self.q, step * self.level[j]
        unit = pull ** (1.0 / (2.0 - q))  # lambda is 1 in these units
        least = (2.0 - q) * (2.0 - 2.0 * q) ** ((q - 1.0) / (2.0 - q))
        if a <= least * unit:
            return 0.0
        if a > FAR * unit:
            return a
        return unit * root_prox(a / unit, q)

    def half_slope(self, a, j):
        if a == 0.0:
            return math.inf if self.level[j] > 0.0 else 0.0
        return self.level[j] * self.q * a ** (self.q - 1.0)

    def half_curvature(self, a, j):
        if a == 0.0:
            return -math.inf if self.level[j] > 0.0 else 0.0
        q = self.q
        return self.level[j] * q * (q - 1.0) * a ** (q - 2.0)

    def arrays(self, n_columns):
        validate(self, {"q": Number(0.0, 1.0, open_low=True, open_high=True)})
        return {"level": self.levels(n_columns)}

    def hold(self, levels, steps):
        q = self.q
        least = (2.0 - q) * (2.0 - 2.0 * q) ** ((q - 1.0) / (2.0 - q))
        return least * (steps * levels) ** (1.0 / (2.0 - q)) / steps
