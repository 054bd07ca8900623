"""What a penalty of blocks is: a cost of several coefficients at once."""

import math
from abc import abstractmethod
from typing import ClassVar

import numpy as np

from ._base import BasePenalty


class BlockPenalty(
    BasePenalty,
    native=("cost", "prox", "violation", "gap", "shrink", "slopes", "curve"),
):
    """A sum over blocks of coefficients of `cost(w, j)`, ``j`` being the block.

    A subclass writes `cost` and `prox` as functions of a block's coefficients, an array
    of one dimension, in the numba subset of Python, and says which columns make a block
    in `groups_of`; the rest is for penalties that can do more. Several predictions per
    sample share the blocks: that of a group of columns holds all of their coefficients.

    Attributes
    ----------
    whole : bool
        Whether all columns make one block, one for each prediction.
    curved : bool
        Whether `slopes` and `curve` are written.
    """

    blocked = True
    whole: ClassVar[bool] = False

    @abstractmethod
    def cost(self, w, j):
        """Penalty of the coefficients `w` of block `j`."""

    @abstractmethod
    def prox(self, z, step, j, out):
        """Write ``argmin_w cost(w, j) + sum((w - z)**2) / (2 step)`` to `out`."""

    def violation(self, w, g, j):
        """Distance of ``-g`` from the subdifferential of `cost` at `w`.

        As it stands, the length of a very short step of proximal gradient descent.
        """
        size, slope = 0.0, 0.0
        for a in range(w.shape[0]):
            size += w[a] * w[a]
            slope += g[a] * g[a]
        if not self.cost(w, j) < math.inf:
            return math.inf
        step = 1e-4 * math.sqrt(size / slope) if size > 0.0 and slope > 0.0 else 1.0
        z, out = np.empty_like(w), np.empty_like(w)
        for a in range(w.shape[0]):
            z[a] = w[a] - step * g[a]
        self.prox(z, step, j, out)
        total = 0.0
        for a in range(w.shape[0]):
            total += (w[a] - out[a]) ** 2
        return math.sqrt(total) / step

    def gap(self, w, v, j):
        """Fenchel-Young gap ``cost(w) + conjugate(v) - w @ v``, at least zero."""
        return math.inf

    def shrink(self, v, j):
        """Largest s in [0, 1] for which the conjugate of ``s v`` is finite."""
        return 1.0

    def slopes(self, w, j, out):
        """Write the derivatives of `cost` to `out`, of coefficients other than zero."""

    def curve(self, w, v, j, out):
        """Write the Hessian of `cost` at `w` times `v` to `out`, likewise."""

    @property
    def curved(self) -> bool:
        return type(self).curve is not BlockPenalty.curve

    def groups_of(self, n_columns: int) -> np.ndarray:
        """The number of each column's block, from 0 on; by default one for all."""
        return np.zeros(n_columns, np.int64)

    def layout(self, n_columns: int, lanes: int) -> np.ndarray:
        """The number of each coefficient's block, `lanes` coefficients per column."""
        if self.whole:
            return np.tile(np.arange(lanes), n_columns)
        return np.repeat(self.groups_of(n_columns), lanes)
