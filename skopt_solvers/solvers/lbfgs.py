"""Limited-memory BFGS around a preconditioner."""

import math
from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from .._params import Choice, Whole
from ..problems._base import Oracle, Problem
from ..result import NOT_YET
from ._base import COARSE, Array, Budget, Solver
from ._beginnings import firm, independent, softened
from ._quasi_newton import Pairs, remember, two_loops
from ._renewal import (
    LASTING,
    bend,
    certifying,
    ends_here,
    following,
    provable,
    renewal_pays,
    to_go,
)
from ._search import search
from ._small import descend_at_once, tries
from ._wide import before_factors, before_systems, dear, few_systems
from .newton_cg import CLASSES, WIDE, NewtonCG, NewtonCGState
from .preconditioners import (
    KEPT,
    LARGEST,
    SMALL,
    Blocks,
    Cholesky,
    Diagonal,
    Identity,
    Preconditioner,
    blocked,
    rows_cost,
)

CHEAP = 200.0  # evaluations that a Hessian may cost before L-BFGS does without
DEAR, HEAVY = 3.0, 2e7  # evaluations and operations from which it is put off
VERY_DEAR = 8.0  # the same from which independent columns do without samples, too
ONCE = 8.0  # the same of one that need not be formed again
WHOLE = 6.0  # evaluations that a Hessian of all rows may cost, a sample at hand
SAMPLE = 10  # rows per column of a sample whose correlations stand for all
FEW = 400  # rows of which all pairs are multiplied at once
PRODUCTS = 300.0  # that the first system may take before a factor of rows is tried
ROUGHLY = 200  # iterations that may be made with these
SHORT = 0.1  # first step along blocks that are no metric here
TRIES = 4  # iterations between Newton steps that certify
STEPS = 30  # on a sample
SAFE = 0.3  # of the tolerance, asked of a model that stands for another one


@dataclass
class LBFGSState(NewtonCGState):
    """Pairs of steps and changes of gradient, around a metric."""

    metric: Preconditioner = field(default_factory=Identity)
    pairs: Pairs = field(default_factory=deque)
    decrements: list[float] = field(default_factory=list)
    next_try: int = 0  # iteration from which a Newton step may certify
    builds: int = 1  # of the metric
    fresh: bool = False  # whether it is the Hessian of this very point
    bend: float = 1.0  # what a Newton step leaves, in squares of what was left
    before: float | None = None  # that, of the last one; 0 if it was cut short
    ladder: list[Preconditioner] = field(default_factory=list)  # better ones, dearer
    round: bool = False  # whether the diagonal is nearly all of the Hessian
    newton: bool = False  # whether conjugate gradients do what no metric could
    ahead: tuple[Any, Array, float] | None = None  # the point's step and decrement


class LBFGS(Solver):
    r"""Limited-memory BFGS, around a preconditioner.

    The direction is :math:`-B_t g_t`, where :math:`B_t` is the BFGS update of a
    preconditioner by the last `memory` pairs :math:`s = x_{t+1} - x_t`,
    :math:`u = g_{t+1} - g_t`:

    .. math:: B \leftarrow (I - \rho s u') B (I - \rho u s') + \rho s s',
              \quad \rho = 1 / (u's).

    On linear models the line search runs on cached predictions: one pass over the data
    an iteration. The Cholesky preconditioner is built anew when the rate of convergence
    forecasts that this saves more than it costs. A softmax has one for each class;
    where these do not last (weak ridges), Newton's method with conjugate gradients goes
    on.

    Cost per iteration: one value and gradient, plus ``4 * memory * size`` operations;
    memory ``2 * memory * size`` numbers, ``size**2`` with the Cholesky preconditioner.

    Parameters
    ----------
    memory : int, default=10
        Number of pairs, at least 0.
    preconditioner : {"auto", "cholesky", "diagonal"} or None, default="auto"
        "auto" takes the Hessian's Cholesky factor where that is cheap, or as soon as
        the rate with the diagonal forecasts that it pays; those of the classes' own
        blocks for a softmax, else the diagonal.
    start : {"auto"} or None, default="auto"
        "auto" begins linear models on samples of the rows, where these are many, and
        makes plain Newton steps where data are small and no callback looks on. Where
        columns are many and all share a ridge it solves the model in the span of the
        rows, of no more columns than rows. Before that, if it is dear, and where rows
        are many too, ridges differ, or columns depend on each other under a strong one,
        it begins with `DualCoordinateDescent`, and leaves it if it is slow. None does
        without.
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=1000
        Largest number of iterations.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization, algorithm 7.4 and equation (7.16).

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.optimize import rosen, rosen_der
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import LBFGS
    >>> result = minimize(rosen, [-1.2, 1.0], jac=rosen_der, solver=LBFGS(tol=1e-9))
    >>> np.round(result.x, 5)
    array([1., 1.])
    """

    good_for = (
        "anything smooth; preconditioned by a Cholesky factor where that is cheap"
    )
    requires = Oracle.GRADIENT | Oracle.SMOOTH
    constraints = {  # noqa: RUF012
        "memory": Whole(0),
        "preconditioner": Choice("auto", "cholesky", "diagonal", None),
        "start": Choice("auto", None),
    }

    def __init__(
        self, memory=10, preconditioner="auto", start="auto", tol=1e-6, max_iter=1000
    ):
        self.memory = memory
        self.preconditioner = preconditioner
        self.start = start
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Problem, x: Array, budget: Budget) -> LBFGSState:
        state = LBFGSState(problem.at(x), budget, NOT_YET)
        state.pairs = deque(maxlen=self.memory)
        auto = self.start == "auto" and self.preconditioner == "auto"
        rows = Oracle.ROWS in problem.provides
        state.tries = tries(problem, budget) if auto and rows else 0
        if state.tries or not self._moves_on(problem, x):
            state.certify(problem)
        if not (self._done(state) or state.tries):
            self._prepare(problem, state)
        return state

    def _moves_on(self, problem: Any, x: Array) -> bool:
        """Whether the start is left before its gradient is of use."""
        if self.start != "auto" or not np.array_equal(x, problem.start()):
            return False
        rows = Oracle.ROWS in problem.provides and problem.size <= LARGEST
        return self._wide(problem) or (rows and problem.sampled)

    def _prepare(self, problem: Problem, state: LBFGSState) -> None:
        """Find a point and a metric to begin with."""
        part, known = None, False
        wide = self.start == "auto" and (self._wide(problem) or self._few(problem))
        if self.start == "auto" and np.array_equal(state.point.x, problem.start()):
            part, known = self._begin(problem, state)
        if state.certificate is NOT_YET:
            state.certify(problem)
        if wide and not self._done(state):
            self._by_products(problem, state)
        elif not self._done(state):
            state.metric, *state.ladder = self._metrics(problem, part, known)
            self._build(problem, state)
            state.log.append(f"metric: {type(state.metric).__name__}")
            self._certify(problem, state)

    def _begin(self, problem: Any, state: LBFGSState) -> tuple[Any, bool]:
        """Go to where the whole problem is worth it.

        Returns the last sample, if any, and whether that took the factor of a Hessian.
        """
        wide, cheaper = self._wide(problem), bool(self._cheaper(problem))
        if self.preconditioner == "auto":
            descent = LBFGS(preconditioner="diagonal", start=None)
            before_factors(problem, state, descent, cheaper and not wide)
        if self._done(state):
            return None, False
        if self._few(problem):
            state.log.append("start: Newton's method, which ends soon here")
            return None, False
        if wide:
            spanned = self._spanned(problem, state)
            if not spanned and problem.design.shape[0] > FEW:
                before_systems(problem, state)
            return None, False
        part, known, x, width = None, False, state.point.x, problem.size
        plain = cheaper and problem.hessian_cost > VERY_DEAR
        for part in problem.excerpts() if width <= LARGEST else ():
            if plain and independent(part, x):
                state.log.append("start: columns are nearly independent")
                state.round = True
                return None, False
            plain = False
            rows = part.design.shape[0]
            inner = self._sampled(part, x, state.budget, 0.1 * width / rows)
            x, known = inner.point.x, inner.metric.factored
            state.log.append(f"start: a sample of {rows} rows")
        if part is not None:
            point = problem.at(x)
            if point.objective < state.point.objective:
                state.point = point
                state.certify(problem)
        return part, known

    def _by_products(self, problem: Any, state: Any) -> None:
        """Go on by conjugate gradients, or factors of rows where few are in use."""
        bent = int(np.count_nonzero(state.point.curvatures))
        some = bent < problem.design.shape[0]
        state.newton = True
        cost = rows_cost(problem, bent)
        state.hard = cost <= (PRODUCTS if some else 1.0) and (some or bent <= KEPT)
        if some:
            softened(problem, state, NewtonCG().step)

    def _spanned(self, problem: Any, state: LBFGSState) -> bool:
        """Whether the problem was minimised in the span of its rows.

        With products of rows in single precision, which take half the time, where these
        may do; the certificate says whether they did.
        """
        rough = state.budget.goal >= COARSE
        before = None
        for single in (True, False) if rough else (False,):
            span = problem.span(single)
            if span is None:
                continue
            x = span.enter(*before) if before else span.problem.start()
            x = self._inside(problem, span, state, x, ROUGHLY if single else math.inf)
            before = span, x
            if self._done(state):
                break
        return before is not None

    def _inside(
        self, problem: Any, span: Any, state: LBFGSState, x: Array, most: float
    ) -> Array:
        """Minimise in the span of the rows, from x there; go where that ends, if it
        helps.
        """
        small, goal = span.problem, SAFE * max(state.budget.goal, 0.0)
        budget = replace(state.budget, tol=goal)
        inner = self._nested(small, x, budget, [Cholesky()])
        inner.certify(small)
        while inner.n_iter < min(most, state.budget.max_iter - state.n_iter):
            if self._done(inner) or inner.stalled or inner.budget.spent:
                break
            self._move(small, inner)
            inner.certify(small)
            inner.n_iter += 1
        state.log.append(f"start: {inner.n_iter} iterations in the span of the rows")
        state.n_iter += inner.n_iter
        point = problem.at(span.leave(inner.point.x))
        if point.objective < state.point.objective:
            state.point = point
        state.certify(problem)
        return inner.point.x

    def _nested(
        self, part: Problem, x: Array, budget: Budget, metrics: list[Preconditioner]
    ) -> LBFGSState:
        """The beginning of a run on a problem that stands for another one."""
        state = LBFGSState(part.at(x), budget, NOT_YET)
        state.pairs = deque(maxlen=self.memory)
        state.metric, *state.ladder = metrics
        self._build(part, state)
        return state

    def _sampled(
        self, part: Problem, x: Array, budget: Budget, tol: float
    ) -> LBFGSState:
        """Minimise over a sample, as far as it tells about the whole."""
        metrics = [*self._cheaper(part), Cholesky()]
        state = self._nested(part, x, replace(budget, tol=tol), metrics)
        for _ in range(STEPS):
            _, decrement = self._direction(state)
            enough = decrement <= 2 * tol * abs(state.point.objective)
            if enough or state.stalled or budget.spent:
                break
            self._move(part, state)
        return state

    def _wide(self, problem: Problem) -> bool:
        """Whether a Hessian is too large to be formed, and there is a dual."""
        if WIDE not in problem.provides:
            return False
        n, p = problem.design.shape  # type: ignore[attr-defined]
        return self.preconditioner == "auto" and (p > LARGEST or p > max(n, SMALL))

    def _few(self, problem: Any) -> bool:
        """Whether Newton's method ends soon, on dense rows that are not few."""
        return self.preconditioner == "auto" and dear(problem) and few_systems(problem)

    def step(self, problem: Problem, state: Any) -> None:
        state.stride = 1
        if state.tries:
            moved = descend_at_once(problem, state)
            if moved:
                state.certify(problem)
            if not (state.tries or self._done(state)):
                self._prepare(problem, state)
            if moved or self._done(state):
                return
        if state.newton:
            NewtonCG().step(problem, state)
            return
        before = state.point
        self._move(problem, state, ends=True)
        if state.point is not before and not self._done(state):
            state.certify(problem)
            self._certify(problem, state)
        elif state.stalled and certifying(problem, state.metric):
            self._rebuild(problem, state)  # nothing is left to gain but a certificate
            self._by_newton(problem, state, state.metric.solve)

    def _certify(self, problem: Any, state: Any) -> None:
        """By the slopes of a Newton step, where those of the point do not suffice."""
        able = state.n_iter >= state.next_try and certifying(problem, state.metric)
        if self._done(state) or not able:
            return
        goal, own = state.budget.goal, math.inf
        if self._direction(state)[1] > 1.8 * goal * state.point.objective:
            return
        if problem.lanes > 1:  # whose factor may cost more than slopes of their own
            left = state.certificate.value / max(goal, 1e-16)
            own = to_go(state.decrements, left)
        around = partial(two_loops, state.pairs, state.metric)
        if self._by_newton(problem, state, around):
            return
        again = state.metric.exact or state.next_try > 0  # a sample's is tried twice
        again = again and own > state.metric.cost(problem)
        if again and state.n_iter > 0:  # so far exact where it was built only
            self._rebuild(problem, state, climb=True)  # whose step certifies itself
        state.next_try = state.n_iter + TRIES

    def _by_newton(self, problem: Any, state: Any, solve: Any) -> bool:
        """Whether the slopes of a Newton step certify the point."""
        own, goal = (state.certificate, state.witness), state.budget.goal
        state.certify(problem, problem.linearised(state.point, solve, goal))
        if not state.certificate.value < own[0].value:
            state.certificate, state.witness = own
        return self._done(state)

    def _by_step(self, problem: Any, state: Any, line: Any, decrement: float) -> bool:
        """Whether the slopes of the Newton step that led here certify the point."""
        if not provable(problem, state, line, decrement):
            return False
        state.certify(problem, problem.stepped(line, state.metric.product))
        return self._done(state)

    def _move(self, problem: Problem, state: Any, ends: bool = False) -> None:
        """One iteration; certified at most by its own slopes, where it `ends` a run."""
        point, g = state.point, state.point.gradient
        direction, decrement = self._direction(state)
        state.decrements.append(decrement)
        state.bend, state.before = bend(state, decrement), None
        if ends and ends_here(problem, state, decrement):
            del state.ladder[:-1]  # to the best of all
            self._rebuild(problem, state, climb=True)
            direction, decrement = self._direction(state)
        elif renewal_pays(problem, state):
            if isinstance(state.metric, Blocks) and state.builds >= LASTING:
                self._give_up(problem, state)
                return
            self._rebuild(problem, state)
            direction, decrement = self._direction(state)
        line = problem.line(point, direction)
        first = 1.0 if state.pairs or state.metric.exact else self._first(direction, g)
        t = search(line, point.objective, -decrement, first) if decrement > 0 else None
        if t is None and not state.pairs and state.ladder:
            self._rebuild(problem, state)
            return
        if t is None:
            state.stalled = not state.pairs
            self._forget(state)
            return
        if t < SHORT and not state.pairs and isinstance(state.metric, Blocks):
            self._give_up(problem, state)
        fresh, state.fresh = state.fresh, False  # and then there are no pairs
        state.point, state.rate = line.point(t), t
        if fresh:
            state.before = decrement * (t == 1.0)
        able = ends and state.before
        if not (able and self._by_step(problem, state, line, decrement)):
            remember(state.pairs, state.point.x - point.x, state.point.gradient - g)

    def _give_up(self, problem: Any, state: Any) -> None:
        """Go on by Newton's method and conjugate gradients.

        Where the probabilities of classes are near zero and one, those of a sample
        depend on each other, which blocks for each class do not see. Few samples have
        any curvature there, and blocks of all of these are a metric for conjugate
        gradients.
        """
        state.newton = True
        if problem.heavy_rows(state.point) is not None:
            state.way = CLASSES
        state.log.append(
            f"metric: did not last, left after {state.n_iter} iterations for Newton's "
            "method with conjugate gradients"
        )

    def _rebuild(self, problem: Any, state: Any, climb: bool = False) -> None:
        """Build the metric that follows, the next better one if it is to `climb`."""
        if state.ladder and (climb or following(state) is not state.metric):
            state.metric, state.builds = state.ladder.pop(0), 0
        state.builds += 1
        self._build(problem, state)
        note = f"metric: {type(state.metric).__name__} built"
        if state.log and state.log[-1].startswith(note):
            state.log.pop()  # one line tells of all in a row
            note += f" {state.builds} times, last"
        state.log.append(f"{note} after {state.n_iter} iterations")
        self._forget(state)
        state.decrements.clear()

    def _build(self, problem: Any, state: Any) -> None:
        """Build the metric where the state is."""
        state.metric.build(problem, state.point)
        state.fresh = state.metric.exact

    def _direction(self, state: LBFGSState) -> tuple[Array, float]:
        """The direction and its decrement ``g' B g``."""
        if state.ahead is None or state.ahead[0] is not state.point:
            g = state.point.gradient
            q = two_loops(state.pairs, state.metric, g)
            state.ahead = state.point, -q, float(g @ q)
        return state.ahead[1:]

    def _forget(self, state: LBFGSState) -> None:
        """Go on without pairs."""
        state.pairs.clear()
        state.ahead = None

    def _first(self, direction: Array, g: Array) -> float:
        """Without curvature the first step is of unit length at most."""
        plain = self.preconditioner is None
        return min(1.0, 1.0 / max(float(np.linalg.norm(g)), 1e-300)) if plain else 1.0

    def _metrics(
        self, problem: Problem, part: Any = None, known: bool = False
    ) -> list[Preconditioner]:
        """The metric to begin with, and better ones, for where it does not suffice."""
        able = Oracle.HESSIAN in problem.provides
        if self.preconditioner == "cholesky" and able:
            return [Cholesky()]
        if self.preconditioner != "auto":
            return [Identity() if self.preconditioner is None else Diagonal()]
        if able and blocked(problem):
            return [Identity() if firm(problem) else Blocks()]
        cheap = problem.size <= SMALL or problem.hessian_cost <= CHEAP
        if not able or problem.size > LARGEST or not cheap:
            return [Diagonal()]
        metrics: list[Preconditioner] = [Cholesky()]
        rows = 0 if part is None else part.design.shape[0]
        if rows >= SAMPLE * problem.size and problem.hessian_cost > WHOLE:
            metrics = [Cholesky(part=part), *metrics]
        return metrics if known else [*self._cheaper(problem), *metrics]

    def _cheaper(self, problem: Any) -> list[Preconditioner]:
        """The diagonal, where a Hessian costs so much that it may do without.

        Not where a column has no ridge: only a factor certifies there.
        """
        if Oracle.ROWS not in problem.provides or problem.lanes > 1:
            return []
        work = problem.design.nnz * problem.size
        bound = ONCE if problem.response.loss.quadratic else DEAR
        dear = problem.hessian_cost > bound and work >= HEAVY
        ridged = bool(problem.ridge(problem.start())[: problem.split].all())
        return [Diagonal(here=True)] if dear and ridged else []

    def _done(self, state: LBFGSState) -> bool:
        certificate = state.certificate
        return certificate.exact and certificate.value <= state.budget.goal
