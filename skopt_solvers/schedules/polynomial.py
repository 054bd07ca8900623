"""Polynomial decay to an end value."""

from typing import ClassVar, cast

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import HORIZON, SHARE, Number


class PolynomialDecay(Schedule):
    """Down to `end` along a power of the time that is left.

    ``factor(k) = end + (1 - end) * (1 - min(k, total) / total) ** power``

    Parameters
    ----------
    total : float > 0 or None, default=None
        Updates (or epochs) until `end`; None is the whole run.
    power : float > 0, default=1.0
        1 is a straight line.
    end : float in [0, 1], default=0.0
        Last factor, kept from `total` on.
    per : {"update", "epoch"}, default="update"
        Unit of `total`.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.PolynomialLR``, which has no `end` (optax and
    Keras do). The last update of a run has ``k = total - 1``: it still moves.

    References
    ----------
    Chen et al. (2018), DeepLab, arXiv:1606.00915 (the "poly" policy, power 0.9).

    Examples
    --------
    >>> from skopt_solvers.schedules import PolynomialDecay
    >>> PolynomialDecay(total=4, power=2).factors([1, 2, 3, 4, 5, 6])
    array([1.    , 0.5625, 0.25  , 0.0625, 0.    , 0.    ])
    """

    picture = {"power": 2}  # noqa: RUF012
    parameters: ClassVar[Kinds] = {
        "total": HORIZON,
        "power": Number(0, above=True),
        "end": SHARE,
    }

    def __init__(
        self,
        total: float | None = None,
        power: float = 1.0,
        end: float = 0.0,
        per: str = "update",
    ) -> None:
        self.total = cast(float, total)  # None until bound
        self.power = power
        self.end = end
        self.per = per

    def at(self, k: Updates) -> Factors:
        left = 1 - np.minimum(k / self.total, 1)
        return self.end + (1 - self.end) * left**self.power
