"""Which coefficients matter at a point, the penalty on them, and the way down."""

import math
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np

from .._compile import readonly
from ..kernels.penalties import above, triage
from ..problems.linear import LinearPoint, LinearProblem
from ._bent import Bent
from ._support import Pieces

Array = np.ndarray

FEWEST, MOST = 64, 500  # columns that may join at once, as many as there are rows
NEAR = 0.7  # share of its level from which a slope may exceed it soon
BLURRED = 1e3  # rounding errors, as estimated, that values of a loss may have
SHELVES = 256  # of equal width, on which sizes are laid out to find the largest


def joining(problem: LinearProblem, support: Array) -> int:
    """How many columns may join those in use at once: of no use are many more than may
    stay, which rows limit where no ridge helps.
    """
    rows = problem.design.shape[0]
    return max(FEWEST, min(rows, MOST), 2 * len(support))


def status(problem: LinearProblem, point: LinearPoint) -> tuple[Array, Array]:
    """Flat coefficients in use; others that should be, most wanting first.

    Of those others the `joining` first are in order.
    """
    w = point.x[: problem.split]
    if not problem.penalty.convex:
        return np.flatnonzero(w), movable(problem, point)
    g = point.loss_gradient[: problem.split]
    piecewise = problem.penalty.piecewise
    units = problem.record.level if piecewise else problem.norms  # type: ignore[attr-defined]
    used, others = np.empty((2, len(w)), np.int64)
    wanting = np.empty(len(w))
    m, k = triage(
        problem.record, readonly(w), readonly(g), readonly(units), piecewise,
        problem.lanes, used, others, wanting,
    )  # fmt: skip
    order = largest_first(wanting[:k], joining(problem, used[:m]))
    return used[:m].copy(), others[order]


def largest_first(sizes: Array, count: int) -> Array:
    """Positions of the `count` largest sizes in order, then all others as they come."""
    top = float(sizes.max(initial=0.0))
    if len(sizes) <= count or not 0.0 < top < math.inf:
        return np.argsort(-sizes, kind="stable")
    shelf = (sizes / top * (SHELVES - 1)).astype(np.int64)  # no overflow
    above = np.cumsum(np.bincount(shelf, minlength=SHELVES)[::-1])
    lowest = SHELVES - 1 - int(np.searchsorted(above, count))
    large, rest = np.flatnonzero(shelf >= lowest), np.flatnonzero(shelf < lowest)
    return np.concatenate([large[np.argsort(-sizes[large], kind="stable")], rest])


def movable(problem: LinearProblem, point: LinearPoint) -> Array:
    """Coefficients out of use that a prox step takes from zero, furthest first."""
    far = problem.displaced(point)[: problem.split]
    outside = np.flatnonzero((point.x[: problem.split] == 0) & (far != 0))
    reach = np.abs(far[outside]) * problem.norms[outside]
    return np.asarray(outside[largest_first(reach, MOST)])


def nearby(problem: Any, point: LinearPoint, known: Array) -> Array:
    """Other columns that are about to violate their conditions, nearest first."""
    g, level = point.loss_gradient[: problem.split], problem.record.level
    near = np.empty(len(g), np.int64)
    near = near[: above(level, readonly(g), NEAR, near)]
    near = near[~np.isin(near, known)]
    share = np.abs(g[near]) / np.maximum(level[near], 1e-300)
    return np.asarray(near[np.argsort(-share, kind="stable")])


def part_of(problem: LinearProblem, flat: Array) -> Any:
    """The penalty on some coefficients."""
    columns = flat // problem.lanes
    if not problem.penalty.piecewise:
        return Bent(problem.record, columns)
    names = ("level", "ridge", "low", "high")
    return Pieces(*(getattr(problem.record, name)[columns] for name in names))


def pushed(problem: Any, x: Array, among: Array | None = None) -> Array:
    """Predictions of x, or their change along it, from the columns in use alone.

    Of dense matrices a copy of the columns `among` may be at hand.
    """
    w = problem.coefficients(x)
    if len(problem.constant):
        w = w.copy()
        w[problem.constant] = 0.0
    busy = w.reshape(len(w), -1).any(axis=1)
    columns = np.flatnonzero(busy)
    if among is not None and not problem.design.sparse:
        known = np.count_nonzero(busy[among]) == len(columns)
        columns = among if known and 4 * len(columns) >= len(among) else columns
    moving = np.ascontiguousarray(w[columns])
    return np.asarray(
        problem.design.dot_columns(columns, moving) + problem.offset(x, w)
    )


def descend(
    problem: Any, point: LinearPoint, direction: Array, dz: Array,
    cost: Callable[[LinearPoint], float] = attrgetter("cost"),
) -> tuple[LinearPoint, float]:  # fmt: skip
    """Go along a direction as far as loss and penalty fall.

    `cost` is that of the penalty at a point, if it is not the problem's own.

    Returns the point and the step. Where there is no step that does: `point` itself,
    and zero if rounding is all that is left.
    """
    here = cost(point)
    rounding = (1.0 + 0.25 * len(dz) ** 0.5) * 1e-15 * abs(point.objective)
    promise, t = math.nan, 1.0

    def slope(at: LinearPoint) -> float:
        return float(np.vdot(problem.response.weigh(at.slopes), dz))

    while t > 1e-12:
        new = LinearPoint(problem, point.x + t * direction, point.z + t * dz)
        there = cost(new)
        if t == 1.0:
            promise = slope(point) + there - here
        fall = new.loss - point.loss + there - here
        small = abs(t * promise) <= rounding
        if fall <= (rounding if small else 1e-2 * t * promise):
            return new, t
        blurred = t == 1.0 and abs(promise) <= BLURRED * rounding
        if blurred and abs(slope(new) + there - here) <= abs(promise):
            return new, t  # slopes are exact where values are not
        if small:
            return point, 0.0
        t /= 2
    return point, t
