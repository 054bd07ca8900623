"""The fused lasso: coefficients that change seldom from one column to the next."""

import math

import numpy as np

from .._math import clip
from .._params import Number, validate
from ._blocks import BlockPenalty
from ._pieces import strength


class FusedLasso(BlockPenalty):
    r"""The fused lasso,
    :math:`\alpha \left(\rho \lVert w \rVert_1
    + (1 - \rho) \sum_j |w_{j+1} - w_j|\right)`.

    For columns in an order, such as wavelengths or times: coefficients are constant
    over stretches, and zero over some. ``l1_ratio=0`` is the total variation alone,
    certified by its violation; else certificates are duality gaps. The prox is exact,
    by dynamic programming in O(p), then soft thresholding. With several predictions per
    sample each is fused by itself.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, at least zero.
    l1_ratio : float, default=0.5
        Share :math:`\rho` of L1, between 0 (total variation) and 1 (lasso).

    Raises
    ------
    ValueError
        At the start of a fit, for a parameter out of range.

    References
    ----------
    Tibshirani, Saunders, Rosset, Zhu & Knight (2005), J. R. Stat. Soc. B 67, equation
    (3); Johnson (2013), J. Comput. Graph. Stat. 22, section 2, for the prox; Friedman,
    Hastie, Höfling & Tibshirani (2007), Ann. Appl. Stat. 1, lemma A.1, for its two
    parts.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers.penalties import FusedLasso
    >>> record, out = FusedLasso(1.0, l1_ratio=0.0).record(n_columns=3), np.empty(3)
    >>> record.prox(np.array([1.0, 2.0, 6.0]), 1.0, 0, out)
    >>> out
    array([2., 2., 5.])
    """

    whole = True

    def __init__(self, alpha=1.0, l1_ratio=0.5):
        self.alpha = alpha
        self.l1_ratio = l1_ratio

    @property
    def single(self) -> float:
        """Level of the absolute values."""
        return strength(self, self.alpha) * self.l1_ratio

    @property
    def level(self) -> float:
        """Level of the differences."""
        return strength(self, self.alpha) * (1.0 - self.l1_ratio)

    def cost(self, w, j):
        ones, steps = abs(w[0]), 0.0
        for i in range(1, w.shape[0]):
            ones += abs(w[i])
            steps += abs(w[i] - w[i - 1])
        return self.single * ones + self.level * steps

    def prox(self, z, step, j, out):
        # after each column the derivative of the best cost so far, as a function of the
        # next coefficient, is kept as lines between knots, cut off at -level and level
        p, level = z.shape[0], step * self.level
        knots, bends, jumps = np.empty(2 * p), np.empty(2 * p), np.empty(2 * p)
        lows, highs = np.empty(p), np.empty(p)
        first, last = p, p - 1  # no knots yet
        for i in range(p):
            rest = level if i > 0 else 0.0
            bend, jump, k = 1.0, -rest - z[i], first
            reach = level if i < p - 1 else 0.0
            while k <= last and bend * knots[k] + jump <= -reach:
                bend, jump, k = bend + bends[k], jump + jumps[k], k + 1
            lows[i] = (-reach - jump) / bend
            if i == p - 1:
                break
            upper, lift, m = 1.0, rest - z[i], last
            while m >= k and upper * knots[m] + lift >= reach:
                upper, lift, m = upper - bends[m], lift - jumps[m], m - 1
            highs[i] = (reach - lift) / upper
            first, last = k - 1, m + 1
            knots[first], bends[first], jumps[first] = lows[i], bend, jump + reach
            knots[last], bends[last], jumps[last] = highs[i], -upper, reach - lift
        out[p - 1] = lows[p - 1]
        for i in range(p - 2, -1, -1):
            out[i] = clip(out[i + 1], lows[i], highs[i])
        for i in range(p):
            rest = abs(out[i]) - step * self.single
            out[i] = 0.0 if rest <= 0.0 else math.copysign(rest, out[i])

    def gap(self, w, v, j):
        # v is a part of at most `single` each, and differences of sums u of at most
        # `level`: forwards the intervals of u, backwards the sums themselves
        p, slack = w.shape[0], 1.0 + 1e-12
        single, level = self.single * slack, self.level * slack
        lows, highs = np.zeros(p + 1), np.zeros(p + 1)
        for i in range(p):
            bound = level if i < p - 1 else 0.0
            lows[i + 1] = max(lows[i] - v[i] - single, -bound)
            highs[i + 1] = min(highs[i] - v[i] + single, bound)
            if lows[i + 1] > highs[i + 1]:
                return math.inf
        total, u = 0.0, 0.0
        for i in range(p - 1, -1, -1):
            before = min(max(u + v[i], lows[i]), highs[i])
            own = v[i] - before + u
            total += max(self.single * abs(w[i]) - own * w[i], 0.0)
            if i > 0:
                d = w[i] - w[i - 1]
                total += max(self.level * abs(d) - before * d, 0.0)
            u = before
        return total

    def shrink(self, v, j):
        low, high, s = 0.0, 1.0, 1.0
        for _ in range(60):
            bottom, top, fine = 0.0, 0.0, True
            for i in range(v.shape[0]):
                bound = self.level if i < v.shape[0] - 1 else 0.0
                bottom = max(bottom - s * v[i] - self.single, -bound)
                top = min(top - s * v[i] + self.single, bound)
                fine = fine and bottom <= top
            if fine and s == 1.0:
                return 1.0
            low, high = (s, high) if fine else (low, s)
            s = 0.5 * (low + high)
        return low

    def check(self, n_columns):
        validate(self, {"l1_ratio": Number(0.0, 1.0)})
        strength(self, self.alpha)

    def dual(self, n_columns):
        return bool(self.single > 0)

    def free(self, n_columns):
        return np.full(n_columns, self.smooth)

    @property
    def selective(self):
        return bool(self.l1_ratio > 0)

    @property
    def smooth(self):
        return strength(self, self.alpha) == 0
