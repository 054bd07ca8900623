"""Newton's method under a penalty of blocks, on a Gram matrix.

The penalty is smooth in the coefficients that are not zero. Arguments are those of
`block_descent.gram_cycles`; `flat` says where blocks begin among all numbers of w, and
`loose` which blocks of the penalty are not penalised.
"""

import numpy as np

from .._compile import kernel
from . import active_set, blocks
from .block_descent import follow, gram_cycles

DAMPINGS = (0.0, 1e-7, 1e-4, 1e-2)  # of the diagonal, where columns are dependent
SHORTEST = 1e-4  # step
ROUNDING = 1e-15  # of an objective
STUCK = 0.9  # share of the violation that a step leaves if no more are worth it


@kernel
def system(gram, v, w, penalty, which, flat):
    """Which coefficients are in use, the objective's Hessian and minus its slopes."""
    lanes, every, pull, m = w.shape[1], w.reshape(-1), v.reshape(-1), 0
    place = np.full(every.shape[0], -1)
    for f in range(every.shape[0]):
        if every[f] != 0.0:
            place[f] = m
            m += 1
    active, rest, matrix = np.empty(m, np.int64), np.empty(m), np.zeros((m, m))
    slopes = blocks.slopes(penalty, every, which, flat)
    for f in range(every.shape[0]):
        if place[f] >= 0:
            active[place[f]] = f
            rest[place[f]] = pull[f] - slopes[f]
    for i in range(m):
        row, lane = gram[active[i] // lanes], active[i] % lanes
        for c in range(m):
            if active[c] % lanes == lane:
                matrix[i, c] = row[active[c] // lanes]
    blocks.bend(penalty, every, which, flat, place, matrix)
    return active, matrix, rest


@kernel
def land(gram, v, w, penalty, which, flat, loose, active, step):
    """Go along a step as far as the objective falls; whether it did.

    Blocks that the step would turn round end at zero.
    """
    every, d, pull = w.reshape(-1), np.zeros(w.shape), np.zeros(w.shape)
    change = d.reshape(-1)
    for i in range(active.shape[0]):
        change[active[i]] = step[i]
    for a in range(which.shape[0]):
        onward = 0.0
        for f in range(flat[a], flat[a + 1]):
            onward += every[f] * (every[f] + change[f])
        if onward < 0.0 and not loose[which[a]]:
            for f in range(flat[a], flat[a + 1]):
                change[f] = -every[f]
    follow(gram, d, 0, w.shape[0], pull)
    force, slope, bend = v.reshape(-1), 0.0, 0.0
    against = pull.reshape(-1)
    for f in range(every.shape[0]):
        slope += force[f] * change[f]
        bend -= change[f] * against[f]
    here, t, new = blocks.costs(penalty, every, which, flat), 1.0, np.empty_like(every)
    slack = ROUNDING * (abs(here) + abs(slope))
    while t > SHORTEST:
        for f in range(every.shape[0]):
            new[f] = every[f] + t * change[f]
        rise = blocks.costs(penalty, new, which, flat) - here
        if rise - t * slope + t * t * bend / 2.0 <= slack:
            for f in range(every.shape[0]):
                every[f] = new[f]
                force[f] += t * against[f]
            return True
        t /= 2.0
    return False


@kernel
def newton(gram, v, w, penalty, which, flat, loose):
    """A step on the coefficients in use; whether the objective fell."""
    active, matrix, rest = system(gram, v, w, penalty, which, flat)
    m = active.shape[0]
    R, column, z, d = np.zeros((m, m)), np.empty(m), np.empty(m), np.empty(m)
    for damping in DAMPINGS:
        sound = True
        for i in range(m):
            column[:i] = matrix[i, :i]
            own = (1.0 + damping) * matrix[i, i] + 1e-300
            active_set.append(R, i, column, own, 0.0, z)
            sound = sound and R[i, i] > 0.0
            if not sound:
                break
        if not sound:
            continue
        column[:] = rest
        active_set.solve_lower(R, m, column, z)
        active_set.solve_upper(R, m, z, d)
        if land(gram, v, w, penalty, which, flat, loose, active, d):
            return True
    return False


@kernel
def worst(v, w, penalty, which, flat):
    """Largest distance of a block from its condition of optimality."""
    found = blocks.violations(penalty, w.reshape(-1), -v.reshape(-1), which, flat)
    most = 0.0
    for a in range(found.shape[0]):
        if not found[a] < np.inf:
            return np.inf
        most = max(most, found[a])
    return most


@kernel
def series(
    gram, v, w, penalty, which, starts, flat, tops, loose, cycles, rounds, steps, goal
):  # fmt: skip
    """Cycles of descent, then Newton steps while they help; the violation left."""
    gram_cycles(gram, v, w, penalty, which, starts, tops, cycles, rounds)
    left, before = worst(v, w, penalty, which, flat), np.inf
    for _ in range(steps):
        if left <= goal or left > STUCK * before:
            break
        if not newton(gram, v, w, penalty, which, flat, loose):
            break
        before, left = left, worst(v, w, penalty, which, flat)
    return left
