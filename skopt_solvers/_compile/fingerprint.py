"""The identity of code: two functions of one fingerprint make one machine code."""

import dis
import enum
import functools
import hashlib
from collections.abc import Mapping
from itertools import pairwise
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher

LIBRARIES = {"numba", "numpy", "scipy"}
SHOWN = bool | int | float | complex | str | bytes | None | np.generic | np.dtype
SHOWN |= enum.Enum  # the repr of all these says everything
Names = tuple[str, ...]


@functools.cache
def loaded_names(code: CodeType) -> tuple[tuple[str, str], ...]:
    """Names that `code` loads as a "global", an "attribute", or one of a "local"."""
    found = []
    steps = (s for s in dis.get_instructions(code) if s.opname != "EXTENDED_ARG")
    for before, step in pairwise(steps):
        if step.opname == "LOAD_GLOBAL":
            found.append(("global", step.argval))
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            # newer interpreters write LOAD_FAST_BORROW and the like
            local = "LOAD_FAST" in before.opname or "LOAD_DEREF" in before.opname
            found.append(("local" if local else "attribute", step.argval))
    inner = (c for c in code.co_consts if isinstance(c, CodeType))
    return (*found, *(load for c in inner for load in loaded_names(c)))


class Fingerprint:
    """Digest of everything that ends up in the machine code of `values`.

    Line numbers and file names do not; constants, the functions called, and what those
    find in their globals, modules, closures and defaults do.
    """

    def __init__(self, *values: Any) -> None:
        self._hash = hashlib.blake2b(digest_size=12)
        self._seen: dict[Any, Any] = {}  # holds what it saw: ids must not be reused
        self.functions: list[FunctionType] = []
        self.add(*values)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()

    def add(self, *values: Any) -> None:
        for value in values:
            shown = repr(value) if isinstance(value, SHOWN) else ""
            self._hash.update(f"{type(value).__qualname__} {shown}\0".encode())
            # whether equal constants are one object depends on how they were loaded
            fresh = isinstance(value, tuple | CodeType) or id(value) not in self._seen
            if fresh and not shown:
                self._seen[id(value)] = value
                self._add_object(value)

    def _add_object(self, value: Any) -> None:
        if isinstance(value, FunctionType):
            self._add_function(value)
        elif isinstance(value, CodeType):
            # co_code is the same however far the interpreter has specialised it
            self.add(value.co_code, value.co_exceptiontable, *value.co_names)
            self.add(len(value.co_consts), *value.co_consts)
        elif isinstance(value, Dispatcher):
            self.add(value.py_func, sorted(value.targetoptions.items()))
        elif isinstance(value, tuple | list):
            self.add(len(value), *value)
        elif isinstance(value, set | frozenset):
            self.add(*sorted(map(repr, value)))
        elif isinstance(value, np.ndarray):
            self.add(value.dtype, str(value.shape), value.tobytes())
        else:
            names = "__module__", "__qualname__", "__name__", "__wrapped__", "name"
            self.add(*(getattr(value, name, None) for name in names))

    def _add_function(self, function: FunctionType) -> None:
        self.add(function.__module__, function.__qualname__)
        if str(function.__module__).partition(".")[0] in LIBRARIES:
            return
        self.functions.append(function)
        code = function.__code__
        self.add(code, function.__defaults__)
        loads = loaded_names(code)
        names = tuple(name for kind, name in loads if kind == "global")
        attributes = tuple(name for kind, name in loads if kind != "global")
        cells = zip(code.co_freevars, function.__closure__ or (), strict=True)
        closure = {name: cell.cell_contents for name, cell in cells}
        self._find(closure, code.co_freevars, attributes)
        self._find(function.__globals__, names, attributes)

    def _find(self, space: Mapping[str, Any], names: Names, attributes: Names) -> None:
        """Add the `names` in `space`; in modules and enumerations `attributes` too."""
        for name in filter(space.__contains__, names):
            value = space[name]
            self.add(name, value)
            if (id(value), attributes) not in self._seen:
                self._seen[id(value), attributes] = value
                if isinstance(value, ModuleType):
                    self._find(vars(value), attributes, attributes)
                elif isinstance(value, enum.EnumType):
                    self._find(value.__members__, attributes, attributes)
