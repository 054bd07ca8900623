"""What a schedule's parameter may be, and what it becomes once the run is known.

Each kind answers three questions about a value: is it allowed, is it still open
(it needs the length of the run), and which value in updates replaces it.
"""

import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import Any, NamedTuple

import numpy as np


class Clock(NamedTuple):
    """The run a schedule is bound to; `unit` is the updates in its unit of time."""

    updates: float
    per_epoch: float
    unit: float


Fill = Callable[[Clock, Any], Any]  # the value that stands for None


def plain(value: float, unit: float) -> float:
    """No unit."""
    return value


def time(value: float, unit: float) -> float:
    """A time; 0.1 epochs of 30 updates are 3 updates, not 3.0000000000000004."""
    updates = value * unit
    whole = round(updates)
    return float(whole) if math.isclose(updates, whole, rel_tol=1e-12) else updates


def frequency(value: float, unit: float) -> float:
    """One over a time."""
    return value / unit


def growth(value: float, unit: float) -> float:
    """A factor gained per unit of time."""
    return float(value ** (1 / unit))


def whole_run(clock: Clock, owner: Any) -> float:
    return clock.updates


def _finite(value: Any) -> bool:
    real = isinstance(value, Real) and not isinstance(value, bool)
    return real and bool(abs(value) <= sys.float_info.max)  # not NaN, not 10**400


class Kind(ABC):
    """A set of allowed values and their way into updates."""

    @abstractmethod
    def allowed(self, owner: Any) -> str:
        """The set in words, for the error message."""

    @abstractmethod
    def valid(self, value: Any, owner: Any) -> bool:
        """Whether `value` is in the set."""

    @abstractmethod
    def open(self, value: Any) -> bool:
        """Whether `value` has no meaning before the run is known."""

    @abstractmethod
    def bound(self, value: Any, clock: Clock, owner: Any) -> Any:
        """The value in updates; `owner` has its later parameters bound already."""


@dataclass(frozen=True)
class Number(Kind):
    """A finite real number between `low` and `high` (which may look at the owner)."""

    low: float
    high: float | Callable[[Any], float] = math.inf
    above: bool = False  # low itself is not allowed
    convert: Callable[[float, float], float] = plain
    fill: Fill | None = None
    optional: bool = False  # None is a value, not an open horizon

    def top(self, owner: Any) -> float:
        return self.high(owner) if callable(self.high) else self.high

    def allowed(self, owner: Any) -> str:
        top = self.top(owner)
        left, right = "(" if self.above else "[", ")" if top == math.inf else "]"
        none = " or None" if self.optional or self.fill else ""
        return f"a number in {left}{self.low:g}, {top:g}{right}{none}"

    def valid(self, value: Any, owner: Any) -> bool:
        if value is None:
            return self.optional or self.fill is not None
        if not _finite(value):
            return False
        low = value > self.low if self.above else value >= self.low
        return bool(low and value <= self.top(owner))

    def open(self, value: Any) -> bool:
        return value is None and not self.optional

    def bound(self, value: Any, clock: Clock, owner: Any) -> Any:
        if value is None:
            return self.fill(clock, owner) if self.fill else None
        return self.convert(float(value), clock.unit)


TIME = Number(0, above=True, convert=time)
HORIZON = Number(0, above=True, convert=time, fill=whole_run)
DECAY = Number(0, 1, above=True)
SHARE = Number(0, 1)


@dataclass(frozen=True)
class Times(Kind):
    """A strictly increasing sequence of positive times, or None."""

    fill: Fill
    count: Callable[[Any], int] | None = None  # how many, if the owner demands it

    def allowed(self, owner: Any) -> str:
        many = "" if self.count is None else f"{self.count(owner)} "
        return f"a strictly increasing sequence of {many}positive times or None"

    def valid(self, value: Any, owner: Any) -> bool:
        if value is None:
            return True
        if not isinstance(value, Iterable) or isinstance(value, (str, bytes, dict)):
            return False
        times = list(value)
        return (
            all(TIME.valid(each, owner) for each in times)
            and all(a < b for a, b in pairwise(times))
            and (self.count is None or len(times) == self.count(owner))
        )

    def open(self, value: Any) -> bool:
        return value is None

    def bound(self, value: Any, clock: Clock, owner: Any) -> Any:
        if value is None:
            return self.fill(clock, owner)
        return [time(float(each), clock.unit) for each in value]


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few values, the same in every unit."""

    options: tuple[Any, ...]

    def allowed(self, owner: Any) -> str:
        return f"one of {', '.join(map(repr, self.options))}"

    def valid(self, value: Any, owner: Any) -> bool:
        kinds = (type(self.options[0]), np.generic)
        return isinstance(value, kinds) and value in self.options

    def open(self, value: Any) -> bool:
        return False

    def bound(self, value: Any, clock: Clock, owner: Any) -> Any:
        return value


@dataclass(frozen=True)
class Per(Kind):
    """The unit of time itself: whatever it was, it is updates once bound."""

    def allowed(self, owner: Any) -> str:
        return "one of 'update', 'epoch'"

    def valid(self, value: Any, owner: Any) -> bool:
        return isinstance(value, str) and value in ("update", "epoch")

    def open(self, value: Any) -> bool:
        return bool(value == "epoch")

    def bound(self, value: Any, clock: Clock, owner: Any) -> Any:
        return "update"
