"""The group lasso."""

import math

import numpy as np

from .._math import length
from ._grouped import Grouped


class GroupLasso(Grouped):
    r"""The group lasso, :math:`\alpha\, u_g \lVert w_g \rVert_2` for each group g.

    Whole groups of columns are in or out. The prox shortens a group's coefficients,
    :math:`z \max(1 - s \alpha u_g / \lVert z \rVert, 0)`. With several predictions per
    sample a group holds the coefficients of all of them: without `groups` that is the
    norm of each row, the penalty of the multi-task lasso.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, at least zero.
    groups : default=None
        Which columns belong together: a list of lists of columns (numbers, or names
        where X has any), an integer for each column, a dict of group to columns or of
        column to group, or "auto" to read it from names such as those that
        `OneHotEncoder`, `SplineTransformer` and `ColumnTransformer` give. None makes
        each column a group of its own.
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
    Yuan & Lin (2006), J. R. Stat. Soc. B 68, equation (2.1).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers.penalties import GroupLasso
    >>> penalty = GroupLasso(alpha=1.0, groups=[[0, 1], [2]], weights=[2.5, 1.0])
    >>> record, out = penalty.record(n_columns=3), np.empty(2)
    >>> record.prox(np.array([3.0, 4.0]), 1.0, 0, out)
    >>> out
    array([1.5, 2. ])
    """

    def __init__(self, alpha=1.0, groups=None, weights=None):
        self.alpha = alpha
        self.groups = groups
        self.weights = weights

    def levels(self, total):
        return {"level": total}

    def cost(self, w, j):
        return self.level[j] * length(w)

    def prox(self, z, step, j, out):
        size, fall = length(z), step * self.level[j]
        share = 0.0 if size <= fall else 1.0 - fall / size
        for a in range(z.shape[0]):
            out[a] = share * z[a]

    def violation(self, w, g, j):
        size = length(w)
        if size == 0.0:
            return max(length(g) - self.level[j], 0.0)
        return length(g + (self.level[j] / size) * w)

    def gap(self, w, v, j):
        level = self.level[j]
        if length(v) > level * (1.0 + 1e-12):
            return math.inf
        return max(level * length(w) - np.dot(w, v), 0.0)

    def shrink(self, v, j):
        size = length(v)
        return self.level[j] / size if size > self.level[j] else 1.0

    def slopes(self, w, j, out):
        out[:] = (self.level[j] / length(w)) * w

    def curve(self, w, v, j, out):
        size = length(w)
        along = np.dot(w, v) / size
        out[:] = (self.level[j] / size) * (v - (along / size) * w)
