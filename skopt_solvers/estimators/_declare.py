"""Estimators state each parameter once: name, type, default and meaning.

scikit-learn wants a constructor with an explicit signature that does nothing but store;
that is a dataclass. What several estimators share is declared and explained in their
base class, and `estimator` brings both to every subclass.
"""

import inspect
import re
import textwrap
from dataclasses import KW_ONLY, dataclass
from typing import TypeVar, dataclass_transform

from sklearn.base import BaseEstimator

Class = TypeVar("Class", bound=type)

SECTION = re.compile(r"^([A-Z]\w+)\n-{3,}\n", re.MULTILINE)
ENTRY = re.compile(r"^(?=\S)", re.MULTILINE)
SHARED = ("Parameters", "Attributes")
ORDER = (*SHARED, "Raises", "See Also", "Notes", "References", "Examples")


@dataclass_transform()
def estimator(cls: Class) -> Class:
    """Write the constructor and the whole docstring of a concrete estimator.

    The fields of `cls` come first, as they stand there; those of its bases follow and
    are keyword-only. Abstract classes stay as they are.
    """
    if inspect.isabstract(cls):
        return cls
    fields = dict(inspect.get_annotations(cls))
    if KW_ONLY not in fields.values():
        fields["_"] = KW_ONLY
    for base in _bases(cls)[1:]:
        fields = fields | {
            name: hint
            for name, hint in inspect.get_annotations(base).items()
            if name not in fields
        }
    cls.__annotations__ = fields
    cls.__doc__ = _documentation(cls)
    return dataclass(cls, repr=False, eq=False)  # type: ignore[return-value]


def _bases(cls: type) -> list[type]:
    """The estimator classes that `cls` is made of, itself first."""
    return [c for c in cls.__mro__ if issubclass(c, BaseEstimator)
            and c is not BaseEstimator]  # fmt: skip


def _documentation(cls: type) -> str:
    """The docstring, with the entries that its bases have for what it shares."""
    summary, sections = _sections(cls.__doc__ or "")
    for title in SHARED:
        entries: dict[str, str] = {}
        for base in _bases(cls):
            _, theirs = _sections(base.__doc__ or "")
            for name, entry in _entries(theirs.get(title, "")).items():
                entries.setdefault(name, entry)
        sections[title] = "".join(entries.values())
    parts = [summary.rstrip() + "\n"]
    for title in sorted(sections, key=ORDER.index):
        parts.append(f"{title}\n{'-' * len(title)}\n{sections[title].rstrip()}\n")
    return textwrap.indent("\n".join(parts), "    ").lstrip()


def _sections(doc: str) -> tuple[str, dict[str, str]]:
    """What stands in front of the first section, and the text of each section."""
    summary, *rest = SECTION.split(inspect.cleandoc(doc) + "\n")
    return summary, dict(zip(rest[::2], rest[1::2], strict=True))


def _entries(text: str) -> dict[str, str]:
    """``{"alpha": "alpha : float\\n    Strength.\\n"}`` of a section."""
    found = [e for e in ENTRY.split(text.strip("\n") + "\n") if e.strip()]
    return {e.partition(" :")[0]: e for e in found}
