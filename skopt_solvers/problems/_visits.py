"""How variance-reduced solvers visit rows: which, in which units, how far they step."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from .._compile import readonly
from ..designs import as_design
from ..kernels import variance_reduced as kernels
from ._units import bend_of, column_scale

if TYPE_CHECKING:
    from .linear import LinearPoint, LinearProblem

Array = np.ndarray

BLOCK = 32  # consecutive rows visited together: random single rows cost 2-8 times more
AHEAD = 2.0  # curvatures may grow by so much in an epoch where they have no bound
EPOCHS = {
    (False, False): kernels.dense_epoch,
    (False, True): kernels.dense_lane_epoch,
    (True, False): kernels.sparse_epoch,
    (True, True): kernels.sparse_lane_epoch,
}


@dataclass
class Memory:
    """A slope of each row, and the gradient that these make, in units of the visits."""

    table: Array
    mean: Array


@dataclass(frozen=True)
class Visit:
    """What is done with the change of a row's slope since it was remembered.

    Attributes
    ----------
    whole : bool
        Whether the step takes all of it, free of bias, or its share of the mean.
    keep : bool
        Whether the new slope is remembered.
    replace : bool
        Whether rows are drawn as from an urn to which they return.
    """

    whole: bool
    keep: bool
    replace: bool


class Visits:
    """Visits to the rows of a copy of the data, shuffled once.

    In the metric, rows are drawn the more often the more their loss bends: one rare
    column would set the step of all. What a row is drawn too often, its steps are made
    shorter. Draws keep the order of the copy in memory, in permuted blocks.

    Attributes
    ----------
    expected : ndarray of shape (n,)
        How often each row is visited in an epoch, in expectation.
    top : float
        Largest curvature that one visit can meet: steps shorter than ``1 / top`` of
        the metric are safe.
    """

    top: float

    def __init__(
        self, problem: "LinearProblem", preconditioned: bool, rng: np.random.Generator
    ) -> None:
        self.problem, self.rng = problem, rng
        self.order = rng.permutation(problem.design.shape[0])
        self.design = problem.design.take(self.order)
        idle = np.zeros(problem.n_columns, bool)
        if problem.design.sparse and problem.fit_intercept:
            idle = problem.steady & (problem.mean != 0.0)
        if idle.any():  # centred, they are zeros
            kept = sp.diags_array((~idle).astype(self.design.dtype))
            self.design = as_design(sp.csr_array(self.design.X @ kept))  # type: ignore[attr-defined]
        self.rows = self.design.rows.record()
        self.y = readonly(problem.response.y[self.order])
        self.weights = readonly(problem.response.weights[self.order])
        self.preconditioned = preconditioned
        p, sparse = problem.n_columns, self.design.sparse
        centred = preconditioned and not sparse  # a sparse row touches few coordinates
        bend = bend_of(problem)[0]
        self.scale = np.ones(p + 1)
        if preconditioned:
            self.scale = column_scale(problem, bend, centred)
        self.shift = readonly(np.where(idle | centred, problem.mean, 0.0))
        self.frame = problem.frame(self.shift)
        self.lengths = self._lengths()
        self.weigh(problem.null)

    def weigh(self, point: "LinearPoint") -> None:
        """Decide how often to visit each row, from the curvatures at `point`."""
        n = len(self.y)
        bend, bounded = bend_of(self.problem)
        bends = np.full(n, bend)
        if not bounded:
            found = point.curvatures.reshape(n, -1).max(axis=1)[self.order]
            bends = AHEAD * np.maximum(found, self.weights @ found)
        bends *= n * self.weights * self.lengths
        expected = np.ones(n)
        if self.preconditioned:
            expected = 0.5 + 0.5 * bends / max(np.mean(bends), 1e-300)
        self.expected = expected
        self.top = max(float(np.max(bends / expected)), 1e-300)

    def remember(self, point: "LinearPoint") -> Memory:
        """Every row's slope at a point."""
        mean = self.frame.gradient(point.loss_gradient)
        shape = self.problem.response.shape
        return Memory(point.slopes[self.order], mean.reshape(-1, *shape))

    def forget(self) -> Memory:
        """No slopes at all."""
        n, shape = len(self.y), self.problem.response.shape
        size = self.problem.n_columns + self.problem.fit_intercept
        return Memory(np.zeros((n, *shape)), np.zeros((size, *shape)))

    def epoch(self, x: Array, memory: Memory, rate: float, visit: Visit) -> Array:
        """Visit as many rows as there are; returns the new x."""
        problem, lanes = self.problem, bool(self.problem.response.shape)
        x = self.frame.enter(x).reshape(-1, *problem.response.shape)
        steps = rate * self.scale**2
        steps[problem.constant] = 0.0
        push = self.weights * (len(self.y) / self.expected if visit.whole else 1.0)
        pull = self.weights if visit.keep else np.zeros_like(self.weights)
        sparse = self.design.sparse
        offsets = np.zeros(problem.n_columns, np.int64) if sparse else self.shift
        EPOCHS[sparse, lanes](
            self.rows, problem.response.record, problem.record, self.y, readonly(push),
            readonly(pull), float(visit.keep), self.draw(visit.replace),
            readonly(steps), offsets, x, memory.table, memory.mean,
        )  # fmt: skip
        return self.frame.leave(x.ravel())

    def draw(self, replace: bool) -> Array:
        """Rows of the copy to visit, in blocks of consecutive ones in random order."""
        if replace:
            counts = self.rng.poisson(self.expected)
        else:
            counts = np.floor(self.expected + self.rng.random(len(self.y)))
        rounds, active = [], np.flatnonzero(counts)
        while len(active):
            rounds.append(active)
            active = active[counts[active] > len(rounds)]
        rows = np.concatenate([*rounds, np.zeros(0, np.int64)])
        starts = BLOCK * self.rng.permutation(-(-len(rows) // BLOCK))
        places = np.add.outer(starts, np.arange(BLOCK)).ravel()
        return readonly(rows[places[places < len(rows)]])

    def _lengths(self) -> Array:
        """Squared length of each row and the constant, in the metric."""
        squares = readonly(self.scale[:-1] ** 2)
        if self.design.sparse:
            lengths = kernels.sparse_lengths(self.rows, len(self.y), squares)
        else:
            lengths = kernels.dense_lengths(self.rows, self.shift, squares)
        return lengths + self.problem.fit_intercept * self.scale[-1] ** 2  # type: ignore[no-any-return]
