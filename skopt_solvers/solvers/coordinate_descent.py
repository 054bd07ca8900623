"""Coordinate descent with working sets, and an exact finish on the support."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .._compile import Record, readonly
from ..kernels.penalties import costs
from ..problems._base import Oracle
from ..problems.linear import LinearPoint, LinearProblem
from ..result import NOT_YET
from . import _across
from ._base import Array, Budget, Solver, Stretch
from ._model import Model, means_of, model_at, moved, pulled
from ._quadratic_path import QuadraticPath, Scaled
from ._small import descend_at_once, tries
from ._sweeps import gained, leap, pays, solving, sweep, tall
from ._working_gram import MANY, SAVED, GramState, landed, reached, refresh, tiny
from ._working_set import descend, joining, movable, nearby, part_of, pushed, status

EARLY, SIFTS = 2, 8  # rounds of descent before rows, or a Gram matrix, may take over
FALL = 0.3  # the strength comes down to its value by this factor a round
LARGEST_GRAM = 6000  # columns; a Gram matrix of 288 MB
INNER_STEPS = 3  # Newton steps on one working set while others are to join it
MOST_STEPS = 10  # where it seems complete, and a step costs less than a full pass
SMALL = 200  # columns among which nothing is chosen where data are small
SPARE = 0.5  # passes that a Gram matrix with such columns may cost
SOON = 0.1  # share of the violation that such steps leave
CHEAP = 2.5  # passes that a Gram matrix of all violators may cost to be formed at once
ROUND = 5e5  # entries whose passes cost as much as the calls of an iteration
LEAN = 5  # times the columns that rows must be enough for, to move all at once
MORE = 1.6  # factor of its cost at which it is made of all columns instead
LEFT = 1e-3  # of the tolerance: gap that a solution on the rows may leave
SMALL_GRAM = 500  # columns up to which the last digit costs nothing
BRISK = 0.3  # pace of epochs on a ridge that all violators may take part in
REST = 0.03  # share of the violation that is left on larger working sets
CAUTION, MOST_CAUTION = 4.0, 1e6  # factors of the curvatures after a failure
SHARE, ROWS, FEWEST = 16, 20, 1000  # of a sample: of all rows, a column, at least
ROUGH, ROUNDS = 1e-2, 20  # certificate of a solution there, rounds it may take
FAINT, PATIENCE = 1e-13, 8  # falls of an objective that are rounding; in a row
BETTER = 0.95  # of the best certificate: progress nevertheless
SIGNIFICANT = 2.0  # standard errors from zero: what is nearer does not enter


@dataclass
class CoordinateState(GramState):
    """The rounds done and the Gram matrix of the working set."""

    sifts: int = 0
    pace: float = 1.0  # what its last epoch left of the largest change before
    swept: float = 0.0  # passes that sweeps have cost
    gain: float = 0.0  # logarithm of what one of the last divided the certificate by
    leaping: bool = False  # whether all coefficients go at once
    finishing: bool = False
    across: bool = False  # whether Newton's method on the rows has taken over
    barred: bool = False  # whether it did not come to an end
    rest: float = 1.0  # share of the tolerance that its last solution left
    products: _across.Products = field(default_factory=_across.Products)
    inner: float = math.inf
    calm: bool = False  # whether no coefficient may jump
    caution: float = 1.0  # factor of the curvatures where they may
    faint: int = 0  # iterations in a row that changed next to nothing
    nearest: float = math.inf  # the best certificate


class CoordinateDescent(Solver):
    r"""Coordinate descent with working sets, for any separable penalty.

    Cyclic updates of one coefficient,

    .. math:: w_j \leftarrow \operatorname{prox}_{\Omega_j / c_j}
              (w_j - \nabla_j f(w) / c_j), \quad c_j = \sum_i h_i x_{ij}^2,

    on the columns that violate their conditions most, while the strength of the penalty
    comes down to its value, find the support; Newton's method on the Gram matrix of the
    support finishes exactly, unless the pace of the epochs forecasts that they, and
    their extrapolation, will be there before it is formed. Losses other than the
    squared one are replaced by their quadratic model (proximal Newton) and a line
    search; where rows are many, a sample of them is solved first. Where a ridge keeps
    more columns in use than there are rows, Newton's method on the dual problem, one
    number per row, takes the place of the Gram matrix. The intercept is minimised out;
    neither it nor sparse columns are ever centred in memory, but where data are small:
    there proximal Newton steps on a dense copy come first, if no callback looks on.

    Cost per iteration: one pass over the data, plus the work on the working set of k
    columns (``n k**2`` operations for its Gram matrix, ``n**2 k`` for that of the
    rows); memory ``k**2`` numbers, or ``n**2``.

    Parameters
    ----------
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=1000
        Largest number of iterations, each with one pass over all columns.

    References
    ----------
    Friedman, Hastie & Tibshirani (2010), J. Stat. Softw. 33, equations (5) and (10);
    Massias, Gramfort & Salmon (2018), ICML, algorithm 1, for working sets; Bertrand &
    Massias (2021), AISTATS, algorithm 1, for extrapolation; Li, Sun & Toh (2018), SIAM
    Journal on Optimization 28, algorithm 2, for the dual.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalLasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalLasso(alpha=1.0, solver="coordinate_descent").fit(X, y)
    >>> model.coef_.nonzero()[0]
    array([2, 3, 8])
    """

    good_for = "L1 and bounds, few of many columns in use"
    requires = Oracle.COLUMNS | Oracle.SEPARABLE
    assumes = (
        "a convex loss with a second derivative; a penalty that is a sum over "
        "coefficients"
    )

    def __init__(self, tol=1e-6, max_iter=1000):
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Any, x: Array, budget: Budget) -> CoordinateState:
        feasible = problem.feasible(x)
        point, log, few = problem.at(feasible), [], tries(problem, budget)
        part = None if few else self._part(problem, point)
        if part is not None and budget.max_iter:
            x = self._roughly(part, feasible, budget)
            among = np.flatnonzero(x[: problem.split])
            sampled = LinearPoint(problem, x, pushed(problem, x, among))
            log.append(f"start: a sample of {part.design.shape[0]} rows")
            point = sampled if sampled.objective < point.objective else point
        state = CoordinateState(point, budget, NOT_YET, log=log)
        self._certify(problem, state)
        state.tries = few
        return state

    def _part(self, problem: Any, point: LinearPoint) -> LinearProblem | None:
        """A sample to begin on, where rows are so many that it has the same support.

        The squared loss has one Gram matrix, which is made of all rows at once.
        """
        n, p = problem.design.shape
        rows = max(n // SHARE, ROWS * p, FEWEST)
        response, penalty = problem.response, problem.penalty
        known = response.loss.quadratic or bool(point.x[: problem.split].any())
        simple = response.separable and not response.shape
        if known or 4 * rows > n or not (simple and penalty.piecewise):
            return None
        return problem.sample(rows)  # type: ignore[no-any-return]

    def _roughly(self, part: Any, x: Array, budget: Budget) -> Array:
        """A solution for a sample, without coefficients that are none of the whole."""
        point = part.at(x)
        state = CoordinateState(point, replace(budget, tol=ROUGH), NOT_YET)
        self._certify(part, state)
        for _ in range(ROUNDS):
            near = state.certificate.exact and state.certificate.value <= ROUGH
            if near or state.stalled or budget.spent:
                break
            self.step(part, state)
        x, columns = state.point.x.copy(), state.columns
        n = part.design.shape[0]
        errors = 1.0 / np.sqrt(np.maximum(n * np.diag(state.gram), 1e-300))
        x[columns[np.abs(x[columns]) < SIGNIFICANT * errors]] = 0.0
        return part.feasible(x)  # type: ignore[no-any-return]

    def resume(self, problem: Any, state: Any, budget: Budget) -> CoordinateState:
        point = state.point.under(problem)
        if not point.finite:
            return self.init(problem, point.x, budget)
        following = replace(state, point=point, budget=budget, n_iter=0, stalled=False)
        following.inner, following.finishing = math.inf, bool(len(state.columns))
        following.swept, following.gain, following.rest = 0.0, 0.0, 1.0
        following.nearest, following.faint = math.inf, 0
        following.tries = tries(problem, budget)
        self._certify(problem, following)
        return following

    def follow(
        self, problem: Any, strengths: Array, budget: Budget, gram: Any
    ) -> Iterator[Stretch]:
        quadratic = problem.response.loss.quadratic and problem.penalty.piecewise
        if quadratic and problem.dual and not problem.free.any() and len(strengths):
            scaled = Scaled.of(problem, strengths)
            if scaled is not None:
                path = QuadraticPath(problem, scaled, strengths, budget, gram)
                return path.stretches()
        return iter(())

    def step(self, problem: Any, state: Any) -> None:
        state.stride = 1
        if state.tries and descend_at_once(problem, state):
            self._certify(problem, state)
            return
        if problem.penalty.piecewise and tiny(problem, state, SMALL):
            fixed = problem, state, np.arange(problem.split), True
            if reached(problem, state, lambda: self._finish(*fixed)):
                return
        before, gap, swept = state.point, state.certificate.value, state.swept
        rows = self._move(problem, state)
        moved = state.point is not before
        if rows and not moved:  # the columns may know more digits
            state.across, state.barred = False, True
        else:
            self._beware(problem, state, moved)
        self._certify(problem, state)
        state.gain = gained(state, gap, swept)
        fall = before.objective - state.point.objective
        faint = fall <= FAINT * abs(before.objective)
        better = state.certificate.value < BETTER * state.nearest
        state.nearest = min(state.nearest, state.certificate.value)
        state.faint = state.faint + 1 if faint and not better else 0
        state.stalled = state.stalled or state.faint >= PATIENCE

    def _move(self, problem: Any, state: Any) -> bool:
        """Go on by what costs least now; whether that was Newton on the rows."""
        support, violators = status(problem, state.point)
        if rows := self._across_now(problem, state, support, violators):
            self._across(problem, state)
        elif self._finish_now(problem, state, support, violators):
            chosen = self._working_set(problem, state, support, violators)
            complete = len(chosen) >= len(support) + len(violators)
            complete &= not len(violators) or problem.design.gram_cost(chosen) < 1.0
            self._finish(problem, state, chosen, complete)
        elif problem.penalty.piecewise:
            self._sift(problem, state, support, violators)
        else:
            state.sifts += 1
            self._sweep(problem, state, support, violators, problem.record)
        return rows

    def _beware(self, problem: Any, state: Any, moved: bool) -> None:
        """Change the way where the model promised what the loss did not keep.

        Under a penalty that is not convex a coefficient may jump to where the loss is
        not what its model says. Newton's method on the coefficients in use stays near;
        where that does not help, a model bent up so far that it lies above cannot fail.
        """
        stubborn = problem.penalty.convex or problem.response.loss.quadratic
        hopeless = state.hopeless if stubborn else state.caution > MOST_CAUTION
        state.stalled = not moved and hopeless
        if state.calm and not moved:
            state.caution *= CAUTION
        elif moved and not state.calm:
            state.caution = max(state.caution / CAUTION, 1.0)
        state.calm = moved == state.calm and not stubborn  # stay with what helps

    def _certify(self, problem: Any, state: Any) -> None:
        """Stationary is not enough while a coefficient by itself could do better."""
        state.certify(problem)
        near = state.certificate.value <= state.budget.goal
        if near and not problem.penalty.convex and len(movable(problem, state.point)):
            state.certificate = replace(state.certificate, exact=False)
            state.calm = False

    # -- choosing ------------------------------------------------------------------

    def _finish_now(
        self, problem: LinearProblem, state: Any, support: Array, violators: Array
    ) -> bool:
        """Whether to form the Gram matrix rather than to go on sifting."""
        if len(support) > LARGEST_GRAM:
            return False
        if state.finishing:
            return True
        columns = np.concatenate([support, violators])
        if state.sifts >= SIFTS or self._found(support, violators):
            return not pays(problem, state, columns)
        few = len(violators) <= max(len(support), 64)
        if few and problem.design.gram_cost(columns) <= SPARE:
            return not (state.sifts and pays(problem, state, columns))
        return self._all_cheap(problem, columns)

    def _across_now(
        self, problem: Any, state: Any, support: Array, violators: Array
    ) -> bool:
        """Whether Newton's method on the rows costs less than that on the columns."""
        if state.across or state.barred or not problem.penalty.piecewise:
            return bool(state.across)
        if not _across.able(problem, problem.record.ridge):
            return False
        columns = np.concatenate([support, violators])
        ready = state.sifts >= EARLY or self._found(support, violators)
        same = problem.response.loss.quadratic  # else its curvatures change, too
        if not ready or (same and pays(problem, state, columns)):
            return False
        cost = problem.design.gram_cost(columns) + solving(problem, len(columns))
        state.across = _across.cost(problem, columns) < cost
        return bool(state.across)

    def _found(self, support: Array, violators: Array) -> bool:
        """Whether the support is about right."""
        return len(violators) <= max(0.2 * len(support), 32)

    def _all_cheap(self, problem: LinearProblem, columns: Array) -> bool:
        """Whether a Gram matrix of these costs no more than a pass or two."""
        cost, entries = self._cost(problem, columns), problem.design.nnz
        if problem.response.loss.quadratic:  # no other will be made
            cost *= entries / (entries + ROUND)
        return cost <= CHEAP and tall(problem, len(columns))

    def _cost(self, problem: LinearProblem, columns: Array) -> float:
        """What a Gram matrix costs, in passes."""
        cost = problem.design.gram_cost(columns)
        if problem.response.loss.quadratic:
            cost += problem.design.layout_cost(columns)
        return cost

    # -- sifting -------------------------------------------------------------------

    def _sift(
        self, problem: LinearProblem, state: Any, support: Array, violators: Array
    ) -> None:
        """A few epochs at a strength on its way down to the penalty's own."""
        state.sifts += 1
        apart = problem.response.loss.quadratic and tall(problem, LEAN * problem.split)
        if apart and (state.sifts == 1 or state.leaping):
            point = leap(problem, state)
            if point is not None:
                state.point = point
                return
        record = problem.record
        g = state.point.loss_gradient
        level = record.level  # type: ignore[attr-defined]
        independent = tall(problem, len(support) + len(violators))
        found = independent or self._found(support, violators)
        if not found and level[violators[0]] > 0:
            top = abs(g[violators[0]]) / level[violators[0]]
            factor = max(1.0, top * FALL**state.sifts)
            record = record.with_fields(level=factor * level)
            violators = violators[np.abs(g[violators]) > factor * level[violators]]
        self._sweep(problem, state, support, violators, record)

    def _sweep(
        self, problem: Any, state: Any, support: Array, violators: Array, record: Record
    ) -> None:
        """Epochs on the residual over the columns in use and the worst others."""
        point = state.point
        most = joining(problem, support)
        if self._brisk(problem, state):
            most = len(violators)
        chosen = np.concatenate([support, violators[:most]])
        if 2 * len(chosen) > problem.split:  # what stays at zero costs little
            chosen = np.arange(problem.split)
        whole = len(chosen) == problem.split or not len(violators)
        model = model_at(problem, point)
        crowded = 2 * len(support) > problem.design.shape[0]
        w, means = sweep(problem, state, model, record, chosen, whole, crowded)
        self._advance(problem, state, model, chosen, w, means, record)

    def _brisk(self, problem: Any, state: Any) -> bool:
        """Whether epochs go so far that all violators may join at once."""
        if not problem.penalty.piecewise:
            return False
        bent = bool(problem.record.ridge.any())
        return tall(problem, problem.split) or (bent and state.pace < BRISK)

    # -- finishing -----------------------------------------------------------------

    def _finish(
        self, problem: Any, state: Any, chosen: Array, complete: bool
    ) -> None:
        """Newton steps on the working set, each solved exactly on its Gram matrix."""
        state.finishing = True
        penalty = part_of(problem, chosen)
        quadratic, first, last = problem.response.loss.quadratic, np.inf, np.inf
        least = self._enough(problem, state) if complete else 0.0
        steps = 1 if quadratic else MOST_STEPS if complete else INNER_STEPS
        for _ in range(steps):
            point = state.point
            model = model_at(problem, point)
            refresh(state, problem, model, chosen)
            w = point.x[chosen].copy()
            v = pulled(problem, point, model, chosen, state.h, state.means)
            left = penalty.violation(w, v)
            if first < np.inf and left <= (least or SOON * first):
                break
            if state.outdated(model, left, last):
                refresh(state, problem, model, chosen)
            first, last = min(first, left), left
            goal = self._goal(state, left, quadratic)
            gram = state.damped(problem)
            if state.caution > 1.0:
                gram = state.caution * gram
            if state.calm:
                penalty.newton(gram, v, w)
            else:
                penalty.optimise(gram, v, w, goal, state.budget)
            self._advance(problem, state, model, chosen, w, state.means, problem.record)
            if state.point is point or state.budget.spent:
                break

    def _across(self, problem: Any, state: Any) -> None:
        """The model of the loss is minimised by Newton's method on the rows."""
        point, every = state.point, np.arange(problem.split)
        model = model_at(problem, point)
        means = means_of(problem, model.h, every)
        state.rest *= LEFT
        enough = point.objective * max(state.budget.goal, 1e-16) * state.rest
        w, ended = _across.across(
            problem, point, model, means, state.products, enough, state.budget
        )
        self._advance(problem, state, model, every, w, means, problem.record)
        if not ended:
            state.across, state.barred = False, True
            better = state.point.objective < point.objective
            state.point = state.point if better else point

    def _enough(self, problem: LinearProblem, state: Any) -> float:
        """Violation at which the certificate will do: a share d of the levels adds at
        most d times the penalty to the gap.
        """
        if not problem.penalty.piecewise:
            return 0.0
        level = problem.record.level  # type: ignore[attr-defined]
        least = float(level[level > 0].min(initial=np.inf))
        point = state.point
        if not (0 < point.cost < np.inf and least < np.inf):
            return 0.0
        return 0.3 * max(state.budget.goal, 0.0) * least * point.objective / point.cost

    def _working_set(
        self, problem: LinearProblem, state: Any, support: Array, violators: Array
    ) -> Array:
        """Columns of the Gram matrix: those it has, those in use, the worst others."""
        known, wanted = state.columns, np.concatenate([support, violators])
        if problem.split <= MANY * len(wanted):
            everything = np.arange(problem.split)
            more = self._cost(problem, everything) - self._cost(problem, wanted)
            saved = SAVED if problem.response.loss.quadratic else SPARE
            spare = more <= saved + ROUND / max(problem.design.nnz, 1)
            if spare and self._all_cheap(problem, everything):  # never looked for again
                return everything
        room = len(support) + max(64, len(support))
        if state.finishing or not self._all_cheap(problem, wanted):
            wanted = wanted[:room]
        if not state.finishing and problem.penalty.piecewise:
            near = np.concatenate([wanted, nearby(problem, state.point, wanted)])
            near = near[: max(room, len(wanted))].astype(np.int64)
            if problem.design.gram_cost(near) <= SPARE:
                wanted = near
        if not len(known) and tall(problem, problem.split):
            cost, everything = problem.design.gram_cost, np.arange(problem.split)
            if cost(everything) <= MORE * cost(wanted):
                return everything
        fresh = np.zeros(problem.split, bool)
        fresh[wanted] = True
        fresh[known] = False
        fresh = np.flatnonzero(fresh)
        if len(known) + len(fresh) > LARGEST_GRAM:  # begin anew with what is in use
            known, fresh = known[:0], np.sort(wanted[:LARGEST_GRAM])
        return np.concatenate([known, fresh]).astype(np.int64)

    def _goal(self, state: Any, left: float, quadratic: bool) -> float:
        """Violation to leave on the working set: all else is still to be seen."""
        if not quadratic:
            return 1e-3 * left
        if len(state.columns) <= SMALL_GRAM:
            return 0.0
        state.inner = min(REST * left, state.inner)
        return float(state.inner)

    # -- moving --------------------------------------------------------------------

    def _advance(
        self,
        problem: LinearProblem,
        state: Any,
        model: Model,
        columns: Array,
        w: Array,
        means: Array,
        record: Record,
    ) -> None:
        """Go to w, or as far towards it as loss and penalty (`record`) fall."""
        point = state.point
        x = moved(problem, point, model, columns, w, means)
        if np.array_equal(x, point.x):
            state.rate = 0.0
            return
        if problem.response.loss.quadratic:
            state.point = landed(problem, state, model, columns, x)
            state.rate = 1.0
            return
        direction = x - point.x
        dz = pushed(problem, direction, columns)

        def cost(at: LinearPoint) -> float:
            if record is problem.record:
                return at.cost
            head = readonly(at.x[: problem.split])
            return float(costs(record, head, problem.lanes))

        state.point, state.rate = descend(problem, point, direction, dz, cost)
        state.learn()
