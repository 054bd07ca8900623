"""Rows of sparse matrices all of whose entries are one number, as indicators are."""

from .._compile import Compiled
from ._base import Design
from .sparse import SparseRows


class EqualRows(Compiled, native=("row_dot", "row_axpy"), sums=True):
    """As `SparseRows`, of which only the places are read.

    Parameters
    ----------
    value : float
        Every entry.
    indices, starts : ndarray
        As of `SparseRows`.
    """

    def __init__(self, value, indices, starts):
        self.value = value
        self.indices = indices
        self.starts = starts

    def row_dot(self, i, w):
        k, last = self.starts[i], self.starts[i + 1]
        a, b = 0.0, 0.0
        while k + 4 <= last:
            a += w[self.indices[k]] + w[self.indices[k + 1]]
            b += w[self.indices[k + 2]] + w[self.indices[k + 3]]
            k += 4
        while k < last:
            a += w[self.indices[k]]
            k += 1
        return self.value * (a + b)

    def row_axpy(self, i, a, g):
        step = a * self.value
        for k in range(self.starts[i], self.starts[i + 1]):
            g[self.indices[k]] += step


def equal_rows(design: Design) -> EqualRows | None:
    """Rows of this matrix; None if it is not sparse or its entries differ."""
    rows = design.rows
    if not isinstance(rows, SparseRows) or not rows.data.size:
        return None
    if (rows.data != rows.data[0]).any():
        return None
    return EqualRows(float(rows.data[0]), rows.indices, rows.starts)
