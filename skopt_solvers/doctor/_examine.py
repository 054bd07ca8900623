"""All checks, the gravest first."""

from collections.abc import Callable, Iterator

from ._case import Case
from ._classes import separability, separation_reached
from ._columns import constants, duplicates, scales
from ._course import (
    learning_rate,
    overflow,
    slow_decay,
    stagnation,
    vanishing_scale,
)
from ._finding import Finding
from ._strength import alpha_too_large

Check = Callable[[Case], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    separability,
    learning_rate,
    overflow,
    vanishing_scale,
    stagnation,
    alpha_too_large,
    scales,
    duplicates,
    constants,
    slow_decay,
)
CHEAP: tuple[Check, ...] = (
    separation_reached,
    learning_rate,
    vanishing_scale,
    stagnation,
    scales,
)


def examine(case: Case) -> list[Finding]:
    """All findings about a run."""
    return [finding for check in CHECKS for finding in check(case)]


def brief(case: Case) -> str:
    """The gravest finding that is cheap to see, and its remedy; or nothing."""
    for check in CHEAP:
        for found in check(case):
            return f"{found.message[0].upper()}{found.message[1:]} Try: {found.remedy}"
    return ""
