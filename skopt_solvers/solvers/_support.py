"""The exact end of a lasso-like problem: which coefficients move is known or soon is.

Everything here is on a Gram matrix of the columns that are not zero, or might not be:
coordinate descent settles the signs, then Newton's method is exact on them.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from .._compile import readonly
from ..kernels.coordinate import gram_cycles

Array = np.ndarray

PRECISION = 1e-13  # of the largest slope; below it the conditions count as met
ROUNDS = 60
CYCLES = 20


@dataclass
class Pieces:
    """Numbers of a piecewise penalty for some columns."""

    level: Array
    ridge: Array
    low: Array
    high: Array

    def cost(self, w: Array) -> float:
        return float(self.level @ np.abs(w) + 0.5 * self.ridge @ (w * w))

    def inside(self, w: Array) -> Array:
        """Where the penalty is a smooth quadratic around w."""
        kink = (self.level > 0) & (w == 0)
        return (w > self.low) & (w < self.high) & ~kink

    def violation(self, w: Array, v: Array) -> float:
        """Largest distance of v from the slopes of the penalty at w."""
        rest = v - self.ridge * w
        up = np.where(w < self.high, rest - np.where(w >= 0, 1, -1) * self.level, 0.0)
        down = np.where(w > self.low, np.where(w > 0, 1, -1) * self.level - rest, 0.0)
        return float(np.max(np.maximum(up, down), initial=0.0))


def optimise(gram: Array, v: Array, w: Array, pieces: Pieces, inner: float) -> None:
    """Minimise the quadratic with this Gram matrix plus the penalty, in place.

    Parameters
    ----------
    gram : ndarray of shape (k, k)
        Its second derivative, positive semidefinite.
    v : ndarray of shape (k,)
        Minus its gradient at w; kept up to date.
    w : ndarray of shape (k,)
        The coefficients.
    pieces : Pieces
        The penalty.
    inner : float
        Largest violation to leave.
    """
    fixed = [readonly(a) for a in (pieces.level, pieces.ridge, pieces.low, pieces.high)]
    goal = max(inner, PRECISION * float(np.max(np.abs(v), initial=0.0)))
    frozen = readonly(np.ascontiguousarray(gram))
    cycles = CYCLES
    for _ in range(ROUNDS):
        gram_cycles(frozen, v, w, *fixed, cycles)
        if pieces.violation(w, v) <= goal:
            return
        for _ in range(4):
            if _newton(gram, v, w, pieces):
                break
        if pieces.violation(w, v) <= goal:
            return
        cycles = 4


def _newton(gram: Array, v: Array, w: Array, pieces: Pieces) -> bool:
    """One Newton step on the smooth piece around w; whether it stayed within."""
    active = np.flatnonzero(pieces.inside(w))
    if not len(active):
        return True
    here, level = w[active], pieces.level[active]
    slope = v[active] - level * np.sign(here) - pieces.ridge[active] * here
    step = _solve(gram[np.ix_(active, active)], pieces.ridge[active], slope)
    ends = np.where(here > 0, np.where(level > 0, 0.0, pieces.low[active]), 0.0)
    ends = np.where(here > 0, np.maximum(ends, pieces.low[active]), pieces.low[active])
    tops = np.where((here < 0) & (level > 0), 0.0, pieces.high[active])
    tops = np.minimum(tops, pieces.high[active])
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(step > 0, (tops - here) / step, (ends - here) / step)
    room = np.where(step == 0, np.inf, room)
    t = min(1.0, float(np.min(room)))
    new = np.clip(here + t * step, ends, tops)
    if t < 1.0:
        new = np.where(room <= t, np.where(step > 0, tops, ends), new)
        bold = np.clip(here + step, ends, tops)
        new = _better(gram, v, w, pieces, active, new, bold)
    _move(gram, v, w, active, new)
    return t >= 1.0


def _better(
    gram: Array, v: Array, w: Array, pieces: Pieces, active: Array, a: Array, b: Array
) -> Array:
    """Whichever of two moves of the active coefficients lowers the model more."""
    sub = Pieces(*(p[active] for p in (pieces.level, pieces.ridge, pieces.low, pieces.high)))  # fmt: skip
    matrix, here, slope = gram[np.ix_(active, active)], w[active], v[active]

    def gain(new: Array) -> float:
        d = new - here
        return float(0.5 * d @ (matrix @ d) - slope @ d) + sub.cost(new)

    return b if gain(b) < gain(a) else a


def _move(gram: Array, v: Array, w: Array, active: Array, new: Array) -> None:
    moved = active[new != w[active]]
    d = new[new != w[active]] - w[moved]
    w[moved] += d
    w[active] = new
    v -= d @ gram[moved]


def _solve(matrix: Array, ridge: Array, slope: Array) -> Array:
    """Solve by Cholesky; collinear columns get a damping that keeps it a descent."""
    diagonal = np.diag(matrix) + ridge
    extra = 1e-12
    while True:
        damped = matrix.copy()
        damped[np.diag_indices_from(damped)] = diagonal * (1.0 + extra) + 1e-300
        factor, failed = lapack.dpotrf(damped, lower=1, overwrite_a=1)
        if not failed:
            return lapack.dpotrs(factor, slope, lower=1)[0]  # type: ignore[no-any-return]
        extra *= 100.0
