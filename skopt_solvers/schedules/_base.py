"""The family of schedules."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skopt_solvers._params import Adjustable
from skopt_solvers.schedules._kinds import Clock, Kind, Number, Per

Kinds: TypeAlias = Mapping[str, Kind]
Factors: TypeAlias = NDArray[np.float64]
Updates: TypeAlias = NDArray[np.int64]

_POSITIVE = Number(0, above=True)


class Schedule(Adjustable, ABC):
    """Multipliers of the learning rate, a pure function of the number of updates.

    ``factors(t)`` depends on ``t`` and the parameters alone, so any stretch of a run
    can be asked for, in any order. Update ``t = 1, 2, ...`` uses the factor after
    ``k = t - 1`` updates (torch's ``last_epoch``).

    A solver calls ``schedule.bound(updates, per_epoch).factors(t)``.

    Notes
    -----
    *Units.* With ``per="update"`` a time is a number of updates; with ``per="epoch"``
    it is a (float) number of epochs, and `bound` multiplies it by `per_epoch`: smooth
    schedules move with every update (``k / per_epoch`` epochs have passed), stepwise
    ones (`StepDecay`, `Piecewise`, `Chain`) change where their epoch begins, as with
    torch's ``scheduler.step()`` once an epoch.

    *Your own.* Write ``__init__`` (it only stores) and ``at(k)``. List in `parameters`
    the kind of each parameter that is to be checked, is a time or may be None; they
    are checked from first to last and bound from last to first. In `picture`, put
    parameters with which a run of 10 epochs and 240 updates shows what it does.
    """

    parameters: ClassVar[Kinds] = {}
    picture: ClassVar[Mapping[str, Any] | None] = {}
    learned: ClassVar[bool] = False
    per: str = "update"

    @abstractmethod
    def at(self, k: Updates) -> Factors:
        """The factors after `k` updates, a 1-d array; every parameter is in updates."""

    def factors(self, t: ArrayLike) -> Factors:
        """The multipliers of the learning rate at updates `t`.

        Parameters
        ----------
        t : array of int
            Update counts, from 1.

        Returns
        -------
        array of float64 of the same shape

        Raises
        ------
        ValueError
            If a parameter is not allowed, a horizon is still open, or ``t < 1``.
        """
        self._check()
        self._refuse_open()
        count = _counts(t)
        return np.asarray(self.at(count.ravel() - 1), np.float64).reshape(count.shape)

    def bound(self, updates: int, per_epoch: float) -> Self:
        """A copy for one run: open horizons filled, epochs converted to updates.

        Parameters
        ----------
        updates : int
            Updates in the whole run, at least 1.
        per_epoch : float
            Updates in an epoch, positive.

        Returns
        -------
        Schedule
            Of the same class, with ``per="update"``; binding it again changes nothing.
        """
        self._check()
        self._require("updates", updates, Number(1))
        self._require("per_epoch", per_epoch, _POSITIVE)
        unit = float(per_epoch) if self.per == "epoch" else 1.0
        clock = Clock(float(updates), float(per_epoch), unit)
        copy = type(self)(**self.get_params(deep=False))
        for name, kind in reversed(self._kinds().items()):
            setattr(copy, name, kind.bound(getattr(copy, name), clock, copy))
        return copy

    def _kinds(self) -> dict[str, Kind]:
        return {"per": Per(), **self.parameters}

    def _check(self) -> None:
        for name, kind in self._kinds().items():
            self._require(name, getattr(self, name), kind)

    def _require(self, name: str, value: Any, kind: Kind) -> None:
        if not kind.valid(value, self):
            raise ValueError(
                f"{type(self).__name__}: {name} must be {kind.allowed(self)}; "
                f"got {value!r}."
            )

    def _refuse_open(self) -> None:
        for name, kind in self._kinds().items():
            if kind.open(getattr(self, name)):
                raise ValueError(
                    f"{type(self).__name__}: {name}={getattr(self, name)!r} depends on "
                    f"the run; call bound(updates, per_epoch).factors(t)."
                )


def _counts(t: ArrayLike) -> Updates:
    count = np.asarray(t)
    if count.size and count.dtype.kind not in "iu":
        raise ValueError(f"t must be an array of integers; got dtype {count.dtype}.")
    if count.size and count.min() < 1:
        raise ValueError(f"t counts updates from 1; got {count.min()}.")
    return count.astype(np.int64)
