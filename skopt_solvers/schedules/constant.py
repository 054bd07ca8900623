"""No schedule."""

import numpy as np

from skopt_solvers.schedules._base import Factors, Schedule, Updates


class Constant(Schedule):
    """The learning rate as it is.

    ``factor(k) = 1``

    Parameters
    ----------
    per : {"update", "epoch"}, default="update"
        Without effect; every schedule has it.

    Notes
    -----
    Not torch's ``ConstantLR``, which multiplies by 1/3 for the first five epochs: that
    is ``Chain([lambda k: 1 / 3, Constant()], [5], per="epoch")``.

    References
    ----------
    Robbins & Monro (1951), A stochastic approximation method, for why a constant rate
    stops short of the optimum when gradients are noisy.

    Examples
    --------
    >>> from skopt_solvers.schedules import Constant
    >>> Constant().factors([1, 2, 3])
    array([1., 1., 1.])
    """

    def __init__(self, per: str = "update") -> None:
        self.per = per

    def at(self, k: Updates) -> Factors:
        return np.ones(k.shape)
