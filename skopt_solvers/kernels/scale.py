"""The scale that residuals have, with those beyond some multiple of it cut off."""

import math

import numpy as np

from .._compile import kernel

STEPS = 200  # each takes at least one residual out of the sum: far fewer are needed


@kernel(sums=True)
def clipped_scale(r, s, delta, floor):
    """The largest sigma with ``sum(s * min(r / sigma, delta)**2) = 1``, or `floor`.

    The sum is a concave, piecewise linear function of ``1 / sigma**2``, so Newton's
    method from below ends after finitely many steps.
    """
    least, edge = floor * floor, math.inf
    square = 0.0
    for _ in range(STEPS):
        inside, outside = 0.0, 0.0
        for i in range(r.shape[0]):
            part = r[i] * r[i]
            if part > edge:
                outside += s[i]
            else:
                inside += s[i] * part
        left = 1.0 - delta * delta * outside
        following = inside / left if left > 0.0 else least
        if not following > least:
            return floor if following == following else np.nan
        if following == square or (square > 0.0 and following > square):
            break
        square = following
        edge = delta * delta * square
    return math.sqrt(square)
