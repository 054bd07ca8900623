"""The sparse group lasso."""

import math
from typing import Any

from .._math import length, thresholded_length
from .._params import Number, validate
from ._grouped import Grouped


class SparseGroupLasso(Grouped):
    r"""The sparse group lasso,
    :math:`\alpha\, u_g \left(\rho \lVert w_g \rVert_1
    + (1 - \rho) \lVert w_g \rVert_2\right)`.

    Groups are in or out, and within a group single columns. The prox is soft
    thresholding by :math:`s \alpha u_g \rho`, then that of `GroupLasso`.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, at least zero.
    l1_ratio : float, default=0.5
        Share :math:`\rho` of L1, between 0 (group lasso) and 1 (lasso).
    groups : default=None
        As in `GroupLasso`.
    weights : array-like of shape (n_groups,), default=None
        Weight :math:`u_g \ge 0` of each group, in the order of the groups; None for the
        root of its number of columns. 0 means unpenalised.

    Raises
    ------
    ValueError
        At the start of a fit, for a parameter out of range, or groups that do not hold
        every column once.

    References
    ----------
    Simon, Friedman, Hastie & Tibshirani (2013), J. Comput. Graph. Stat. 22, equation
    (3), with one weight for both parts.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers.penalties import SparseGroupLasso
    >>> penalty = SparseGroupLasso(2.0, groups=[[0, 1]], weights=[1.0])
    >>> record, out = penalty.record(n_columns=2), np.empty(2)
    >>> record.prox(np.array([3.0, 0.5]), 1.0, 0, out)
    >>> out
    array([1., 0.])
    """

    single: Any = 0.0

    def __init__(self, alpha=1.0, l1_ratio=0.5, groups=None, weights=None):
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.groups = groups
        self.weights = weights

    def levels(self, total):
        validate(self, {"l1_ratio": Number(0.0, 1.0)})
        share = float(self.l1_ratio)
        return {"level": (1.0 - share) * total, "single": share * total}

    def cost(self, w, j):
        total = 0.0
        for a in range(w.shape[0]):
            total += abs(w[a])
        return self.single[j] * total + self.level[j] * length(w)

    def prox(self, z, step, j, out):
        single, fall = step * self.single[j], step * self.level[j]
        size = thresholded_length(z, 1.0, single)
        share = 0.0 if size <= fall else 1.0 - fall / size
        for a in range(z.shape[0]):
            rest = abs(z[a]) - single
            out[a] = share * math.copysign(rest, z[a]) if not rest <= 0.0 else 0.0

    def violation(self, w, g, j):
        size, single = length(w), self.single[j]
        if size == 0.0:
            return max(thresholded_length(g, 1.0, single) - self.level[j], 0.0)
        total = 0.0
        for a in range(w.shape[0]):
            rest = g[a] + self.level[j] * w[a] / size
            if w[a] == 0.0:
                rest = max(abs(rest) - single, 0.0)
            else:
                rest += math.copysign(single, w[a])
            total += rest * rest
        return math.sqrt(total)

    def gap(self, w, v, j):
        # v is the sum of a part of at most `single` each and one as long as `level`
        single = self.single[j]
        size = thresholded_length(v, 1.0, single)
        if size > self.level[j] + 1e-12 * (self.level[j] + length(v)):
            return math.inf
        ones, rest = 0.0, self.level[j] * length(w)
        for a in range(w.shape[0]):
            inside = min(max(v[a], -single), single)
            ones += single * abs(w[a]) - w[a] * inside
            rest -= w[a] * (v[a] - inside)
        return ones + max(rest, 0.0)

    def shrink(self, v, j):
        # Newton from the right: the length is convex and increases with s
        single, level, s = self.single[j], self.level[j], 1.0
        for _ in range(100):
            size = thresholded_length(v, s, single)
            if size <= level or size == 0.0:
                break
            slope = 0.0
            for a in range(v.shape[0]):
                slope += max(s * abs(v[a]) - single, 0.0) * abs(v[a])
            following = s - (size - level) * size / slope
            if not following < s:
                break
            s = max(following, 0.0)
        return s

    def slopes(self, w, j, out):
        size = length(w)
        for a in range(w.shape[0]):
            ones = math.copysign(self.single[j], w[a]) if w[a] != 0.0 else 0.0
            out[a] = ones + self.level[j] * w[a] / size

    def curve(self, w, v, j, out):
        size, along = length(w), 0.0
        for a in range(w.shape[0]):
            along += w[a] * v[a] / size
        for a in range(w.shape[0]):
            out[a] = self.level[j] / size * (v[a] - along * w[a] / size)
