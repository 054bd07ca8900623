"""One BLAS thread inside solvers.

OpenBLAS threads spin while other processes hold the cores (a factorisation of 2 ms took
228), and the order of their sums depends on their number.
"""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

__all__ = ["one_blas_thread"]


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def one_blas_thread() -> AbstractContextManager[Any]:
    """A context in which BLAS uses one thread; the caller's setting comes back."""
    return _controller().limit(limits=1, user_api="blas")  # type: ignore[no-any-return]
