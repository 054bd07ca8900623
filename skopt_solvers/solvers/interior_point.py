"""A primal-dual interior-point method for losses of two slopes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from ..problems._base import Certificate, Oracle, Problem
from ..problems._gap import unit_of
from ..problems.pieces import Pieces
from ..result import NOT_YET
from ._base import Array, Budget, Solver, State

BACK = 0.9995  # share of the way to the next bound that a step goes
CLOSE = 30.0  # times the tolerance at which exact looks at the gap begin
TINY = 1e-150  # residuals of this size are none
SMALLEST = 1e-10  # a step of this length is none
REFINEMENTS = 2  # of each solution, against the damping
DAMPING = 1e-14  # of the scaled normal equations; grows where they are singular


@dataclass
class InteriorState(State):
    """Distances above and below the kinks, slopes and their distances to the bounds."""

    pieces: Any = None
    up: Any = None
    down: Any = None
    a: Any = None
    above: Any = None
    below: Any = None
    z: Any = None
    x: Any = None


class InteriorPoint(Solver):
    r"""Mehrotra's predictor-corrector method, for losses of two slopes per sample.

    With the kinks k, the slopes :math:`-l_i` below and :math:`h_i` above them, and an
    absolute value in the penalty as one more row of the same kind, the problem is

    .. math:: \min_{x, u, t \ge 0}\; h'u + l't + \tfrac12 x'Rx
              \quad \text{with} \quad Bx - k = u - t,

    and its dual variables are slopes a between -l and h. Each iteration solves Newton's
    equations for :math:`u_i (h_i - a_i) = t_i (l_i + a_i) = \mu` twice, with one factor
    of :math:`B'DB + R`, and drives :math:`\mu` to zero. Coefficients that L1 holds at
    zero become exactly zero.

    Cost per iteration: the Gram matrix, ``n * size**2`` operations on a dense design,
    ``size**3 / 3`` for its factor, and six passes over the data; memory ``2 * size**2``
    and ``12 n`` numbers. Takes 10 to 30 iterations, nearly whatever the data.

    Parameters
    ----------
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=200
        Largest number of iterations.

    References
    ----------
    Mehrotra (1992), SIAM J. Optim. 2, section 3; Portnoy & Koenker (1997), Stat. Sci.
    12, section 4, for quantile regression.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import AdvancedQuantileRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = AdvancedQuantileRegressor(alpha=0.0, solver="interior_point").fit(X, y)
    >>> model.certificate_ <= 1e-6, model.certificate_kind_
    (True, 'duality gap')
    """

    good_for = "losses with a kink (quantiles, hinge): up to some thousand columns"
    assumes = "a convex objective; its minimum is global"
    requires = Oracle.PIECES

    def __init__(self, tol=1e-6, max_iter=200):
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Any, x: Array, budget: Budget) -> InteriorState:
        pieces = Pieces(problem)
        state = InteriorState(problem.at(x), budget, NOT_YET)
        state.pieces, state.x = pieces, np.array(x)
        state.z = pieces.push(state.x)
        r = state.z - pieces.kinks
        state.a = pieces.middle()
        state.above, state.below = pieces.high - state.a, pieces.low + state.a
        size = pieces.mean(np.abs(r))
        room = pieces.units * (size if size > TINY else 1.0)
        state.up, state.down = np.maximum(r, 0.0) + room, np.maximum(-r, 0.0) + room
        state.certify(problem)
        return state

    def step(self, problem: Problem, state: Any) -> None:
        newton = _Newton(state)
        if newton.solve is None:
            state.stalled = True
            return
        affine = newton.move(-newton.upper, -newton.lower)
        after = newton.mean_product(affine, *newton.room(affine))
        aim = newton.mu * min(1.0, after / newton.mu) ** 3
        upper = aim - newton.upper + affine.up * affine.a
        lower = aim - newton.lower - affine.down * affine.a
        move = newton.move(upper, lower)
        if not np.isfinite(move.x).all():
            state.stalled = True
            return
        primal, dual = (BACK * room for room in newton.room(move))
        if state.pieces.ridge.any():  # the slopes follow the coefficients
            primal = dual = min(primal, dual)
        state.x, state.z = state.x + primal * move.x, state.z + primal * move.z
        state.up, state.down = (
            state.up + primal * move.up,
            state.down + primal * move.down,
        )
        state.a, state.rate = state.a + dual * move.a, primal
        state.above = state.above - dual * move.a
        state.below = state.below + dual * move.a
        state.stalled = max(primal, dual) < SMALLEST
        self._look(problem, state)

    def _look(self, problem: Any, state: InteriorState) -> None:
        """The point and its gap; exactly, once the products say that it is close."""
        pieces = state.pieces
        point = pieces.point(state.x, state.z)
        state.point = point
        products = state.up @ state.above + state.down @ state.below
        unit = unit_of(problem, point.objective)
        relative = float(products) / max(unit, TINY)
        if relative > CLOSE * max(state.budget.goal, 0.0) and not state.stalled:
            state.certificate = Certificate(relative, "duality gap", exact=False)
            return
        witness = pieces.witness(
            state.a, state.up / state.above + state.down / state.below
        )
        state.certify(problem, witness)
        tidy = pieces.tidied(state.x, state.z, state.a)
        if tidy is not None:
            certificate = problem.certificate(tidy, state.budget.goal, witness)
            if certificate.exact and certificate.value <= state.budget.goal:
                state.point, state.certificate = tidy, certificate


@dataclass
class _Move:
    """A direction of coefficients, predictions, distances and slopes."""

    x: Array
    z: Array
    up: Array
    down: Array
    a: Array


class _Newton:
    """Newton's equations at a state, with one factor for several right-hand sides."""

    def __init__(self, state: InteriorState) -> None:
        self.state, self.pieces = state, state.pieces
        self.above, self.below = state.above, state.below
        self.upper, self.lower = state.up * self.above, state.down * self.below
        self.mu = float(self.upper.sum() + self.lower.sum()) / (2 * len(self.upper))
        self.d = 1.0 / (state.up / self.above + state.down / self.below)
        self.residual = self.pieces.pull(state.a) + self.pieces.ridge * state.x
        self.miss = state.z - self.pieces.kinks - state.up + state.down
        self.solve = _factor(self.pieces.hessian(self.d))

    def move(self, upper: Array, lower: Array) -> _Move:
        """The direction in which the products grow by these amounts."""
        g = self.miss - upper / self.above + lower / self.below
        x = self.solve(-self.residual - self.pieces.pull(self.d * g))
        z = self.pieces.push(x)
        a = self.d * (z + g)
        up = (upper + self.state.up * a) / self.above
        down = (lower - self.state.down * a) / self.below
        return _Move(x, z, up, down, a)

    def room(self, move: _Move) -> tuple[float, float]:
        """How far distances and slopes can go before they meet a bound."""
        distances = _room((self.state.up, move.up), (self.state.down, move.down))
        return distances, _room((self.above, -move.a), (self.below, move.a))

    def mean_product(self, move: _Move, primal: float, dual: float) -> float:
        """The mean of the products after steps of these lengths."""
        state = self.state
        total = (state.up + primal * move.up) @ (self.above - dual * move.a)
        total += (state.down + primal * move.down) @ (self.below + dual * move.a)
        return float(total) / (2 * len(self.upper))


def _room(*pairs: tuple[Array, Array]) -> float:
    """How far each vector can go along its direction before it meets zero; at most 1
    over `BACK`.
    """
    least = 1.0 / BACK
    for v, dv in pairs:
        falling = dv < 0
        if falling.any():
            least = min(least, float(np.min(-v[falling] / dv[falling])))
    return least


def _factor(hessian: Array) -> Any:
    """The solver of a system with this matrix, scaled to a unit diagonal; or None."""
    diagonal = np.diag(hessian)
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = hessian * np.outer(scale, scale)
    damping = DAMPING
    while damping < 1e-3 and np.isfinite(scaled).all():
        damped = scaled + damping * np.eye(len(scaled))
        try:
            factor = linalg.cho_factor(damped, lower=True, check_finite=False)
        except linalg.LinAlgError:
            damping *= 30.0
        else:
            return lambda v: scale * _refined(factor, scaled, scale * v)
    return None


def _refined(factor: Any, matrix: Array, v: Array) -> Array:
    """The solution of a system, with the factor of a matrix close to its own."""
    x = linalg.cho_solve(factor, v, check_finite=False)
    for _ in range(REFINEMENTS):
        x += linalg.cho_solve(factor, v - matrix @ x, check_finite=False)
    return np.asarray(x)
