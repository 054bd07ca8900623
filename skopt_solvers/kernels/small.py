"""Small problems: on some hundred samples a call takes as long as its arithmetic."""

import numpy as np

from .._compile import kernel
from ..designs._narrow import mirror, narrow_gram
from .active_set import CROWDED, setting_out, settle, start, worst
from .coordinate import gram_cycles

DAMPING = 1e-13  # share of the diagonal that dependent columns get, at least
GROWTH, MOST = 30.0, 1.0  # of the damping
ENDLESS = 1 << 60


@kernel
def optimise(gram, v, w, level, ridge, low, high, goal, cycles):
    """Cycles of descent, then an active set; whether that came to an end.

    Minimises ``w' gram w / 2`` and what is linear in w, plus the penalty, in place; v
    is minus the gradient without the penalty, and is kept up to date.
    """
    k = w.shape[0]
    if cycles:
        gram_cycles(gram, v, w, level, ridge, low, high, cycles)
    if worst(w, v, level, ridge, low, high) <= goal:
        return True
    R, active, sign = np.zeros((k, k)), np.zeros(k, np.int64), np.sign(w)
    m, damping = -1, DAMPING
    while m < 0 and damping < MOST:
        m = start(gram, w, level, ridge, low, high, R, active, damping)
        damping *= GROWTH
    fixed = (gram, v, w, level, ridge, low, high, R, active, sign)
    progress = setting_out(max(m, 0), k)
    return settle(*fixed, progress, goal, ENDLESS) != CROWDED


@kernel(sums=True)
def step(
    lines, means, alive, slopes, bends, weights, x, level, ridge, low, high, precision,
    cycles, turns,
):  # fmt: skip
    """Where a proximal Newton step leads from x.

    `lines` are the columns; those not `alive` count as zeros, and all are centred at
    the `means`. The last number of a longer x is the intercept. `slopes` and `bends`
    are the samples', not yet weighted. Returned are the new x, the change of the
    predictions, and by how much what is linear in the step is to make the loss fall.
    """
    p, n = lines.shape
    k = x.shape[0]
    long, g, used, count = np.empty(n), np.zeros(k), np.empty(k, np.int64), 0
    for i in range(n):
        long[i] = weights[i] * slopes[i]
    for a in range(p):
        if alive[a]:
            g[a] = _dot(lines[a], means[a], long)
        if x[a] != 0.0 or abs(g[a]) > level[a] or level[a] == 0.0:
            used[count] = a
            count += 1
    if 2 * count > p:
        used, count = np.arange(k), p
    own = used[:count]
    for i in range(n):
        long[i] = weights[i] * bends[i]
    gram = _gram(lines, means, alive, long, own, k > p)
    if k > p:
        for i in range(n):
            g[p] += weights[i] * slopes[i]
        used[count] = p
        own = used[: count + 1]
    v, w, some = -g[own], x[own], (level[own], ridge[own], low[own], high[own])
    goal = precision * np.max(np.abs(v)) if len(own) else 0.0
    for _ in range(turns):
        if optimise(gram, v, w, *some, goal, cycles):
            break
    new, dz, gain = x.copy(), np.zeros(n), 0.0
    for b in range(own.shape[0]):
        a, d = own[b], w[b] - x[own[b]]
        new[a] = w[b]
        gain -= g[a] * d
        if a == p:
            dz += d
        elif d != 0.0 and alive[a]:
            for i in range(n):
                dz[i] += d * (lines[a, i] - means[a])
    return new, dz, gain


@kernel
def _gram(lines, means, alive, h, own, intercept):
    """Of some columns, each sample with its weight h, and of ones for an intercept."""
    k, n = own.shape[0], h.shape[0]
    gram = narrow_gram(lines.T, 0, n, np.sqrt(h), own, means[own], intercept)
    mirror(gram)
    for b in range(k):
        if not alive[own[b]]:
            gram[b], gram[:, b] = 0.0, 0.0
    return gram


@kernel(sums=True)
def _dot(line, mean, s):
    """``(line - mean) @ s``."""
    total = 0.0
    for i in range(s.shape[0]):
        total += (line[i] - mean) * s[i]
    return total
