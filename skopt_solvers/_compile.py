"""Parameter objects that are also native code: the only file that knows numba.

A *part* (loss, penalty, design, stochastic rule) is an ordinary Python class. Its
abstract family names the methods that hot loops call::

    class Penalty(Compiled, native=("cost", "prox", "violation")): ...

Every concrete subclass gets a *record*: a tuple of exactly the attributes that those
methods mention, carrying the same functions. In CPython a record runs them as they are;
in a kernel numba sees a `RecordType` and compiles them in place. Kernels are therefore
specialised on parts, and cached on disk like any other function.
"""

import contextlib
import dis
import enum
import functools
import hashlib
import inspect
import operator
import pickle
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, ClassVar

import numba
import numpy as np
from numba import njit, types
from numba.core import caching, config
from numba.core.dispatcher import Dispatcher
from numba.core.serialize import dumps
from numba.extending import models, overload_method, register_model, typeof_impl
from numba.misc.appdirs import AppDirs

__all__ = ["JIT", "Compiled", "RecordType", "cache_directory", "kernel", "readonly"]

PACKAGE = Path(__file__).resolve().parent
# no other file of the package may define a kernel; a test sees to it
KERNEL_SOURCES = ("_compile.py", "_math.py", "kernels/*.py", "designs/*.py")
PREFIX = __name__.rpartition(".")[0] + "."
JIT = not config.DISABLE_JIT  # type: ignore[attr-defined]

# reassoc lets dot products use SIMD lanes, contract allows fused multiply-add; neither
# assumes the absence of NaN, which must stay visible.
EXACT = frozenset({"contract"})
SUMS = frozenset({"reassoc", "contract", "nsz"})


# -- the cache ---------------------------------------------------------------------


@functools.cache
def package_digest() -> str:
    """Digest of the sources that hold kernels: one edit makes all kernels stale.

    Parts need not be among them: their native methods are in the identity of records.
    """
    digest = hashlib.blake2b(digest_size=16)
    paths = (path for pattern in KERNEL_SOURCES for path in PACKAGE.glob(pattern))
    for path in sorted(filter(Path.is_file, paths)):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _cache_candidates() -> list[Path]:
    owner = f"skopt_solvers_{hashlib.sha1(str(PACKAGE).encode()).hexdigest()[:12]}"
    if chosen := config.CACHE_DIR:  # type: ignore[attr-defined]
        return [Path(chosen) / owner]
    user: Any = AppDirs("numba", appauthor=False)  # type: ignore[no-untyped-call]
    return [PACKAGE / "__pycache__" / "kernels", Path(user.user_cache_dir) / owner]


@functools.cache
def cache_directory() -> str:
    """Where machine code is written: ``NUMBA_CACHE_DIR``, else beside the package, else
    the user's cache directory; empty where none can be."""
    for candidate in _cache_candidates():
        with contextlib.suppress(OSError):
            candidate.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=candidate).close()
            return str(candidate)
    return ""


def _store(folder: Path, name: str, data: bytes) -> None:
    if not folder.exists():  # the package has changed: what older sources made goes
        for entry in folder.parent.iterdir():
            if entry.is_dir() and entry != folder:
                shutil.rmtree(entry, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    scratch = folder / f"{uuid.uuid4().hex}.tmp"
    scratch.write_bytes(data)
    scratch.replace(folder / name)


class _KernelCache(caching.NullCache):
    """One file per kernel, argument types and state of every source behind them.

    numba's own cache numbers its files in an index. Two processes that compile at once
    may then write different code under one number, and to read the index is to import
    every module whose types were ever passed. Here a file's name says what it holds.
    """

    def __init__(self, dispatcher: Any) -> None:
        self._dispatcher, self._state = dispatcher, ""

    @property
    def cache_path(self) -> str:
        return cache_directory()

    def _file_name(self, signature: Any, codegen: Any) -> str:
        state = _Fingerprint(self._dispatcher).hexdigest()
        self._state = self._state if self._dispatcher.overloads else state
        machine = f"{codegen.magic_tuple()} {numba.__version__} {sys.version}"
        name = _Fingerprint(state, str(signature), machine).hexdigest()
        return f"{self._dispatcher.__name__.strip('<>')}-{name}.nbc"

    def refresh(self) -> None:
        """Forget what was compiled before a global changed, as happens in notebooks:
        numba would still call it, and keep the result under the new state's name."""
        mine = self._dispatcher
        users = mine.overloads and not mine.__module__.startswith(PREFIX)
        if users and self._state != _Fingerprint(mine).hexdigest():
            mine._reset_overloads()

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        target_context.refresh()
        for other in KERNELS:
            if other is not self._dispatcher:
                other._cache.refresh()
        name = self._file_name(sig, target_context.codegen())
        for root in _cache_candidates():
            # absent, damaged or unreadable here: all the same, it is compiled again
            with contextlib.suppress(Exception):
                data = (root / package_digest() / name).read_bytes()
                stored, rebuild, result = pickle.loads(data)
                if stored == sig:
                    return rebuild(target_context, *result)
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        if not cache_directory() or data.library.has_dynamic_globals:
            return
        # a full disk costs the next process time, and this one nothing
        with contextlib.suppress(Exception):
            folder = Path(cache_directory()) / package_digest()
            name = self._file_name(sig, data.codegen)
            content = sig, type(data)._rebuild, data._reduce()
            _store(folder, name, dumps(content))  # type: ignore[no-untyped-call]


KERNELS: list[Any] = []


def kernel(
    function: Callable[..., Any] | None = None, *, sums: bool = False
) -> Callable[..., Any]:
    """Compile `function` on first use, without the GIL, cached across processes.

    `sums` allows sums to be reordered (SIMD); never where a rounding trick matters.
    Where ``NUMBA_DISABLE_JIT=1`` the function is returned as it is.
    """
    if function is None:
        return functools.partial(kernel, sums=sums)
    fastmath = set(SUMS if sums else EXACT)
    compiled: Any = njit(nogil=True, error_model="numpy", fastmath=fastmath)(function)
    if isinstance(compiled, Dispatcher):
        KERNELS.append(compiled)
        compiled._cache = _KernelCache(compiled)  # type: ignore[attr-defined]
    return compiled  # type: ignore[no-any-return]


def readonly(array: np.ndarray) -> np.ndarray:
    """A read-only view: joblib's memory maps are, and a kernel compiles per type."""
    view = array.view()
    view.flags.writeable = False
    return view


# -- identity of code --------------------------------------------------------------

LIBRARIES = {"numba", "numpy", "scipy"}
SHOWN = bool | int | float | complex | str | bytes | None | np.generic | np.dtype
SHOWN |= enum.Enum  # the repr of all these says everything
Names = tuple[str, ...]


@functools.cache
def _loads(code: CodeType) -> tuple[tuple[str, str], ...]:
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
    return (*found, *(load for c in inner for load in _loads(c)))


class _Fingerprint:
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
        names = tuple(name for kind, name in _loads(code) if kind == "global")
        attributes = tuple(name for kind, name in _loads(code) if kind != "global")
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


# -- records -----------------------------------------------------------------------


class Record(tuple[Any, ...]):
    """Base of all records: a tuple with names, carrying its part's native methods."""

    __slots__ = ()
    _fields: ClassVar[tuple[str, ...]]
    part: ClassVar[type["Compiled"]]
    identity: ClassVar[tuple[str, str, str]]
    natives: ClassVar[dict[str, Callable[..., Any]]]
    numba_type: ClassVar[type["RecordType"]]

    def __new__(cls, *values: Any) -> "Record":
        return tuple.__new__(cls, values)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(zip(self._fields, self, strict=True))})"

    def __reduce__(self) -> Any:
        return _restore, (self.part, tuple(self))


def _restore(part: type["Compiled"], values: tuple[Any, ...]) -> Record:
    return _record_class(part)(*values)


class RecordType(types.NamedTuple):
    """What numba sees of a record.

    Equality is by module, qualified name and digest of the native methods, and by the
    types of the fields. Pickles as strings: what is on disk imports no module.
    """

    def __init__(self, field_types: Any, record: type[Record]) -> None:
        self.identity = record.identity
        super().__init__(field_types, record)  # type: ignore[no-untyped-call]
        self.name = f"{'.'.join(self.identity)}({', '.join(map(str, self.types))})"

    @property
    def key(self) -> Any:
        return self.identity, self.types

    def __reduce__(self) -> Any:
        return _revive, (self.identity, self.types)


_known: dict[tuple[str, str, str], type[Record]] = {}
_packaged: dict[type, type[Record]] = {}


def _revive(identity: tuple[str, str, str], field_types: Any) -> types.Type:
    return _known[identity].numba_type(field_types, _known[identity])


@typeof_impl.register(Record)
def _typeof_record(value: Record, context: Any) -> RecordType:
    return value.numba_type([typeof_impl(f, context) for f in value], type(value))


@functools.cache
def _record_type(family: type["Compiled"]) -> type[RecordType]:
    """The record type of all parts of `family`, with its native methods declared."""
    # a type of its own per family: overloads are global per type and method name
    family_type = type(f"{family.__name__}Type", (RecordType,), {})
    register_model(family_type)(models.TupleModel)
    for name in family.native_names:
        _overload(family_type, name, getattr(family, name), family.native_sums)
    return family_type


def _overload(family: type[RecordType], name: str, declared: Any, sums: bool) -> None:
    """Let kernels call `name` on records of `family`: one overload for all parts."""

    def implementation(self: Any, *arguments: Any) -> Any:
        return self.instance_class.natives[name]

    # numba binds the call's arguments to the names that the overload shows
    implementation.__signature__ = inspect.signature(declared)  # type: ignore[attr-defined]
    jit: dict[str, Any] = {"forceinline": True, "error_model": "numpy", "nogil": True}
    jit["fastmath"] = set(SUMS if sums else EXACT)
    # not strict: numba would compare annotations too; `Compiled` compares the rest
    options: Any = {"jit_options": jit, "strict": False}
    overload_method(family, name, **options)(implementation)


# -- parts -------------------------------------------------------------------------


class Compiled:
    """Base of every part whose methods run inside kernels.

    A family is declared once with ``class Family(Compiled, native=(...), sums=...)``
    and gives each native method's signature in its body. A concrete part is a plain
    subclass: no decorator, no specification, no registration.
    """

    native_names: ClassVar[tuple[str, ...]] = ()
    native_sums: ClassVar[bool] = False
    unit: ClassVar[float] = 0.0  # the field of records that need none

    def __init_subclass__(
        cls, native: tuple[str, ...] | None = None, sums: bool = False, **options: Any
    ) -> None:
        super().__init_subclass__(**options)
        if native is not None:
            cls.native_names, cls.native_sums = native, sums
        for name, function in _natives(cls).items():
            declared = _parameters(getattr(_family(cls), name))
            if _parameters(function) != declared:
                raise TypeError(
                    f"{cls.__qualname__}.{name} needs the parameters and defaults that "
                    f"its family declares, {declared}; got {_parameters(function)}."
                )

    def record(self, dtype: Any = np.float64, **fields: Any) -> Record:
        """The record of this part's values, numbers as `dtype`, arrays read-only.

        Parameters
        ----------
        dtype : dtype, default=float64
            Type of every number that is not a boolean or a NumPy integer.
        **fields
            Values that replace the attributes of the same name.

        Raises
        ------
        TypeError
            When a native method is abstract, or mentions an attribute that is not a
            number, a boolean, a numeric array or another part.
        """
        record, dtype = _record_class(type(self)), np.dtype(dtype)
        own = set(record._fields) - fields.keys()
        values = fields | {name: getattr(self, name) for name in own}
        return record(*(self._freeze(n, values[n], dtype) for n in record._fields))

    def _freeze(self, name: str, value: Any, dtype: np.dtype) -> Any:
        if isinstance(value, Compiled):
            return value.record(dtype)
        if isinstance(value, np.ndarray) and value.dtype.kind not in "OSUM":
            return readonly(value)
        if isinstance(value, bool | np.bool_ | np.integer | Record):
            return value
        if isinstance(value, int | float | np.floating):
            return dtype.type(value)
        raise TypeError(
            f"{type(self).__name__}.{name} is {value!r}, but native code uses it: "
            "it must be a number, a boolean, a numeric array or another part."
        )


def _family(cls: type[Compiled]) -> type[Compiled]:
    return next(base for base in cls.__mro__ if "native_names" in vars(base))


def _natives(cls: type[Compiled]) -> dict[str, Callable[..., Any]]:
    """The native methods of `cls`; of one that is a kernel the function inside."""
    methods = {name: getattr(cls, name) for name in cls.native_names}
    return {name: getattr(f, "py_func", f) for name, f in methods.items()}


def _parameters(function: Any) -> tuple[tuple[str, ...], Any]:
    code = function.__code__
    return code.co_varnames[: code.co_argcount], function.__defaults__


def _record_class(cls: type[Compiled]) -> type[Record]:
    """The record class of `cls`, another one when what its natives use has changed."""
    record = _packaged.get(cls) or _make_record_class(cls)
    if cls.__module__.startswith(PREFIX):  # the package does not change while it runs
        _packaged[cls] = record
    return record


def _make_record_class(cls: type[Compiled]) -> type[Record]:
    natives = _natives(cls)
    missing = [n for n, f in natives.items() if getattr(f, "__isabstractmethod__", 0)]
    if missing or not natives:
        raise TypeError(f"{cls.__name__} is abstract: no {missing or 'family'} given.")
    fingerprint = _Fingerprint(*natives.values())
    fields = _fields(cls, fingerprint.functions)
    family, parent = _family(cls), cls.__mro__[1]
    shared = issubclass(parent, family) and _natives(parent) == natives
    if shared and _fields(parent, fingerprint.functions) == fields:
        return _record_class(parent)
    fingerprint.add(fields, family, family.native_names, family.native_sums)
    identity = cls.__module__, cls.__qualname__, fingerprint.hexdigest()
    if identity not in _known:
        items = {n: property(operator.itemgetter(i)) for i, n in enumerate(fields)}
        body = natives | items | {"identity": identity, "natives": natives, "part": cls}
        body |= {"_fields": fields, "__slots__": ()}
        body["numba_type"] = _record_type(family)  # type: ignore[arg-type]
        _known[identity] = type(f"{cls.__name__}Record", (Record,), body)
    return _known[identity]


def _fields(cls: type, functions: list[Any]) -> tuple[str, ...]:
    """The parameters, properties and numeric class facts that `functions` mention."""
    loads = {load for f in functions for load in _loads(f.__code__)}
    mentioned = {name for kind, name in loads if kind == "local"}
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    kinds = property, functools.cached_property, float, int, np.generic, np.ndarray
    static = functools.partial(inspect.getattr_static, cls)
    facts = {name for name in mentioned if isinstance(static(name, None), kinds)}
    # numba cannot lower an empty record
    return tuple(sorted(mentioned & (facts | parameters.keys()))) or ("unit",)


# -- bits --------------------------------------------------------------------------


@kernel
def float_from_bits(bits: Any) -> Any:
    """The float64 whose bit pattern is the int64 `bits`."""
    return np.int64(bits).view(np.float64)


@kernel
def bits_from_float(value: Any) -> Any:
    """The bit pattern of the float64 `value` as int64."""
    return np.float64(value).view(np.int64)
