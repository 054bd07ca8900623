"""Rows against rows, and their statistics in a metric."""

import numpy as np

from .._compile import kernel


@kernel
def row_facts(rows, base, n, scale):
    """Mean and maximum of the squared lengths of rows + base, and mean absolute sum."""
    squares, twice = np.empty_like(scale), np.empty_like(scale)
    square, absolute = 0.0, 0.0
    for j in range(scale.shape[0]):
        squares[j] = scale[j] * scale[j]
        twice[j] = 2.0 * base[j] * squares[j]
        square += base[j] * base[j] * squares[j]
        absolute += abs(base[j]) * scale[j]
    mean, largest, apart = 0.0, 0.0, square > 0.0
    for i in range(n):
        length = rows.row_sq(i, squares)
        if apart:
            length += rows.row_dot(i, twice) + square
        mean += length / n
        largest = max(largest, length)
        absolute += rows.row_abs(i, scale, base) / n
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
