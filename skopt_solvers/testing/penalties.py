"""The laws of penalties."""

import math

import numpy as np

from .._compile import Record, readonly
from ..kernels import penalties as kernels
from ..penalties import Penalty
from ._laws import (
    ROUNDING,
    Array,
    check_derivative,
    check_parameters,
    check_record,
    equal,
    obeys,
)

STEPS = (0.1, 1.0, 7.0)
POINTS = np.concatenate([[-50.0, -1e-6, 0.0, 1e-6, 50.0], np.linspace(-5, 5, 30)])
GRID = np.concatenate([np.linspace(-8.0, 8.0, 1601), POINTS])
EXTREMES = np.multiply.outer([-1.0, 1.0], [1e-300, 1e-150, 1e150, 1e300]).ravel()
NUDGES = np.array([-1e-1, -1e-3, -1e-5, 1e-5, 1e-3, 1e-1])


class _Column:
    """The compiled penalty of one coefficient; costs and gaps through Python."""

    def __init__(self, record: Record, n_columns: int, j: int) -> None:
        self.record, self.j, self.n_columns = record, j, n_columns
        self.free = readonly(np.zeros(n_columns, bool))

    def _spread(self, values: Array) -> tuple[Array, int]:
        """A flat array in which `values` belong to this column, and the lanes."""
        flat = np.zeros((self.n_columns, values.size))
        flat[self.j] = values.ravel()
        return readonly(flat.ravel()), values.size

    def _own(self, flat: Array, shape: tuple[int, ...]) -> Array:
        return flat.reshape(self.n_columns, -1)[self.j].reshape(shape)

    def prox(self, z: Array, step: float) -> Array:
        flat, lanes = self._spread(z)
        steps = readonly(np.full_like(flat, step))
        return self._own(kernels.proxes(self.record, flat, steps, lanes), z.shape)

    def violation(self, w: Array, g: Array) -> Array:
        w, g = np.broadcast_arrays(w, g)
        (flat, lanes), (slopes, _) = self._spread(w), self._spread(g)
        return self._own(kernels.violations(self.record, flat, slopes, lanes), w.shape)

    def slope(self, w: Array) -> Array:
        flat, lanes = self._spread(w)
        return self._own(kernels.slopes(self.record, flat, lanes), w.shape)

    def curvature(self, w: Array) -> Array:
        flat, lanes = self._spread(w)
        return self._own(kernels.curvatures(self.record, flat, lanes), w.shape)

    def python(self, name: str, *arguments: Array | float) -> Array:
        """A native method as plain Python, element by element."""
        native, arrays = getattr(self.record, name), np.broadcast_arrays(*arguments)
        rows = zip(*(a.ravel().tolist() for a in arrays), strict=True)
        found = [native(*row, self.j) for row in rows]
        return np.array(found, np.float64).reshape(arrays[0].shape)


def check_penalty(penalty: Penalty, n_columns: int = 3) -> None:
    """Raise AssertionError for the first law that a penalty breaks.

    The laws: `prox` beats a fine grid and small moves; `violation` is zero there, and
    in a convex penalty bounds the distance to it; convex means firmly nonexpansive;
    `gap` is that of Fenchel and Young and `shrink` makes it finite; `slope` and
    `curvature` are derivatives where it is smooth or not convex; what its convex
    relaxation leaves at zero, so does its prox; NaN stays visible, and finite numbers
    stay finite; compiled code equals Python; `clone` and `pickle` work.

    Parameters
    ----------
    penalty : Penalty
        Tested column by column.
    n_columns : int, default=3
        Number of coefficients; that of its weights where it has any.

    Raises
    ------
    AssertionError
        With the part, the law and the numbers.

    Examples
    --------
    >>> from skopt_solvers.penalties import ElasticNet
    >>> from skopt_solvers.testing import check_penalty
    >>> check_penalty(ElasticNet(weights=[0.0, 1.0]), n_columns=2)
    """
    check_parameters(penalty)
    penalty.check(n_columns)
    record, free = penalty.record(n_columns=n_columns), penalty.free(n_columns)
    _check_record(penalty, record, n_columns)
    _check_relaxed(penalty, record, n_columns)
    for j in range(n_columns):
        column = _Column(record, n_columns, j)
        for step in STEPS:
            _check_prox(penalty, column, step)
            if penalty.convex:
                _check_convex(penalty, column, step)
            if penalty.dual(n_columns) and not free[j]:
                _check_gap(penalty, column, step)
        if penalty.dual(n_columns) and not free[j]:
            _check_shrink(penalty, column)
        if penalty.smooth:
            _check_smooth(penalty, column)
        elif not penalty.convex and not np.isnan(column.slope(np.ones(1))):
            _check_derivatives(penalty, column, GRID[GRID > 0.3][::40] + 0.0031)
        if free[j]:
            _check_free(penalty, column)
        _check_python(penalty, column)


def _check_prox(penalty: Penalty, column: _Column, step: float) -> None:
    best, at = column.prox(POINTS, step), {"j": column.j, "step": step, "z": POINTS}

    def model(w: Array, cost: Array) -> Array:
        return cost + (w - POINTS) ** 2 / (2 * step)

    reached = model(best, column.python("cost", best))
    size = ROUNDING * (1 + np.abs(reached) + POINTS**2 / step)
    costs = column.python("cost", GRID)
    others = np.min(model(GRID[:, None], costs[:, None]), axis=0)
    obeys(penalty, "its prox beats a fine grid", reached <= others + size, **at)
    near = best + np.multiply.outer(NUDGES, 1 + np.abs(best))
    others = np.min(model(near, column.python("cost", near)), axis=0)
    obeys(penalty, "its prox beats small moves", reached <= others + size, **at)
    left = column.violation(best, (best - POINTS) / step)
    tol = ROUNDING * (1 + (np.abs(best) + np.abs(POINTS)) / step)
    equal(penalty, "violation is zero at the prox", left, 0.0, tol, **at)
    nothing = column.prox(np.array([math.nan]), step)
    obeys(penalty, "the prox of NaN is NaN", np.isnan(nothing))
    far = [column.prox(EXTREMES, size) for size in (1e-12 * step, step, 1e12 * step)]
    law = "the prox of finite numbers is finite"
    obeys(penalty, law, np.isfinite(far), z=EXTREMES, prox=far)


def _check_convex(penalty: Penalty, column: _Column, step: float) -> None:
    """The prox is nonexpansive, and violation at least ``|w - prox| / step``."""
    best = column.prox(POINTS, step)
    a, b = np.meshgrid(POINTS, POINTS, indexing="ij")
    moved, at = np.subtract.outer(best, best), {"j": column.j, "step": step}
    firm = moved**2 <= moved * (a - b) + ROUNDING * (1 + a**2 + b**2)
    obeys(penalty, "convex means firmly nonexpansive", firm, a=a, b=b, **at)
    w, z = a, b
    left = column.violation(w, (w - z) / step)
    tol = ROUNDING * (1 + np.abs(w) + np.abs(z))
    bounded = np.abs(w - best[None, :]) <= step * left + tol
    law = "violation is zero at the optimum only, and grows with the distance"
    obeys(penalty, law, bounded, w=w, z=z, found=left, **at)
    inside = np.isfinite(column.python("cost", w))
    law = "violation is infinite where the cost is, and nowhere else"
    obeys(penalty, law, np.isfinite(left) == inside, w=w, z=z, found=left, **at)


def _check_gap(penalty: Penalty, column: _Column, step: float) -> None:
    """``cost(w) - cost(u) - v (w - u)`` is the gap where v is a subgradient at u."""
    best = column.prox(POINTS, step)
    w, u = np.meshgrid(POINTS, best, indexing="ij")
    v = np.broadcast_to((POINTS - best) / step, w.shape)
    cost, other = column.python("cost", w), column.python("cost", u)
    expected = cost - other - v * (w - u)
    size = np.where(cost < math.inf, cost, 0.0) + other + abs(v) * (abs(w) + abs(u))
    found, tol = column.python("gap", w, v), ROUNDING * (1 + size)
    at = {"j": column.j, "w": w, "v": v}
    equal(penalty, "its gap is Fenchel and Young's", found, expected, tol, **at)
    obeys(penalty, "its gap is at least zero", found >= 0, found=found, **at)
    apart = column.violation(w, -v) > 1e-6
    law = "its gap is zero only where v is a subgradient at w"
    obeys(penalty, law, (found > 0) | ~apart, **at)


def _check_shrink(penalty: Penalty, column: _Column) -> None:
    v = np.concatenate([POINTS, 1e3 * POINTS])
    start = column.prox(np.zeros(1), 1.0)
    s, at = column.python("shrink", v), {"j": column.j, "v": v}
    obeys(penalty, "shrink is between 0 and 1", (s >= 0) & (s <= 1), found=s, **at)
    inside = column.python("gap", start, s * v)
    law = "shrink makes the gap finite"
    obeys(penalty, law, np.isfinite(inside), found=inside, **at)
    beyond = column.python("gap", start, (s + 1e-6) * v)
    law = "shrink is as large as can be"
    obeys(penalty, law, (s == 1) | (beyond == math.inf), found=s, **at)


def _check_derivatives(penalty: Penalty, column: _Column, points: Array) -> None:
    def cost(w: Array) -> Array:
        return column.python("cost", w)

    law = "slope is the derivative of cost"
    check_derivative(penalty, law, cost, column.slope, points, j=column.j)
    law = "curvature is the derivative of slope"
    check_derivative(penalty, law, column.slope, column.curvature, points, j=column.j)


def _check_smooth(penalty: Penalty, column: _Column) -> None:
    points = GRID[::40] + 0.0031
    _check_derivatives(penalty, column, points)
    left = column.violation(points, -column.slope(points))
    law = "violation is zero at minus the slope"
    equal(penalty, law, left, 0.0, ROUNDING * (1 + abs(points)), j=column.j, w=points)


def _check_relaxed(penalty: Penalty, record: Record, n_columns: int) -> None:
    """What its relaxation leaves at zero, it leaves there itself."""
    z = readonly(np.repeat(GRID[None], n_columns, axis=0).ravel())
    for step in STEPS:
        relaxed = penalty.relaxed(np.full(n_columns, step))
        if relaxed is None:
            return
        obeys(penalty, "its relaxation is convex", relaxed.convex)
        steps = readonly(np.full_like(z, step))
        convex = relaxed.record(n_columns=n_columns)
        other = kernels.proxes(convex, z, steps, len(GRID))
        own = kernels.proxes(record, z, steps, len(GRID))
        law = "zeros of its relaxation are its own"
        obeys(penalty, law, (own == 0) | (other != 0), z=z, step=step, found=own)


def _check_free(penalty: Penalty, column: _Column) -> None:
    cost, prox = column.python("cost", GRID), column.prox(GRID, 1.0)
    equal(penalty, "free columns cost nothing", cost, 0.0, 0.0, j=column.j, w=GRID)
    equal(penalty, "free columns have no prox", prox, GRID, 0.0, j=column.j, z=GRID)


def _check_python(penalty: Penalty, column: _Column) -> None:
    w, g = np.meshgrid(column.prox(POINTS, 1.0), POINTS)
    pairs = {
        "prox": (column.prox(POINTS, 0.7), column.python("prox", POINTS, 0.7)),
        "violation": (column.violation(w, g), column.python("violation", w, g)),
        "slope": (column.slope(POINTS), column.python("slope", POINTS)),
        "curvature": (column.curvature(POINTS), column.python("curvature", POINTS)),
    }
    for name, (compiled, plain) in pairs.items():
        law, tol = f"its compiled {name} equals Python's", 1e-13 * (1 + np.abs(plain))
        hidden = np.isnan(compiled) & np.isnan(plain)
        compiled, plain = np.where(hidden, 0, compiled), np.where(hidden, 0, plain)
        equal(penalty, law, compiled, plain, np.nan_to_num(tol), j=column.j)


def _check_record(penalty: Penalty, record: Record, n_columns: int) -> None:
    columns = [_Column(record, n_columns, j) for j in range(n_columns)]
    w = np.array([column.prox(POINTS, 1.0) for column in columns])
    v = 0.3 * np.array([POINTS - best for best in w])
    free, lanes = readonly(np.zeros(n_columns, bool)), len(POINTS)
    flat, slopes = readonly(w.ravel()), readonly(v.ravel())
    rows = list(zip(columns, w, v, strict=True))
    sums = {
        "costs": (kernels.costs(record, flat, lanes),
                  sum(c.python("cost", a).sum() for c, a, _ in rows)),
        "gaps": (kernels.gaps(record, flat, slopes, free, 1.0, lanes),
                 sum(c.python("gap", a, b).sum() for c, a, b in rows)),
        "shrinkage": (kernels.shrinkage(record, slopes, 1.0, free, lanes),
                      min(1.0, *(c.python("shrink", b).min() for c, _, b in rows))),
    }  # fmt: skip
    for name, (compiled, plain) in sums.items():
        law, tol = f"its compiled {name} equal Python's", 1e-12 * (1 + abs(plain))
        equal(penalty, law, compiled, plain, tol)
    check_record(penalty, record)
