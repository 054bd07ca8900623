"""Newton's method with conjugate gradients in place of a factorisation."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..problems._base import Oracle, Problem
from ..result import NOT_YET
from ._base import COARSE, Array, Budget, Solver, State
from ._beginnings import softened
from ._conjugate import Conjugate
from ._search import search
from .preconditioners import (
    KEPT,
    Blocks,
    Diagonal,
    Preconditioner,
    Rows,
    classes_cost,
    rows_cost,
    solving,
)

WIDE = Oracle.DUAL | Oracle.COLUMNS  # a ridge, and one prediction per sample
EXACT = 0.01  # share of the slope left by line searches, cheap beside products
MOST_ROWS = 5000  # in use, if not all are, whose factor may take the place of these
HASTE = 0.5  # of the cost of products of rows: what may be spent before on one system
AIM = 0.1  # share of the tolerance that the last system may leave
NEAR = 0.01  # of what may be left otherwise: the least that makes a system the last
LOOK, ENOUGH = 8, 0.3  # products; share of the tolerance that the only system may leave
FLOOR, ROWS, CLASSES = 1, 2, 3  # metrics beside the diagonal
TRIAL = 24  # products of a system after which another metric is tried
SHORT = 0.6  # of the first step of a softmax, from which stronger ridges come first
HEAVY = 800  # rows of a factor that is none of all
LARGEST, ROOM = 2000, 5e7  # columns, and numbers, that factors of classes may have


@dataclass
class NewtonCGState(State):
    """What was learned of the products with the Hessian.

    Attributes
    ----------
    hard : bool
        Whether conjugate gradients cost more than a factor of the rows in use.
    way : int
        The metric: the diagonal, that with a floor, the heaviest rows, or a factor for
        each class.
    costs : list of four floats
        Products per factor e of the last system of each; 0: unknown.
    rough : object or None
        A way to faster products, once it was looked for.
    """

    hard: bool = False
    way: int = 0
    costs: list[float] = field(default_factory=lambda: [0.0] * 4)
    looked: bool = False
    rough: Any = None


class NewtonCG(Solver):
    r"""Truncated Newton: the Newton system is solved by preconditioned conjugate
    gradients, only as exactly as the current gradient deserves,

    .. math:: \|H_t d + g_t\|^2 \le \min(\tfrac1{10}, \sqrt{c_t})\, \|g_t\|^2,

    where :math:`c_t` is the certificate, or as the tolerance asks where that is near,
    in the norm of the inverse preconditioner: the diagonal, or that with its small
    entries replaced by the mean, whichever took fewer products; for a softmax that took
    many, a Cholesky factor for each class. Never forms H. Where only some rows have any
    curvature (squared hinge), and a factor of the products of these costs less than the
    conjugate gradients did, it takes their place. Where the first step towards a
    softmax is cut short, stronger ridges come before its own, the strongest in the
    dual.

    Products with dense data are in single precision; gradients are not.

    Cost per iteration: one value and gradient, and one Hessian product (a pass over the
    data) per conjugate gradient step; memory 8 vectors, a copy of dense data in single
    precision, and ``k**2`` numbers where k rows are factored, 5,000 at most, or for
    each class where k columns are.

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

    def init(self, problem: Problem, x: Array, budget: Budget) -> NewtonCGState:
        state = NewtonCGState(problem.at(x), budget, NOT_YET)
        state.certify(problem)
        return state

    def step(self, problem: Problem, state: Any) -> None:
        point, state.stride = state.point, 1
        direction = self._direction(problem, state)
        slope = float(point.gradient @ direction)
        line = problem.line(point, direction)
        t = search(line, point.objective, slope, flat=EXACT) if slope < 0 else None
        if t is None:
            state.stalled = True
            return
        state.point, state.rate = line.point(t), t
        if t < SHORT and self._far(problem, point):
            state.n_iter, state.stride = state.n_iter + 1, 0  # those come on top
            softened(problem, state, self.step)
        state.certify(problem)

    def _far(self, problem: Problem, point: Any) -> bool:
        """Whether this is where a softmax starts: a stronger ridge may be nearer."""
        several = Oracle.COLUMNS not in problem.provides
        softmax = several and Oracle.DUAL in problem.provides
        return softmax and np.array_equal(point.x, problem.start())

    def _direction(self, problem: Problem, state: Any) -> Array:
        """Conjugate gradients on ``H d = -g`` until the residual is small enough."""
        g = state.point.gradient
        metric, most = self._metric(problem, state)
        metric.build(problem, state.point)
        if metric.exact:
            return -metric.solve(g)
        coarse = state.budget.goal >= COARSE
        if not state.looked and (coarse or not _once(problem)):
            state.looked, state.rough = True, problem.rough()
        product = problem.hessian_vector(state.point, state.rough)
        share = _share(problem, state)
        system = Conjugate(g, metric, share, problem.scales(state.point))
        if _once(problem):
            solve_once(problem, state, system, product, most)
        else:
            system.advance(product, most, state.budget)
        state.hard |= not system.over and most < 2 * len(g)  # cut off for its cost
        self._learn(problem, state, system)
        return system.d if system.d.any() else metric.solve(-g)

    def _learn(self, problem: Any, state: Any, system: Any) -> None:
        """Take the metric next time whose systems cost less, as far as is known.

        Which diagonal that is depends on its small entries: columns of little curvature
        differ in what they weigh, or are all alike but for noise.
        """
        if not system.count:  # the time was over
            return
        price = system.count * (1.0 + system.metric.weight(problem))
        if state.way == ROWS:
            price += system.metric.cost(problem)
        if state.way == CLASSES:
            price += classes_cost(problem, system.metric.rows)
        state.costs[state.way] = price / max(system.depth, 1e-3)
        long = system.count >= TRIAL and state.way != CLASSES
        ways = [k for k, cost in enumerate(state.costs[:ROWS]) if cost > 0.0 or long]
        if state.hard and solving(problem, HEAVY) <= 1.0:
            ways.append(ROWS)
        if state.way == CLASSES or (long and self._apart(problem, state, price)):
            ways.append(CLASSES)
        state.way = min(ways or [state.way], key=state.costs.__getitem__)

    def _apart(self, problem: Any, state: Any, most: float) -> bool:
        """Whether factors for the classes are exact enough, and cost less than that."""
        able = Oracle.ROWS in problem.provides and problem.lanes > 1
        if not (able and problem.response.loss.coupled):
            return False
        p = problem.n_columns
        if p > LARGEST or p * p * problem.lanes > ROOM or classes_cost(problem) > most:
            return False
        every = classes_cost(problem, problem.design.shape[0])
        return every <= most or problem.heavy_rows(state.point) is not None

    def _metric(self, problem: Any, state: Any) -> tuple[Preconditioner, int]:
        """What to solve the system with, and how many products it may take."""
        most, diagonal = 2 * problem.size + 20, Diagonal(True, state.way == FLOOR)
        if state.way == CLASSES:
            return Blocks(problem.design.shape[0]), most
        if WIDE not in problem.provides:
            return diagonal, most
        used = int(np.count_nonzero(state.point.curvatures))
        whole = used <= (MOST_ROWS if used < problem.design.shape[0] else KEPT)
        if state.hard and (whole or state.way == ROWS):
            rough = state.budget.goal >= COARSE
            return Rows(MOST_ROWS if whole else KEPT, rough), most
        cost = int(rows_cost(problem, used if whole else HEAVY)) + 1
        if _once(problem) and not problem.design.sparse:
            columns = np.arange(problem.n_columns)
            cost += int(HASTE * problem.design.cross_cost(columns))
        return diagonal, most if state.hard else min(cost, most)


def _share(problem: Problem, state: Any) -> float:
    """Of the squared residual of a system: what may be left.

    The last system is solved as far as the tolerance asks, others as points deserve;
    and so all of a softmax, whose certificates say less of residuals.
    """
    now = max(state.certificate.value, 1e-12)
    share, last = math.sqrt(now), AIM * state.budget.goal / now
    final = WIDE in problem.provides and last > NEAR * share
    return min(0.1, last if final else share)


def solve_once(
    problem: Any, state: Any, system: Conjugate, product: Any, most: int
) -> None:
    """Solve the only system, as exactly as the certificate wants it, if that does not
    seem to take more than `most` products.

    The gap is the square of what is left, over the ridge; the value falls by half of
    what the slope along d promises. Products in single precision do not lead further
    than a coarse tolerance, and to that perhaps in two systems.
    """
    g, value = state.point.gradient, state.point.objective
    ridge = problem.ridge(state.point.x)
    held, count = ridge > 0.0, LOOK
    system.goal = 0.0
    while not (system.over or system.count >= most or state.budget.spent):
        done, before = system.count, system.depth
        system.advance(product, min(most, count), state.budget)
        gap = 0.5 * float(np.sum(system.r[held] ** 2 / ridge[held]))
        reached = max(value + 0.5 * float(g @ system.d), 0.0)
        system.aim(ENOUGH * max(state.budget.goal, 1e-15) * reached / max(gap, 1e-300))
        pace = (system.depth - before) / (system.count - done or 1)
        if not system.left <= pace * (most - system.count):
            return
        count = 3 * system.count // 2


def _once(problem: Any) -> bool:
    """Whether there is one system to be solved, with nothing to follow it."""
    return Oracle.ROWS in problem.provides and problem.response.loss.quadratic
