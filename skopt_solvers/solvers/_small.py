"""Small problems: Newton's method with few calls.

On some hundred samples a step of arithmetic takes as long as a handful of calls, and an
iteration of the loop makes hundreds. These steps know no more than the next one needs.
"""

import math
import time
from typing import Any

import numpy as np
from scipy.linalg import lapack

from .._matrices import diagonal
from ..problems._linear_point import LinearPoint
from ..problems._second_order import bend_flat
from ..problems.response import LaneResponse, ScalarResponse
from ._base import Array, Budget
from ._support import Pieces
from .preconditioners import factor

LARGEST = 100  # coordinates
WORK = 2.5e6  # products of a Hessian up to which calls matter
FEW = 2000  # rows up to which smooth problems do not begin on a sample
STEPS = 50
# times the root of the tolerance: the gain of the last step, which leaves its square
ENOUGH, CLOSE = (1e-3, 0.1), 1e-3  # and at most this
TRIES = len(ENOUGH)
ARMIJO, HALVINGS = 1e-4, 20


def tries(problem: Any, budget: Budget) -> int:
    """How often to try this: where nobody looks on, and calls take the time.

    Of convex problems with a penalty of each coefficient, and a ridge on all where they
    are smooth. Squared losses take one step anyway.
    """
    response, design = problem.response, problem.design
    rows, smooth = design.shape[0], problem.smooth
    light = problem.size**2 * rows <= WORK
    light &= problem.size <= LARGEST and (rows <= FEW or not smooth)
    if budget.watched or not light:
        return 0
    loss = response.loss
    plain = isinstance(response, ScalarResponse | LaneResponse) and not loss.kinked
    if not (plain and loss.convex and problem.penalty.piecewise):
        return 0
    held = not smooth or bool(problem.record.ridge.all())
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
    state.point, state.stride = problem.at(ahead.x), steps
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
        self.x, self.z = point.x.copy(), point.z.copy()
        self.objective, self.gain, self.begun = math.inf, math.inf, 0.0
        n, p = problem.design.shape
        # centred, and a column of ones for the intercept
        self.X = np.ones((n, p + problem.fit_intercept))
        lines = problem.design.lines(np.arange(p))
        np.subtract(lines.T, problem.mean, out=self.X[:, :p])
        self.X[:, np.flatnonzero(problem.steady)] = 0.0
        self.wide = -1, *self.response.shape  # coefficients by column
        self.pieces = _pieces(problem)

    def step(self) -> bool:
        """Whether a step led down."""
        before, self.begun = self._cost(self.x), time.perf_counter()
        value, slopes, curvatures = self.response.jets(self.z)
        self.objective = value + before
        g = (self.X.T @ self.response.weigh(slopes)).ravel()
        columns = self._in_use(g)
        X = self.X if len(columns) == self.X.shape[1] else self.X[:, columns]
        if curvatures is None:
            hessian = self._lanes(X, columns)
        else:
            hessian = self._single(X, curvatures)
        if self.problem.smooth:
            d = self._newton(hessian, g)
            self.gain = -float(g @ d)
        else:
            d = self._proximal(hessian, g, columns)
            self.gain = before - self._cost(self.x + d) - float(g @ d)
        return self.gain > 0.0 and self._go(d)

    def _go(self, d: Array) -> bool:
        """Whether going along d, as far as it takes, led down."""
        dz, t = self.X @ d.reshape(self.wide), 1.0
        for _ in range(HALVINGS):
            x = np.clip(self.x + t * d, self.pieces.low, self.pieces.high)
            value = self.response.along(self.z, dz, t)[0] + self._cost(x)
            if value <= self.objective - ARMIJO * t * self.gain:
                self.x = x
                self.z += t * dz
                return True
            t *= 0.5
        return False

    def _newton(self, hessian: Array, g: Array) -> Array:
        """Newton's step; g becomes the gradient of the penalty, too."""
        ridge = self.pieces.ridge
        diagonal(hessian)[:] += ridge
        g += ridge * self.x
        scale, triangle = factor(hessian)
        x, _ = lapack.dpotrs(triangle, scale * g, lower=1)
        return np.asarray(-scale * x)

    def _in_use(self, g: Array) -> Array:
        """Columns with a coefficient that is not zero, or does not stay there."""
        count = self.X.shape[1]
        if self.problem.smooth:
            return np.arange(count)
        held = (self.x == 0) & (np.abs(g) <= self.pieces.level)
        used = np.flatnonzero(~held.reshape(count, -1).all(axis=1))
        return used if 2 * len(used) <= count else np.arange(count)

    def _proximal(self, hessian: Array, g: Array, columns: Array) -> Array:
        """The step to the minimum of the model and the penalty."""
        lanes = np.arange(len(g)).reshape(self.X.shape[1], -1)
        some, d = lanes[columns].ravel(), np.zeros_like(g)
        pieces, w = self.pieces.take(some), self.x[some]
        pieces.optimise(hessian, -g[some], w, 0.0, self.budget)
        d[some] = w - self.x[some]
        return d

    def _single(self, X: Array, curvatures: Array) -> Array:
        """The Hessian of the loss."""
        rows = X * np.sqrt(self.response.weigh(curvatures))[:, None]
        return np.asarray(rows.T @ rows)

    def _lanes(self, X: Array, columns: Array) -> Array:
        """The same of several predictions."""
        response, k, lanes = self.response, X.shape[1], self.z.shape[1]
        shares = response.shares(self.z)
        weighted, coupled = response.weigh(shares), response.loss.coupled
        whole = np.empty((k, lanes, k, lanes))
        for a in range(lanes):
            for b in range(a + 1):
                bend = -coupled * weighted[:, a] * shares[:, b]
                bend += weighted[:, a] if a == b else 0.0
                block = X.T @ (X * bend[:, None])
                whole[:, a, :, b] = whole[:, b, :, a] = block
        flat = whole.reshape(k * lanes, k * lanes)
        bend_flat(flat, np.append(self.problem.free, True)[columns], lanes)
        return flat

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
