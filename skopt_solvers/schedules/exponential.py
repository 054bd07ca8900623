"""Geometric decay."""

from typing import Any, ClassVar, cast

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import Clock, Number, growth


def _hundredth_over_run(clock: Clock, owner: Any) -> float:
    return float(0.01 ** (1 / clock.updates))


class ExponentialDecay(Schedule):
    """Multiplied by `gamma` in every unit of time.

    ``factor(k) = gamma ** k``

    Parameters
    ----------
    gamma : float in (0, 1] or None, default=None
        The factor gained per update (or epoch); None falls to 1/100 over the run.
    per : {"update", "epoch"}, default="update"
        Unit of time of `gamma`: per epoch, an update gains ``gamma**(1/per_epoch)``.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.ExponentialLR``; per epoch it is smooth and meets
    torch's at the start of each epoch. Optax's and Keras's ``rate ** (k / steps)`` is
    ``gamma = rate ** (1 / steps)``; their ``staircase`` is `StepDecay`. A growing rate
    is not offered, because it overflows: use a callable for a learning-rate test.

    References
    ----------
    Li, Zhuang & Orabona (2021), A second look at exponential and cosine step sizes,
    arXiv:2002.05273.

    Examples
    --------
    >>> from skopt_solvers.schedules import ExponentialDecay
    >>> ExponentialDecay(gamma=0.5).factors([1, 2, 3, 4])
    array([1.   , 0.5  , 0.25 , 0.125])
    >>> slow = ExponentialDecay(gamma=0.25, per="epoch")
    >>> slow.bound(updates=4, per_epoch=2).factors([1, 2, 3, 4])
    array([1.   , 0.5  , 0.25 , 0.125])
    """

    parameters: ClassVar[Kinds] = {
        "gamma": Number(0, 1, above=True, convert=growth, fill=_hundredth_over_run)
    }

    def __init__(self, gamma: float | None = None, per: str = "update") -> None:
        self.gamma = cast(float, gamma)  # None until bound
        self.per = per

    def at(self, k: Updates) -> Factors:
        return self.gamma ** k.astype(np.float64)
