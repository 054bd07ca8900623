"""Passes over a dense matrix with float64 sums: BLAS where X is float64."""

from collections.abc import Iterator

import numpy as np
from scipy.linalg import blas

from .._compile import kernel, readonly
from .._matrices import mirror

Array = np.ndarray
BLOCK = 1 << 16  # entries of a block of rows: 512 KB, stays in the L2 cache
# terms of a sum that are summed by themselves: rounding errors do not add up
RUN, STACK = 512, 64
NARROW, LARGE = 32, 1 << 20  # columns and entries from which rows are passed one by one


def blocks(X: Array, width: int) -> Iterator[slice]:
    """Slices of the rows of X, `BLOCK` entries each."""
    step = max(BLOCK // max(width, 1), 16)
    for start in range(0, X.shape[0], step):
        yield slice(start, start + step)


def _by_rows(X: Array, v: Array) -> bool:
    """Whether plain loops over contiguous rows beat BLAS: up to twofold, measured."""
    n, p = X.shape
    rows = v.ndim == 1 and X.flags.c_contiguous
    return rows and n >= p >= NARROW and X.size >= LARGE


def dot(X: Array, w: Array) -> Array:
    """``X @ w``, summed in float64."""
    if X.dtype == np.float64 and not _by_rows(X, w):
        return X @ w
    if w.ndim == 2:
        return np.concatenate([X[b].astype(np.float64) @ w for b in blocks(X, len(w))])
    rows = X.flags.c_contiguous
    return _dots(X, readonly(w), False) if rows else _axpys(X.T, readonly(w), False)


def tdot(X: Array, s: Array) -> Array:
    """``X.T @ s``, summed in float64."""
    if X.dtype == np.float64 and not _by_rows(X, s):
        return X.T @ s
    if s.ndim == 2:
        parts = (X[b].astype(np.float64).T @ s[b] for b in blocks(X, X.shape[1]))
        return sum(parts, np.zeros((X.shape[1], s.shape[1])))
    return weighted_sum(X, s)


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


def gram(X: Array, d: Array, columns: Array, shift: Array) -> Array:
    """``Z.T @ diag(d) @ Z`` for ``Z = X[:, columns] - shift[columns]``."""
    k = len(columns)
    everything = k == X.shape[1] and np.array_equal(columns, np.arange(k))
    total = np.zeros((k, k), order="F")
    if not k:
        return total
    shift, root = shift[columns], np.sqrt(d)
    present = np.flatnonzero(d)  # rows without weight cost nothing
    every = len(present) == len(d)
    if every and X.flags.f_contiguous:
        return _gram_of_columns(X.T, d, columns, shift)
    uniform = every and d.min() == d.max()
    factor = float(d[0]) if uniform else 1.0
    for b in blocks(d[present, None], k):
        rows = b if every else present[b]
        lines = b if every else present[b, None]
        part = X[rows] if everything else X[lines, columns]
        part = part - shift if shift.any() else part
        part = part if uniform else part * root[rows, None]
        total = blas.dsyrk(factor, part.T, beta=1.0, c=total, overwrite_c=1)
    mirror(total)
    return total


def cross(X: Array, inverse: Array) -> Array:
    """``X @ diag(inverse) @ X.T``."""
    total = np.zeros((len(X), len(X)), order="F")
    root = np.sqrt(inverse)
    for b in blocks(X.T, len(X)):
        part = X[:, b] * root[b]
        total = blas.dsyrk(1.0, part, beta=1.0, c=total, overwrite_c=1)
    mirror(total)
    return total


def _gram_of_columns(XT: Array, d: Array, columns: Array, shift: Array) -> Array:
    """As `gram`, where columns are contiguous: they are copied out run by run."""
    k, uniform = len(columns), d.min() == d.max()
    factor = float(d[0]) if uniform else 1.0
    total = np.zeros((k, k), order="F")
    for b in blocks(XT.T, k):
        part = XT[columns, b].astype(np.float64, copy=False)
        if shift.any():
            part -= shift[:, None]
        if not uniform:
            part *= np.sqrt(d[b])
        total = blas.dsyrk(factor, part.T, beta=1.0, c=total, trans=1, overwrite_c=1)
    mirror(total)
    return total


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
    for i in range(X.shape[0]):
        rest, more = 0.0, 0.0
        for a in range(0, X.shape[1], RUN):
            before, total = out[0, i], out[1, i]
            part, squares = _sums(X[i, a : a + RUN])
            out[0, i] += part
            out[1, i] += squares
            rest += _left(before, part, out[0, i])
            more += _left(total, squares, out[1, i])
        out[0, i] += rest
        out[1, i] += more
    return out


@kernel(sums=True)
def _sums(x):
    total, squares = 0.0, 0.0
    for j in range(len(x)):
        entry = np.float64(x[j])
        total += entry
        squares += entry * entry
    return total, squares
