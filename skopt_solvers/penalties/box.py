"""Bounds on the coefficients."""

import numpy as np

from ._pieces import PieceWise, numbers


class Box(PieceWise):
    r"""Bounds: zero for :math:`l_j \le w \le u_j`, infinite elsewhere.

    The prox clips.

    Parameters
    ----------
    low : float or array-like of shape (n_features,), default=-1.0
        Smallest coefficient allowed; may be minus infinity.
    high : float or array-like of shape (n_features,), default=1.0
        Largest coefficient allowed, at least `low`; may be infinity.

    Raises
    ------
    ValueError
        At the start of a fit, when a bound is NaN, an upper one lies below a lower one,
        or their number is not that of the columns.

    Examples
    --------
    >>> from skopt_solvers.penalties import Box
    >>> float(Box(low=0.0, high=1.0).record().prox(2.0, 1.0, 0))
    1.0
    """

    def __init__(self, low=-1.0, high=1.0):
        self.low = low
        self.high = high

    def pieces(self, n_columns):
        low, high = numbers(self, "low", self.low), numbers(self, "high", self.high)
        for name, bound in (("low", low), ("high", high)):
            if bound.shape not in ((), (n_columns,)):
                raise ValueError(
                    f"Box needs {name} as a number or one per column, shape "
                    f"({n_columns},); got shape {bound.shape}."
                )
        if not np.all((low <= high) & (low < np.inf) & (high > -np.inf)):
            raise ValueError(
                "Box needs low <= high, with a number between them; "
                f"got low={self.low!r}, high={self.high!r}."
            )
        return {"level": 0.0, "ridge": 0.0, "low": low, "high": high}
