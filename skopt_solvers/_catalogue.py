"""Tables of all solvers and schedules, made from what the classes say of themselves.

A solver's docstring has a paragraph ``Cost per epoch: ...; memory ....`` and a section
of references; its class says what it is `good_for`. A schedule's docstring has its
formula, ``factor(k) = ...``, and its class a run for the picture.
"""

import inspect
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from . import schedules
from ._tables import Rows, markdown_table, replace_block, sparkline
from .problems._base import Oracle
from .schedules import Schedule
from .solvers import Solver
from .solvers._registry import solver_classes
from .solvers._variance_reduced import VarianceReduced

Table = tuple[tuple[str, ...], Rows]

COST = re.compile(r"^Cost (per \w+: .*?); memory (.*?)\.?(?:\. .*)?$")
HOW_COST = (
    'a paragraph "Cost per iteration: ...; memory ...." (per epoch, per evaluation)'
)
HOW_SOURCE = 'a section "References" that names the source and equation'
HOW_FORMULA = 'a paragraph "``factor(k) = ...``"'
HOW_GOOD = "a class attribute good_for, some words on when to take it"
FAMILIES: dict[str, Callable[[type[Solver]], bool]] = {
    "values": lambda cls: cls.requires == Oracle.VALUE,
    "stochastic": lambda cls: cls.stochastic,
    "variance_reduced": lambda cls: issubclass(cls, VarianceReduced),
    "smooth": lambda cls: Oracle.SMOOTH in cls.requires,
    "proximal": lambda cls: True,
}  # a solver is of the first whose mark it bears
UPDATES, PER_EPOCH, POINTS = 240, 24, 24  # the run of the pictures
LEARNING = "as it learns"


class IncompleteFacts(ValueError):  # noqa: N818
    """A class does not say something that its row of the table needs."""


def solver_table() -> Table:
    """What each solver needs, costs and is good for; the header and the rows."""
    header = "Solver", "needs", "good for", "cost", "memory", "reference"
    return header, [solver_row(cls) for cls in sorted(solver_classes(), key=_place)]


def schedule_table() -> Table:
    """What each schedule does; the header and the rows."""
    header = "Schedule", "what", "factor after k updates", "picture", "reference"
    public = (getattr(schedules, name) for name in schedules.__all__)
    concrete = [c for c in public if inspect.isclass(c) and issubclass(c, Schedule)
                and not inspect.isabstract(c)]  # fmt: skip
    return header, [schedule_row(cls) for cls in concrete]


def assumption_table(family: str) -> Table:
    """What the solvers of one of `FAMILIES` take for granted, need and cost."""
    header = "Solver", "assumptions", "needs", "cost per step", "memory", "reference"
    rows = []
    classes = [c for c in solver_classes() if family_of(c) == family]
    for cls in sorted(classes, key=_place):
        name, needs, _, *costs = solver_row(cls)
        rows.append([name, cls.assumes, needs, *costs])
    return header, rows


TABLES: dict[str, Callable[[], Table]] = {
    "solvers": solver_table,
    "schedules": schedule_table,
}


def rewrite(text: str) -> str:
    """A Markdown text, its blocks ``<!-- solvers -->`` etc. written anew."""
    for name, table in TABLES.items():
        text = replace_block(text, name, markdown_table(*table()))
    return text


def update(path: Path) -> bool:
    """`rewrite` a file; whether anything changed."""
    old = path.read_text(encoding="utf-8")
    new = rewrite(old)
    path.write_text(new, encoding="utf-8")
    return new != old


def solver_row(cls: type[Solver]) -> list[str]:
    """The row of one solver."""
    cost, memory = _found(cls, HOW_COST, _cost)
    good_for = _found(cls, HOW_GOOD, lambda cls: cls.good_for)
    source = _found(cls, HOW_SOURCE, partial(_section, "References"))
    name, needs = f"`{cls.__name__}`", cls.requires.meaning
    return [name, needs, good_for, cost, memory, source]


def schedule_row(cls: type[Schedule]) -> list[str]:
    """The row of one schedule."""
    formula = _found(cls, HOW_FORMULA, _formula)
    source = _found(cls, HOW_SOURCE, partial(_section, "References"))
    summary = _plain(_paragraphs(cls)[0]).rstrip(".")
    return [f"`{cls.__name__}`", summary, f"`{formula}`", picture(cls), source]


def picture(cls: type[Schedule]) -> str:
    """A run of a schedule as a line of blocks."""
    if cls.picture is None:
        return LEARNING
    t = np.linspace(1, UPDATES, POINTS).astype(np.int64)
    bound = cls(**cls.picture).bound(UPDATES, PER_EPOCH)
    return sparkline(bound.factors(t))


def family_of(cls: type[Solver]) -> str:
    """Which of `FAMILIES` a solver belongs to."""
    return next(name for name, mark in FAMILIES.items() if mark(cls))


def _place(cls: type[Solver]) -> tuple[bool, bool, str]:
    """Whole gradients first, then stochastic ones, then values only."""
    rows = cls.stochastic or Oracle.ROWS in cls.requires
    return cls.requires == Oracle.VALUE, rows, cls.__name__


def _found(cls: type, how: str, look: Callable[[Any], Any]) -> Any:
    fact = look(cls)
    if not fact:
        raise IncompleteFacts(
            f"{cls.__module__}.{cls.__name__} has no row in the tables: it lacks {how}."
        )
    return fact


def _paragraphs(cls: type) -> list[str]:
    return [" ".join(p.split()) for p in (inspect.getdoc(cls) or "").split("\n\n")]


def _cost(cls: type) -> tuple[str, str] | None:
    matches = filter(None, map(COST.match, _paragraphs(cls)))
    return next(((_plain(m[1]), _plain(m[2])) for m in matches), None)


def _formula(cls: type) -> str | None:
    paragraphs = (re.match(r"``(factor\(.*?)``", p) for p in _paragraphs(cls))
    return next((m[1] for m in paragraphs if m), None)


def _section(title: str, cls: type) -> str | None:
    heads = (re.match(rf"{title} -+ (.*)", p) for p in _paragraphs(cls))
    return next((_plain(m[1]).rstrip(".") for m in heads if m), None)


def _plain(text: str) -> str:
    return text.replace("``", "`")
