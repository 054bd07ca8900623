"""Stepwise decay at equal distances."""

from typing import Any, ClassVar, cast

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import DECAY, Clock, Number, time


def _third_of_run(clock: Clock, owner: Any) -> float:
    return clock.updates / 3


class StepDecay(Schedule):
    """Multiplied by `gamma` every `step_size`.

    ``factor(k) = gamma ** floor(k / step_size)``

    Parameters
    ----------
    step_size : float > 0 or None, default=None
        Updates (or epochs) between two steps; None is a third of the run.
    gamma : float in (0, 1], default=0.1
        The factor of one step.
    per : {"update", "epoch"}, default="update"
        Unit of `step_size`.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.StepLR``; `step_size` need not be whole.

    References
    ----------
    He, Zhang, Ren & Sun (2016), Deep residual learning, arXiv:1512.03385, section 3.4
    (divided by ten on plateaus, here at fixed times).

    Examples
    --------
    >>> from skopt_solvers.schedules import StepDecay
    >>> StepDecay(step_size=2, gamma=0.5).factors([1, 2, 3, 4, 5])
    array([1.  , 1.  , 0.5 , 0.5 , 0.25])
    >>> StepDecay().bound(updates=6, per_epoch=2).factors([1, 2, 3, 4, 5, 6]).round(4)
    array([1.  , 1.  , 0.1 , 0.1 , 0.01, 0.01])
    """

    parameters: ClassVar[Kinds] = {
        "step_size": Number(0, above=True, convert=time, fill=_third_of_run),
        "gamma": DECAY,
    }

    def __init__(
        self, step_size: float | None = None, gamma: float = 0.1, per: str = "update"
    ) -> None:
        self.step_size = cast(float, step_size)  # None until bound
        self.gamma = gamma
        self.per = per

    def at(self, k: Updates) -> Factors:
        return self.gamma ** np.floor(k / self.step_size)
