"""Single precision without denormal numbers, which take many times as long."""

import numpy as np

from .._compile import kernel

SPECK = np.float32(1e-30)  # beside one, in a sum of single numbers: nothing
BLOCK = 256  # samples whose numbers a cache close by holds
ZERO = np.float32(0.0)


@kernel
def rounded(v, unit, out):
    """Fill `out` with ``v / unit``, zero where that is tiny."""
    for i in range(v.shape[0]):
        x = np.float32(v[i] / unit)
        out[i] = ZERO if abs(x) < SPECK else x


@kernel
def turned(rows, out):
    """Fill `out` with the rows as columns, zero where they are tiny."""
    n, lanes = rows.shape
    for first in range(0, n, BLOCK):
        last = min(first + BLOCK, n)
        for k in range(lanes):
            for i in range(first, last):
                x = np.float32(rows[i, k])
                out[k, i] = ZERO if abs(x) < SPECK else x


@kernel(sums=True)
def bent(shares, weights, coupled, z):
    """Each column of z times its ``diag(s) - coupled * s s'`` and its weight, in place.

    Lanes are rows here, and loops run along samples, whatever the number of lanes.
    """
    lanes, n = z.shape
    room, share = np.empty(BLOCK, np.float32), np.float32(coupled)
    for first in range(0, n, BLOCK):
        last = min(first + BLOCK, n)
        mean, weight = room[: last - first], weights[first:last]
        mean[:] = ZERO
        if coupled != 0.0:
            for k in range(lanes):
                s, x = shares[k, first:last], z[k, first:last]
                for i in range(mean.shape[0]):
                    mean[i] += s[i] * x[i]
        for k in range(lanes):
            s, x = shares[k, first:last], z[k, first:last]
            for i in range(mean.shape[0]):
                y = weight[i] * s[i] * (x[i] - share * mean[i])
                x[i] = ZERO if abs(y) < SPECK else y
