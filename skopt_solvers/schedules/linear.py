"""Linear decay to an end value."""

from typing import ClassVar, cast

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import HORIZON, SHARE


class LinearDecay(Schedule):
    """A straight line down to `end`.

    ``factor(k) = 1 - (1 - end) * min(k, total) / total``

    Parameters
    ----------
    total : float > 0 or None, default=None
        Updates (or epochs) until `end`; None is the whole run.
    end : float in [0, 1], default=0.0
        Last factor, kept from `total` on.
    per : {"update", "epoch"}, default="update"
        Unit of `total`.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.LinearLR(start_factor=1, end_factor=end,
    total_iters=total)``. torch's default start of 1/3 is a `Warmup`. The last update
    of a run has ``k = total - 1``: it still moves.

    References
    ----------
    Defazio, Cutkosky, Mehta & Mishchenko (2023), When, why and how much?,
    arXiv:2310.07831 (linear decay to zero gives the last iterate the optimal rate).

    Examples
    --------
    >>> from skopt_solvers.schedules import LinearDecay
    >>> LinearDecay(total=4).factors([1, 2, 3, 4, 5, 6])
    array([1.  , 0.75, 0.5 , 0.25, 0.  , 0.  ])
    >>> LinearDecay(end=0.5).bound(updates=5, per_epoch=1).factors([1, 2, 3, 4, 5])
    array([1. , 0.9, 0.8, 0.7, 0.6])
    """

    parameters: ClassVar[Kinds] = {"total": HORIZON, "end": SHARE}

    def __init__(
        self, total: float | None = None, end: float = 0.0, per: str = "update"
    ) -> None:
        self.total = cast(float, total)  # None until bound
        self.end = end
        self.per = per

    def at(self, k: Updates) -> Factors:
        factors = k / self.total
        np.minimum(factors, 1, out=factors)  # in place: epochs of single rows are long
        factors *= self.end - 1
        factors += 1
        return factors
