"""The units in which rules walk, and what is known about curvature in them."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .._compile import readonly
from ..designs import Design
from ..kernels.rows import row_facts
from ._linear_point import NullPoint

if TYPE_CHECKING:
    from .linear import LinearProblem

Array = np.ndarray

LENGTH = 10.0  # of a row, squared, where all columns share one unit: as measured
FLAT = 1e-9  # of the curvature at zero: less means that a minimum is at infinity
SAMPLE = 5000  # rows for the estimate of the largest eigenvalue


@dataclass(frozen=True)
class Facts:
    """Curvatures in the units of the sweep; automatic learning rates come from these.

    Attributes
    ----------
    top : float
        Largest eigenvalue of the full Hessian.
    mean_row, max_row : float
        Mean and largest curvature of a single sample's loss.
    row_sum : float
        Mean absolute sum of a row.
    spread : float
        Root mean square slope of the null model: the size of what is to be explained.
    bounded : bool
        Whether curvatures are bounded everywhere.
    """

    top: float
    mean_row: float
    max_row: float
    row_sum: float
    spread: float
    bounded: bool


@dataclass(frozen=True)
class Units:
    """Columns scaled and centred, without touching them, and a unit of the objective.

    With that of the objective the square of what is to be explained, and coefficients
    in units of it, rules whose steps have a size of their own (Adam's, Adadelta's) do
    not see in which unit a target was measured. Curvatures do not see it either.

    Attributes
    ----------
    scale : ndarray of shape (n_columns + 1,)
        A unit of each coefficient, the intercept's last.
    shift : ndarray of shape (n_columns,)
        Where the columns are centred.
    height : float
        The unit of the objective.
    facts : Facts
        Curvatures in these units.
    """

    scale: Array
    shift: Array
    height: float
    facts: Facts


def units_of(
    problem: "LinearProblem",
    design: Design,
    base: Array,
    preconditioned: bool,
    centred: bool,
) -> Units:
    """Units of the rows of ``design + base``; plain ones unless preconditioned.

    These are the rows of the problem in any order; `centred` says whether columns are
    to be centred.
    """
    bend, bounded = bend_of(problem)
    scale = np.ones(problem.n_columns + 1)
    shift = readonly(np.zeros(problem.n_columns))
    if preconditioned:
        alike = problem.design.alike
        scale = _common(problem, bend) if alike else column_scale(problem, bend)
        shift = problem.mean if centred else shift
    facts = _facts(problem, design, base, scale, shift, bend, bounded)
    if not preconditioned:
        return Units(readonly(scale), shift, 1.0, facts)
    size = facts.spread
    return Units(readonly(size * scale), shift, size**2, replace(facts, spread=1.0))


@dataclass
class Past:
    """What parts of the data that are visited one after the other have in common.

    Units and facts are those of the first part. Columns that were constant until now
    get units when they begin to vary; nothing has moved their coefficients yet.

    Attributes
    ----------
    units : Units or None
        None before the first part.
    seen : ndarray of bool, shape (n_columns,)
        Columns that have units of their own, or a coefficient.
    """

    units: Units | None = None
    seen: Array | None = None

    def units_of(
        self,
        problem: "LinearProblem",
        design: Design,
        base: Array,
        preconditioned: bool,
    ) -> Units:
        """As the function; columns of sparse problems are not centred."""
        moves, centred = ~problem.steady, not problem.design.sparse
        if self.units is None or self.seen is None:
            self.units = units_of(problem, design, base, preconditioned, centred)
            self.seen = moves
            return self.units
        late = moves & ~self.seen
        own = preconditioned and np.ptp(self.units.scale[:-1]) > 0
        if own and late.any():
            scale, shift = self.units.scale.copy(), self.units.shift.copy()
            own_scale = column_scale(problem, bend_of(problem)[0])[:-1]
            scale[:-1][late] = math.sqrt(self.units.height) * own_scale[late]
            if centred:
                shift[late] = problem.mean[late]
            scale, shift = readonly(scale), readonly(shift)
            self.units = replace(self.units, scale=scale, shift=shift)
        self.seen = self.seen | moves
        return self.units


def ground(problem: "LinearProblem") -> None:
    """Put the null model at zero where the loss has no smallest value.

    That is so where a part of the data holds one class only, or counts of zero.
    """
    base = problem.at(problem.prox(np.zeros(problem.size), np.ones(problem.size)))
    weights = problem.response.weights
    flat = weights @ problem.null.curvatures <= FLAT * (weights @ base.curvatures)
    if np.any(flat):
        problem.null = NullPoint(problem, base.x, base.z, base.jets)


def _common(problem: "LinearProblem", bend: float) -> Array:
    """One unit for all columns, for sparse ones whose entries are alike.

    Scaled each by itself, the rare ones among them would have rows of very different
    lengths, and a ridge of their own each.
    """
    row = float(np.sum(problem.variances + problem.mean**2)) / LENGTH or 1.0
    return np.append(np.full(problem.n_columns, row), 1.0) ** -0.5 * bend**-0.5  # type: ignore[no-any-return]


def bend_of(problem: "LinearProblem") -> tuple[float, bool]:
    """Largest curvature of the loss, at the null model if there is no largest."""
    bend = problem.response.max_curvature
    if math.isfinite(bend):
        return bend, True
    return float(np.max(problem.response.weights @ problem.null.curvatures)), False


def column_scale(problem: "LinearProblem", bend: float, centred: bool = True) -> Array:
    """One over the root of each coordinate's bound of the curvature."""
    first = slice(0, problem.split, problem.lanes)
    ridge = problem.ridge(problem.null.x)[first]
    squares = bend * problem.norms[first] ** 2 + ridge
    if not centred:
        squares += bend * problem.mean**2
    return 1.0 / np.sqrt(np.append(squares, bend))


def _facts(
    problem: "LinearProblem",
    design: Design,
    base: Array,
    scale: Array,
    shift: Array,
    bend: float,
    bounded: bool,
) -> Facts:
    n, head = design.shape[0], scale[:-1]
    rows = design.rows.record()
    mean, largest, absolute = row_facts(rows, readonly(base), n, readonly(head))
    centre = float(np.sum((head * shift) ** 2))
    spans = float(np.sum(np.sqrt(problem.variances) * head))  # of centred columns
    slopes = problem.null.slopes.reshape(n, -1)
    squares = problem.response.weights @ np.sum(slopes**2, axis=1)
    spread = math.sqrt(float(squares) / (bend * problem.lanes))
    return Facts(
        top=bend * _top_eigenvalue(design, scale, shift - base),
        mean_row=bend * max(mean - centre, 0.0) + 1.0,
        max_row=bend * largest + 1.0,
        row_sum=min(absolute, spans) + scale[-1],
        spread=spread or 1.0,
        bounded=bounded,
    )


def _top_eigenvalue(design: Design, scale: Array, shift: Array) -> float:
    """Power iteration on a sample of rows."""
    n = min(design.shape[0], SAMPLE)
    sample = design.take(np.arange(n)) if n < design.shape[0] else design
    head, moved = scale[:-1], bool(shift.any())
    v = np.random.default_rng(0).normal(size=len(head))
    for _ in range(8):
        v *= head / max(float(np.linalg.norm(v)), 1e-300)
        z = sample.dot(v)
        if moved:
            z -= shift @ v
        v = sample.tdot(z)
        if moved:
            v -= z.sum() * shift
        v *= head
    value = float(np.linalg.norm(v)) / n
    return max(1.1 * value, float(scale[-1] ** 2), 1e-300)
