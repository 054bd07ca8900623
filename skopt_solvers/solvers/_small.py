"""Small problems: Newton's method with few calls.

On some hundred samples a step of arithmetic takes as long as a handful of calls, and an
iteration of the loop makes hundreds. These steps know no more than the next one needs.
"""

import math
import time
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import lapack

from .._compile import readonly
from .._matrices import diagonal
from ..designs import Dense, Design
from ..kernels import small
from ..problems._excerpts import bend_flat
from ..problems._lane_hessian import lane_hessian
from ..problems._linear_point import LinearPoint
from ..problems.response import LaneResponse, ScalarResponse
from ._base import Array, Budget
from ._support import CYCLES, PRECISION, Pieces
from .preconditioners import factor

LARGEST = 100  # coordinates
WORK = 2e7  # products of a Hessian up to which calls, or a sample, take longer
LESS, FEW = 2.5e6, 2000  # the same of data that are laid out anew, and rows of these
STEPS = 50
# times the root of the tolerance: the gain of the last step, which leaves its square
ENOUGH, CLOSE = (1e-3, 0.1), 1e-3  # and at most this
TRIES = len(ENOUGH)
ARMIJO, HALVINGS = 1e-4, 20
TURNS = 3  # of cycles and an active set in a step


def tries(problem: Any, budget: Budget) -> int:
    """How often to try this: where nobody looks on, and calls take the time.

    Of convex problems with a penalty of each coefficient, and a ridge on all where they
    are smooth. Squared losses take one step anyway.
    """
    response, design = problem.response, problem.design
    rows, most = design.shape[0], WORK
    if design.sparse or design.dtype != np.float64:  # it would be a copy, and dense
        most = LESS if rows <= FEW or not problem.smooth else 0.0
    elif problem.lanes > 1 and problem.smooth:  # a first metric and pairs cost less
        most = LESS
    light = problem.size**2 * rows <= min(most, WORK) and problem.size <= LARGEST
    if budget.watched or not light:
        return 0
    loss = response.loss
    plain = isinstance(response, ScalarResponse | LaneResponse) and not loss.kinked
    if not (plain and loss.convex and problem.penalty.piecewise):
        return 0
    held = not problem.smooth or bool(problem.record.ridge.all())
    return TRIES if held and not (loss.quadratic or len(problem.constant)) else 0


def descend_at_once(problem: Any, state: Any) -> bool:
    """Go where Newton steps lead, as one stride; whether there were any.

    Until one gains less than a share of the objective, or does not lead down.
    """
    state.tries -= 1
    ahead = Descent(problem, state.point, state.budget)
    enough = ENOUGH[state.tries] * math.sqrt(max(state.budget.goal, 1e-16))
    enough = min(enough, CLOSE)
    most, steps = min(state.budget.max_iter - state.n_iter, STEPS), 0
    state.passed = []
    while steps < most and ahead.step():
        steps += 1
        if steps > 1:
            left = ahead.gain / max(ahead.objective, 1e-300)
            state.passed.append((ahead.objective, left, ahead.begun))
        if ahead.gain <= enough * ahead.objective:
            break
    if not steps:
        state.tries = 0
        return False
    problem.counts.evaluations += steps
    problem.counts.gradients += steps
    problem.counts.hessians += steps
    state.point = LinearPoint(problem, ahead.x, ahead.z, ahead.jets)
    state.stride = steps
    state.log.append(f"start: {steps} Newton steps at once")
    return True


class Descent:
    """Where the steps are.

    Attributes
    ----------
    x, z : ndarray
        Coefficients, and predictions.
    objective, gain, begun : float
        Where the last step began, what it was to gain, and when that was.
    """

    def __init__(self, problem: Any, point: LinearPoint, budget: Budget) -> None:
        self.problem, self.response, self.budget = problem, problem.response, budget
        self.x, self.z = point.x, point.z
        self.objective, self.gain, self.begun = math.inf, math.inf, 0.0
        self.lines = readonly(problem.design.table())
        self.pieces = _pieces(problem)
        alive = ~problem.steady if problem.fit_intercept else problem.mean == 0.0
        self.alive = readonly(alive)
        self.jets, self.cost = point.jets, self._cost(self.x)

    def step(self) -> bool:
        """Whether a step led down."""
        self.begun, self.objective = time.perf_counter(), self.jets[0] + self.cost
        many = bool(self.response.shape)
        x, dz, fall = self._together() if many else self._alone()
        cost = self._cost(x)
        self.gain = self.cost - cost + fall
        return self.gain > 0.0 and self._go(x, dz, cost)

    def _go(self, ahead: Array, dz: Array, cost: float) -> bool:
        """Whether going ahead, as far as it takes, led down."""
        x, t = ahead, 1.0
        for _ in range(HALVINGS):
            z = self.z + t * dz
            jets = self.response.jets(z)
            if jets[0] + cost <= self.objective - ARMIJO * t * self.gain:
                self.x, self.z, self.jets, self.cost = x, z, jets, cost
                return True
            t *= 0.5
            x = self.x + t * (ahead - self.x)
            x = np.clip(x, self.pieces.low, self.pieces.high)
            cost = self._cost(x)
        return False

    def _alone(self) -> tuple[Array, Array, float]:
        """Where Newton leads: coefficients, the change of the predictions, and the
        fall of what is linear in the loss.
        """
        cycles = 0 if self.problem.smooth else CYCLES
        return small.step(  # type: ignore[no-any-return]
            self.lines, self.problem.mean, self.alive, self.jets[1], self.jets[2],
            self.response.weights, self.x, *self.pieces.all, PRECISION, cycles, TURNS,
        )  # fmt: skip

    def _together(self) -> tuple[Array, Array, float]:
        """The same for several predictions of a sample."""
        X, lanes = self.centred, self.z.shape[1]
        g = (X.T @ self.response.weigh(self.jets[1])).ravel()
        numbers = np.arange(len(g)).reshape(-1, lanes)
        level = self.pieces.level
        used = (self.x != 0) | (np.abs(g) > level) | (level == 0)
        columns = np.flatnonzero(used[numbers].any(axis=1))
        if 2 * len(columns) > len(numbers):
            columns = np.arange(len(numbers))
        some = numbers[columns].ravel()
        hessian = self._hessian(columns)
        pieces, w = self.pieces.take(some), self.x[some]
        if self.problem.smooth:
            w += self._newton(hessian, g + self.pieces.ridge * self.x)
        else:
            pieces.optimise(hessian, -g[some], w, 0.0, self.budget)
        x = self.x.copy()
        x[some] = w
        d = x - self.x
        return x, X @ d.reshape(-1, lanes), -float(g @ d)

    @cached_property
    def design(self) -> Design:
        """The columns as they are, dense."""
        own: Design = self.problem.design
        return own if not own.sparse else Dense(self.lines.T)

    @cached_property
    def centred(self) -> Array:
        """The columns, and one of ones for the intercept."""
        p, n = self.lines.shape
        X = np.ones((n, p + self.problem.fit_intercept))
        np.subtract(self.lines.T, self.problem.mean, out=X[:, :p])
        X[:, np.flatnonzero(~self.alive)] = 0.0
        return X

    def _newton(self, hessian: Array, g: Array) -> Array:
        """Newton's step on a smooth problem, where g is its gradient."""
        diagonal(hessian)[:] += self.pieces.ridge
        scale, triangle = factor(hessian)
        x, _ = lapack.dpotrs(triangle, scale * g, lower=1)
        return np.asarray(-scale * x)

    def _hessian(self, columns: Array) -> Array:
        """The Hessian of the loss, in some columns; the last may be of ones."""
        response, ones = self.response, self.problem.fit_intercept
        p, lanes = len(self.lines), self.response.lanes
        last = bool(ones and len(columns) and columns[-1] == p)
        own = columns[: len(columns) - last]
        numbers = own, self.problem.mean[own], last
        whole = lane_hessian(
            self.design, response, response.shares(self.z), *numbers
        )
        if not self.alive.all():
            dead = np.flatnonzero(np.repeat(~self.alive[own], lanes))
            whole[dead] = whole[:, dead] = 0.0
        bend_flat(whole, np.append(self.problem.free, True)[columns], lanes)
        return whole

    def _cost(self, x: Array) -> float:
        return float(self.problem.regularizer.cost(x[: self.problem.split]))


def _pieces(problem: Any) -> Pieces:
    """The numbers of the penalty for each coefficient; intercepts are free."""
    record, rest = problem.record, problem.size - problem.split
    free = {"level": 0.0, "ridge": 0.0, "low": -math.inf, "high": math.inf}
    return Pieces(*(
        np.append(np.repeat(getattr(record, name), problem.lanes), [none] * rest)
        for name, none in free.items()
    ))  # fmt: skip
