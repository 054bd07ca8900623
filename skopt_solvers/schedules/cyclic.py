"""Triangles."""

from typing import ClassVar

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import SHARE, TIME, Choice, Number, growth, time


class Cyclic(Schedule):
    """Up and down between `low` and 1, again and again.

    ``factor(k) = low + (1 - low) * height * scale``, where ``height`` rises linearly
    from 0 to 1 in `period_up`, falls back in `period_down`, and in cycle ``c = 0, 1,
    ...`` ``scale`` is 1 (``"triangular"``), ``2**-c`` (``"triangular2"``) or
    ``gamma**k`` (``"exp_range"``).

    Parameters
    ----------
    period_up : float > 0, default=2000
        Updates (or epochs) on the way up.
    period_down : float > 0 or None, default=None
        Updates (or epochs) on the way down; None is `period_up`.
    mode : {"triangular", "triangular2", "exp_range"}, default="triangular"
        What becomes of the height.
    low : float in [0, 1], default=0.25
        Lowest factor; the learning rate is the upper end.
    gamma : float in (0, 1], default=1.0
        Factor of the height per update (or epoch), for ``"exp_range"`` only.
    per : {"update", "epoch"}, default="update"
        Unit of the periods and of `gamma`.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.CyclicLR(base_lr=low * max_lr)`` with
    ``cycle_momentum=False``: torch cycles the momentum too, unless told otherwise.

    References
    ----------
    Smith (2017), Cyclical learning rates, arXiv:1506.01186, section 3.1.

    Examples
    --------
    >>> from skopt_solvers.schedules import Cyclic
    >>> Cyclic(period_up=2, low=0.0, mode="triangular2").factors(range(1, 9))
    array([0.  , 0.5 , 1.  , 0.5 , 0.  , 0.25, 0.5 , 0.25])
    """

    picture = {"period_up": 40, "low": 0.0, "mode": "triangular2"}  # noqa: RUF012
    parameters: ClassVar[Kinds] = {
        "period_up": TIME,
        "period_down": Number(0, above=True, convert=time, optional=True),
        "mode": Choice(("triangular", "triangular2", "exp_range")),
        "low": SHARE,
        "gamma": Number(0, 1, above=True, convert=growth),
    }

    def __init__(
        self,
        period_up: float = 2000,
        period_down: float | None = None,
        mode: str = "triangular",
        low: float = 0.25,
        gamma: float = 1.0,
        per: str = "update",
    ) -> None:
        self.period_up = period_up
        self.period_down = period_down
        self.mode = mode
        self.low = low
        self.gamma = gamma
        self.per = per

    def at(self, k: Updates) -> Factors:
        up = self.period_up
        down = up if self.period_down is None else self.period_down
        cycle = np.floor(k / (up + down))
        passed = k - cycle * (up + down)
        height = np.clip(np.minimum(passed / up, (up + down - passed) / down), 0, 1)
        return self.low + (1 - self.low) * height * self._scale(cycle, k)

    def _scale(self, cycle: Factors, k: Updates) -> Factors:
        if self.mode == "exp_range":
            return np.asarray(self.gamma**k, np.float64)
        return np.exp2(-cycle if self.mode == "triangular2" else 0 * cycle)
