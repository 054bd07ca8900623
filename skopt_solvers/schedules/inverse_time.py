"""Decay with the inverse of the time."""

from typing import Any, ClassVar, cast

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import Clock, Number, frequency


def _once_an_epoch(clock: Clock, owner: Any) -> float:
    return 1 / clock.per_epoch


class InverseTime(Schedule):
    """One over the time.

    ``factor(k) = 1 / (1 + decay * k)``

    Parameters
    ----------
    decay : float >= 0 or None, default=None
        One over the updates (or epochs) after which the factor is 1/2; None is one
        epoch.
    per : {"update", "epoch"}, default="update"
        Unit of time of `decay`.

    Notes
    -----
    torch has no counterpart (``Adagrad(lr_decay=decay)`` contains it). scikit-learn's
    ``"optimal"``, ``1 / (alpha * (t0 + k))``, is ``decay = 1 / t0``.

    References
    ----------
    Robbins & Monro (1951), A stochastic approximation method (rates whose sum
    diverges and whose squares sum); Bottou (2012), Stochastic gradient descent tricks.

    Examples
    --------
    >>> from skopt_solvers.schedules import InverseTime
    >>> InverseTime(decay=0.5).factors([1, 3, 7])
    array([1.  , 0.5 , 0.25])
    """

    parameters: ClassVar[Kinds] = {
        "decay": Number(0, convert=frequency, fill=_once_an_epoch)
    }

    def __init__(self, decay: float | None = None, per: str = "update") -> None:
        self.decay = cast(float, decay)  # None until bound
        self.per = per

    def at(self, k: Updates) -> Factors:
        return 1 / (1 + self.decay * k)
