"""The door: what may stand where a schedule is expected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from skopt_solvers.schedules._base import Schedule
from skopt_solvers.schedules._kinds import Clock, Kind
from skopt_solvers.schedules.constant import Constant
from skopt_solvers.schedules.from_callable import FromCallable

_ALLOWED = "a Schedule, a callable k -> factor, or None (constant)"
_PART = _ALLOWED + "; none that learns, such as ReduceOnPlateau"


def as_schedule(value: Any) -> Schedule:
    """A schedule from what a user gave.

    Parameters
    ----------
    value : Schedule, callable or None
        A callable receives the updates done ``k = 0, 1, ...`` (see `FromCallable`);
        None is `Constant`.

    Raises
    ------
    TypeError
        For anything else.

    Examples
    --------
    >>> from skopt_solvers.schedules import as_schedule
    >>> as_schedule(lambda k: 0.5**k).factors([1, 2, 3])
    array([1.  , 0.5 , 0.25])
    >>> as_schedule("cosine")
    Traceback (most recent call last):
        ...
    TypeError: a schedule must be a Schedule, a callable k -> factor, or None \
(constant); got 'cosine'.
    """
    if value is None:
        return Constant()
    if isinstance(value, Schedule):
        return value
    if callable(value) and not isinstance(value, type):
        return FromCallable(value)
    hint = " It is a class: call it." if isinstance(value, type) else ""
    raise TypeError(f"a schedule must be {_ALLOWED}; got {value!r}.{hint}")


@dataclass(frozen=True)
class Parts(Kind):
    """A non-empty sequence of schedules, each bound to its own span of the run."""

    spans: Callable[[float, Any], Sequence[float]]  # (updates, owner) -> lengths

    def allowed(self, owner: Any) -> str:
        return f"a non-empty list or tuple, each item {_PART}"

    def valid(self, value: Any, owner: Any) -> bool:
        if not isinstance(value, (list, tuple)):
            return False
        return len(value) > 0 and all(map(_is_schedule, value))

    def open(self, value: Any) -> bool:
        return False  # the parts answer for themselves

    def bound(self, value: Any, clock: Clock, owner: Any) -> list[Schedule]:
        spans = self.spans(clock.updates, owner)
        return [
            _bound(part, span, clock) for part, span in zip(value, spans, strict=True)
        ]


@dataclass(frozen=True)
class Part(Kind):
    """One schedule, bound to its own span of the run."""

    span: Callable[[float, Any], float]  # (updates, owner) -> length

    def allowed(self, owner: Any) -> str:
        return _PART

    def valid(self, value: Any, owner: Any) -> bool:
        return _is_schedule(value)

    def open(self, value: Any) -> bool:
        return False

    def bound(self, value: Any, clock: Clock, owner: Any) -> Schedule:
        return _bound(value, self.span(clock.updates, owner), clock)


def _is_schedule(value: Any) -> bool:
    try:
        return not as_schedule(value).learned
    except TypeError:
        return False


def _bound(part: Any, span: float, clock: Clock) -> Schedule:
    # A part whose turn never comes in so short a run still needs a horizon.
    return as_schedule(part).bound(max(1, round(span)), clock.per_epoch)
