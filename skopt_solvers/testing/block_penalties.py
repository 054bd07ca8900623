"""The laws of penalties of blocks."""

import math
from collections.abc import Iterator

import numpy as np

from .._compile import Record, readonly
from ..kernels import blocks as kernels
from ..penalties import BlockPenalty
from ._laws import (
    OFFSETS,
    ROUNDING,
    STENCIL,
    Array,
    check_parameters,
    check_record,
    equal,
    obeys,
)

STEPS = (0.1, 1.0, 7.0)
SIZES = (1e-3, 1.0, 30.0)


class _Block:
    """One block of a compiled penalty; the others are zero."""

    def __init__(self, record: Record, starts: Array, j: int) -> None:
        self.record, self.j = record, j
        self.blocks = readonly(np.arange(len(starts) - 1)), readonly(starts)
        self.own = slice(starts[j], starts[j + 1])
        self.size = int(starts[j + 1] - starts[j])

    def _whole(self, w: Array) -> Array:
        whole = np.zeros(self.blocks[1][-1])
        whole[self.own] = w
        return readonly(whole)

    def cost(self, w: Array) -> float:
        return float(self.record.cost(w, self.j))  # type: ignore[attr-defined]

    def gap(self, w: Array, v: Array) -> float:
        return float(self.record.gap(w, v, self.j))  # type: ignore[attr-defined]

    def prox(self, z: Array, step: float) -> Array:
        steps = readonly(np.full(len(self.blocks[0]), step))
        found = kernels.proxes(self.record, self._whole(z), steps, *self.blocks)
        return np.asarray(found[self.own])

    def violation(self, w: Array, g: Array) -> float:
        w, g = self._whole(w), self._whole(g)
        return float(kernels.violations(self.record, w, g, *self.blocks)[self.j])

    def shrink(self, v: Array) -> float:
        found = kernels.shrinks(self.record, self._whole(v), *self.blocks)
        return float(found[self.j])


def check_block_penalty(penalty: BlockPenalty, n_columns: int = 3) -> None:
    """Raise AssertionError for the first law that a penalty of blocks breaks.

    The laws are those of `check_penalty`, at random vectors: `prox` beats small moves
    and `violation` is zero there; convex means firmly nonexpansive; `gap` is that of
    Fenchel and Young and `shrink` makes it finite; `slopes` and `curve` are derivatives
    on the support; NaN stays visible; compiled code equals Python; `clone` and `pickle`
    work.

    Parameters
    ----------
    penalty : BlockPenalty
        Tested block by block.
    n_columns : int, default=3
        Number of columns; that of its groups where it has any.

    Raises
    ------
    AssertionError
        With the part, the law and the numbers.

    Examples
    --------
    >>> from skopt_solvers.penalties import GroupLasso
    >>> from skopt_solvers.testing import check_block_penalty
    >>> check_block_penalty(GroupLasso(groups=[0, 0, 1]))
    """
    check_parameters(penalty)
    penalty.check(n_columns)
    record, free = penalty.record(n_columns=n_columns), penalty.free(n_columns)
    check_record(penalty, record)
    labels = penalty.layout(n_columns, 1)
    starts = np.concatenate([[0], np.cumsum(np.bincount(labels))])
    for j in range(len(starts) - 1):
        block, loose = _Block(record, starts, j), bool(free[labels == j].all())
        for z, other, step in _vectors(block.size):
            _check_prox(penalty, block, z, step)
            if penalty.convex:
                _check_convex(penalty, block, z, other, step)
            if penalty.dual(n_columns) and not loose:
                _check_dual(penalty, block, z, other, step)
            if penalty.curved:
                _check_curved(penalty, block, block.prox(z, step), other)
            if loose:
                same = np.array_equal(block.prox(z, step), z) and block.cost(z) == 0
                obeys(penalty, "free columns are not penalised", same, j=j)


def _vectors(size: int) -> Iterator[tuple[Array, Array, float]]:
    """Pairs of vectors, with ties, zeros and one of NaN's neighbours, and a step."""
    rng = np.random.default_rng(size)
    for scale in SIZES:
        for step in STEPS:
            z, other = scale * rng.standard_normal((2, size))
            yield z, other, step
            yield np.round(z), np.where(rng.random(size) < 0.5, 0.0, other), step
    yield np.zeros(size), np.ones(size), 1.0


def _check_prox(penalty: BlockPenalty, block: _Block, z: Array, step: float) -> None:
    best, at = block.prox(z, step), {"j": block.j, "step": step, "z": z[0]}
    own = np.empty_like(z)
    block.record.prox(z, step, block.j, own)  # type: ignore[attr-defined]
    tol = 1e-13 * (1 + np.abs(own))
    equal(penalty, "its compiled prox equals Python's", best, own, tol, **at)

    def model(w: Array) -> float:
        return block.cost(w) + float(np.sum((w - z) ** 2)) / (2 * step)

    reached, size = model(best), 1 + np.sum(z**2) / step
    rng = np.random.default_rng(0)
    for nudge in (1e-1, 1e-3, 1e-5):
        moves = nudge * (1 + np.abs(best).max()) * rng.standard_normal((8, len(z)))
        near = [*(best + moves), best * (1 + nudge), best * (1 - nudge)]
        others = min(map(model, near))
        law = "its prox beats small moves"
        obeys(penalty, law, reached <= others + ROUNDING * size, **at)
    left = block.violation(best, (best - z) / step)
    tol = 1e-10 * (1 + np.abs(z).max() / step + np.abs(best).max() / step)
    equal(penalty, "violation is zero at the prox", left, 0.0, tol, **at)
    nothing = block.prox(np.full_like(z, math.nan), step)
    obeys(penalty, "the prox of NaN is NaN", np.isnan(nothing).all())


def _check_convex(
    penalty: BlockPenalty, block: _Block, z: Array, other: Array, step: float
) -> None:
    best, far, at = block.prox(z, step), block.prox(other, step), {"j": block.j}
    moved, size = best - far, 1 + np.sum(z**2) + np.sum(other**2)
    firm = moved @ moved <= moved @ (z - other) + ROUNDING * size
    obeys(penalty, "convex means firmly nonexpansive", firm, step=step, **at)
    left = step * block.violation(far, (far - z) / step)
    apart = float(np.linalg.norm(far - best))
    law = "violation grows with the distance to the optimum"
    bounded = apart <= left * (1 + 1e-6) + 1e-9 * math.sqrt(size)
    obeys(penalty, law, bounded, apart=apart, found=left, **at)


def _check_dual(
    penalty: BlockPenalty, block: _Block, z: Array, w: Array, step: float
) -> None:
    """``cost(w) - cost(u) - v (w - u)`` is the gap where v is a subgradient at u."""
    u, at = block.prox(z, step), {"j": block.j, "step": step}
    v = (z - u) / step
    cost, other = block.cost(w), block.cost(u)
    size = 1 + cost + other + np.abs(v).max() * (np.abs(w).sum() + np.abs(u).sum())
    for point, found in ((w, block.gap(w, v)), (u, block.gap(u, v))):
        expected = block.cost(point) - other - v @ (point - u)
        law, tol = "its gap is Fenchel and Young's", ROUNDING * size
        equal(penalty, law, found, expected, tol, **at)
        obeys(penalty, "its gap is at least zero", found >= 0, found=found, **at)
    for far in (w, 1e3 * w):
        s = block.shrink(far)
        obeys(penalty, "shrink is between 0 and 1", 0 <= s <= 1, found=s, **at)
        law = "shrink makes the gap finite"
        obeys(penalty, law, math.isfinite(block.gap(u, s * far)), s=s, **at)
        law = "shrink is as large as can be"
        beyond = block.gap(u, (s * (1 + 1e-6) + 1e-9) * far)
        obeys(penalty, law, s == 1 or beyond == math.inf, s=s, **at)


def _check_curved(
    penalty: BlockPenalty, block: _Block, w: Array, direction: Array
) -> None:
    record, h = block.record, 1e-4 * np.abs(w[w != 0]).min(initial=1.0)
    d = np.where(w != 0, direction, 0.0)
    if not d.any():
        return
    d = d / np.linalg.norm(d)

    def slopes(u: Array) -> Array:
        out = np.zeros_like(u)
        record.slopes(u, block.j, out)  # type: ignore[attr-defined]
        return out

    near = [w + t * h * d for t in OFFSETS]
    here, costs = slopes(w), [block.cost(each) for each in near]
    tol = 1e-6 * (1 + np.abs(here).max()) + 1e-13 * max(costs) / h
    slope = STENCIL @ costs / h
    equal(penalty, "its slopes are derivatives", here @ d, slope, tol, j=block.j)
    bend, curve = STENCIL @ np.array([slopes(u) for u in near]) / h, np.zeros_like(w)
    record.curve(w, d, block.j, curve)  # type: ignore[attr-defined]
    curve, bend = curve[w != 0], bend[w != 0]
    tol = 1e-5 * (1 + np.abs(bend).max()) + 1e-12 * np.abs(here).max() / h
    equal(penalty, "curve is its Hessian times v", curve, bend, tol, j=block.j)
