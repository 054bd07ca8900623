"""Half a cosine, again and again."""

from typing import Any, ClassVar, cast

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import SHARE, Clock, Number, time


def _three_cycles(clock: Clock, owner: Any) -> float:
    return float(clock.updates / (1 + owner.mult + owner.mult**2))


class CosineRestarts(Schedule):
    """Half a cosine from 1 to `end`, restarted, each `mult` times longer (SGDR).

    ``factor(k) = end + (1 - end) * (1 + cos(pi * passed / length)) / 2``, where the
    cycles have ``length = period * mult**i`` for ``i = 0, 1, ...`` and ``passed``
    counts from the beginning of the current one.

    Parameters
    ----------
    period : float > 0 or None, default=None
        Updates (or epochs) in the first cycle; None makes three cycles fill the run:
        ``run / (1 + mult + mult**2)``.
    mult : float >= 1, default=1
        Length of a cycle over that of the one before.
    end : float in [0, 1], default=0.0
        What a cycle falls towards.
    per : {"update", "epoch"}, default="update"
        Unit of `period`.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(T_0=period,
    T_mult=mult, eta_min=end * lr)``; `period` and `mult` need not be whole. Per epoch
    it moves with every update, as torch's ``step(epoch + i / n)`` does.

    References
    ----------
    Loshchilov & Hutter (2017), SGDR, arXiv:1608.03983, eq. (5).

    Examples
    --------
    >>> from skopt_solvers.schedules import CosineRestarts
    >>> CosineRestarts(period=2, mult=2).factors(range(1, 9)).round(4)
    array([1.    , 0.5   , 1.    , 0.8536, 0.5   , 0.1464, 1.    , 0.9619])
    """

    parameters: ClassVar[Kinds] = {
        "mult": Number(1),
        "period": Number(0, above=True, convert=time, fill=_three_cycles),
        "end": SHARE,
    }

    def __init__(
        self,
        period: float | None = None,
        mult: float = 1,
        end: float = 0.0,
        per: str = "update",
    ) -> None:
        self.period = cast(float, period)  # None until bound
        self.mult = mult
        self.end = end
        self.per = per

    def at(self, k: Updates) -> Factors:
        start, length = self._cycles(k)
        cosine = np.cos(np.pi * (k - start) / length)
        return self.end + (1 - self.end) * (1 + cosine) / 2

    def _cycles(self, k: Updates) -> tuple[Factors, Factors]:
        """Beginning and length of the cycle each update is in."""
        if self.mult == 1:
            start = np.floor(k / self.period) * self.period
            return start, np.full(k.shape, float(self.period))
        starts, lengths = [0.0], [float(self.period)]
        while starts[-1] + lengths[-1] <= k.max(initial=0):
            starts.append(starts[-1] + lengths[-1])
            lengths.append(lengths[-1] * self.mult)
        cycle = np.searchsorted(starts, k, side="right") - 1
        return np.take(starts, cycle), np.take(lengths, cycle)
