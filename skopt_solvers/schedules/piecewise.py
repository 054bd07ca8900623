"""Stepwise decay at given times."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import DECAY, Clock, Times


def _half_and_three_quarters(clock: Clock, owner: Any) -> list[float]:
    return [clock.updates / 2, clock.updates * 3 / 4]


class Piecewise(Schedule):
    """Multiplied by `gamma` at each milestone.

    ``factor(k) = gamma ** #{m in milestones : m <= k}``

    Parameters
    ----------
    milestones : strictly increasing sequence of float > 0 or None, default=None
        Updates (or epochs) after which the factor drops, the milestone itself
        included; None is a half and three quarters of the run.
    gamma : float in (0, 1], default=0.1
        The factor of one drop.
    per : {"update", "epoch"}, default="update"
        Unit of `milestones`.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.MultiStepLR``. A factor of its own for each
    milestone is a `Product` of `Piecewise`.

    References
    ----------
    He, Zhang, Ren & Sun (2016), Deep residual learning, arXiv:1512.03385, section 4.2
    (divided by ten after 32k and 48k of 64k updates: the default).

    Examples
    --------
    >>> from skopt_solvers.schedules import Piecewise
    >>> Piecewise([1, 4]).factors([1, 2, 3, 4, 5]).round(4)
    array([1.  , 0.1 , 0.1 , 0.1 , 0.01])
    """

    parameters: ClassVar[Kinds] = {
        "milestones": Times(_half_and_three_quarters),
        "gamma": DECAY,
    }

    def __init__(
        self,
        milestones: Sequence[float] | None = None,
        gamma: float = 0.1,
        per: str = "update",
    ) -> None:
        self.milestones = cast(Sequence[float], milestones)  # None until bound
        self.gamma = gamma
        self.per = per

    def at(self, k: Updates) -> Factors:
        passed = np.searchsorted(self.milestones, k, side="right")
        return self.gamma ** passed.astype(np.float64)
