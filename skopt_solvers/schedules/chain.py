"""One schedule after the other."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._door import Parts, as_schedule
from skopt_solvers.schedules._kinds import Clock, Times


def _equal_parts(clock: Clock, owner: Any) -> list[float]:
    n = len(owner.schedules)
    return [clock.updates * i / n for i in range(1, n)]


def _joints(owner: Any) -> int:
    return len(owner.schedules) - 1


def _spans(updates: float, owner: Any) -> list[float]:
    edges = np.ceil([0, *owner.milestones, updates])
    return list(np.diff(edges))


class Chain(Schedule):
    """One schedule after the other, each on a clock of its own.

    ``factor(k) = schedules[i](k - milestones[i-1])`` for ``milestones[i-1] <= k <
    milestones[i]``, the first from 0, the last without end.

    Parameters
    ----------
    schedules : non-empty list or tuple of Schedule, callable or None
        A horizon of None is the stretch between the two milestones, or the rest of
        the run.
    milestones : increasing sequence of len(schedules) - 1 floats > 0 or None, \
default=None
        Updates (or epochs) after which the next one takes over, rounded up to a whole
        update; None cuts the run into equal parts.
    per : {"update", "epoch"}, default="update"
        Unit of `milestones`; the parts have their own.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.SequentialLR`` and optax's ``join_schedules``.
    torch's ``ChainedScheduler`` is a `Product`.

    References
    ----------
    As the parts'; the clock as in optax's ``join_schedules``.

    Examples
    --------
    >>> from skopt_solvers.schedules import Chain, Constant, LinearDecay
    >>> chain = Chain([Constant(), LinearDecay()], milestones=[2])
    >>> chain.bound(updates=6, per_epoch=1).factors([1, 2, 3, 4, 5, 6])
    array([1.  , 1.  , 1.  , 0.75, 0.5 , 0.25])
    """

    picture = {"schedules": (None, lambda k: 0.98**k)}  # noqa: RUF012
    parameters: ClassVar[Kinds] = {
        "schedules": Parts(_spans),
        "milestones": Times(_equal_parts, count=_joints),
    }

    def __init__(
        self,
        schedules: Sequence[Any],
        milestones: Sequence[float] | None = None,
        per: str = "update",
    ) -> None:
        self.schedules = schedules
        self.milestones = cast(Sequence[float], milestones)  # None until bound
        self.per = per

    def at(self, k: Updates) -> Factors:
        starts = np.ceil([0, *self.milestones]).astype(np.int64)
        turn = np.searchsorted(starts, k, side="right") - 1
        out = np.empty(k.shape)
        for i, part in enumerate(self.schedules):
            mine = turn == i
            out[mine] = as_schedule(part).factors(k[mine] - starts[i] + 1)
        return out
