"""Newton's method with conjugate gradients in place of a factorisation."""

import math
from typing import Any

import numpy as np

from ..problems._base import Oracle, Problem
from ..result import NOT_YET
from ._base import Array, Budget, Solver, State
from ._search import search
from .preconditioners import Diagonal


class NewtonCG(Solver):
    r"""Truncated Newton: the Newton system is solved by preconditioned conjugate
    gradients, only as exactly as the current gradient deserves,

    .. math:: \|H_t d + g_t\| \le \min(\tfrac12, \sqrt{\|g_t\| / \|g_0\|})\, \|g_t\|,

    in the norm of the inverse diagonal preconditioner. Never forms H.

    Cost per iteration: one value and gradient, and one Hessian product (a pass over the
    data) per conjugate gradient step; memory 8 vectors.

    Parameters
    ----------
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=200
        Largest number of (outer) iterations.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization, algorithm 7.1.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.optimize import rosen, rosen_der, rosen_hess_prod
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import NewtonCG
    >>> result = minimize(rosen, [-1.2, 1.0], jac=rosen_der, hessp=rosen_hess_prod,
    ...                   solver=NewtonCG(tol=1e-9))
    >>> np.round(result.x, 5)
    array([1., 1.])
    """

    good_for = "smooth and wide problems: never forms a Hessian"
    assumes = (
        "a continuous second derivative; its minimum is global where the "
        "objective is convex"
    )
    requires = Oracle.GRADIENT | Oracle.SMOOTH | Oracle.HESSIAN_VECTOR

    def __init__(self, tol=1e-6, max_iter=200):
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Problem, x: Array, budget: Budget) -> State:
        state = State(problem.at(x), budget, NOT_YET)
        state.certify(problem)
        return state

    def step(self, problem: Problem, state: Any) -> None:
        point = state.point
        direction = self._direction(problem, state)
        slope = float(point.gradient @ direction)
        line = problem.line(point, direction)
        t = search(line, point.objective, slope) if slope < 0 else None
        if t is None:
            state.stalled = True
            return
        state.point, state.rate = line.point(t), t
        state.certify(problem)

    def _direction(self, problem: Problem, state: State) -> Array:
        """Conjugate gradients on ``H d = -g`` until the residual is small enough."""
        g = state.point.gradient
        metric = Diagonal()
        metric.build(problem, state.point)
        scales = 1.0 / metric.inverse
        product = problem.hessian_vector(state.point)
        d, r = np.zeros_like(g), -g
        y = metric.solve(r)
        p, energy = y.copy(), float(r @ y)
        goal = energy * min(0.25, math.sqrt(max(state.certificate.value, 1e-12)), 0.1)
        for _ in range(2 * len(g) + 20):
            hp = product(p)
            curvature = float(p @ hp)
            if curvature <= 1e-15 * float((p * p) @ scales) or state.budget.spent:
                break  # flat or downhill: go on with what there is
            step = energy / curvature
            d += step * p
            r = r - step * hp
            y = metric.solve(r)
            following = float(r @ y)
            if following <= goal:
                break
            p = y + (following / energy) * p
            energy = following
        return d if d.any() else metric.solve(-g)
