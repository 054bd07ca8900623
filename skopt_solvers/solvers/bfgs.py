"""BFGS with a dense inverse Hessian."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._params import Choice
from ..problems._base import Oracle, Problem
from ..result import NOT_YET
from ._base import Array, Budget, Solver, State
from ._quasi_newton import CURVED
from ._search import search
from .preconditioners import Diagonal, Identity


@dataclass
class BFGSState(State):
    """The inverse Hessian, and whether it has seen any curvature yet."""

    inverse: Array = field(default_factory=lambda: np.zeros((0, 0)))
    fresh: bool = True


class BFGS(Solver):
    r"""Broyden, Fletcher, Goldfarb and Shanno's method.

    The direction is :math:`-B_t g_t`, and after a step s with a change u of the
    gradient

    .. math:: B \leftarrow (I - \rho s u') B (I - \rho u s') + \rho s s',
              \quad \rho = 1 / (u's).

    B begins as the inverse of the Hessian's diagonal, or of its bound, scaled by
    :math:`u's / u'B_0u` before the first update.

    Cost per iteration: one value and gradient, and ``6 * size**2`` operations; memory
    ``size**2`` numbers. `LBFGS` is the same for many coordinates.

    Parameters
    ----------
    preconditioner : {"auto"} or None, default="auto"
        "auto" begins with the diagonal, None with the identity.
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=1000
        Largest number of iterations.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization, algorithm 6.1 and equation (6.20).

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.optimize import rosen, rosen_der
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import BFGS
    >>> result = minimize(rosen, [-1.2, 1.0], jac=rosen_der, solver=BFGS(tol=1e-9))
    >>> np.round(result.x, 5)
    array([1., 1.])
    """

    good_for = "smooth functions of up to some thousand variables without a Hessian"
    requires = Oracle.GRADIENT | Oracle.SMOOTH
    constraints = {"preconditioner": Choice("auto", None)}  # noqa: RUF012

    def __init__(self, preconditioner="auto", tol=1e-6, max_iter=1000):
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Problem, x: Array, budget: Budget) -> BFGSState:
        state = BFGSState(problem.at(x), budget, NOT_YET)
        state.certify(problem)
        self._restart(problem, state)
        return state

    def step(self, problem: Problem, state: Any) -> None:
        point, g = state.point, state.point.gradient
        direction = -(state.inverse @ g)
        slope = float(g @ direction)
        line = problem.line(point, direction)
        first = self._first(g) if state.fresh else 1.0
        t = search(line, point.objective, slope, first) if slope < 0 else None
        if t is None:
            state.stalled = state.fresh
            self._restart(problem, state)
            return
        state.point, state.rate = line.point(t), t
        self._learn(state, state.point.x - point.x, state.point.gradient - g)
        state.certify(problem)

    def _restart(self, problem: Problem, state: BFGSState) -> None:
        metric = Identity() if self.preconditioner is None else Diagonal()
        metric.build(problem, state.point)
        state.inverse = np.diag(metric.solve(np.ones(problem.size)))
        state.fresh = True

    def _first(self, g: Array) -> float:
        """Without curvature the first step is of unit length at most."""
        if self.preconditioner is not None:
            return 1.0
        return min(1.0, 1.0 / max(float(np.linalg.norm(g)), 1e-300))

    def _learn(self, state: BFGSState, s: Array, u: Array) -> None:
        curvature = float(s @ u)
        if not curvature > CURVED * np.linalg.norm(s) * np.linalg.norm(u):
            return
        v = state.inverse @ u
        if state.fresh:
            share = curvature / float(u @ v)
            state.inverse *= share
            v, state.fresh = share * v, False
        # both products of the formula, in one symmetric update of rank two
        r = (0.5 * (1.0 + float(u @ v) / curvature) * s - v) / curvature
        update = np.outer(s, r)
        state.inverse += update
        state.inverse += update.T
