"""All solvers by name, for strings in place of objects and for error messages."""

import inspect
import re
from typing import Any

from ._base import Solver


def solver_classes() -> list[type[Solver]]:
    """The public solver classes."""
    from .. import solvers

    public = (getattr(solvers, name) for name in solvers.__all__)
    return [each for each in public if inspect.isclass(each)
            and issubclass(each, Solver) and not inspect.isabstract(each)]  # fmt: skip


def snake_case(name: str) -> str:
    """``CoordinateDescent`` becomes ``coordinate_descent``, ``LBFGS`` ``lbfgs``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def as_solver(solver: Any) -> Solver:
    """A solver object from itself or from its name."""
    if isinstance(solver, Solver):
        return solver
    names = {snake_case(c.__name__): c for c in solver_classes()}
    if isinstance(solver, str) and solver in names:
        return names[solver]()
    raise ValueError(
        f"solver must be a Solver object or one of {', '.join(sorted(names))}; "
        f"got {solver!r}."
    )
