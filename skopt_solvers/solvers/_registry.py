"""All solvers by name, for strings in place of objects and for error messages."""

import difflib
import functools
import importlib.util
import inspect
import re
from collections.abc import Iterable
from typing import Any

from ..problems._base import Oracle, Problem
from ._base import Solver


@functools.cache
def solver_classes() -> list[type[Solver]]:
    """The public solver classes."""
    from .. import solvers

    public = (getattr(solvers, name) for name in solvers.__all__)
    return [each for each in public if inspect.isclass(each)
            and issubclass(each, Solver) and not inspect.isabstract(each)]  # fmt: skip


def snake_case(name: str) -> str:
    """``NewtonCG`` becomes ``newton_cg``, ``LBFGS`` ``lbfgs``, ``AdamW`` ``adamw``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z]{2}|[A-Z][a-z])", "_", name).lower()


def able(problem: Problem) -> list[type[Solver]]:
    """The solver classes that can minimise a problem, and are installed.

    Those that ask for nothing but values count where no other can.
    """
    fit = [c for c in solver_classes() if not c.requires & ~problem.provides]
    here = [c for c in fit if all(importlib.util.find_spec(m) for m in c.modules)]
    return [c for c in here if c.requires != Oracle.VALUE] or here


def as_solver(solver: Any) -> Solver:
    """A solver object from itself or from its name."""
    if isinstance(solver, Solver):
        return solver
    names = {snake_case(c.__name__): c for c in solver_classes()}
    if isinstance(solver, str) and solver in names:
        return names[solver]()
    raise ValueError(
        f"solver must be a Solver object, 'auto' or one of "
        f"{', '.join(sorted(names))}; got {solver!r}.{hint(solver, names)}"
    )


def hint(value: Any, names: Iterable[str]) -> str:
    """What was probably meant: a class to be called, or a name close by."""
    if inspect.isclass(value):
        return f" It is a class: write {value.__name__}()."
    close = difflib.get_close_matches(
        str(value).lower().replace("-", "_"), list(names), n=1
    )
    return f" Did you mean {close[0]!r}?" if close else ""
