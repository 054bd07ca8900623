"""Proximal Newton steps for losses of several predictions, such as a softmax.

Coefficients are flat: that of column j and lane a is number ``j * lanes + a``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import linalg

from .._compile import readonly
from ..kernels import coordinate as kernels
from ..problems.linear import LinearProblem
from ..result import NOT_YET
from ._base import Array, Budget, State, Stretch
from ._small import descend_at_once, tries
from ._sweeps import EPOCHS, SETTLED
from ._working_set import descend, movable, part_of, pushed, status

CANDIDATES = 200  # coefficients that may join at once, or as many as are in use
LARGEST = 2000  # coefficients of a Hessian: 32 MB
COSTLY = 1000.0  # passes over the data that a Hessian may cost
INNER = 1e-3  # share of the violation that is left on the working set
FLAT = 1e-12  # share of the largest eigenvalue that counts as none
LEAST = 1e-6  # share of the mean below which curvatures count as this much


@dataclass
class LaneState(State):
    """Nothing but the point is carried from step to step."""


class LaneNewton:
    """The steps of `ProxNewton` where a sample has several predictions."""

    def __init__(self, tol: float, max_iter: int) -> None:
        self.tol, self.max_iter = tol, max_iter

    def init(self, problem: Any, x: Array, budget: Budget) -> LaneState:
        feasible = problem.feasible(x)
        state = LaneState(problem.at(feasible), budget, NOT_YET)
        state.tries = tries(problem, budget)
        self._certify(problem, state)
        return state

    def resume(self, problem: Any, state: Any, budget: Budget) -> LaneState:
        point = state.point.under(problem)
        following = LaneState(point, budget, NOT_YET)
        following.tries = tries(problem, budget)
        self._certify(problem, following)
        return following

    def follow(
        self, problem: Any, strengths: Array, budget: Budget, gram: Any
    ) -> Iterator[Stretch]:
        """Nothing: strengths are solved one by one."""
        return iter(())

    def step(self, problem: Any, state: Any) -> None:
        state.stride = 1
        if state.tries and descend_at_once(problem, state):
            self._certify(problem, state)
            return
        before = state.point
        support, others = status(problem, before)
        chosen = others[: max(CANDIDATES, len(support))]
        chosen = np.sort(np.concatenate([support, chosen])).astype(np.int64)
        columns = np.unique(chosen // problem.lanes)
        cost = problem.lanes**2 / 2 * problem.design.gram_cost(columns)
        if len(columns) * problem.lanes <= LARGEST and cost <= COSTLY:
            self._newton(problem, state, chosen, columns)
        else:
            for lane in range(problem.lanes):
                own = chosen[chosen % problem.lanes == lane] // problem.lanes
                self._sweep(problem, state, lane, own)
                if state.budget.spent:
                    break
        state.stalled = state.point is before
        self._certify(problem, state)

    def _certify(self, problem: Any, state: Any) -> None:
        """Stationary is not enough while a coefficient by itself could do better."""
        state.certify(problem)
        near = state.certificate.value <= state.budget.goal
        if near and not problem.penalty.convex and len(movable(problem, state.point)):
            state.certificate = replace(state.certificate, exact=False)

    # -- all lanes at once ---------------------------------------------------------

    def _newton(
        self, problem: LinearProblem, state: Any, chosen: Array, columns: Array
    ) -> None:
        """One Newton step on the working set, the intercepts minimised out."""
        point, lanes = state.point, problem.lanes
        whole = problem.loss_hessian(point, columns)
        at = np.searchsorted(columns, chosen // lanes) * lanes + chosen % lanes
        tail = np.arange(len(columns) * lanes, len(whole))
        g, g_tail = point.loss_gradient[chosen], point.loss_gradient[problem.split :]
        cross = whole[np.ix_(at, tail)]
        back = _inverse(whole[np.ix_(tail, tail)])
        gram = whole[np.ix_(at, at)] - cross @ back @ cross.T
        v = cross @ (back @ g_tail) - g
        w, penalty = point.x[chosen].copy(), part_of(problem, chosen)
        goal = INNER * penalty.violation(w, v)
        penalty.optimise(gram, v, w, goal, state.budget)
        direction = np.zeros(problem.size)
        direction[chosen] = w - point.x[chosen]
        moved = g_tail + cross.T @ direction[chosen]
        direction[problem.split :] = -back @ moved
        dz = pushed(problem, direction)
        state.point, state.rate = descend(problem, point, direction, dz)

    # -- one lane after the other --------------------------------------------------

    def _sweep(self, problem: Any, state: Any, lane: int, columns: Array) -> None:
        """Epochs on one lane's own model, the others held."""
        point, lanes = state.point, problem.lanes
        bends = point.pair(lane, lane)
        mean = float(problem.response.weights @ bends)
        h = readonly(problem.response.weights * np.maximum(bends, LEAST * mean))
        r = -problem.response.weights * point.slopes[:, lane]
        total, shift = float(h.sum()), 0.0
        if not total > 0:
            return
        if problem.fit_intercept:
            shift = float(r.sum()) / total
            r = r - shift * h
        access, columns = problem.design.columns.record(), readonly(columns)
        means, squares = kernels.moments(
            access, h, total, columns, problem.fit_intercept
        )
        w = point.x[lane : problem.split : lanes].copy()
        before = w[columns]
        kernels.cycles(
            access, problem.record, h, 0.0, total, columns, readonly(means),
            readonly(squares), w, r, np.empty((EPOCHS, len(columns))), SETTLED, 0.0,
        )  # fmt: skip
        change = w[columns] - before
        direction = np.zeros(problem.size)
        direction[columns * lanes + lane] = change
        if problem.fit_intercept:
            step = shift + change @ (problem.mean[columns] - means)
            direction[problem.split + lane] = step
        if direction.any():
            dz = pushed(problem, direction)
            state.point, state.rate = descend(problem, point, direction, dz)


def _inverse(matrix: Array) -> Array:
    """The pseudo-inverse of a symmetric matrix without negative eigenvalues."""
    if not len(matrix):
        return matrix
    values, vectors = linalg.eigh(matrix)
    kept = values > FLAT * max(float(values[-1]), 0.0)
    return np.asarray((vectors[:, kept] / values[kept]) @ vectors[:, kept].T)
