"""Gram matrices of few columns, by loops over what a cache holds.

BLAS is made for matrices that are large in all directions; ``benchmarks/narrow.py``
shows how these loops compare. Of sparse columns with many entries, blocks of rows are
laid out as dense ones, too.

All are ``Z.T @ Z`` for ``Z = lengths * (X[:, columns] - shift)``, `shift` in the order
of the columns, on and above the diagonal; `lengths` may be empty for ones. Columns from
`first` on are filled, others may not be.
"""

import numpy as np

from .._compile import kernel

NARROW = 128  # columns up to which this pays
ROWS = 256  # of a block: long enough for sums in registers, few enough for a cache


@kernel
def narrow_gram(X, first, last, lengths, columns, shift, ones):
    """Of some rows of a dense matrix; those of no length are left out.

    A column of ones, which has no shift, may follow the others.
    """
    k = len(columns)
    out, Z = np.zeros((k + ones, k + ones)), np.ones((k + ones, ROWS))
    rows, row = np.empty(ROWS, np.int64), first
    while row < last:
        start, count = row, min(ROWS, last - row)
        row += count
        if len(lengths):
            row, count = start, 0
            while row < last and count < ROWS:
                rows[count] = row
                count += lengths[row] != 0.0
                row += 1
        for a in range(k):
            line, mean = X[start:row, columns[a]], shift[a]
            if not len(lengths):
                for i in range(count):
                    Z[a, i] = line[i] - mean
            elif count == row - start:
                scale = lengths[start:row]
                for i in range(count):
                    Z[a, i] = (line[i] - mean) * scale[i]
            else:
                for i in range(count):
                    Z[a, i] = (line[rows[i] - start] - mean) * lengths[rows[i]]
        if ones and len(lengths):
            for i in range(count):
                Z[k, i] = lengths[start + i if count == row - start else rows[i]]
        _add_block(Z, count, 0, out)
    return out


@kernel
def narrow_gram_of_columns(data, indices, starts, n, lengths, columns, shift, first):
    """Of a sparse matrix whose columns are contiguous, n rows in order."""
    k = len(columns)
    out, Z = np.zeros((k, k)), np.empty((k, ROWS))
    places = np.empty(k, np.int64)
    for a in range(k):
        places[a] = starts[columns[a]]
    for start in range(0, n, ROWS):
        count = min(ROWS, n - start)
        for a in range(k):
            Z[a] = -shift[a]
            place, last = places[a], np.int64(starts[columns[a] + 1])
            while place < last and indices[place] < start + count:
                Z[a, np.int64(indices[place]) - start] += data[place]
                place += 1
            places[a] = place
            if len(lengths):
                scale = lengths[start : start + count]
                for i in range(count):
                    Z[a, i] *= scale[i]
        _add_block(Z, count, first, out)
    return out


@kernel
def narrow_gram_of_rows(data, indices, starts, n, lengths, columns, shift, first):
    """Of all columns of a sparse matrix whose rows are contiguous.

    Rows of no length are left out.
    """
    k = len(columns)
    out, Z = np.zeros((k, k)), np.empty((k, ROWS))
    rows, scale = np.empty(ROWS, np.int64), np.ones(ROWS)
    row = 0
    while row < n:
        count = 0
        while row < n and count < ROWS:
            rows[count] = row
            if len(lengths):
                scale[count] = lengths[row]
            count += scale[count] != 0.0
            row += 1
        for a in range(k):
            for i in range(count):
                Z[a, i] = -shift[a] * scale[i]
        for i in range(count):
            for place in range(starts[rows[i]], starts[rows[i] + 1]):
                Z[indices[place], i] += data[place] * scale[i]
        _add_block(Z, count, first, out)
    return out


@kernel
def _add_block(Z, count, first, out):
    """Add the products of some lines, four by four, above the diagonal."""
    k = len(Z)
    whole = k - k % 4
    for a in range(0, whole, 4):
        for b in range(max(a, first - first % 4), whole, 4):
            _add_tile(Z[a : a + 4], Z[b : b + 4], count, out[a : a + 4, b : b + 4])
        for b in range(whole, k):
            _add_column(Z[a : a + 4], Z[b], count, out[a : a + 4, b])
    for b in range(whole, k):
        for a in range(whole, b + 1):
            out[a, b] += _dot(Z[a], Z[b], count)


@kernel(sums=True)
def _add_tile(x, y, count, out):
    """Add the products of four lines with four: 16 sums stay in registers."""
    aa, ab, ac, ad = 0.0, 0.0, 0.0, 0.0
    ba, bb, bc, bd = 0.0, 0.0, 0.0, 0.0
    ca, cb, cc, cd = 0.0, 0.0, 0.0, 0.0
    da, db, dc, dd = 0.0, 0.0, 0.0, 0.0
    for i in range(count):
        a, b, c, d = x[0, i], x[1, i], x[2, i], x[3, i]
        p, q, r, s = y[0, i], y[1, i], y[2, i], y[3, i]
        aa, ab, ac, ad = aa + a * p, ab + a * q, ac + a * r, ad + a * s
        ba, bb, bc, bd = ba + b * p, bb + b * q, bc + b * r, bd + b * s
        ca, cb, cc, cd = ca + c * p, cb + c * q, cc + c * r, cd + c * s
        da, db, dc, dd = da + d * p, db + d * q, dc + d * r, dd + d * s
    for line, sums in enumerate((
        (aa, ab, ac, ad), (ba, bb, bc, bd), (ca, cb, cc, cd), (da, db, dc, dd)
    )):  # fmt: skip
        for column in range(4):
            out[line, column] += sums[column]


@kernel(sums=True)
def _add_column(x, y, count, out):
    """Add the products of four lines with one."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    for i in range(count):
        a += x[0, i] * y[i]
        b += x[1, i] * y[i]
        c += x[2, i] * y[i]
        d += x[3, i] * y[i]
    out[0] += a
    out[1] += b
    out[2] += c
    out[3] += d


@kernel(sums=True)
def _dot(x, y, count):
    total = 0.0
    for i in range(count):
        total += x[i] * y[i]
    return total


@kernel
def mirror(matrix):
    """Copy the part above the diagonal to the part below it."""
    for j in range(len(matrix)):
        for i in range(j):
            matrix[j, i] = matrix[i, j]
