"""The dual of a softmax with a ridge: where coordinate ascent stands."""

from typing import TYPE_CHECKING

import numpy as np

from .._compile import readonly
from ..kernels import dual, dual_lanes
from ._dual import run_of
from ._linear_point import LinearPoint

if TYPE_CHECKING:
    from .linear import LinearProblem

Array = np.ndarray

LEVEL = 0.1  # of the mean square of rows: the intercept's ridge; as measured on text
CERTAIN = 30.0  # a prediction of this size leaves slopes of 1e-13


class LaneAscent:
    """A row of slopes for each sample and the model that they make.

    As `Ascent`, the intercept followed by the method of multipliers.

    Parameters
    ----------
    problem : LinearProblem
        With a ridge on every column and a loss of classes.
    x : ndarray of shape (size,)
        Where to begin. Without coefficients that is at slopes of zero, else at the
        slopes of this model.
    """

    rough = False

    def __init__(self, problem: "LinearProblem", x: Array) -> None:
        self.problem = problem
        response, p, design = problem.response, problem.n_columns, problem.design
        ridge = problem.ridge(x)[: problem.split : problem.lanes]
        self.units, self.gain = np.ones(p), 1.0 / float(ridge[0])
        if ridge.min() < ridge.max():
            self.units, self.gain = 1.0 / np.sqrt(ridge), 1.0
            every = design.take(np.arange(design.shape[0]))
            design, _ = every.in_units(self.units, np.zeros(p))
        self.rows, n = design.rows.record(), design.shape[0]
        lengths = dual.squares(self.rows, readonly(np.ones(p)), n)
        level = LEVEL * float(response.weights @ lengths) or 1.0
        self.lift = level * problem.fit_intercept
        self.steps = readonly(self.gain * response.weights)
        self.bends = readonly(self.steps * (lengths + self.lift))
        self.run = run_of(design)
        self.runs = -(-n // self.run)
        self._begin(x)

    def _begin(self, x: Array) -> None:
        problem, response = self.problem, self.problem.response
        w, self.b = problem.unpack(x)
        self.fresh = not w.any()
        if self.fresh:
            self.u = CERTAIN * (response.y[:, None] == np.arange(problem.lanes))
            self.q, self.w = np.zeros_like(self.u), np.zeros_like(w)
        else:
            self.u = problem.push(x)
            self.q = response.jets(self.u)[1]
            pull = problem.design.tdot(response.weigh(self.q))
            self.w = pull * (-self.gain * self.units)[:, None]
        self.anchor = self.b.copy()

    def epoch(self, order: Array) -> float:
        """Visit runs of rows in this order; an estimate of the gap that it closed."""
        response = self.problem.response
        closed = dual_lanes.lane_ascend(
            self.rows, response.record, response.y, self.steps, self.bends,
            readonly(order), self.run, self.lift, self.fresh,
            self.w, self.q, self.u, self.b,
        )  # fmt: skip
        self.fresh = False
        before, self.anchor = self.anchor, self.b.copy()
        self.b += self.b - before
        return float(closed) / self.gain

    def settle(self) -> None:
        """Nothing: the loss has no kink."""

    def point(self) -> LinearPoint:
        """The model of the slopes."""
        problem = self.problem
        return problem.at(problem.pack(self.w * self.units[:, None], self.anchor))

    def witness(self) -> LinearPoint:
        """The samples' own predictions, as if they were those of a point."""
        return LinearPoint(self.problem, np.zeros(self.problem.size), self.u)
