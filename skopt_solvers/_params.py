"""Constraints on constructor parameters, checked when a fit starts, never before."""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Protocol, Self

from sklearn.base import BaseEstimator

__all__ = [
    "VERBOSE",
    "Adjustable",
    "Choice",
    "Constraint",
    "Flag",
    "Number",
    "Optional",
    "Whole",
    "check_values",
    "validate",
]


class Constraint(Protocol):
    """A set of allowed values, and the words for it."""

    def allows(self, value: Any) -> bool: ...


@dataclass(frozen=True)
class Number:
    """A real number between two bounds; each bound is allowed unless it is `open`."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    integer: bool = False

    def allows(self, value: Any) -> bool:
        kind = Integral if self.integer else Real
        if isinstance(value, bool) or not isinstance(value, kind):
            return False
        number = float(value)
        above = number > self.low if self.open_low else number >= self.low
        below = number < self.high if self.open_high else number <= self.high
        return above and below

    def __str__(self) -> str:
        kind = "an integer" if self.integer else "a number"
        if self.high == math.inf and self.low > -math.inf:
            words = "greater than" if self.open_low else "of at least"
            return f"{kind} {words} {self.low:g}"
        left, right = "(" if self.open_low else "[", ")" if self.open_high else "]"
        return f"{kind} in {left}{self.low}, {self.high}{right}"


def Whole(low: float = 0, high: float = math.inf) -> Number:  # noqa: N802
    """An integer of at least `low`."""
    return Number(low, high, integer=True)


def _among(value: Any, values: tuple[Any, ...]) -> bool:
    """Whether it is one of these, or equal to one and of its type."""
    for each in values:
        if value is each or (type(value) is type(each) and value == each):
            return True
    return False


@dataclass(frozen=True)
class Choice:
    """One of some values."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)

    def allows(self, value: Any) -> bool:
        return _among(value, self.values)

    def __str__(self) -> str:
        return "one of " + ", ".join(map(repr, self.values))


@dataclass(frozen=True)
class Flag:
    """True or False."""

    def allows(self, value: Any) -> bool:
        return isinstance(value, bool) or type(value).__name__ == "bool"

    def __str__(self) -> str:
        return "True or False"


@dataclass(frozen=True)
class Optional:
    """None, or what another constraint allows."""

    inner: Constraint
    also: tuple[Any, ...] = (None,)

    def allows(self, value: Any) -> bool:
        return _among(value, self.also) or self.inner.allows(value)

    def __str__(self) -> str:
        return f"{self.inner} or {' or '.join(map(repr, self.also))}"


SUGGESTIONS = {
    "solver": "SGD()",
    "schedule": "StepDecay()",
    "penalty": "L1()",
    "loss": "Huber()",
}


class Adjustable(BaseEstimator):  # type: ignore[misc, unused-ignore]
    """scikit-learn's parameters, with an error for those of something that has none."""

    @classmethod
    @functools.cache  # reading a signature costs as much as a small fit
    def _get_param_names(cls) -> list[str]:
        return super()._get_param_names()  # type: ignore[no-any-return, unused-ignore]

    def set_params(self, **params: Any) -> Self:
        """Set parameters, nested ones as ``solver__learning_rate``.

        Parameters
        ----------
        **params
            Values by name.

        Raises
        ------
        ValueError
            When a name does not exist, or a nested one belongs to a string or to None.
        """
        own = {**self.get_params(deep=False), **params}
        for key in params:
            head, nested, _ = key.partition("__")
            if nested and head in own and not isinstance(own[head], BaseEstimator):
                example = f"{head}={SUGGESTIONS.get(head, 'an object')}"
                raise ValueError(
                    f"cannot set {key}: {head}={own[head]!r} has no parameters. Give "
                    f"an object in its place, before or in the same call: {example}."
                )
        return super().set_params(**params)  # type: ignore[no-any-return, unused-ignore]


VERBOSE = Optional(Whole(0), also=(False, True))


def validate(owner: Any, constraints: Mapping[str, Constraint]) -> None:
    """Raise ValueError for the first parameter of `owner` outside its constraint."""
    given = {name: (getattr(owner, name), each) for name, each in constraints.items()}
    check_values(type(owner).__name__, **given)


def check_values(who: str, **given: tuple[Any, Constraint]) -> None:
    """Raise ValueError for the first value outside the constraint beside it."""
    for name, (value, constraint) in given.items():
        if not constraint.allows(value):
            raise ValueError(
                f"{who} needs {name} to be {constraint}; got {name}={value!r}."
            )
