"""Parts, and the records of their values that kernels take."""

import functools
import inspect
import operator
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numba import types
from numba.extending import models, overload_method, register_model, typeof_impl

from .cache import EXACT, PREFIX, SUMS, readonly
from .fingerprint import Fingerprint, loaded_names

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
        return f"{self.part.__name__}Record({self._asdict()})"

    def _asdict(self) -> dict[str, Any]:
        """Fields by name; numba dispatches 4 times faster on tuples that have this."""
        return dict(zip(self._fields, self, strict=True))

    def with_fields(self, **arrays: np.ndarray) -> "Record":
        """The same record with other arrays."""
        fixed = {name: readonly(array) for name, array in arrays.items()}
        pairs = zip(self._fields, self, strict=True)
        return type(self)(*(fixed.get(name, value) for name, value in pairs))

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
        raise TypeError(_incomplete(cls, missing))
    fingerprint = Fingerprint(*natives.values())
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
        # numba's dispatcher tells named tuples apart by their names and fields only
        name = f"{cls.__name__}Record_{identity[2]}"
        _known[identity] = type(name, (Record,), body)
    return _known[identity]


def _incomplete(cls: type[Compiled], missing: list[str]) -> str:
    """What is to be written before `cls` can be used."""
    if not missing:
        return f"{cls.__name__} is abstract: no family given."
    methods = [getattr(cls, name) for name in missing]
    tasks = [f"def {m.__name__}{inspect.signature(m)}: {inspect.getdoc(m) or '...'}"
             for m in methods]  # fmt: skip
    return f"{cls.__name__} is incomplete; write\n    " + "\n    ".join(tasks)


def _fields(cls: type, functions: list[Any]) -> tuple[str, ...]:
    """The parameters, properties and numeric class facts that `functions` mention."""
    loads = {load for f in functions for load in loaded_names(f.__code__)}
    mentioned = {name for kind, name in loads if kind == "local"}
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    kinds = property, functools.cached_property, float, int, np.generic, np.ndarray
    static = functools.partial(inspect.getattr_static, cls)
    facts = {name for name in mentioned if isinstance(static(name, None), kinds)}
    # numba cannot lower an empty record
    return tuple(sorted(mentioned & (facts | parameters.keys()))) or ("unit",)
