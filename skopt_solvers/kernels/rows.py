"""Rows against rows, and their statistics in a metric."""

import numpy as np

from .._compile import kernel


@kernel
def row_facts(rows, n, scale):
    """Mean and maximum of the squared row lengths, and mean absolute sum."""
    squares = np.empty_like(scale)
    for j in range(scale.shape[0]):
        squares[j] = scale[j] * scale[j]
    mean, largest, absolute = 0.0, 0.0, 0.0
    for i in range(n):
        length = rows.row_sq(i, squares)
        mean += length / n
        largest = max(largest, length)
        absolute += rows.row_abs(i, scale) / n
    return mean, largest, absolute


@kernel
def products(rows, which, inverse):
    """``X_a diag(inverse) X_a'`` for the rows a in `which`."""
    total = np.empty((which.shape[0], which.shape[0]))
    spread = np.zeros_like(inverse)
    for a in range(which.shape[0]):
        rows.row_axpy(which[a], 1.0, spread)
        support = rows.row_support(which[a])
        for j in support:
            spread[j] *= inverse[j]
        for b in range(a + 1):
            total[a, b] = total[b, a] = rows.row_dot(which[b], spread)
        for j in support:
            spread[j] = 0.0
    return total
