"""Dense matrices most of whose entries are one number in every column.

Images, counts and indicators are such, shifted and scaled as they may be. Where columns
are centred anyhow, it does not matter at which number they are stored sparse.
"""

import numpy as np
import scipy.sparse as sp

from .._compile import Compiled, kernel, readonly
from ._base import Array
from .sparse import Sparse

SHARE = 0.25  # of other entries, up to which sparse rows are faster, as measured
SHORT = 64  # entries of rows that are too short for this to matter
CACHED = 1 << 20  # bytes that are read as fast dense
FEW = 31, 256  # rows and columns that are looked at first


def deviations(X: Array, rows: Array) -> tuple[Sparse, Array] | None:
    """``S, base`` with ``X[rows] = S + base``; None where S would not be sparse.

    `rows` is in random order.
    """
    n, p = len(rows), X.shape[1]
    if p < SHORT or X.nbytes < CACHED:
        return None
    some = rows[: FEW[0]]
    few = np.linspace(0, p - 1, min(FEW[1], p)).astype(int)
    if not _usual(X[np.ix_(some, few)])[1] < SHARE:
        return None
    base, share = _usual(X[some])
    if not share < SHARE:
        return None
    if not X.flags.c_contiguous:
        X, rows = np.ascontiguousarray(X[rows]), np.arange(n)
    room = int(SHARE * n * p) + p
    data, places = np.empty(room, X.dtype), np.empty(room, np.int32)
    starts = np.zeros(n + 1, np.int32 if room < 2**31 else np.int64)
    if not deviate(readonly(X), readonly(rows), readonly(base), data, places, starts):
        return None
    parts = data[: starts[-1]], places[: starts[-1]], starts
    return Sparse(sp.csr_array(parts, shape=(n, p))), base


def _usual(some: Array) -> tuple[Array, float]:
    """A frequent number of each column, and the share of entries that are another.

    Whatever more than half of them are is the median; rarer ones are often at an end.
    """
    some = np.sort(some, axis=0)
    candidates = some[[0, len(some) // 2, -1]]
    times = np.stack([np.count_nonzero(some == each, axis=0) for each in candidates])
    base = np.take_along_axis(candidates, times.argmax(axis=0)[None], axis=0)[0]
    return base, 1.0 - float(times.max(axis=0).mean()) / len(some)


@kernel
def deviate(X, rows, base, data, places, starts):
    """Fill a CSR matrix with ``X[rows] - base``; False where there is no room."""
    k, p = 0, X.shape[1]
    for a in range(rows.shape[0]):
        if k + p > data.shape[0]:
            return False
        i = rows[a]
        for j in range(p):  # without a branch: it would be mispredicted
            data[k] = X[i, j] - base[j]
            places[k] = j
            k += X[i, j] != base[j]
        starts[a + 1] = k
    return True


class CentredRows(Compiled, native=("row_dot", "row_axpy"), sums=True):
    r"""Rows of ``S - shift`` for a CSR matrix S, in the time of those of S.

    A vector :math:`w = v + c\,m`, m the `shift`, is given as v and behind it c and
    :math:`m'v`, so that :math:`(x_i - m)'w = x_i'v + c\,(x_i - m)'m - m'v`.

    Parameters
    ----------
    data, indices, starts : ndarray
        S, as of `SparseRows`.
    along : ndarray of shape (n_rows,)
        ``S @ shift``.
    square : float
        ``shift @ shift``.
    p : int64
        Number of columns.
    """

    def __init__(self, data, indices, starts, along, square, p):
        self.data = data
        self.indices = indices
        self.starts = starts
        self.along = along
        self.square = square
        self.p = p

    def row_dot(self, i, w):
        total = (self.along[i] - self.square) * w[self.p] - w[self.p + 1]
        for k in range(self.starts[i], self.starts[i + 1]):
            total += self.data[k] * w[self.indices[k]]
        return total

    def row_axpy(self, i, a, g):
        for k in range(self.starts[i], self.starts[i + 1]):
            g[self.indices[k]] += a * self.data[k]
        g[self.p] -= a
        g[self.p + 1] += a * self.along[i]


def centred_rows(design: Sparse, shift: Array) -> CentredRows:
    """Rows of ``design - shift``."""
    rows = design.rows
    data, indices, starts = rows.data, rows.indices, rows.starts  # type: ignore[attr-defined]
    along = readonly(design.dot(shift))
    p = np.int64(len(shift))
    return CentredRows(data, indices, starts, along, float(shift @ shift), p)


def aside(v: Array, shift: Array) -> Array:
    """A vector as `CentredRows` want it; what is behind its columns stays there."""
    p = len(shift)
    return np.concatenate([v[:p], [0.0, shift @ v[:p]], v[p:]])


def joined(v: Array, shift: Array) -> Array:
    """The vector that is given as `CentredRows` want it."""
    p = len(shift)
    return np.concatenate([v[:p] + v[p] * shift, v[p + 2 :]])
