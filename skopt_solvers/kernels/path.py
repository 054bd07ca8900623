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


@kernel
def set_strength(level, ridge, unit, bend, strength):
    """Fill in the levels and ridges of a strength."""
    for a in range(level.shape[0]):
        level[a] = strength * unit[a]
        ridge[a] = strength * bend[a]


@kernel(sums=True)
def judged(penalty, v, v0, w, null):
    """The objective, and the gap, of some columns."""
    objective, gap = null, 0.0
    for a in range(w.shape[0]):
        objective += penalty.cost(w[a], a) - 0.5 * w[a] * (v0[a] + v[a])
        gap += penalty.gap(w[a], v[a], a)
    return objective, gap


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
        set_strength(level, ridge, unit, bend, strengths[t])
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
def cycle(gram, low, high, v, w, penalty, level, ridge, unit, bend, strengths, first,
          null, v0, share, least, most, W, V):  # fmt: skip
    """As `follow`, by cycles of coordinate descent; returns where it stopped.

    `level` and `ridge` are the arrays behind the record `penalty`. A strength is done
    where its gap on these columns is at most `share` of the objective, or of `least`;
    the loss is `null` where all coefficients are zero. Stops early where `most` cycles
    do not suffice.
    """
    for t in range(first, strengths.shape[0]):
        set_strength(level, ridge, unit, bend, strengths[t])
        settled = False
        for _ in range(most):
            gram_cycles(gram, v, w, level, ridge, low, high, 1)
            objective, gap = judged(penalty, v, v0, w, null)
            settled = gap <= share * max(objective, least)
            if settled:
                break
        if not settled:
            return t
        W[t], V[t] = w, v
    return strengths.shape[0]


@kernel(sums=True)
def cycle_on_rows(Z, squares, r, v, w, penalty, level, ridge, unit, bend, strengths,
                  first, null, v0, share, least, most, W, V):  # fmt: skip
    """As `cycle`, on the residual r: for fewer samples than columns take part.

    The rows of Z are columns, `squares` their squared lengths. Gaps, which cost half a
    cycle, are looked at when a cycle gains little more than they may be.
    """
    objective = null
    for t in range(first, strengths.shape[0]):
        set_strength(level, ridge, unit, bend, strengths[t])
        settled = False
        for c in range(most):
            gain = epoch_on_rows(Z, squares, r, w, penalty)
            if gain > LOOK * share * objective and c < most - 1:
                continue
            pull(Z, r, v)
            objective, gap = judged(penalty, v, v0, w, null)
            objective = max(objective, least)
            settled = gap <= share * objective
            if settled:
                break
        if not settled:
            return t
        W[t], V[t] = w, v
    return strengths.shape[0]


@kernel(sums=True)
def epoch_on_rows(Z, squares, r, w, penalty):
    """One visit of each coefficient; at least so much does the objective fall."""
    gain = 0.0
    for a in range(Z.shape[0]):
        bent, row, slope = squares[a], Z[a], 0.0
        if bent <= 0.0:
            continue
        for i in range(Z.shape[1]):
            slope += row[i] * r[i]
        new = penalty.prox(w[a] + slope / bent, 1.0 / bent, a)
        d = new - w[a]
        if d != 0.0:
            w[a] = new
            gain += 0.5 * bent * d * d
            for i in range(Z.shape[1]):
                r[i] -= d * row[i]
    return gain


@kernel(sums=True)
def pull(Z, r, v):
    """``v = Z @ r``."""
    for a in range(Z.shape[0]):
        row, total = Z[a], 0.0
        for i in range(Z.shape[1]):
            total += row[i] * r[i]
        v[a] = total


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
        set_strength(level, ridge, unit, bend, strengths[t])
        for a in range(columns.shape[0]):
            w[columns[a]] = W[t, a]
        scale = shrinkage(penalty, V[t], 1.0, free, 1)
        gap = gaps(penalty, w, V[t], free, scale, 1)
        gap += (1.0 - scale) * (1.0 - scale) * losses[t]
        objective = losses[t] + costs(penalty, w, 1)
        out[t] = min(gap, objective) / max(objective, least)
    return out
