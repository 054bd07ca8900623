"""Which regularizer a penalty makes: of single coefficients, or of blocks of them."""

from copy import copy
from functools import cached_property

import numpy as np

from .._compile import readonly
from ..kernels import blocks as kernels
from ..penalties import BlockPenalty
from ..penalties._base import BasePenalty
from ._regularizer import Array, Regularizer, Separable

__all__ = ["Blocks", "ends", "regularizer_of"]


class Blocks(Regularizer):
    """A sum over blocks of coefficients.

    Attributes
    ----------
    order : ndarray of shape (n_columns * lanes,)
        The flat coefficients, block after block.
    starts : ndarray of shape (n_blocks + 1,)
        Where each block begins in `order`, and the end.
    sizes : ndarray of shape (n_blocks,)
        Number of coefficients of each block.
    """

    def __init__(self, penalty: BlockPenalty, n_columns: int, lanes: int) -> None:
        super().__init__(penalty, n_columns, lanes)
        self.record, self.curved = penalty.record(n_columns=n_columns), penalty.curved
        labels = penalty.layout(n_columns, lanes)
        self.order = readonly(np.argsort(labels, kind="stable"))
        self.sizes = readonly(np.bincount(labels))
        self.starts = ends(self.sizes)
        self.which, self.labels = readonly(np.arange(len(self.sizes))), labels
        first = self.order[self.starts[:-1]] // lanes
        self.loose = readonly(self.free[first])  # blocks that are not penalised

    def under(self, penalty: BlockPenalty) -> "Blocks":
        """The same blocks under a penalty that differs in its strength only."""
        other = copy(self)
        other.record = penalty.record(n_columns=len(self.free))
        return other

    @cached_property
    def _columns(self) -> Array:
        return self.order[:: self.lanes] // self.lanes

    def columns(self, blocks: Array) -> Array:
        """The columns of some blocks, block after block."""
        order = self._columns
        if len(blocks) == len(self.sizes) and np.array_equal(blocks, self.which):
            return order
        sizes = self.sizes[blocks] // self.lanes
        shifts = self.starts[blocks] // self.lanes - ends(sizes)[:-1]
        return np.asarray(order[np.arange(sizes.sum()) + np.repeat(shifts, sizes)])

    def _gathered(self, flat: Array) -> Array:
        return readonly(flat[self.order])

    def _spread(self, blocks: Array) -> Array:
        """One number per block as one per coefficient."""
        return np.asarray(blocks[self.labels])

    def cost(self, w: Array) -> float:
        return kernels.costs(self.record, self._gathered(w), self.which, self.starts)  # type: ignore[no-any-return]

    def prox(self, z: Array, steps: Array) -> Array:
        out = np.empty_like(z)
        first = readonly(steps[self.order[self.starts[:-1]]])
        out[self.order] = kernels.proxes(
            self.record, self._gathered(z), first, self.which, self.starts
        )
        return out

    def metric(self, scales: Array) -> Array:
        if not len(scales):
            return scales
        tops = np.maximum.reduceat(scales[self.order], self.starts[:-1])
        return self._spread(tops)

    def block_violations(self, w: Array, g: Array) -> Array:
        """How far each block is from its condition of optimality."""
        w, g = self._gathered(w), self._gathered(g)
        return kernels.violations(self.record, w, g, self.which, self.starts)  # type: ignore[no-any-return]

    def violations(self, w: Array, g: Array) -> Array:
        return self._spread(self.block_violations(w, g))

    def shrinks(self, v: Array) -> Array:
        """Largest s in [0, 1] that makes ``s v`` feasible, block by block."""
        v = self._gathered(v)
        return kernels.shrinks(self.record, v, self.which, self.starts)  # type: ignore[no-any-return]

    def shrinkage(self, g: Array) -> float:
        return float(np.min(self.shrinks(-g)[~self.loose], initial=1.0))

    def gap(self, w: Array, g: Array, scale: float) -> float:
        w, v = self._gathered(w), self._gathered(-scale * g)
        blocks = self.which, self.starts
        return kernels.gaps(self.record, w, v, self.loose, *blocks)  # type: ignore[no-any-return]

    # block penalties are smooth where they penalise nothing

    def slopes(self, w: Array) -> Array:
        return np.zeros_like(w)

    def curvatures(self, w: Array) -> Array:
        return np.zeros_like(w)

    def along(self, w: Array, d: Array, t: float) -> tuple[float, float, float]:
        return 0.0, 0.0, 0.0


def ends(sizes: Array) -> Array:
    """Where runs of these sizes begin, one after the other, and the end."""
    out = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=out[1:])
    return readonly(out)


def regularizer_of(penalty: BasePenalty, n_columns: int, lanes: int) -> Regularizer:
    """The penalty over `n_columns` columns with `lanes` coefficients each."""
    kind = Blocks if penalty.blocked else Separable
    return kind(penalty, n_columns, lanes)  # type: ignore[arg-type]
