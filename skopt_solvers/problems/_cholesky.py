"""Cholesky factors of matrices that are positive definite but for rounding."""

import math

import numpy as np
from scipy.linalg import lapack

from .._matrices import diagonal

Array = np.ndarray

GROWTH = 30.0  # of the damping, from one attempt to the next


def damped_cholesky(
    matrix: Array, unit: Array | float, extra: float, most: float = math.inf
) -> Array | None:
    """Lower factor of ``matrix + extra * diag(unit)``, in column order.

    `extra` grows until there is a factor; None where it passes `most`. `matrix` is
    symmetric, in double or single precision, and its diagonal is overwritten. Costs
    ``n**3 / 3`` operations each time.
    """
    entries = diagonal(matrix)
    own = entries.copy()
    potrf = lapack.spotrf if matrix.dtype == np.float32 else lapack.dpotrf
    while extra <= most and math.isfinite(extra):
        entries[:] = own + extra * unit
        factor, failed = potrf(matrix.T, lower=1, clean=1)
        if not failed:
            return factor  # type: ignore[no-any-return]
        extra *= GROWTH
    return None
