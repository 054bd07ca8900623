"""OWL-QN: L-BFGS for absolute values, one orthant at a time."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._params import Whole
from ..problems._base import Oracle, Point, Problem
from ..result import NOT_YET
from ._base import Array, Budget, Solver, State
from ._quasi_newton import Pairs, remember, two_loops
from .preconditioners import Diagonal, Preconditioner

DECREASE = 1e-4  # Armijo's constant, as in Andrew & Gao
NOISE = 1e-15  # differences of the objective below this share of it are rounding
TRIALS = 50


@dataclass
class OWLQNState(State):
    """Pairs around a metric, and the penalty's numbers."""

    metric: Preconditioner = field(default_factory=Diagonal)
    pairs: Pairs = field(default_factory=deque)
    level: Array = field(default_factory=lambda: np.zeros(0))
    ridge: Array = field(default_factory=lambda: np.zeros(0))

    def slopes(self, point: Point) -> Array:
        """Gradient of the objective without absolute values."""
        return point.loss_gradient + self.ridge * point.x


class OWLQN(Solver):
    r"""Orthant-wise limited-memory quasi-Newton method.

    For the objective :math:`f(x) + \sum_j \lambda_j |x_j|` with a smooth f, the
    *pseudo-gradient* p is its steepest one-sided slope. The direction :math:`-B_t p`,
    for the inverse Hessian :math:`B_t` of `LBFGS`, loses the coordinates in which it
    disagrees with :math:`-p`, and a trial is

    .. math:: x(t) = \pi(x + t d), \quad \pi_j = 0 \text{ where it would leave the
              orthant of } x \text{ (of } {-p} \text{ where } x_j = 0\text{)}.

    Cost per iteration: one gradient, one value or more, and ``4 * memory * size``
    operations; memory ``2 * memory * size`` numbers.

    Parameters
    ----------
    memory : int, default=10
        Number of pairs, at least 0.
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=1000
        Largest number of iterations.

    References
    ----------
    Andrew & Gao (2007), ICML, section 3 and algorithm 1.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalLasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalLasso(alpha=1.0, solver="owlqn").fit(X, y)
    >>> model.coef_.nonzero()[0]
    array([2, 3, 8])
    """

    good_for = "L1 on any loss, a softmax included"
    assumes = (
        "a continuous slope of the loss; its minimum is global where the "
        "objective is convex"
    )
    requires = Oracle.GRADIENT | Oracle.ORTHANTS
    constraints = {"memory": Whole(0)}  # noqa: RUF012

    def __init__(self, memory=10, tol=1e-6, max_iter=1000):
        self.memory = memory
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Problem, x: Array, budget: Budget) -> OWLQNState:
        state = OWLQNState(problem.at(x), budget, NOT_YET)
        state.level, state.ridge = problem.elastic()
        state.pairs = deque(maxlen=self.memory)
        state.metric.build(problem, state.point)
        state.certify(problem)
        return state

    def step(self, problem: Problem, state: Any) -> None:
        point, g = state.point, state.slopes(state.point)
        p = pseudo_gradient(point.x, g, state.level)
        d = -two_loops(state.pairs, state.metric, p)
        d[d * p >= 0] = 0.0
        new = self._search(problem, state, p, d) if d.any() else None
        if new is None:
            state.stalled = not state.pairs
            state.pairs.clear()
            return
        remember(state.pairs, new.x - point.x, state.slopes(new) - g)
        state.point = new
        state.certify(problem)

    def _search(
        self, problem: Problem, state: OWLQNState, p: Array, d: Array
    ) -> Point | None:
        """The first of shorter and shorter steps that decreases the objective."""
        point, t = state.point, 1.0
        orthant = np.where(point.x != 0, np.sign(point.x), -np.sign(p))
        orthant[state.level == 0] = 0.0
        slack = NOISE * abs(point.objective)
        for _ in range(TRIALS):
            x = point.x + t * d
            x[x * orthant < 0] = 0.0
            new = problem.at(x)
            fall = DECREASE * float(p @ (x - point.x))
            if new.objective <= point.objective + fall + slack:
                state.rate = t
                return new if (x != point.x).any() else None
            t /= 2
        return None


def pseudo_gradient(x: Array, g: Array, level: Array) -> Array:
    """The slope of steepest descent of ``f + sum(level * abs(x))``, f's being g."""
    at_zero = np.sign(g) * np.maximum(np.abs(g) - level, 0.0)
    return np.where(x != 0, g + level * np.sign(x), at_zero)
