"""Several schedules at once."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._door import Parts, as_schedule


def _whole_run_each(updates: float, owner: Any) -> list[float]:
    return [updates] * len(owner.schedules)


class Product(Schedule):
    """Several schedules at once, multiplied.

    ``factor(k) = schedules[0](k) * schedules[1](k) * ...``

    Parameters
    ----------
    schedules : non-empty list or tuple of Schedule, callable or None
        The factors; a horizon of None is the whole run for each.
    per : {"update", "epoch"}, default="update"
        Without effect: the parts have their own.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.ChainedScheduler`` for schedules that multiply;
    torch's recursions that add (a cosine with an ``eta_min``) mix when chained, ours
    are plain products.

    References
    ----------
    As the parts'.

    Examples
    --------
    >>> from skopt_solvers.schedules import ExponentialDecay, Product, StepDecay
    >>> Product([ExponentialDecay(0.5), StepDecay(2)]).factors([1, 2, 3, 4]).round(4)
    array([1.    , 0.5   , 0.025 , 0.0125])
    """

    picture = {"schedules": (lambda k: 0.99**k, lambda k: 1 - k // 30 % 2 / 2)}  # noqa: RUF012
    parameters: ClassVar[Kinds] = {"schedules": Parts(_whole_run_each)}

    def __init__(self, schedules: Sequence[Any], per: str = "update") -> None:
        self.schedules = schedules
        self.per = per

    def at(self, k: Updates) -> Factors:
        out = np.ones(k.shape)
        for part in self.schedules:
            out *= as_schedule(part).factors(k + 1)
        return out
