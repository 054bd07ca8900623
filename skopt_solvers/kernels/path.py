"""Minimisers of a quadratic plus a piecewise penalty at strengths that come down.

The active set and its factor are carried from one strength to the next, where a few
coefficients enter or leave.
"""

import numpy as np

from .._compile import kernel
from .active_set import enter, newton
from .coordinate import gram_cycles
from .penalties import costs, gaps, shrinkage

ROUNDS = 100  # of entering and leaving at one strength
LOOK = 4.0  # times the gap that may be left: gain of a cycle from which gaps are summed
PATIENCE = 5  # rounds that may pass without halving what is left on the active set


@kernel(sums=True)
def follow(gram, v, w, level, ridge, low, high, unit, bend, strengths, goals, first,
           R, active, sign, m, limit, W, V):  # fmt: skip
    """Solve at ``strengths[first:]``; returns where it stopped, and how many take part.

    Level and ridge are `unit` and `bend` times the strength; `R` belongs to the ridge
    of ``strengths[first]``. It stops early where more than `limit` coefficients would
    have to enter at once.
    """
    fixed = (gram, v, w, level, ridge, low, high, R, active, sign)
    for t in range(first, strengths.shape[0]):
        for a in range(w.shape[0]):
            level[a] = strengths[t] * unit[a]
            ridge[a] = strengths[t] * bend[a]
        best, since, settled = np.inf, 0, False
        for _ in range(ROUNDS):
            m, done = newton(*fixed, m, 4 * w.shape[0] + 100)
            before = m
            m = enter(*fixed, m, goals[t], limit)
            if m < 0 or not done:
                return t, m
            rest = 0.0
            for i in range(before):
                a = active[i]
                slope = level[a] * sign[a] + ridge[a] * w[a]
                rest = max(rest, abs(v[a] - slope))
            since = 0 if rest < 0.5 * best else since + 1
            best = min(best, rest)
            if m == before and (rest <= goals[t] or since > PATIENCE):
                settled = True
                break
        if not settled:
            return t, m
        W[t], V[t] = w, v
    return strengths.shape[0], m


@kernel(sums=True)
def cycle(gram, v, w, penalty, level, ridge, low, high, unit, bend, strengths, first,
          null, v0, share, least, most, W, V):  # fmt: skip
    """As `follow`, by cycles of coordinate descent; returns where it stopped.

    `level` and `ridge` are the arrays behind the record `penalty`. A strength is done
    where its gap on these columns is at most `share` of the objective, or of `least`;
    the loss is `null` where all coefficients are zero. Stops early where `most` cycles
    do not suffice.
    """
    k = w.shape[0]
    for t in range(first, strengths.shape[0]):
        for a in range(k):
            level[a] = strengths[t] * unit[a]
            ridge[a] = strengths[t] * bend[a]
        settled = False
        for _ in range(most):
            gram_cycles(gram, v, w, level, ridge, low, high, 1)
            objective, gap = null, 0.0
            for a in range(k):
                objective += penalty.cost(w[a], a) - 0.5 * w[a] * (v0[a] + v[a])
                gap += penalty.gap(w[a], v[a], a)
            settled = gap <= share * max(objective, least)
            if settled:
                break
        if not settled:
            return t
        W[t], V[t] = w, v
    return strengths.shape[0]


@kernel(sums=True)
def cycle_on_rows(Z, squares, r, v, w, penalty, level, ridge, low, high, unit, bend,
                  strengths, first, null, v0, share, least, most, W, V):  # fmt: skip
    """As `cycle`, on the residual r: for fewer samples than columns take part.

    The rows of Z are columns, `squares` their squared lengths. Gaps, which cost half a
    cycle, are looked at when a cycle gains little more than they may be.
    """
    k, n = Z.shape
    objective = null
    for t in range(first, strengths.shape[0]):
        for a in range(k):
            level[a] = strengths[t] * unit[a]
            ridge[a] = strengths[t] * bend[a]
        settled = False
        for c in range(most):
            gain = 0.0
            for a in range(k):
                bent, row, pull = squares[a], Z[a], 0.0
                if bent <= 0.0:
                    continue
                for i in range(n):
                    pull += row[i] * r[i]
                z = w[a] + pull / bent
                size = max(abs(z) - level[a] / bent, 0.0) / (1.0 + ridge[a] / bent)
                new = min(max(size if z > 0.0 else -size, low[a]), high[a])
                d = new - w[a]
                if d != 0.0:
                    w[a] = new
                    gain += 0.5 * bent * d * d
                    for i in range(n):
                        r[i] -= d * row[i]
            if gain > LOOK * share * objective and c < most - 1:
                continue
            value, gap = null, 0.0
            for a in range(k):
                row, pull = Z[a], 0.0
                for i in range(n):
                    pull += row[i] * r[i]
                v[a] = pull
                value += penalty.cost(w[a], a) - 0.5 * w[a] * (v0[a] + pull)
                gap += penalty.gap(w[a], pull, a)
            objective = max(value, least)
            settled = gap <= share * objective
            if settled:
                break
        if not settled:
            return t
        W[t], V[t] = w, v
    return strengths.shape[0]


@kernel(sums=True)
def quadratic_gaps(penalty, level, ridge, unit, bend, strengths, columns, W, V, losses,
                   least, free):  # fmt: skip
    """Relative duality gaps of quadratic losses: those of slopes scaled by s are
    ``(1 - s)**2`` times the loss.

    `level` and `ridge` are the arrays behind the record `penalty`; `W` holds the
    coefficients of `columns`, `V` minus the gradients, `least` the smallest objective
    that counts.
    """
    out, w = np.empty(strengths.shape[0]), np.zeros(V.shape[1])
    for t in range(strengths.shape[0]):
        for j in range(w.shape[0]):
            level[j] = strengths[t] * unit[j]
            ridge[j] = strengths[t] * bend[j]
        for a in range(columns.shape[0]):
            w[columns[a]] = W[t, a]
        scale = shrinkage(penalty, V[t], free, 1)
        gap = gaps(penalty, w, V[t], free, scale, 1)
        gap += (1.0 - scale) * (1.0 - scale) * losses[t]
        objective = losses[t] + costs(penalty, w, 1)
        out[t] = min(gap, objective) / max(objective, least)
    return out
