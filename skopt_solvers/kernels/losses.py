"""Loops over samples: sums and arrays of a loss and its derivatives.

`loss` is a record, `y` the targets, `s` the sample weights (which sum to one), `z` the
predictions. Slopes and curvatures are per sample, not yet weighted. A sample without
weight is none: where its loss is infinite, so would be the sum.
"""

import math

import numpy as np

from .._compile import kernel

ROOM = 8192  # numbers that a cache close by holds
SHORTEST, LONGEST = 16, 256  # blocks of samples


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
    """As `jets` for a vector-valued loss: weighted sum of values, slopes (n, K).

    Block by block lanes become rows, along which loops run.
    """
    n, lanes = z.shape
    slopes, total, block = np.empty_like(z), 0.0, _block(lanes)
    p, out, values = np.empty((lanes, block)), np.empty((lanes, block)), np.empty(block)
    for first in range(0, n, block):
        last = min(first + block, n)
        _turn(z, first, last, 1.0, p)
        loss.slopes_all(y[first:last], p, out, values, last - first)
        for i in range(first, last):
            total += s[i] * values[i - first] if s[i] > 0.0 else 0.0
        _turn_back(out, first, last, slopes)
    for i in range(n):
        if not s[i] > 0.0:
            slopes[i] = 0.0
    return total, slopes


@kernel
def lane_shares(loss, z):
    """Each row's shares, of which its Hessian is made."""
    n, lanes = z.shape
    shares, block = np.empty_like(z), _block(lanes)
    p, out, values = np.empty((lanes, block)), np.empty((lanes, block)), np.empty(block)
    for first in range(0, n, block):
        last = min(first + block, n)
        _turn(z, first, last, 1.0, p)
        loss.shares_all(p, out, values, last - first)
        _turn_back(out, first, last, shares)
    return shares


@kernel
def lane_rests(shares):
    """One minus each share, which is the sum of the others where it is the largest."""
    out = np.empty_like(shares)
    for i in range(shares.shape[0]):
        top, others = 0, 0.0
        for k in range(1, shares.shape[1]):
            top = k if shares[i, k] > shares[i, top] else top
        for k in range(shares.shape[1]):
            others += shares[i, k] if k != top else 0.0
            out[i, k] = 1.0 - shares[i, k]
        out[i, top] = others
    return out


@kernel
def _block(lanes):
    """Samples whose predictions a cache close by holds."""
    return max(min(ROOM // lanes, LONGEST), SHORTEST)


@kernel
def _turn(rows, first, last, scale, out):
    """Some rows, times a number, as the columns of `out`."""
    for k in range(rows.shape[1]):
        for i in range(first, last):
            out[k, i - first] = scale * rows[i, k]


@kernel
def _turn_back(columns, first, last, out):
    """The first columns as some rows of `out`."""
    for k in range(out.shape[1]):
        for i in range(first, last):
            out[i, k] = columns[k, i - first]


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
    n, lanes = z.shape
    total, block = 0.0, _block(lanes)
    p, q, values = np.empty((lanes, block)), np.empty((lanes, block)), np.empty(block)
    for first in range(0, n, block):
        last = min(first + block, n)
        _turn(z, first, last, 1.0, p)
        _turn(slopes, first, last, scale, q)
        loss.gap_all(y[first:last], p, q, values, last - first)
        for i in range(first, last):
            total += s[i] * values[i - first] if s[i] > 0.0 else 0.0
    return total


@kernel
def lane_pairs(shares, weights, first, last):
    """The products of the shares of all pairs of lanes in some rows, and of the weight:
    pairs are lines.
    """
    lanes, count = shares.shape[1], last - first
    turned, own, r = np.empty((lanes, count)), np.empty(count), 0
    out = np.empty((lanes * (lanes - 1) // 2, count))
    _turn(shares, first, last, 1.0, turned)
    for a in range(lanes):
        for i in range(count):
            own[i] = weights[first + i] * turned[a, i]
        for b in range(a):
            line, product = turned[b], out[r]
            for i in range(count):
                product[i] = own[i] * line[i]
            r += 1
    return out


@kernel
def lane_blocks(grams, k, lanes):
    """The matrix of ``k * lanes`` lines whose blocks between lanes are minus `grams`.

    They are given by what is on and below their diagonals. All blocks of a lane sum to
    zero.
    """
    out = np.zeros((k, lanes, k, lanes))
    for i in range(k):
        for j in range(i + 1):
            entries, pair = grams[i * (i + 1) // 2 + j], 0
            for a in range(lanes):
                for b in range(a):
                    x = entries[pair]
                    out[i, a, j, b] = out[i, b, j, a] = -x
                    out[i, a, j, a] += x
                    out[i, b, j, b] += x
                    pair += 1
            for a in range(lanes):
                for b in range(lanes):
                    out[j, b, i, a] = out[i, a, j, b]
    return out.reshape(k * lanes, k * lanes)
