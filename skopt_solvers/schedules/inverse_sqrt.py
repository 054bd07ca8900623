"""Decay with the inverse square root of the time."""

from typing import Any, ClassVar, cast

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import Clock, Number, time


def _one_epoch(clock: Clock, owner: Any) -> float:
    return clock.per_epoch


class InverseSqrt(Schedule):
    """One over the square root of the time, slowly at first.

    ``factor(k) = 1 / sqrt(1 + k / t0)``

    Parameters
    ----------
    t0 : float > 0 or None, default=None
        Updates (or epochs) after which the factor is ``1 / sqrt(2)``; None is one
        epoch.
    per : {"update", "epoch"}, default="update"
        Unit of `t0`.

    Notes
    -----
    torch has no counterpart. ``t0=1`` is scikit-learn's ``"invscaling"`` with
    ``power_t=0.5``. The rate of the transformer is a `Warmup` of `w` updates in front
    of ``InverseSqrt(t0=w)``, up to one update.

    References
    ----------
    Zinkevich (2003), Online convex programming, Theorem 1 (rate ``t ** -1/2``);
    Vaswani et al. (2017), arXiv:1706.03762, eq. (3).

    Examples
    --------
    >>> from skopt_solvers.schedules import InverseSqrt
    >>> InverseSqrt(t0=1).factors([1, 4, 9, 16]).round(4)
    array([1.    , 0.5   , 0.3333, 0.25  ])
    """

    parameters: ClassVar[Kinds] = {
        "t0": Number(0, above=True, convert=time, fill=_one_epoch)
    }

    def __init__(self, t0: float | None = None, per: str = "update") -> None:
        self.t0 = cast(float, t0)  # None until bound
        self.per = per

    def at(self, k: Updates) -> Factors:
        return 1 / np.sqrt(1 + k / self.t0)
