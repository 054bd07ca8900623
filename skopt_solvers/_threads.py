"""One BLAS thread inside solvers.

OpenBLAS threads spin while other processes hold the cores (a factorisation of 2 ms took
228), and the order of their sums depends on their number.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

__all__ = ["one_blas_thread"]

_lock = threading.Lock()
_holders = 0
_limit: Any = None


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """A context in which BLAS uses one thread.

    The setting is the process's: the first of several concurrent holders makes it, the
    last one gives the caller's back.
    """
    global _holders, _limit
    with _lock:
        _holders += 1
        if _holders == 1:
            _limit = _controller().limit(limits=1, user_api="blas")
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if _holders == 0:
                _limit.restore_original_limits()
