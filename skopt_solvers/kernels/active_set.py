"""Exact minimisation on a Gram matrix by an active set with a carried Cholesky factor.

The active coefficients are those on a smooth piece of the penalty; ``R`` is upper
triangular with ``R'R = gram + ridge`` on them, in the order of `active`. Rows of R are
contiguous, and every loop below runs along them.
"""

import math

import numpy as np

from .._compile import kernel

PIVOT = 1e-10  # least share of the diagonal: dependent columns get a damped step
RELATIVE = 0.3  # violators above this share of the worst one enter together
ROUNDS = 200
PATIENCE = 10  # rounds without halving the violation: rounding has the upper hand
LARGE = 300  # coefficients beyond which one departure costs as much as a cycle
GOING, SETTLED, CROWDED = range(3)


@kernel(sums=True)
def solve_lower(R, m, rhs, z):
    """``z = R'^-1 rhs``; rhs is overwritten."""
    for i in range(m):
        z[i] = rhs[i] / R[i, i]
        for b in range(i + 1, m):
            rhs[b] -= R[i, b] * z[i]


@kernel(sums=True)
def solve_upper(R, m, z, d):
    """``d = R^-1 z``."""
    for i in range(m - 1, -1, -1):
        total = z[i]
        for b in range(i + 1, m):
            total -= R[i, b] * d[b]
        d[i] = total / R[i, i]


@kernel(sums=True)
def append(R, m, column, diagonal, least, z):
    """Add a column to the factor: `column` holds its products, overwritten.

    Its pivot is at least `least`, as a share of the diagonal.
    """
    solve_lower(R, m, column, z)
    left = diagonal
    for i in range(m):
        R[i, m] = z[i]
        left -= z[i] * z[i]
    R[m, m] = math.sqrt(max(left, least * diagonal))


@kernel(sums=True)
def remove(R, m, q, z):
    """Take column q out of the factor, and rotate z along."""
    for i in range(m):
        for b in range(max(q, i - 1), m - 1):
            R[i, b] = R[i, b + 1]
    for i in range(q, m - 1):
        a, b = R[i, i], R[i + 1, i]
        length = math.hypot(a, b)
        c, s = (a / length, b / length) if length > 0.0 else (1.0, 0.0)
        for k in range(i, m - 1):
            upper, lower = R[i, k], R[i + 1, k]
            R[i, k] = c * upper + s * lower
            R[i + 1, k] = c * lower - s * upper
        upper, lower = z[i], z[i + 1]
        z[i] = c * upper + s * lower
        z[i + 1] = c * lower - s * upper


@kernel
def room(w, d, sign, level, low, high):
    """Longest step along d before a coefficient leaves its piece of the penalty."""
    end = low if d < 0.0 else high
    if level > 0.0 and sign * d < 0.0:
        end = max(low, 0.0) if sign > 0.0 else min(high, 0.0)
    return math.inf if d == 0.0 or abs(end) == math.inf else max((end - w) / d, 0.0)


@kernel
def excess(w, v, level, ridge, low, high):
    """How far v lies outside the slopes of the penalty at w; signed as v."""
    rest = v - ridge * w
    up = rest - (level if w >= 0.0 else -level)
    down = rest - (level if w > 0.0 else -level)
    if up > 0.0 and w < high:
        return up
    if down < 0.0 and w > low:
        return down
    return 0.0


@kernel
def worst(w, v, level, ridge, low, high):
    """The largest `excess`."""
    most = 0.0
    for a in range(w.shape[0]):
        over = excess(w[a], v[a], level[a], ridge[a], low[a], high[a])
        most = max(most, abs(over))
    return most


@kernel(sums=True)
def newton(gram, v, w, level, ridge, low, high, R, active, sign, m, steps):
    """Newton steps on the active coefficients until none leaves its piece.

    Returns the number of active coefficients, and whether `steps` sufficed; w and v are
    brought up to date.
    """
    k = w.shape[0]
    rhs, z, d = np.empty(k), np.empty(k), np.empty(k)
    before = w.copy()
    for i in range(m):
        a = active[i]
        rhs[i] = v[a] - level[a] * sign[a] - ridge[a] * w[a]
    solve_lower(R, m, rhs, z)
    done = m == 0
    while m > 0 and steps > 0:
        steps -= 1
        solve_upper(R, m, z, d)
        t, leaving = 1.0, -1
        for i in range(m):
            a = active[i]
            longest = room(w[a], d[i], sign[a], level[a], low[a], high[a])
            if longest < t:
                t, leaving = longest, i
        for i in range(m):
            a = active[i]
            w[a] = min(max(w[a] + t * d[i], low[a]), high[a])
            z[i] *= 1.0 - t
        if leaving < 0:
            done = True
            break
        a = active[leaving]
        stop = low[a] if d[leaving] < 0.0 else high[a]
        if level[a] > 0.0 and sign[a] * d[leaving] < 0.0:
            stop = max(low[a], 0.0) if sign[a] > 0.0 else min(high[a], 0.0)
        w[a] = stop
        remove(R, m, leaving, z)
        for i in range(leaving, m - 1):
            active[i] = active[i + 1]
        m -= 1
        done = m == 0
    for a in range(k):
        change = w[a] - before[a]
        if change != 0.0:
            for b in range(k):
                v[b] -= change * gram[a, b]
    return m, done


@kernel
def enter(gram, v, w, level, ridge, low, high, R, active, sign, m, goal, limit):
    """Let the worst violators in; returns how many are active, -1 for too many."""
    k = w.shape[0]
    inside = np.zeros(k, np.bool_)
    for i in range(m):
        inside[active[i]] = True
    worst, count = 0.0, 0
    for a in range(k):
        if not inside[a]:
            worst = max(
                worst, abs(excess(w[a], v[a], level[a], ridge[a], low[a], high[a]))
            )
    if worst <= goal:
        return m
    column, z = np.empty(k), np.empty(k)
    for a in range(k):
        if inside[a]:
            continue
        over = excess(w[a], v[a], level[a], ridge[a], low[a], high[a])
        if abs(over) > RELATIVE * worst and gram[a, a] + ridge[a] > 0.0:
            count += 1
            if count > limit:
                return -1
            for i in range(m):
                column[i] = gram[active[i], a]
            append(R, m, column, gram[a, a] + ridge[a], PIVOT, z)
            active[m] = a
            sign[a] = 1.0 if over > 0.0 else -1.0
            if w[a] != 0.0:
                sign[a] = 1.0 if w[a] > 0.0 else -1.0
            m += 1
    return m


@kernel
def start(gram, w, level, ridge, low, high, R, active, damping):
    """Factor the coefficients on a smooth piece of the penalty, the diagonal made
    larger by a share of itself; how many there are, -1 where there is no factor.
    """
    k, m = w.shape[0], 0
    column, z = np.empty(k), np.empty(k)
    for a in range(k):
        if low[a] < w[a] < high[a] and not (level[a] > 0.0 and w[a] == 0.0):
            for i in range(m):
                column[i] = gram[active[i], a]
            diagonal = (1.0 + damping) * (gram[a, a] + ridge[a]) + 1e-300
            append(R, m, column, diagonal, 0.0, z)
            if not R[m, m] > 0.0:
                return -1
            active[m] = a
            m += 1
    return m


@kernel
def setting_out(m, k):
    """What `settle` carries from call to call, of m active coefficients among k.

    How many are active, the rounds left, those without progress, the steps left of
    this one, and the least violation.
    """
    progress = np.zeros(5)
    progress[0], progress[1], progress[3] = m, ROUNDS, steps_of(m, k)
    progress[4] = np.inf
    return progress


@kernel
def steps_of(m, k):
    """Departures that a round may take."""
    return 20.0 + m // 20 if m > LARGE else 4.0 * k + 100.0


@kernel
def settle(
    gram, v, w, level, ridge, low, high, R, active, sign, progress, goal, steps
):  # fmt: skip
    """Rounds of Newton steps, then of the worst violators that enter.

    `SETTLED` where the violation is at most `goal`, or does not fall any more;
    `CROWDED` where so much changes that cycles would be cheaper; `GOING` where the
    number of `steps` ended it.
    """
    while progress[1] > 0.0:
        few = min(steps, int(progress[3]))
        m, done = newton(
            gram, v, w, level, ridge, low, high, R, active, sign, int(progress[0]), few
        )
        progress[0] = m
        progress[3] -= few
        if not done and progress[3] > 0.0:
            return GOING
        left = worst(w, v, level, ridge, low, high)
        progress[2] = 0.0 if left < 0.5 * progress[4] else progress[2] + 1.0
        progress[4] = min(progress[4], left)
        if progress[4] <= goal or progress[2] > PATIENCE:
            return SETTLED
        if not done:
            return CROWDED
        m = enter(
            gram, v, w, level, ridge, low, high, R, active, sign, m, goal, 10 + m // 4
        )
        if m < 0:
            return CROWDED
        progress[0] = m
        progress[1] -= 1.0
        progress[3] = steps_of(m, w.shape[0])
    return SETTLED  # the last digits: the certificate tells whether they matter
