"""Dense matrices laid out by rows, block by block.

What one order writes side by side the other reads from as many lines of memory; blocks
stay in a cache until all of each line is used.
"""

from typing import Any

import numpy as np

from .._compile import kernel, readonly

Array = np.ndarray

SIDE = 32  # rows and columns of a block
SMALL = 100_000  # entries that any copy leaves in a cache


def by_rows(X: Array, dtype: Any = None) -> Array:
    """X in C order and of this type, the array itself where it is."""
    dtype = np.dtype(dtype or X.dtype)
    if X.flags.c_contiguous or not X.flags.f_contiguous or X.size <= SMALL:
        return np.ascontiguousarray(X, dtype)
    out = np.empty(X.shape, dtype)
    _copy(readonly(X), out)
    return out


@kernel
def _copy(X, out):
    n, p = X.shape
    for first in range(0, p, SIDE):
        last = min(first + SIDE, p)
        for top in range(0, n, SIDE):
            x = X[top : min(top + SIDE, n), first:last]
            part = out[top : min(top + SIDE, n), first:last]
            for i in range(x.shape[0]):
                for j in range(x.shape[1]):
                    part[i, j] = x[i, j]
