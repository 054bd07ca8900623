"""Passes over a dense matrix with float64 sums: BLAS where X is float64."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .._compile import kernel, readonly
from .._threads import in_parts
from ._narrow import NARROW, mirror, narrow_gram

Array = np.ndarray
BLOCK = 1 << 16  # entries of a block of rows: 512 KB, stays in the L2 cache
# terms of a sum that are summed by themselves: rounding errors do not add up
RUN, STACK = 512, 64
LEAST, LARGE = 32, 1 << 20  # columns and entries from which rows are passed one by one
FLAT, MOST = 4, 2000  # rows per column of a block of a Gram matrix, and at most
FEW, SMALL = 4, 3000  # Gram matrices side by side; columns up to which two are small
DENSE, DENSER = 0.25, 0.02  # cost of products of a pass, and of a Gram matrix


def blocks(X: Array, width: int, least: int = 16) -> Iterator[slice]:
    """Slices of the rows of X, `BLOCK` entries each, and at least so many rows."""
    return _within(slice(0, X.shape[0]), width, least)


def _within(lines: slice, width: int, least: int) -> Iterator[slice]:
    """As `blocks`, of some of the lines of a matrix."""
    step = max(BLOCK // max(width, 1), least)
    for start in range(lines.start, lines.stop, step):
        yield slice(start, min(start + step, lines.stop))


def dot(X: Array, w: Array) -> Array:
    """``X @ w``, summed in float64."""
    if _by_loops(X, w):
        return _along(X, w) if X.flags.c_contiguous else _across(X.T, w)
    return _joined(in_parts(lambda b: _product(X[b], w), len(X), _work(X, w)))


def tdot(X: Array, s: Array) -> Array:
    """``X.T @ s``, summed in float64."""
    (n, p), work = X.shape, _work(X, s)
    if _by_loops(X, s):
        return _across(X, s) if X.flags.c_contiguous else _along(X.T, s)
    if n >= p:
        return _added(in_parts(lambda b: _pulled(X[b], s[b]), n, work))
    return _joined(in_parts(lambda b: _pulled(X[:, b], s), p, work))


def _by_loops(X: Array, v: Array) -> bool:
    """Whether plain loops along contiguous lines convert entries as they go, or beat
    BLAS: up to twofold where lines are many, measured."""
    lines, length = X.shape if X.flags.c_contiguous else X.shape[::-1]
    if v.ndim > 1 or X.dtype != np.float64:
        return v.ndim == 1
    return lines >= length >= LEAST and X.size >= LARGE


def _along(lines: Array, v: Array) -> Array:
    """``lines @ v`` for a vector, by loops."""
    parts = in_parts(lambda b: _dots(lines[b], readonly(v), False), len(lines),
                     _work(lines, v))  # fmt: skip
    return _joined(parts)


def _across(lines: Array, v: Array) -> Array:
    """``lines.T @ v`` for a vector, by loops; in parts where the sums are short."""
    count, length = lines.shape
    parts = in_parts(lambda b: _axpys(lines[b], readonly(v[b]), False), count,
                     _work(lines, v) if count >= length else 0.0)  # fmt: skip
    return _added(parts)


def _product(X: Array, w: Array) -> Array:
    """``X @ w`` by BLAS."""
    if X.dtype == np.float64:
        return X @ w  # type: ignore[no-any-return]
    rows = [X[b].astype(np.float64) @ w for b in blocks(X, len(w))]
    return np.concatenate(rows or [X @ w])


def _pulled(X: Array, s: Array) -> Array:
    """``X.T @ s`` by BLAS."""
    if X.dtype == np.float64:
        return X.T @ s  # type: ignore[no-any-return]
    sums = (X[b].astype(np.float64).T @ s[b] for b in blocks(X, X.shape[1]))
    return sum(sums, np.zeros((X.shape[1], *s.shape[1:])))


def _work(X: Array, v: Array) -> float:
    """What a pass costs, in products of sparse data."""
    return DENSE * X.size * (1 if v.ndim == 1 else v.shape[1])


def _joined(parts: list[Array]) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _added(parts: list[Array]) -> Array:
    total = parts[0]
    for part in parts[1:]:
        total += part
    return total


def weighted_sum(X: Array, s: Array) -> Array:
    """``X.T @ s`` for a vector s; its rounding errors do not add up."""
    rows = X.flags.c_contiguous
    return _axpys(X, readonly(s), False) if rows else _dots(X.T, readonly(s), False)


def square_tdot(X: Array, d: Array) -> Array:
    """``(X**2).T @ d``."""
    if d.ndim == 1:
        rows = X.flags.c_contiguous
        return _axpys(X, readonly(d), True) if rows else _dots(X.T, readonly(d), True)
    total = np.zeros((X.shape[1], *d.shape[1:]))
    for b in blocks(X, X.shape[1]):
        block = X[b].astype(np.float64)
        total += np.square(block, out=block).T @ d[b]
    return total


def sums(X: Array) -> Array:
    """Sums of the columns, and of their squares: shape (2, p)."""
    if X.flags.c_contiguous:
        return _sums_of_columns(X)  # type: ignore[no-any-return]
    return _sums_of_rows(X.T)  # type: ignore[no-any-return]


def gram(X: Array, d: Array, columns: Array, shift: Array, ones: bool) -> Array:
    """``Z.T @ diag(d) @ Z`` for ``Z = X[:, columns] - shift``, shift in their order.

    A column of `ones`, without shift, may follow where there are few.
    """
    k = len(columns) + ones
    if not k:
        return np.zeros((0, 0))
    low = d.min(initial=math.inf)
    present = None if low > 0.0 else np.flatnonzero(d)  # no weight, no cost
    count = len(d) if present is None else len(present)
    uniform = count > 0 and low == d.max()
    lengths = None if uniform else np.sqrt(d)
    if k <= NARROW:
        total = _narrow(X, lengths, columns, shift, ones)
        mirror(total)
    else:
        total = _wide(X, lengths, columns, shift, present)
    return total * d[0] if uniform else total


def _narrow(
    X: Array, lengths: Array | None, columns: Array, shift: Array, ones: bool
) -> Array:
    """The Gram matrix of few columns."""
    long = readonly(np.zeros(0) if lengths is None else lengths)
    numbers = long, readonly(columns), readonly(shift)
    X = readonly(X)

    def of(rows: slice) -> Array:
        return narrow_gram(X, rows.start, rows.stop, *numbers, ones)  # type: ignore[no-any-return]

    return _added(_in_parts(of, len(X), len(columns) + ones))


def _wide(
    X: Array, lengths: Array | None, columns: Array, shift: Array, present: Array | None
) -> Array:
    """The Gram matrix of the rows that are present, block by block by BLAS."""
    k, count = len(columns), len(X) if present is None else len(present)
    cut, centred = _rows_of(X, columns, present), bool(shift.any())

    def of(rows: slice) -> Array:
        total, room = np.zeros((k, k)), None
        for b in _within(rows, k, min(FLAT * k, MOST)):
            part = cut(b)
            room = np.empty_like(part, np.float64) if room is None else room
            own = room[: len(part)]  # fresh memory for each would cost as much again
            if centred:
                part = np.subtract(part, shift, out=own)
            if lengths is not None:
                scale = lengths[b if present is None else present[b], None]
                part = np.multiply(part, scale, out=own)
            part = part.astype(np.float64, copy=False)
            total += part.T @ part
        return total

    return _added(_in_parts(of, count, k))


def _in_parts(of: Callable[[slice], Array], n: int, k: int) -> list[Array]:
    """As `in_parts`, of n sums of k x k products; of no more memory than X, nearly."""
    most = max(n // max(k, 1), 2 if k <= SMALL else 1)
    return in_parts(of, n, DENSER * n * k * k, min(FEW, most))


def _rows_of(
    X: Array, columns: Array, present: Array | None
) -> Callable[[slice], Array]:
    """How to get at some of the rows that are present, and these columns.

    Columns that are contiguous are copied run by run.
    """
    everything = len(columns) == X.shape[1] and np.array_equal(
        columns, np.arange(len(columns))
    )
    if present is None and everything:
        return lambda b: X[b]
    if present is None and X.flags.f_contiguous:
        return lambda b: X.T[columns, b].T
    if present is None:
        return lambda b: X[b, columns]
    return lambda b: X[present[b]] if everything else X[present[b, None], columns]


def cross(
    X: Array, inverse: Array, shift: Array | None = None, dtype: Any = np.float64
) -> Array:
    """``Z @ diag(inverse) @ Z.T`` for ``Z = X - shift``, of blocks in this precision.

    Blocks are centred before they are rounded, and summed in double precision.
    """
    columns = np.flatnonzero(inverse)
    root = np.sqrt(inverse[columns])
    means = None if shift is None or not shift.any() else shift[columns]
    every, alike = len(columns) == X.shape[1], bool((root == 1.0).all())

    def of(some: slice) -> Array:
        total = None
        for b in _within(some, len(X), min(FLAT * len(X), MOST)):
            part = X[:, b] if every else X[:, columns[b]]
            if means is not None:
                part = part - means[b]
            if not alike:
                part = part * root[b]
            part = part.astype(dtype, copy=False)
            products = part @ part.T
            if total is None:
                total = products.astype(np.float64, copy=False)
            else:
                total += products
        return np.zeros((len(X), len(X))) if total is None else total

    return _added(_in_parts(of, len(columns), len(X)))


def panel(X: Array, d: Array, columns: Array, shift: Array, first: int) -> Array:
    """Columns `first` ... of the Gram matrix."""
    total = np.zeros((len(columns), len(columns) - first))
    shift = shift[columns]
    for b in blocks(X, len(columns)):
        if X.flags.f_contiguous:  # runs of columns are copied, not single entries
            part = X.T[columns, b].astype(np.float64, copy=False).T
        else:
            part = X[b, columns]
        part = part - shift if shift.any() else part
        total += part.T @ (part[:, first:] * d[b, None])
    return total


def extended(known: Array, new: Array) -> Array:
    """The symmetric matrix whose last columns are `new`."""
    first = len(known)
    total = np.empty((len(new), len(new)))
    total[:first, :first] = known
    total[:, first:] = new
    total[first:, :first] = new[:first].T
    return total


@kernel(sums=True)
def _dots(X, w, squared):
    """``X @ w``, or with the squares of X."""
    out = np.zeros(X.shape[0])
    if X.shape[1] > RUN:
        for i in range(X.shape[0]):
            out[i] = _long_dot(X[i], w, squared)
        return out
    for i in range(X.shape[0]):
        total = 0.0
        for j in range(X.shape[1]):
            x = np.float64(X[i, j])
            total += (x * x if squared else x) * w[j]
        out[i] = total
    return out


@kernel
def _long_dot(x, w, squared):
    total, rest = 0.0, 0.0
    for a in range(0, len(x), RUN):
        part = _dot(x[a : a + RUN], w[a : a + RUN], squared)
        before, total = total, total + part
        rest += _left(before, part, total)
    return total + rest


@kernel(sums=True)
def _dot(x, w, squared):
    total = 0.0
    for j in range(len(x)):
        entry = np.float64(x[j])
        total += (entry * entry if squared else entry) * w[j]
    return total


@kernel
def _left(a, b, total):
    """What rounding took from ``total = a + b`` (Knuth's two-sum)."""
    new = total - a
    return (a - (total - new)) + (b - new)


@kernel(sums=True)
def _axpys(X, s, squared):
    """``X.T @ s``, or with the squares of X."""
    p = X.shape[1]
    out, rest, part = np.zeros(p), np.zeros(p), np.empty(p)
    for a in range(0, X.shape[0], STACK):
        part[:] = 0.0
        rows, weights = X[a : a + STACK], s[a : a + STACK]
        for i in range(rows.shape[0]):
            for j in range(p):
                x = np.float64(rows[i, j])
                part[j] += (x * x if squared else x) * weights[i]
        _add(part, out, rest)
    return out + rest


@kernel(sums=True)
def _sums_of_columns(X):
    """Sums of the columns, and of their squares; columns far apart in memory."""
    p = X.shape[1]
    out, rest = np.zeros((2, p)), np.zeros((2, p))
    part, squares = np.empty(p), np.empty(p)
    for a in range(0, X.shape[0], STACK):
        part[:], squares[:] = 0.0, 0.0
        rows = X[a : a + STACK]
        for i in range(rows.shape[0]):
            for j in range(p):
                x = np.float64(rows[i, j])
                part[j] += x
                squares[j] += x * x
        _add(part, out[0], rest[0])
        _add(squares, out[1], rest[1])
    return out + rest


@kernel
def _add(part, out, rest):
    """Add to sums; `rest` takes what rounding takes from them."""
    for j in range(len(part)):
        total = out[j] + part[j]
        rest[j] += _left(out[j], part[j], total)
        out[j] = total


@kernel
def _sums_of_rows(X):
    """Sums of the rows, and of their squares."""
    out = np.zeros((2, X.shape[0]))
    rest = np.zeros((2, X.shape[0]))
    for i in range(X.shape[0]):
        for a in range(0, X.shape[1], RUN):
            _add(_sums(X[i, a : a + RUN]), out[:, i], rest[:, i])
    return out + rest


@kernel(sums=True)
def _sums(x):
    total, squares = 0.0, 0.0
    for j in range(len(x)):
        entry = np.float64(x[j])
        total += entry
        squares += entry * entry
    return total, squares
