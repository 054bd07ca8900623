"""The ridge penalty."""

import math

from ._pieces import PieceWise, lowest, positive_numbers, strength


class L2(PieceWise):
    r"""The ridge penalty, :math:`\tfrac{\alpha}{2} u_j w^2`.

    The prox is :math:`z / (1 + s \alpha u_j)`.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, at least zero.
    weights : array-like of shape (n_features,), default=None
        Weight :math:`u_j \ge 0` of each column, None for ones; 0 means unpenalised.
    positive : bool, default=False
        Restrict coefficients to at least zero; the penalty is then not smooth.

    Raises
    ------
    ValueError
        At the start of a fit, for a negative or non-finite parameter or weights of the
        wrong length.

    References
    ----------
    Hoerl & Kennard (1970), Technometrics 12, equation (2.1).

    Examples
    --------
    >>> from skopt_solvers.penalties import L2
    >>> L2(alpha=1.0).record().prox(2.0, 1.0, 0)
    1.0
    """

    def __init__(self, alpha=1.0, weights=None, positive=False):
        self.alpha = alpha
        self.weights = weights
        self.positive = positive

    def pieces(self, n_columns):
        weights = positive_numbers(self, self.weights, n_columns)
        ridge = strength(self, self.alpha) * weights
        return {"level": 0.0, "ridge": ridge, "low": lowest(self), "high": math.inf}
