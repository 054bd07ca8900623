"""One BLAS thread inside solvers, and several of Python's over large data.

OpenBLAS threads spin while other processes hold the cores (a factorisation of 2 ms took
228), and the order of their sums depends on their number. Kernels let go of the
interpreter, as numpy's products do, so plain threads run them side by side. Each writes
lines of its own, or parts of a sum that are put together in one order: the result is
the same to the last bit for any number of threads.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from itertools import pairwise
from typing import Any

import joblib
import numpy as np
from joblib.parallel import get_active_backend
from threadpoolctl import ThreadpoolController

__all__ = ["in_chunks", "in_parts", "n_threads", "one_blas_thread", "threads"]

LARGE = 1 << 20  # products from which a pass over the data is worth several threads
CHUNKS = 4  # for each thread: the last one to end leaves the others little to wait for
PARTS = 8  # whose results are put together

_lock = threading.Lock()
_holders = 0
_limit: Any = None


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def _several() -> bool:
    """Whether BLAS has more than one thread now."""
    libraries = _controller().lib_controllers
    return any(each.user_api == "blas" and each.num_threads != 1 for each in libraries)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """A context in which BLAS uses one thread.

    The setting is the process's: the first of several concurrent holders makes it, the
    last one gives the caller's back.
    """
    global _holders, _limit
    with _lock:
        _holders += 1
        if _holders == 1 and _several():
            _limit = _controller().limit(limits=1, user_api="blas")
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if _holders == 0 and _limit is not None:
                _limit.restore_original_limits()
                _limit = None


_chosen: ContextVar[int | None] = ContextVar("n_threads", default=None)


@contextmanager
def threads(number: int | None) -> Iterator[None]:
    """A context in which passes over large data use so many threads.

    None is for all cores, and for one inside a worker of joblib.
    """
    token = _chosen.set(number)
    try:
        yield
    finally:
        _chosen.reset(token)


def n_threads() -> int:
    """The number of threads in force."""
    number = _chosen.get()
    if number is not None:
        return number
    return 1 if get_active_backend()[0].nesting_level else _cores()


def in_chunks(work: Callable[[slice], Any], starts: np.ndarray, lanes: int = 1) -> None:
    """Do `work` on all lines, in chunks of about the same number of entries.

    Parameters
    ----------
    work : callable
        Takes a slice of the lines; writes nothing that another slice does.
    starts : ndarray of shape (n_lines + 1,)
        Where each line's entries begin.
    lanes : int, default=1
        Products for each entry.
    """
    entries = int(starts[-1])
    number = n_threads() if entries * lanes >= LARGE else 1
    if number == 1:
        work(slice(0, len(starts) - 1))
        return
    marks = np.linspace(0, entries, CHUNKS * number + 1)[1:-1].astype(starts.dtype)
    ends = [0, *np.searchsorted(starts, marks).tolist(), len(starts) - 1]
    _together(work, [slice(a, b) for a, b in pairwise(ends) if a < b], number)


def in_parts(
    work: Callable[[slice], np.ndarray], size: int, products: float, most: int = PARTS
) -> list[np.ndarray]:
    """Results of `work` on consecutive parts of `size` lines, in their order.

    The parts do not depend on the number of threads, and no sum of the results does.

    Parameters
    ----------
    work : callable
        Takes a slice of the lines.
    size : int
        How many lines there are.
    products : float
        How much work that is, in products of sparse data.
    most : int, default=PARTS
        Largest number of parts.
    """
    count = min(most, size) if products >= LARGE else 1
    if count <= 1:
        return [work(slice(0, size))]
    ends = np.linspace(0, size, count + 1).astype(int).tolist()
    return _together(work, [slice(a, b) for a, b in pairwise(ends)], n_threads())


def _together(
    work: Callable[[slice], Any], chunks: list[slice], number: int
) -> list[Any]:
    """Results of `work` on all chunks, from so many threads."""
    number = min(number, len(chunks))
    results: list[Any] = [None] * len(chunks)

    def share(first: int) -> None:
        for k in range(first, len(chunks), number):
            results[k] = work(chunks[k])

    others = [_pool().submit(share, first) for first in range(1, number)]
    try:
        share(0)
    finally:
        for other in others:
            other.result()
    return results


@cache
def _cores() -> int:
    return int(joblib.cpu_count())


@cache
def _pool() -> ThreadPoolExecutor:
    """The threads of this process; they begin when first needed, and idle otherwise."""
    return ThreadPoolExecutor(max(_cores() - 1, 1), "skopt_solvers")


if hasattr(os, "register_at_fork"):  # a child has none of its parent's threads
    os.register_at_fork(after_in_child=_pool.cache_clear)
