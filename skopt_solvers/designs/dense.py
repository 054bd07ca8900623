"""Dense matrices: BLAS for whole passes, plain loops for single rows and columns."""

from collections.abc import Callable
from functools import cached_property

import numpy as np

from .._compile import readonly
from ._base import TURN, Array, Columns, Design, Rows
from ._dense_passes import (
    blocks,
    cross,
    dot,
    extended,
    gram,
    panel,
    square_tdot,
    sums,
    tdot,
    weighted_sum,
)
from ._layout import by_rows
from ._narrow import NARROW
from ._side_by_side import pays, side_by_side


class DenseRows(Rows):
    """Rows of a C-ordered array."""

    def __init__(self, X):
        self.X = X

    def row_dot(self, i, w):
        total = w.dtype.type(0.0)
        for j in range(self.X.shape[1]):
            total += self.X[i, j] * w[j]
        return total

    def row_axpy(self, i, a, g):
        step = g.dtype.type(a)
        for j in range(self.X.shape[1]):
            g[j] += step * self.X[i, j]

    def row_sq(self, i, d):
        total = 0.0
        for j in range(self.X.shape[1]):
            total += d[j] * self.X[i, j] * self.X[i, j]
        return total

    def row_abs(self, i, d, base):
        total = 0.0
        for j in range(self.X.shape[1]):
            total += (abs(self.X[i, j] + base[j]) - abs(base[j])) * d[j]
        return total

    def row_dots(self, i, w, out):
        for j in range(self.X.shape[1]):
            for k in range(out.shape[0]):
                out[k] += self.X[i, j] * w[j, k]

    def row_axpys(self, i, a, g):
        for j in range(self.X.shape[1]):
            for k in range(a.shape[0]):
                g[j, k] += a[k] * self.X[i, j]

    def row_support(self, i):
        return np.arange(self.X.shape[1])


class DenseColumns(Columns):
    """Columns of a matrix, given as the C-ordered transpose."""

    def __init__(self, X):
        self.X = X

    def col_dot(self, j, r):
        total = 0.0
        for i in range(self.X.shape[1]):
            total += self.X[j, i] * r[i]
        return total

    def col_axpy(self, j, a, r):
        for i in range(self.X.shape[1]):
            r[i] += a * self.X[j, i]

    def col_waxpy(self, j, a, h, r):
        for i in range(self.X.shape[1]):
            r[i] += a * h[i] * self.X[j, i]

    def col_wsq(self, j, h):
        total = 0.0
        for i in range(self.X.shape[1]):
            total += h[i] * self.X[j, i] * self.X[j, i]
        return total


class Dense(Design):
    """A dense matrix in C or Fortran order, float64 or float32."""

    sparse = False
    alike = False

    def __init__(self, X: Array) -> None:
        if not (X.flags.c_contiguous or X.flags.f_contiguous):
            X = np.ascontiguousarray(X)
        self.X = readonly(X)
        self._last: tuple[Array, Array] = np.zeros(0, np.int64), X[:, :0]
        self._rough: dict[bool, tuple[Array, Array]] = {}
        self.shape = X.shape
        self.dtype = X.dtype

    @property
    def nnz(self) -> int:
        return self.X.size

    @property
    def largest(self) -> float:
        return float(max(self.X.max(initial=0.0), -self.X.min(initial=0.0)))

    @cached_property
    def energy(self) -> float:
        with np.errstate(all="ignore"):
            return float(self._sums[1].sum())

    @cached_property
    def _sums(self) -> Array:
        return sums(self.X)

    @cached_property
    def rows(self) -> Rows:
        return DenseRows(readonly(by_rows(self.X)))

    @cached_property
    def rough_rows(self) -> Rows | None:
        if self.dtype == np.float32:
            return None
        return DenseRows(readonly(by_rows(self.X, np.float32)))

    @cached_property
    def columns(self) -> Columns:
        return DenseColumns(readonly(by_rows(self.X.T)))

    def dot(self, w: Array) -> Array:
        return dot(self.X, w)

    def tdot(self, s: Array) -> Array:
        return tdot(self.X, s)

    def square_tdot(self, d: Array) -> Array:
        return square_tdot(self.X, d)

    def mean(self, weights: Array) -> Array:
        if weights.min() == weights.max():
            return weights[0] * self._sums[0]
        return weighted_sum(self.X, weights)

    def mean_square(self, weights: Array) -> Array:
        if weights.min() == weights.max():
            return weights[0] * self._sums[1]
        return self.square_tdot(weights)

    def gram(
        self, d: Array, columns: Array, shift: Array, known: Array | None = None
    ) -> Array:
        if known is None or 2 * len(known) < len(columns):
            return self._gram(d, columns, shift[columns], False)
        return extended(known, panel(self.X, d, columns, shift, len(known)))

    def bordered(
        self, d: Array, columns: Array, shift: Array, ones: bool
    ) -> Array:
        if len(columns) + ones > NARROW:
            return super().bordered(d, columns, shift, ones)
        return self._gram(d, columns, shift, ones)

    def _gram(self, d: Array, columns: Array, shift: Array, ones: bool) -> Array:
        """Of some columns, which lie together in memory or are copied there."""
        X, which = self.X, columns
        if self._scattered(columns):
            X, which = self._together(columns), np.arange(len(columns))
        return gram(X, d, which, shift, ones)

    def grams(
        self,
        weights: Callable[[slice], Array],
        count: int,
        columns: Array,
        shift: Array,
        ones: bool,
    ) -> Array:
        numbers = count, columns, shift, ones
        if pays(count, self.shape[0], len(columns) + ones):
            return side_by_side(self.X, weights, *numbers)
        return super().grams(weights, *numbers)

    def cross_gram(self, inverse: Array, shift: Array | None = None) -> Array:
        return cross(self.X, inverse, shift)

    def rough_products(self, centred: bool) -> tuple[Array, Array] | None:
        if centred not in self._rough:
            n, p = self.shape
            shift = self._sums[0] / n if centred else np.zeros(p)
            self._rough[centred] = cross(self.X, np.ones(p), shift, np.float32), shift
        return self._rough[centred]

    def cross_cost(self, columns: Array) -> float:
        return len(columns) * (self.shape[0] + 40) / (12.0 * max(self.shape[1], 1))

    def gram_cost(self, columns: Array) -> float:
        k = len(columns)
        return k * (k + (20 if k <= NARROW else 40)) / (12.0 * max(self.shape[1], 1))

    def grams_cost(self, lanes: int, columns: Array) -> float:
        count, k = lanes * (lanes - 1) // 2, len(columns)
        rate = count + 8 if pays(count, self.shape[0], k) else 1.6 * count
        return rate * k * (k + 1) / (6.0 * max(lanes, 1) * (self.shape[1] + 17))

    @property
    def columns_cost(self) -> float:
        known = self.X.flags.f_contiguous or "columns" in vars(self)
        return 0.0 if known else TURN

    def dot_columns(self, columns: Array, w: Array) -> Array:
        if self._scattered(columns) and np.array_equal(self._last[0], columns):
            return dot(self._last[1], w)
        if self._few(columns):
            return dot(self.X[:, columns], w)
        full = np.zeros((self.shape[1], *w.shape[1:]))
        full[columns] = w
        return dot(self.X, full)

    def dot_rows(self, rows: Array, columns: Array, w: Array) -> Array:
        parts = [dot(self.X[np.ix_(rows[b], columns)], w)
                 for b in blocks(rows[:, None], len(columns))]  # fmt: skip
        return np.concatenate(parts)

    def tdot_columns(self, columns: Array, s: Array) -> Array:
        if self._scattered(columns):
            return tdot(self._together(columns), s)
        if self._few(columns):
            return tdot(self.X[:, columns], s)
        return tdot(self.X, s)[columns]

    def _scattered(self, columns: Array) -> bool:
        """Whether columns lie apart in memory, and a copy takes less than half of X."""
        return self.X.flags.c_contiguous and 2 * len(columns) <= self.shape[1]

    def _together(self, columns: Array) -> Array:
        """A copy of some columns; kept, for they are asked for more than once."""
        known, copy = self._last
        if not np.array_equal(known, columns):
            copy = readonly(np.take(self.X, columns, axis=1))
            self._last = columns.copy(), copy
        return copy

    def lines(self, columns: Array) -> Array:
        return np.array(self.X.T[columns], np.float64, order="C")

    def table(self) -> Array:
        return by_rows(self.X.T, np.float64)

    def forget(self) -> None:
        super().forget()
        self._rough.clear()
        vars(self).pop("rough_rows", None)
        self._last = np.zeros(0, np.int64), self.X[:, :0]

    def _few(self, columns: Array) -> bool:
        """Whether copying the columns out costs less than a pass over all."""
        share = 4 if self.X.flags.f_contiguous else 20
        return len(columns) * share < self.shape[1]

    def take(self, rows: Array) -> "Dense":
        return Dense(np.ascontiguousarray(self.X[rows]))

    def single(self, shift: Array) -> Array | None:
        if self.dtype == np.float32:
            return None
        if not shift.any():
            return self.X.astype(np.float32)
        out = np.empty_like(self.X, np.float32)
        for b in blocks(out, self.shape[1]):
            np.subtract(self.X[b], shift, out=out[b], casting="same_kind")
        return out

    def in_units(self, scale: Array, shift: Array) -> tuple["Dense", Array]:
        if shift.any() or (scale != 1.0).any():
            own = self.X.view()
            own.flags.writeable = True
            for b in blocks(own, len(scale)):
                own[b] = (own[b] - shift) * scale
        return self, np.zeros(0)

    def batch_support(self, batch: int) -> float:
        return float(self.shape[1])
