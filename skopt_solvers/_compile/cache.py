"""Kernels, and the machine code of theirs that outlives the process."""

import contextlib
import functools
import hashlib
import pickle
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import njit
from numba.core import caching, config
from numba.core.dispatcher import Dispatcher
from numba.core.serialize import dumps
from numba.misc.appdirs import AppDirs

from .errors import explained
from .fingerprint import Fingerprint

PACKAGE = Path(__file__).resolve().parents[1]
# no other file of the package may define a kernel; a test sees to it
KERNEL_SOURCES = ("_compile/*.py", "_math.py", "kernels/*.py", "designs/*.py")
PREFIX = __name__.rsplit(".", 2)[0] + "."
JIT = not config.DISABLE_JIT  # type: ignore[attr-defined]

# reassoc lets dot products use SIMD lanes, contract allows fused multiply-add; neither
# assumes the absence of NaN, which must stay visible.
EXACT = frozenset({"contract"})
SUMS = frozenset({"reassoc", "contract", "nsz"})


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
        state = Fingerprint(self._dispatcher).hexdigest()
        self._state = self._state if self._dispatcher.overloads else state
        machine = f"{codegen.magic_tuple()} {numba.__version__} {sys.version}"
        name = Fingerprint(state, str(signature), machine).hexdigest()
        return f"{self._dispatcher.__name__.strip('<>')}-{name}.nbc"

    def refresh(self) -> None:
        """Forget what was compiled before a global changed, as happens in notebooks:
        numba would still call it, and keep the result under the new state's name."""
        mine = self._dispatcher
        users = mine.overloads and not mine.__module__.startswith(PREFIX)
        if users and self._state != Fingerprint(mine).hexdigest():
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


def specialisations() -> int:
    """How much machine code this process has made or loaded: time that a first call
    takes and a second one does not."""
    return sum(len(each.overloads) for each in KERNELS)


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
        compile_for = compiled._compile_for_args  # type: ignore[attr-defined]
        compiled._compile_for_args = explained(compile_for)  # type: ignore[attr-defined]
    return compiled  # type: ignore[no-any-return]


def readonly(array: np.ndarray) -> np.ndarray:
    """A read-only view: joblib's memory maps are, and a kernel compiles per type."""
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view
