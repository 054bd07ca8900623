"""The lasso penalty."""

import math

from ._pieces import PieceWise, lowest, positive_numbers, strength


class L1(PieceWise):
    r"""The lasso penalty, :math:`\alpha\, u_j |w|`.

    The prox is soft thresholding, :math:`\operatorname{sign}(z)
    \max(|z| - s \alpha u_j, 0)`.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, at least zero.
    weights : array-like of shape (n_features,), default=None
        Weight :math:`u_j \ge 0` of each column, None for ones; 0 means unpenalised.
    positive : bool, default=False
        Restrict coefficients to at least zero.

    Raises
    ------
    ValueError
        At the start of a fit, for a negative or non-finite parameter or weights of the
        wrong length.

    References
    ----------
    Tibshirani (1996), J. R. Stat. Soc. B 58, equation (1).

    Examples
    --------
    >>> from skopt_solvers.penalties import L1
    >>> L1(alpha=0.5).record().prox(2.0, 1.0, 0)
    1.5
    """

    def __init__(self, alpha=1.0, weights=None, positive=False):
        self.alpha = alpha
        self.weights = weights
        self.positive = positive

    def pieces(self, n_columns):
        weights = positive_numbers(self, self.weights, n_columns)
        level = strength(self, self.alpha) * weights
        return {"level": level, "ridge": 0.0, "low": lowest(self), "high": math.inf}
