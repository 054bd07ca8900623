"""Sparse matrices: rows from CSR, columns from CSC, each made when first asked for."""

import math
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from .._compile import readonly
from .._threads import in_chunks
from ._base import TURN, Array, Columns, Design, Rows
from ._dense_passes import extended
from ._narrow import mirror, narrow_gram_of_columns, narrow_gram_of_rows
from ._sparse_passes import (
    MANY,
    TILE,
    gather,
    gather_lanes,
    gather_some,
    gather_squares,
    outer,
    outer_rows,
    scatter,
    scatter_lanes,
    scatter_some,
    scatter_squares,
    there_and_back,
)
from ._turn import some_rows, turned
from ._used import only, used_columns

CACHED = 4e6  # entries about which a cache no longer holds them
BLOCKS = 0.015  # passes over an entry that a product of dense blocks costs
WIDEST = 256  # columns of such blocks, which a cache is to hold
ALIKE = 10.0  # largest ratio of a column's size to the median that is no other unit


class SparseRows(Rows):
    """Rows of a CSR matrix; unsigned indices, see `unsigned`."""

    def __init__(self, data, indices, starts):
        self.data = data
        self.indices = indices
        self.starts = starts

    def row_dot(self, i, w):
        total = 0.0
        for k in range(self.starts[i], self.starts[i + 1]):
            total += self.data[k] * w[self.indices[k]]
        return total

    def row_axpy(self, i, a, g):
        for k in range(self.starts[i], self.starts[i + 1]):
            g[self.indices[k]] += a * self.data[k]

    def row_sq(self, i, d):
        total = 0.0
        for k in range(self.starts[i], self.starts[i + 1]):
            total += d[self.indices[k]] * self.data[k] * self.data[k]
        return total

    def row_abs(self, i, d, base):
        total = 0.0
        for k in range(self.starts[i], self.starts[i + 1]):
            j = self.indices[k]
            total += (abs(self.data[k] + base[j]) - abs(base[j])) * d[j]
        return total

    def row_dots(self, i, w, out):
        first, last, lanes = self.starts[i], self.starts[i + 1], out.shape[0]
        if lanes >= MANY:
            for k in range(first, last):
                row, x = self.indices[k], self.data[k]
                for lane in range(lanes):
                    out[lane] += x * w[row, lane]
            return
        for lane in range(0, lanes - 3, 4):  # sums in registers: one index serves four
            a, b, c, d = 0.0, 0.0, 0.0, 0.0
            for k in range(first, last):
                row, x = self.indices[k], self.data[k]
                a += x * w[row, lane]
                b += x * w[row, lane + 1]
                c += x * w[row, lane + 2]
                d += x * w[row, lane + 3]
            out[lane] += a
            out[lane + 1] += b
            out[lane + 2] += c
            out[lane + 3] += d
        for k in range(first, last):
            for lane in range(lanes // 4 * 4, lanes):
                out[lane] += self.data[k] * w[self.indices[k], lane]

    def row_axpys(self, i, a, g):
        for k in range(self.starts[i], self.starts[i + 1]):
            row, x = self.indices[k], self.data[k]
            for lane in range(a.shape[0]):
                g[row, lane] += a[lane] * x

    def row_support(self, i):
        return self.indices[self.starts[i] : self.starts[i + 1]]


class SparseColumns(Columns):
    """Columns of a CSC matrix; unsigned indices, see `unsigned`."""

    def __init__(self, data, indices, starts):
        self.data = data
        self.indices = indices
        self.starts = starts

    def col_dot(self, j, r):
        total = 0.0
        for k in range(self.starts[j], self.starts[j + 1]):
            total += self.data[k] * r[self.indices[k]]
        return total

    def col_axpy(self, j, a, r):
        for k in range(self.starts[j], self.starts[j + 1]):
            r[self.indices[k]] += a * self.data[k]

    def col_waxpy(self, j, a, h, r):
        for k in range(self.starts[j], self.starts[j + 1]):
            i = self.indices[k]
            r[i] += a * h[i] * self.data[k]

    def col_wsq(self, j, h):
        total = 0.0
        for k in range(self.starts[j], self.starts[j + 1]):
            total += h[self.indices[k]] * self.data[k] * self.data[k]
        return total


def unsigned(indices: Array) -> Array:
    """Indices viewed as unsigned: signed ones cost a wrap-around test per access."""
    wide = indices.dtype.itemsize > 4
    kind, plain = (np.uint64, np.int64) if wide else (np.uint32, np.int32)
    return readonly(np.ascontiguousarray(indices, plain).view(kind))


def _gathered(
    kernel: Any, lines: tuple[Array, Array, Array], w: Array, out: Array
) -> Array:
    """Fill `out` line by line, in several threads where that is worth it."""
    data, indices, starts = lines
    w = readonly(np.ascontiguousarray(w))

    def work(some: slice) -> None:
        kernel(data, indices, starts[some.start : some.stop + 1], w, out[some])

    in_chunks(work, starts, out.size // max(len(out), 1))
    return out


class Sparse(Design):
    """A sparse matrix in CSR or CSC order, float64 or float32, int32 or int64 indices.

    Duplicate entries are summed and explicit zeros kept; the caller's arrays are never
    written to.
    """

    sparse = True

    def __init__(self, X: sp.sparray | sp.spmatrix) -> None:
        if X.format not in ("csr", "csc"):
            X = X.tocsr()
        if not X.has_canonical_format:
            X = X.copy()
            X.sum_duplicates()
        self.X = X
        self._last: tuple[Array, Any] = np.zeros(0, np.int64), None
        self.shape = X.shape
        self.dtype = X.dtype

    def slim(self) -> "Sparse":
        kept = used_columns(self.X)
        if kept is None:
            return self
        other = Sparse(only(self.X, kept))
        other.kept, other._whole = kept, self
        return other

    @property
    def nnz(self) -> int:
        return int(self.X.nnz)

    @property
    def largest(self) -> float:
        return float(np.max(np.abs(self.X.data), initial=0.0))

    @cached_property
    def energy(self) -> float:
        entries = self.X.data
        with np.errstate(all="ignore"):
            total = float(np.dot(entries, entries))
            if entries.dtype == np.float64 or math.isfinite(total):
                return total
            return float(np.sum(np.square(entries, dtype=np.float64)))

    @cached_property
    def _csr(self) -> tuple[Array, Array, Array]:
        return self._lines if self.X.format == "csr" else self._turned

    @cached_property
    def _csc(self) -> tuple[Array, Array, Array]:
        return self._lines if self.X.format == "csc" else self._turned

    @cached_property
    def _lines(self) -> tuple[Array, Array, Array]:
        """As X came."""
        return readonly(self.X.data), unsigned(self.X.indices), unsigned(self.X.indptr)

    @cached_property
    def _turned(self) -> tuple[Array, Array, Array]:
        n, p = self.shape if self.X.format == "csc" else self.shape[::-1]
        return turned(self._lines, np.arange(p), n)

    def _lengths(self, columns: Array) -> Array:
        """How many entries some columns have."""
        starts = self._csc[2]
        return (starts[columns + 1] - starts[columns]).astype(np.float64)

    @cached_property
    def rows(self) -> Rows:
        return SparseRows(*self._csr)

    @cached_property
    def columns(self) -> Columns:
        return SparseColumns(*self._csc)

    def dot(self, w: Array) -> Array:
        if w.ndim == 1 and not self._by_columns:
            return _gathered(gather, self._csr, w, np.empty(self.shape[0]))
        out: Array = np.zeros((self.shape[0], *w.shape[1:]))
        if w.ndim == 2:
            return _gathered(gather_lanes, self._csr, w, out)
        return scatter(*self._csc, readonly(w), out)

    def tdot(self, s: Array) -> Array:
        if s.ndim == 1 and self._by_columns:
            return _gathered(gather, self._csc, s, np.empty(self.shape[1]))
        out: Array = np.zeros((self.shape[1], *s.shape[1:]))
        if s.ndim == 2:
            return _gathered(gather_lanes, self._csc, s, out)
        return scatter(*self._csr, readonly(s), out)

    @property
    def _by_columns(self) -> bool:
        """Whether passes go by columns: as X came, whatever was laid out since.

        Else the last digits would depend on what happened to the data before.
        """
        return self.X.format == "csc"

    @property
    def one_pass(self) -> bool:
        return not self._by_columns

    def curved(self, d: Array, w: Array, c: float) -> tuple[Array, float]:
        if self._by_columns:
            return super().curved(d, w, c)
        out = np.zeros(self.shape[1])
        return out, there_and_back(*self._csr, readonly(d), readonly(w), c, out)

    def square_tdot(self, d: Array) -> Array:
        if d.ndim == 2:
            lanes = [self.square_tdot(np.ascontiguousarray(lane)) for lane in d.T]
            return np.stack(lanes, axis=1)
        out = np.zeros(self.shape[1])
        if not self._by_columns:
            return scatter_squares(*self._csr, readonly(d), out)
        return _gathered(gather_squares, self._csc, d, out)

    def gram(
        self, d: Array, columns: Array, shift: Array, known: Array | None = None
    ) -> Array:
        first = 0 if known is None else len(known)
        new = np.zeros((len(columns), len(columns)))
        if not len(columns):  # needs no conversion
            return new
        if self._crowded(columns, first) and d.min() >= 0.0:
            new = self._in_blocks(d, columns, shift[columns], first)
            return new if known is None else extended(known, new)
        if self._all(columns) and not first and len(columns) <= TILE:
            outer_rows(*self._csr, readonly(d), new)
        else:
            outer(*self._laid_out(columns), readonly(d), first, new)
        new = new[:, first:]
        mirror(new[first:])
        shift = shift[columns]
        if shift.any():
            # Z'dZ = X'dX - m (X'd)' - (X'd) m' + sum(d) m m'
            every = self._all(columns)
            sums = self.tdot(d) if every else self.tdot_columns(columns, d)
            new = new - np.outer(shift, sums[first:]) - np.outer(sums, shift[first:])
            new += d.sum() * np.outer(shift, shift[first:])
        return new if known is None else extended(known, new)

    def _in_blocks(self, d: Array, columns: Array, shift: Array, first: int) -> Array:
        """Columns from `first` on, by blocks of rows laid out as dense ones."""
        uniform = d.min() == d.max()
        lengths = readonly(np.zeros(0) if uniform else np.sqrt(d))
        numbers = self.shape[0], lengths, readonly(columns), readonly(shift), first
        if self._from_rows(columns):
            total = narrow_gram_of_rows(*self._csr, *numbers)
        else:
            total = narrow_gram_of_columns(*self._csc, *numbers)
        total = total[:, first:]
        mirror(total[first:])
        return total * d[0] if uniform else total  # type: ignore[no-any-return]

    def _laid_out(self, columns: Array) -> tuple[Array, Array, Array]:
        """These columns as rows; kept, for the weights change more often."""
        known, rows = self._last
        if not np.array_equal(known, columns):
            rows = turned(self._csc, columns, self.shape[0])
            self._last = columns.copy(), rows
        return rows

    @property
    def _in_rows(self) -> bool:
        return not self._by_columns or "_csr" in vars(self)

    @property
    def columns_cost(self) -> float:
        return 0.0 if self._by_columns or "_csc" in vars(self) else TURN

    def layout_cost(self, columns: Array) -> float:
        products, layout, blocks = self._costs(columns)
        return layout if products + layout <= blocks else 0.0

    def lines(self, columns: Array) -> Array:
        some = self.X[:, columns].toarray()
        return np.ascontiguousarray(some.T, np.float64)

    def forget(self) -> None:
        super().forget()
        self._last = np.zeros(0, np.int64), None

    def _all(self, columns: Array) -> bool:
        """Whether these are all columns, in order."""
        p = self.shape[1]
        return len(columns) == p and bool((columns == np.arange(p)).all())

    def cross_gram(self, inverse: Array, shift: Array | None = None) -> Array:
        total = np.zeros((self.shape[0], self.shape[0]))
        outer_rows(*self._csc, readonly(inverse), total)
        mirror(total)
        if shift is not None and shift.any():
            sums, own = self.dot(inverse * shift), float(inverse @ shift**2)
            total += own - sums - sums[:, None]
        return total

    def cross_cost(self, columns: Array) -> float:
        lengths = self._lengths(columns)
        return 0.3 * float(lengths @ lengths) / max(self.nnz, 1)

    def gram_cost(self, columns: Array) -> float:
        products, _, blocks = self._costs(columns)
        return min(products, blocks)

    def _costs(self, columns: Array, first: int = 0) -> tuple[float, float, float]:
        """Passes that a Gram matrix costs, or its columns from `first` on: products of
        entries, a copy of these as rows before, or all in blocks of rows that are laid
        out as dense ones.
        """
        n, k, unit = self.shape[0], len(columns), float(max(self.nnz, 1))
        if self._from_rows(columns):
            entries, layout = unit, 0.0
            products = 0.3 * self._squares_of_rows / unit
        else:
            entries = float(np.sum(self._lengths(columns)))
            products = 0.3 * entries**2 / max(n * unit, 1.0)
            known = np.array_equal(self._last[0], columns)
            layout = 0.0 if known else TURN * entries / (unit + CACHED)
        blocks = math.inf
        if k <= WIDEST:
            pairs = k * (k + 20) - first * (first + 20)
            blocks = (BLOCKS * n * pairs + entries) / unit
        products *= 1.0 - (first / max(k, 1)) ** 2
        return products, layout, blocks

    def _crowded(self, columns: Array, first: int = 0) -> bool:
        """Whether columns are so few, and so full, that such blocks cost less."""
        products, layout, blocks = self._costs(columns, first)
        return blocks < products + layout

    def _from_rows(self, columns: Array) -> bool:
        """Whether their Gram matrix is best made of rows as they are."""
        return self._in_rows and self._all(columns)

    @cached_property
    def _squares_of_rows(self) -> float:
        """Sum of the squares of the numbers of entries of all rows."""
        lengths = np.diff(self._csr[2]).astype(np.float64)
        return float(lengths @ lengths)

    def dot_columns(self, columns: Array, w: Array) -> Array:
        out: Array = np.zeros((self.shape[0], *w.shape[1:]))
        if w.ndim == 2:
            lanes = readonly(np.ascontiguousarray(w))
            return scatter_lanes(*self._csc, readonly(columns), lanes, out)
        return scatter_some(*self._csc, readonly(columns), readonly(w), out)

    def dot_rows(self, rows: Array, columns: Array, w: Array) -> Array:
        return self.dot_columns(columns, w)[rows]

    def tdot_columns(self, columns: Array, s: Array) -> Array:
        out = np.zeros(len(columns))
        if not len(columns):  # needs no conversion
            return out
        if self._all(columns):  # nor does this
            return self.tdot(s)
        return gather_some(*self._csc, readonly(columns), readonly(s), out)

    def take(self, rows: Array) -> "Sparse":
        if not self._in_rows and len(rows) < self.shape[0]:
            some = some_rows(self._csc, rows, self.shape[0])
            if some is not None:  # all of them need not be laid out in rows
                return Sparse(sp.csc_array(some, shape=(len(rows), self.shape[1])))
        data, *places = self._csr
        signed = (each.view(each.dtype.str.replace("u", "i")) for each in places)
        return Sparse(sp.csr_array((data, *signed), shape=self.shape)[rows])

    @cached_property
    def alike(self) -> bool:
        data, indices, _ = self._csr
        entries, p = np.abs(data), self.shape[1]
        where = np.asarray(indices, np.int64)
        counts = np.bincount(where, minlength=p)
        totals = np.bincount(where, entries, minlength=p)
        sizes = totals[counts > 0] / counts[counts > 0]
        if not len(sizes) or not sizes.max() < ALIKE * np.median(sizes):
            return False
        return bool(np.quantile(sizes, 0.01) > np.median(sizes) / ALIKE)

    def in_units(self, scale: Array, shift: Array) -> tuple["Sparse", Array]:
        if len(scale) and (scale == scale[0]).all():
            self.X.data *= scale[0]
        elif self._by_columns:
            self.X.data *= np.repeat(scale, np.diff(self.X.indptr))
        else:
            self.X.data *= scale[self.X.indices]
        return self, scale * shift if shift.any() else np.zeros(0)

    def batch_support(self, batch: int) -> float:
        (_, indices, heads), n = self._csr, self.shape[0]
        if batch == 1:
            return self.nnz / n
        starts = np.linspace(0, max(n - batch, 0), 20).astype(int)
        ends = heads[np.minimum(starts + batch, n)]
        seen, total = np.zeros(self.shape[1], bool), 0
        for first, last in zip(heads[starts], ends, strict=True):
            seen[indices[first:last]] = True
            total += int(np.count_nonzero(seen))
            seen[indices[first:last]] = False
        return total / len(starts)
