"""Gram matrices of the same few columns with several weights, side by side.

The products of all pairs of columns, one pair a line, times the lines of weights: that
is one product of two matrices for each block of rows, which BLAS does two to four times
as fast as one Gram matrix after the other, half of each of which is known anyway.
"""

from collections.abc import Callable

import numpy as np

from .._compile import kernel, readonly
from .._threads import in_parts

Array = np.ndarray

FEWEST, MOST = 4, 2500  # matrices, and pairs of columns, for which this pays
SMALL = 30_000  # entries up to which the calls for each matrix take longer
CACHED = 1 << 17  # numbers of a block, and how many rows it may have
SHORTEST, LONGEST = 128, 512
DENSE = 0.1  # cost of a product, in products of sparse data


def pays(count: int, n: int, k: int) -> bool:
    """Whether this is for so many matrices of n rows and k columns."""
    few = count < FEWEST and n * k > SMALL
    return k * (k + 1) // 2 <= MOST and not few


def side_by_side(
    X: Array,
    weights: Callable[[slice], Array],
    count: int,
    columns: Array,
    shift: Array,
    ones: bool,
) -> Array:
    """What is on and below the diagonals, an entry a line and a matrix a column.

    `weights` gives those of some rows, a line for each of the `count` matrices; `shift`
    is in the order of the columns, which a column of ones may follow.
    """
    k = len(columns) + ones
    pairs = k * (k + 1) // 2
    step = min(max(CACHED // (pairs + count), SHORTEST), LONGEST)
    which, shift, X = readonly(columns), readonly(shift), readonly(X)

    def of(rows: slice) -> Array:
        total = np.zeros((pairs, count))
        lines, products = np.empty((k, step)), np.empty((pairs, step))
        for first in range(rows.start, rows.stop, step):
            last = min(first + step, rows.stop)
            _multiply(X, first, last, which, shift, lines, products)
            own = weights(slice(first, last))
            total += products[:, : last - first] @ own.T
        return total

    parts = in_parts(of, len(X), DENSE * len(X) * pairs * count)
    return np.asarray(sum(parts[1:], parts[0]))


@kernel
def _multiply(X, first, last, columns, shift, lines, out):
    """The products of all pairs of columns in some rows."""
    count, r = last - first, 0
    for a in range(lines.shape[0]):
        line = lines[a]
        if a == len(columns):
            line[:] = 1.0
            continue
        x, mean = X[first:last, columns[a]], shift[a]
        for i in range(count):
            line[i] = x[i] - mean
    for a in range(lines.shape[0]):
        for b in range(a + 1):
            x, y, product = lines[a], lines[b], out[r]
            for i in range(count):
                product[i] = x[i] * y[i]
            r += 1
