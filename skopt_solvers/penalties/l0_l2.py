"""A price for each coefficient in use, and a ridge."""

import math
from typing import Any

import numpy as np

from .._params import Number, validate
from ._folded import Folded


class L0L2(Folded):
    r"""A price for each coefficient in use, and a ridge on it,
    :math:`u_j (\alpha\, [w \ne 0] + \tfrac{\rho}{2} w^2)`.

    The prox is hard thresholding with a ridge: with :math:`\lambda = \alpha u_j` and
    :math:`\kappa = 1 + s \rho u_j` it is :math:`z / \kappa` where
    :math:`|z| > \sqrt{2 s \lambda \kappa}`, and zero elsewhere.

    Parameters
    ----------
    alpha : float, default=1.0
        Price of a coefficient other than zero, at least zero.
    ridge : float, default=0.0
        Ridge :math:`\rho`, at least zero: steadies the choice where the signal is weak.
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
    Every choice of columns has a stationary point. Coordinate descent looks further:
    no coefficient by itself is better replaced by another value, zero included.

    References
    ----------
    Hazimeh & Mazumder (2020), Oper. Res. 68, equations (2) and (9).

    Examples
    --------
    >>> from skopt_solvers.penalties import L0L2
    >>> record = L0L2(alpha=0.5, ridge=1.0).record()
    >>> [record.prox(z, 1.0, 0) for z in (1.4, 2.0)]
    [0.0, 1.0]
    """

    concave = False  # a ridge is not
    bend: Any = 0.0

    def __init__(self, alpha=1.0, ridge=0.0, weights=None, positive=False):
        self.alpha = alpha
        self.ridge = ridge
        self.weights = weights
        self.positive = positive

    def half_cost(self, a, j):
        if a == 0.0:
            return 0.0
        return self.level[j] + 0.5 * self.bend[j] * a * a

    def half_prox(self, a, step, j):
        size = 1.0 + step * self.bend[j]
        return 0.0 if a <= math.sqrt(2.0 * step * self.level[j] * size) else a / size

    def half_slope(self, a, j):
        if a == 0.0 and self.level[j] > 0.0:
            return math.inf
        return self.bend[j] * a

    def half_curvature(self, a, j):
        return self.bend[j]

    def arrays(self, n_columns):
        validate(self, {"ridge": Number(0.0, math.inf, open_high=True)})
        levels = self.levels(n_columns)
        weights = np.ones(n_columns) if self.weights is None else self.weights
        return {"level": levels, "bend": self.ridge * np.asarray(weights, float)}

    def hold(self, levels, steps):
        bends = self.arrays(len(steps))["bend"]
        return np.sqrt(2.0 * levels * (1.0 + steps * bends) / steps)
