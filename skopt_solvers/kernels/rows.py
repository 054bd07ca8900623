"""Statistics of rows in a metric: what learning rates are made of."""

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
