"""Block coordinate descent: on the residual, or on a Gram matrix.

Both minimise a quadratic model plus a penalty of blocks over some columns,

    1/2 sum_i h_i ||dz_i - r_i / h_i||**2 + sum_a cost(w_a),

where ``r`` is minus the gradient in the predictions. An intercept is minimised out:
columns then stand for ``x_j - means[a]``, with means weighted by h. `chosen` are the
columns, block after block as `starts` says; ``which[a]`` is the number of a block in
the penalty. Rows of the coefficients w hold one number per prediction.
"""

import numpy as np

from .._compile import kernel

SETTLED = 0.1  # share of a block's first step at which its own iteration ends


@kernel
def bound(gram):
    """At least the largest eigenvalue of a symmetric matrix, by its norms."""
    rows, squares = 0.0, 0.0
    for a in range(gram.shape[0]):
        row = 0.0
        for b in range(gram.shape[1]):
            row += abs(gram[a, b])
            squares += gram[a, b] * gram[a, b]
        rows = max(rows, row)
    return min(rows, np.sqrt(squares))


@kernel
def bounds(gram, starts):
    """`bound` of each block of a Gram matrix."""
    tops = np.empty(starts.shape[0] - 1)
    for a in range(tops.shape[0]):
        own = slice(starts[a], starts[a + 1])
        tops[a] = bound(gram[own, own])
    return tops


@kernel
def moments(columns, h, total, chosen, starts, centred):
    """Weighted means, the blocks' Gram matrices one after the other, their bounds."""
    means, spread = np.zeros(chosen.shape[0]), np.zeros(h.shape[0])
    tops, size = np.zeros(starts.shape[0] - 1), 0
    for a in range(tops.shape[0]):
        size += (starts[a + 1] - starts[a]) ** 2
    grams, first = np.zeros(size), 0
    for a in range(tops.shape[0]):
        start, m = starts[a], starts[a + 1] - starts[a]
        gram = grams[first : first + m * m].reshape(m, m)
        first += m * m
        for b in range(m):
            j = chosen[start + b]
            if centred:
                means[start + b] = columns.col_dot(j, h) / total
            columns.col_waxpy(j, 1.0, h, spread)
            for c in range(b, m):
                raw = columns.col_dot(chosen[start + c], spread)
                gram[b, c] = gram[c, b] = raw
            columns.col_waxpy(j, -1.0, h, spread)
        for b in range(m):
            for c in range(m):
                raw = gram[b, c]
                gram[b, c] -= total * means[start + b] * means[start + c]
                if b == c and gram[b, c] <= 1e-14 * raw:
                    gram[b, c] = 0.0  # constant: nothing is left but rounding
        tops[a] = bound(gram)
    return means, grams, tops


@kernel
def settle(penalty, j, gram, top, v, w, z, new, rounds):
    """Proximal steps on one block; v, minus its gradient, and w are updated.

    All have shape (m, lanes) but z and new, which are scratch; returns whether w moved.
    """
    m, lanes = w.shape
    flat, size, first = w.reshape(-1), m * lanes, 0.0
    pull, step = v.reshape(-1), 1.0 / top
    for k in range(rounds):
        for f in range(size):
            z[f] = flat[f] + step * pull[f]
        penalty.prox(z[:size], step, j, new[:size])
        change = 0.0
        for f in range(size):
            z[f] = new[f] - flat[f]
            change = max(change, abs(z[f]))
            flat[f] = new[f]
        if change == 0.0:
            return k > 0
        for b in range(m):
            for c in range(m):
                for lane in range(lanes):
                    v[b, lane] -= gram[b, c] * z[c * lanes + lane]
        if k == 0:
            first = change
        elif change <= SETTLED * first:
            break
    return True


@kernel
def cycles(
    columns, penalty, h, uniform, total, chosen, starts, which, means, grams, tops, w,
    r, epochs, rounds,
):  # fmt: skip
    """Some epochs on the residual r of shape (lanes, n).

    The centred residual is ``r + shift * h``: the shift is carried as a number, so that
    a sparse column costs its non-zeros only. `uniform` is the common value of h or 0.
    """
    lanes, widest = r.shape[0], 0
    for a in range(which.shape[0]):
        widest = max(widest, starts[a + 1] - starts[a])
    shift, v, before = np.zeros(lanes), np.empty((widest, lanes)), np.empty_like(w)
    z, new = np.empty(widest * lanes), np.empty(widest * lanes)
    for _ in range(epochs):
        first = 0
        for a in range(which.shape[0]):
            start, m = starts[a], starts[a + 1] - starts[a]
            gram = grams[first : first + m * m].reshape(m, m)
            first += m * m
            if tops[a] <= 0.0:
                continue
            for b in range(m):
                j, mean = chosen[start + b], means[start + b]
                for lane in range(lanes):
                    pull = columns.col_dot(j, r[lane])
                    v[b, lane] = pull + shift[lane] * total * mean
                    before[start + b, lane] = w[start + b, lane]
            own = w[start : start + m]
            if settle(penalty, which[a], gram, tops[a], v[:m], own, z, new, rounds):
                for b in range(m):
                    j, mean = chosen[start + b], means[start + b]
                    for lane in range(lanes):
                        d = own[b, lane] - before[start + b, lane]
                        if d != 0.0:
                            shift[lane] += d * mean
                            if uniform > 0.0:
                                columns.col_axpy(j, -d * uniform, r[lane])
                            else:
                                columns.col_waxpy(j, -d, h, r[lane])


@kernel(sums=True)
def follow(gram, d, start, m, v):
    """``v -= gram[:, start:start + m] @ d`` for a symmetric matrix."""
    for b in range(m):
        row = gram[start + b]
        for lane in range(d.shape[1]):
            if d[b, lane] != 0.0:
                for c in range(v.shape[0]):
                    v[c, lane] -= d[b, lane] * row[c]


@kernel
def gram_cycles(gram, v, w, penalty, which, starts, tops, epochs, rounds):
    """Epochs on a Gram matrix until two in a row keep the pattern of zeros.

    `v` is minus the gradient of the quadratic and is kept up to date.
    """
    lanes, widest, steady = w.shape[1], 0, 0
    for a in range(which.shape[0]):
        widest = max(widest, starts[a + 1] - starts[a])
    z, new = np.empty(widest * lanes), np.empty(widest * lanes)
    d, pull = np.empty((widest, lanes)), np.empty((widest, lanes))
    for _ in range(epochs):
        same = True
        for a in range(which.shape[0]):
            start, m = starts[a], starts[a + 1] - starts[a]
            if tops[a] <= 0.0:
                continue
            own = w[start : start + m]
            d[:m], pull[:m] = own, v[start : start + m]
            inner = gram[start : start + m, start : start + m]
            if settle(penalty, which[a], inner, tops[a], pull[:m], own, z, new, rounds):
                for b in range(m):
                    for lane in range(lanes):
                        if (d[b, lane] != 0.0) != (own[b, lane] != 0.0):
                            same = False
                        d[b, lane] = own[b, lane] - d[b, lane]
                follow(gram, d, start, m, v)
        steady = steady + 1 if same else 0
        if steady == 2:
            break
