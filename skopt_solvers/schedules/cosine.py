"""Half a cosine."""

from typing import ClassVar, cast

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import HORIZON, SHARE


class CosineAnnealing(Schedule):
    """Half a cosine down to `end`.

    ``factor(k) = end + (1 - end) * (1 + cos(pi * min(k, period) / period)) / 2``

    Parameters
    ----------
    period : float > 0 or None, default=None
        Updates (or epochs) until `end`; None is the whole run.
    end : float in [0, 1], default=0.0
        Last factor, kept from `period` on.
    per : {"update", "epoch"}, default="update"
        Unit of `period`.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.CosineAnnealingLR(T_max=period,
    eta_min=end * lr)`` up to `period`. On purpose it stays at its end, as optax's and
    Keras's do; torch's rises again. `CosineRestarts` is the periodic one.

    References
    ----------
    Loshchilov & Hutter (2017), SGDR, arXiv:1608.03983, eq. (5), without restarts.

    Examples
    --------
    >>> from skopt_solvers.schedules import CosineAnnealing
    >>> CosineAnnealing(period=4).factors([1, 2, 3, 4, 5, 6]).round(4)
    array([1.    , 0.8536, 0.5   , 0.1464, 0.    , 0.    ])
    """

    parameters: ClassVar[Kinds] = {"period": HORIZON, "end": SHARE}

    def __init__(
        self, period: float | None = None, end: float = 0.0, per: str = "update"
    ) -> None:
        self.period = cast(float, period)  # None until bound
        self.end = end
        self.per = per

    def at(self, k: Updates) -> Factors:
        passed = np.minimum(k / self.period, 1)
        return self.end + (1 - self.end) * (1 + np.cos(np.pi * passed)) / 2
