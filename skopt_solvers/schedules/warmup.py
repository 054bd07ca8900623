"""A gentle start."""

import math
from collections.abc import Callable
from typing import Any, ClassVar, cast

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._door import Part, as_schedule
from skopt_solvers.schedules._kinds import SHARE, Clock, Number, time


def _twentieth_of_run(clock: Clock, owner: Any) -> float:
    return clock.updates / 20


def _rest(updates: float, owner: Any) -> float:
    return float(updates - math.ceil(owner.steps))


class Warmup(Schedule):
    """A linear rise in front of another schedule.

    ``factor(k) = ramp(k) * schedule(max(k - w, 0))`` with
    ``ramp(k) = start + (1 - start) * min(k + 1, w) / w`` and ``w = ceil(steps)``.

    Parameters
    ----------
    steps : float > 0 or None, default=None
        Updates (or epochs) of the rise; None is a twentieth of the run.
    start : float in [0, 1], default=0.0
        What the rise starts from, exclusive: the first factor is
        ``start + (1 - start) / w``.
    schedule : Schedule, callable or None, default=None
        What follows; its clock starts after the rise, and its horizon of None is the
        rest of the run. None stays at 1.
    per : {"update", "epoch"}, default="update"
        Unit of `steps`; `schedule` has its own.

    Notes
    -----
    On purpose one update ahead of ``torch.optim.lr_scheduler.LinearLR(start_factor=
    start, total_iters=w)``, and of optax's: the first update moves also when ``start=
    0`` (the default; torch's is 1/3). Followed by another schedule it is torch's
    ``SequentialLR`` with a milestone at `w`, for schedules that begin at 1; others
    are met at their first factor, without a jump.

    References
    ----------
    Goyal et al. (2017), Accurate, large minibatch SGD, arXiv:1706.02677, section 2.2.

    Examples
    --------
    >>> from skopt_solvers.schedules import LinearDecay, Warmup
    >>> Warmup(steps=4).factors([1, 2, 3, 4, 5, 6])
    array([0.25, 0.5 , 0.75, 1.  , 1.  , 1.  ])
    >>> slow = Warmup(steps=2, schedule=LinearDecay())
    >>> slow.bound(updates=6, per_epoch=1).factors([1, 2, 3, 4, 5, 6])
    array([0.5 , 1.  , 1.  , 0.75, 0.5 , 0.25])
    """

    picture = {"steps": 80}  # noqa: RUF012
    parameters: ClassVar[Kinds] = {
        "schedule": Part(_rest),
        "steps": Number(0, above=True, convert=time, fill=_twentieth_of_run),
        "start": SHARE,
    }

    def __init__(
        self,
        steps: float | None = None,
        start: float = 0.0,
        schedule: Schedule | Callable[[Any], Any] | None = None,
        per: str = "update",
    ) -> None:
        self.steps = cast(float, steps)  # None until bound
        self.start = start
        self.schedule = schedule
        self.per = per

    def at(self, k: Updates) -> Factors:
        w = int(np.ceil(self.steps))
        ramp = self.start + (1 - self.start) * (np.minimum(k + 1, w) / w)
        return ramp * as_schedule(self.schedule).factors(np.maximum(k - w, 0) + 1)
