"""Any Python callable as a schedule."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import Clock, Kind


def _in_epochs(function: Callable[[Any], Any], per_epoch: float, k: Any) -> Any:
    return function(k / per_epoch)


@dataclass(frozen=True)
class _Function(Kind):
    def allowed(self, owner: Any) -> str:
        return "a callable k -> factor"

    def valid(self, value: Any, owner: Any) -> bool:
        return callable(value)

    def open(self, value: Any) -> bool:
        return False

    def bound(self, value: Any, clock: Clock, owner: Any) -> Any:
        epochs = owner.per == "epoch"
        return partial(_in_epochs, value, clock.per_epoch) if epochs else value


class FromCallable(Schedule):
    """Any Python callable as a schedule.

    ``factor(k) = function(k)``

    Parameters
    ----------
    function : callable
        Maps the updates done ``k = 0, 1, ...`` to a finite factor >= 0. It is called
        with the whole int array and, unless that gives an array of the same shape, with
        one Python int at a time. It must be pure; the schedule pickles if it does.
    per : {"update", "epoch"}, default="update"
        With ``"epoch"`` it is given the float epochs done, ``k / per_epoch``.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.LambdaLR``.

    References
    ----------
    The function's own.

    Examples
    --------
    >>> from skopt_solvers.schedules import FromCallable
    >>> FromCallable(lambda k: 0.9 if k < 2 else 0.1).factors([1, 2, 3, 4])
    array([0.9, 0.9, 0.1, 0.1])
    """

    picture = {"function": lambda k: abs(np.sin(k / 40))}  # noqa: RUF012
    parameters: ClassVar[Kinds] = {"function": _Function()}

    def __init__(self, function: Callable[[Any], Any], per: str = "update") -> None:
        self.function = function
        self.per = per

    def at(self, k: Updates) -> Factors:
        factors = self._at_once(k)
        if factors is None:
            each = [float(self.function(one)) for one in k.tolist()]
            factors = np.array(each, np.float64)
        self._refuse_bad(k, factors)
        return factors

    def _at_once(self, k: Updates) -> Factors | None:
        if k.size < 2:  # an array of one passes for a number, with a warning at best
            return None
        try:
            factors = np.asarray(self.function(k), np.float64)
        except (TypeError, ValueError, IndexError):  # written for one number
            return None
        return factors if factors.shape == k.shape else None

    def _refuse_bad(self, k: Updates, factors: Factors) -> None:
        bad = ~(np.isfinite(factors) & (factors >= 0))
        if bad.any():
            raise ValueError(
                f"{type(self).__name__}: function must return finite factors >= 0; "
                f"got {factors[bad][0]} at k = {k[bad][0]}."
            )
