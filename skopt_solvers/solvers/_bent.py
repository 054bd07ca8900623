"""The end of a problem under any separable penalty, on a Gram matrix of some columns.

Exact minimisation of one coefficient after the other finds out which are zero; Newton's
method on the others, where slope and curvature of the penalty are known, is then near
the end. Where the penalty bends down more than the loss bends up, it counts as bent
down by less, so that there is just a minimum: near a saddle point that is a long way
down.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from .._compile import Record, readonly
from ..kernels.coordinate import gram_sweeps, local
from ._base import Array, Budget
from ._support import factor

PIVOT, SOUND = 1e-7, 1e-4  # least of a factor, of the largest
PRECISION = 1e-14  # of the largest slope; below it the conditions count as met
SWEEPS, MOST_SWEEPS = 8, 200  # in a row, where Newton's steps help, and where not
ROUNDS = 100
LENGTHS = (1.0, 4.0, 16.0, 64.0)  # of steps where the objective bends down
CUTS = 6  # times that the share of the penalty's bend is halved in on
PATIENCE = 5  # rounds without progress: rounding errors are all that is left


@dataclass
class Bent:
    """A penalty, whatever its form, on some columns."""

    record: Record
    columns: Array

    def local(self, w: Array, v: Array) -> tuple[Array, Array, Array, Array]:
        """Costs, slopes, curvatures and violations at w."""
        found = local(self.record, readonly(self.columns), readonly(w), readonly(v))
        return found  # type: ignore[no-any-return]

    def violation(self, w: Array, v: Array) -> float:
        """Largest distance of v from the slopes of the penalty at w."""
        return float(np.max(self.local(w, v)[3], initial=0.0))

    def optimise(
        self, gram: Array, v: Array, w: Array, inner: float, budget: Budget
    ) -> None:
        """Go down the quadratic with this Gram matrix plus the penalty, in place.

        As `optimise` for pieces; ends where no coefficient by itself has a better
        value, and the violation is at most `inner`.
        """
        goal = max(inner, PRECISION * float(np.max(np.abs(v), initial=0.0)))
        gram, columns = readonly(np.ascontiguousarray(gram)), readonly(self.columns)
        sweeps, best, since = SWEEPS, np.inf, 0
        for _ in range(ROUNDS):
            kept = gram_sweeps(gram, v, w, self.record, columns, sweeps)
            left = self.violation(w, v)
            since = 0 if left < 0.5 * best or not kept else since + 1
            best = min(best, left)
            if budget.spent or (kept and left <= goal) or since > PATIENCE:
                return
            helped = self.newton(gram, v, w)
            sweeps = SWEEPS if helped else min(3 * sweeps, MOST_SWEEPS)

    def newton(self, gram: Array, v: Array, w: Array) -> bool:
        """One step on the coefficients in use; whether the model's objective fell."""
        costs, slopes, bends, _ = self.local(w, v)
        known = (w != 0) & np.isfinite(slopes) & np.isfinite(bends)
        active = np.flatnonzero(known & (gram.diagonal() > 0))
        if not len(active):
            return False
        block, before = gram[np.ix_(active, active)], w[active]
        step, hollow = _solve(block, bends[active], v[active] - slopes[active])
        best, gained = 0.0, None
        for t in (*(LENGTHS if hollow else (1.0,)), _first_crossing(before, step)):
            new = before + t * step
            new[new * before <= 0] = 0.0
            change, trial = new - before, w.copy()
            trial[active] = new
            fall = change @ (v[active] - 0.5 * block @ change)
            fall += float(np.sum(costs - self.local(trial, v)[0]))
            if fall > best:
                best, gained = fall, (trial, change)
            if gained is not None and not hollow:
                break
        if gained is None:
            return False
        w[:], change = gained
        v -= change @ gram[active]
        return True


def _solve(block: Array, bends: Array, rhs: Array) -> tuple[Array, bool]:
    """Newton's step, and whether there is none.

    Then as much is left of what bends down as leaves a minimum, up to a few cuts.
    """
    R, failed = lapack.dpotrf(block + np.diag(bends), clean=0)
    hollow = failed != 0
    if not hollow and np.diag(R).min() >= PIVOT * np.diag(R).max():
        return np.asarray(lapack.dpotrs(R, rhs)[0]), False
    up, down = np.maximum(bends, 0.0), np.minimum(bends, 0.0)
    R, low, high = factor(block, up), 0.0, 1.0
    for _ in range(CUTS if hollow else 0):
        share = 0.5 * (low + high)
        T, failed = lapack.dpotrf(block + np.diag(up + share * down), clean=0)
        if failed or np.diag(T).min() < SOUND * np.diag(T).max():
            high = share
        else:
            low, R = share, T
    return np.asarray(lapack.dpotrs(R, rhs)[0]), hollow


def _first_crossing(w: Array, step: Array) -> float:
    """The share of the step at which a first coefficient becomes zero, at most 1."""
    against = w * step < 0
    return float(np.min(-w[against] / step[against], initial=1.0))
