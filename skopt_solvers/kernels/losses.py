"""Loops over samples: sums and arrays of a loss and its derivatives.

`loss` is a record, `y` the targets, `s` the sample weights (which sum to one), `z` the
predictions. Slopes and curvatures are per sample, not yet weighted. A sample without
weight is none: where its loss is infinite, so would be the sum.
"""

import math

import numpy as np

from .._compile import kernel


@kernel(sums=True)
def jets(loss, y, s, z):
    """Weighted sum of values; arrays of slopes and curvatures."""
    slopes, curvatures = np.empty_like(z), np.empty_like(z)
    total = 0.0
    for i in range(z.shape[0]):
        live = s[i] > 0.0
        value, slope = loss.value(y[i], z[i]), loss.slope(y[i], z[i])
        curvature = loss.curvature(y[i], z[i])
        total += s[i] * value if live else 0.0
        slopes[i] = slope if live else 0.0
        curvatures[i] = curvature if live else 0.0
    return total, slopes, curvatures


@kernel(sums=True)
def along(loss, y, s, z, dz, t):
    """Value, slope and curvature in t of the weighted sum at ``z + t dz``.

    NaN where the loss of a sample without weight is infinite.
    """
    value, slope, curvature = 0.0, 0.0, 0.0
    for i in range(z.shape[0]):
        p = z[i] + t * dz[i]
        value += s[i] * loss.value(y[i], p)
        slope += s[i] * loss.slope(y[i], p) * dz[i]
        curvature += s[i] * loss.curvature(y[i], p) * dz[i] * dz[i]
    return value, slope, curvature


@kernel(sums=True)
def gaps(loss, y, s, z, slopes, scale):
    """Weighted sum of Fenchel-Young gaps at the slopes times `scale`."""
    total = 0.0
    for i in range(z.shape[0]):
        gap = loss.gap(y[i], z[i], scale * slopes[i])
        total += s[i] * gap if s[i] > 0.0 else 0.0
    return total


@kernel
def lane_jets(loss, y, s, z):
    """As `jets` for a vector-valued loss: weighted sum of values, slopes (n, K)."""
    slopes = np.zeros_like(z)
    total = 0.0
    for i in range(z.shape[0]):
        if s[i] > 0.0:
            total += s[i] * loss.slopes(y[i], z[i], slopes[i])
    return total, slopes


@kernel
def lane_shares(loss, z):
    """Each row's shares, of which its Hessian is made."""
    out = np.empty_like(z)
    for i in range(z.shape[0]):
        loss.shares(z[i], out[i])
    return out


@kernel
def lane_curve(loss, z, v):
    """Each row's Hessian at z times the row of v."""
    out = np.empty_like(v)
    for i in range(z.shape[0]):
        loss.curve(z[i], v[i], out[i])
    return out


@kernel(sums=True)
def lane_bend(shares, coupled, v, weights):
    """Each row of v times its ``diag(s) - coupled * s s'`` and its weight."""
    out = np.empty_like(v)
    for i in range(v.shape[0]):
        mean = 0.0
        for k in range(v.shape[1]):
            mean += shares[i, k] * v[i, k]
        mean *= coupled
        for k in range(v.shape[1]):
            out[i, k] = weights[i] * shares[i, k] * (v[i, k] - mean)
    return out


@kernel
def lane_along(loss, y, s, z, dz, t):
    """As `along` for a vector-valued loss; the curvature at the origin only.

    It costs as much again as all the rest, and line searches do without.
    """
    value, slope, curvature = 0.0, 0.0, 0.0 if t == 0.0 else math.nan
    p = np.empty(z.shape[1])
    out = np.empty(z.shape[1])
    for i in range(z.shape[0]):
        if not s[i] > 0.0:
            continue
        for k in range(z.shape[1]):
            p[k] = z[i, k] + t * dz[i, k]
        value += s[i] * loss.slopes(y[i], p, out)
        for k in range(z.shape[1]):
            slope += s[i] * out[k] * dz[i, k]
        if t == 0.0:
            loss.curve(p, dz[i], out)
            for k in range(z.shape[1]):
                curvature += s[i] * out[k] * dz[i, k]
    return value, slope, curvature


@kernel
def lane_gaps(loss, y, s, z, slopes, scale):
    """As `gaps` for a vector-valued loss."""
    total = 0.0
    q = np.empty(z.shape[1])
    for i in range(z.shape[0]):
        if s[i] > 0.0:
            for k in range(z.shape[1]):
                q[k] = scale * slopes[i, k]
            total += s[i] * loss.gap(y[i], z[i], q)
    return total
