"""Parameter objects that are also native code: all that knows numba's internals.

A *part* (loss, penalty, design, stochastic rule) is an ordinary Python class. Its
abstract family names the methods that hot loops call::

    class Penalty(Compiled, native=("cost", "prox", "violation")): ...

Every concrete subclass gets a *record*: a tuple of exactly the attributes that those
methods mention, carrying the same functions. In CPython a record runs them as they are;
in a kernel numba sees a `RecordType` and compiles them in place. Kernels are therefore
specialised on parts, and cached on disk like any other function.
"""

from .bits import bits_from_float, float_from_bits
from .cache import JIT, KERNELS, cache_directory, kernel, readonly, specialisations
from .errors import NotCompilable
from .records import Compiled, Record, RecordType

__all__ = [
    "JIT",
    "KERNELS",
    "Compiled",
    "NotCompilable",
    "Record",
    "RecordType",
    "bits_from_float",
    "cache_directory",
    "float_from_bits",
    "kernel",
    "readonly",
    "specialisations",
]
