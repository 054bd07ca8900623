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

NARROW = 64  # columns up to which this pays
ROWS = 256  # of a block: long enough for sums in registers, few enough for a cache


@kernel
def narrow_gram(X, first, last, lengths, columns, shift):
    """Of some rows of a dense matrix."""
    k = len(columns)
    out, Z = np.zeros((k, k)), np.empty((k, ROWS))
    for start in range(first, last, ROWS):
        count = min(ROWS, last - start)
        for a in range(k):
            column, mean = columns[a], shift[a]
            for i in range(count):
                Z[a, i] = X[start + i, column] - mean
        _add_block(Z, start, count, lengths, 0, out)
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
        _add_block(Z, start, count, lengths, first, out)
    return out


@kernel
def narrow_gram_of_rows(data, indices, starts, n, lengths, columns, shift, first):
    """Of all columns of a sparse matrix whose rows are contiguous.

    Rows of no length are left out.
    """
    k = len(columns)
    out, Z = np.zeros((k, k)), np.empty((k, ROWS))
    rows, scale, none = np.empty(ROWS, np.int64), np.ones(ROWS), np.empty(0)
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
        _add_block(Z, 0, count, none, first, out)
    return out


@kernel(sums=True)
def _add_block(Z, start, count, lengths, first, out):
    """Add the products of some lines, two by two, above the diagonal."""
    k = len(Z)
    if len(lengths):
        for a in range(k):
            for i in range(count):
                Z[a, i] *= lengths[start + i]
    for a in range(0, k - 1, 2):
        for b in range(max(a, first - first % 2), k - 1, 2):
            ab, ad, cb, cd = 0.0, 0.0, 0.0, 0.0
            for i in range(count):
                ab += Z[a, i] * Z[b, i]
                ad += Z[a, i] * Z[b + 1, i]
                cb += Z[a + 1, i] * Z[b, i]
                cd += Z[a + 1, i] * Z[b + 1, i]
            out[a, b] += ab
            out[a, b + 1] += ad
            out[a + 1, b] += cb
            out[a + 1, b + 1] += cd
    if k % 2:
        for a in range(k):
            total = 0.0
            for i in range(count):
                total += Z[a, i] * Z[k - 1, i]
            out[a, k - 1] += total


@kernel
def mirror(matrix):
    """Copy the part above the diagonal to the part below it."""
    for j in range(len(matrix)):
        for i in range(j):
            matrix[j, i] = matrix[i, j]
