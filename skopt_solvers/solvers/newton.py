"""Newton's method with a Cholesky factor."""

from dataclasses import dataclass
from typing import Any

from ..problems._base import Oracle, Problem
from ..result import NOT_YET
from ._base import Array, Budget, Solver, State
from ._search import search
from .preconditioners import Cholesky


@dataclass
class NewtonState(State):
    """The damping that the last step needed."""

    damping: float = 0.0


class Newton(Solver):
    r"""Newton's method with a line search.

    .. math:: x_{t+1} = x_t - \eta_t H_t^{-1} g_t

    H is factored by Cholesky after scaling to a unit diagonal; where that fails a
    multiple of the identity is added (Levenberg-Marquardt). Converges quadratically.

    Cost per iteration: one Hessian (``n * size**2`` operations on a dense design) and
    ``size**3 / 3``; memory ``2 * size**2`` numbers.

    Parameters
    ----------
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=100
        Largest number of iterations.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization, algorithm 3.2.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.optimize import rosen, rosen_der, rosen_hess
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import Newton
    >>> result = minimize(rosen, [-1.2, 1.0], jac=rosen_der, hess=rosen_hess,
    ...                   solver=Newton(tol=1e-9))
    >>> np.round(result.x, 5)
    array([1., 1.])
    """

    good_for = "smooth problems of up to some thousand columns, to high precision"
    assumes = (
        "a continuous second derivative; its minimum is global where the "
        "objective is convex"
    )
    requires = Oracle.GRADIENT | Oracle.SMOOTH | Oracle.HESSIAN

    def __init__(self, tol=1e-6, max_iter=100):
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Problem, x: Array, budget: Budget) -> NewtonState:
        state = NewtonState(problem.at(x), budget, NOT_YET)
        state.certify(problem)
        return state

    def step(self, problem: Problem, state: Any) -> None:
        point = state.point
        metric = Cholesky(state.damping)
        metric.build(problem, point)
        direction = -metric.solve(point.gradient)
        slope = float(point.gradient @ direction)
        line = problem.line(point, direction)
        t = search(line, point.objective, slope) if slope < 0 else None
        if t is None:
            state.damping = max(1e-8, 100 * state.damping)
            state.stalled = state.damping > 1e4
            return
        state.damping = 0.0
        state.point, state.rate = line.point(t), t
        state.certify(problem)
