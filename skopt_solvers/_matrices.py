"""Parts of square matrices, written in place."""

import numpy as np

from ._compile import kernel

__all__ = ["diagonal", "mirror"]


def diagonal(matrix: np.ndarray) -> np.ndarray:
    """The diagonal, as a view that writes to the matrix."""
    return np.einsum("ii->i", matrix)  # type: ignore[no-any-return]


@kernel
def mirror(matrix):
    """Copy the part above the diagonal to the part below it."""
    for j in range(len(matrix)):
        for i in range(j):
            matrix[j, i] = matrix[i, j]
