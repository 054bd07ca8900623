"""The elastic net."""

import math

from .._params import Number, validate
from ._pieces import PieceWise, lowest, positive_numbers, strength


class ElasticNet(PieceWise):
    r"""The elastic net,
    :math:`\alpha\, u_j \left(\rho |w| + \tfrac{1 - \rho}{2} w^2\right)`.

    The prox is soft thresholding by :math:`s \alpha u_j \rho`, divided by
    :math:`1 + s \alpha u_j (1 - \rho)`.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, at least zero.
    l1_ratio : float, default=0.5
        Share :math:`\rho` of L1, between 0 (ridge) and 1 (lasso).
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
    Zou & Hastie (2005), J. R. Stat. Soc. B 67, equation (3).

    Examples
    --------
    >>> from skopt_solvers.penalties import ElasticNet
    >>> ElasticNet(alpha=1.0, l1_ratio=0.5).record().prox(2.0, 1.0, 0)
    1.0
    """

    def __init__(self, alpha=1.0, l1_ratio=0.5, weights=None, positive=False):
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.weights = weights
        self.positive = positive

    def pieces(self, n_columns):
        validate(self, {"l1_ratio": Number(0.0, 1.0)})
        weights = positive_numbers(self, self.weights, n_columns)
        total = strength(self, self.alpha) * weights
        ridge = (1.0 - self.l1_ratio) * total
        return {"level": self.l1_ratio * total, "ridge": ridge, "low": lowest(self),
                "high": math.inf}  # fmt: skip
