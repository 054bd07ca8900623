"""Block coordinate descent with working sets, and Newton's method on the support."""

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .._compile import readonly
from ..kernels import block_descent as kernels
from ..problems._base import Oracle, Problem
from ..problems.linear import LinearPoint
from ..problems.regularizer import Blocks, ends
from ..result import NOT_YET
from ._base import Array, Budget, Solver
from ._block_support import AT_ONCE, Quadratic, optimise
from ._model import Model, model_at, moved, pulled
from ._working_gram import MANY, SAVED, GramState, landed, reached, refresh, tiny
from ._working_set import descend, pushed

SIFTS = 8  # rounds of plain descent before a Gram matrix is formed
EPOCHS = 4  # epochs a round: enough to settle which blocks matter
ROUNDS = 10  # proximal steps on one block at most, on its own Gram matrix
FALL = 0.3  # the strength comes down to its value by this factor a round
CANDIDATES = 500  # columns that may join in one round
LARGEST_GRAM = 4000  # coefficients; a Gram matrix of 128 MB
INNER_STEPS = 3  # Newton steps on one working set between two full passes
CHEAP = 2.0  # passes that a Gram matrix of all violators may cost to be formed at once
SMALL_GRAM = 200  # coefficients up to which the last digit costs nothing
REST = 0.03  # share of the violation that is left on a working set


@dataclass
class BlockState(GramState):
    """The rounds done and the Gram matrix of the working set."""

    sifts: int = 0
    blocks: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    finishing: bool = False
    inner: float = math.inf


class BlockDescent(Solver):
    r"""Block coordinate descent with working sets, for penalties of groups of columns.

    Cyclic proximal steps on one block,

    .. math:: w_g \leftarrow \operatorname{prox}_{\Omega_g / L_g}
              (w_g - \nabla_g f(w) / L_g), \quad
              L_g \ge \lambda_{\max}\Big(\sum_i h_i x_{ig} x_{ig}'\Big),

    repeated on the block's own Gram matrix, on the blocks that violate their conditions
    most, while the strength of the penalty comes down to its value, find the support;
    Newton's method on the Gram matrix of the support finishes exactly. Losses other
    than the squared one are replaced by their quadratic model (proximal Newton) and a
    line search; of a softmax the whole Hessian is used. The intercept is minimised out;
    neither it nor sparse columns are ever centred in memory.

    Cost per iteration: one pass over the data, plus the work on the working set of k
    columns (``n k**2`` operations for its Gram matrix); memory ``k**2`` numbers.

    Parameters
    ----------
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=1000
        Largest number of iterations, each with one pass over all columns.

    References
    ----------
    Yuan & Lin (2006), J. R. Stat. Soc. B 68, equation (2.4); Massias, Gramfort & Salmon
    (2018), ICML, algorithm 1, for working sets.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import AdvancedLinearRegressor
    >>> from skopt_solvers.penalties import GroupLasso
    >>> X, y = load_diabetes(return_X_y=True)
    >>> blood = GroupLasso(0.5, groups=[0, 1, 2, 3, 4, 4, 4, 4, 4, 4])
    >>> model = AdvancedLinearRegressor("squared", blood, "block_descent").fit(X, y)
    >>> model.coef_.nonzero()[0]
    array([2, 3, 4, 5, 6, 7, 8, 9])
    """

    good_for = "groups of columns, few of many in use; a softmax's rows"
    assumes = (
        "a convex loss with a second derivative; a penalty that is a "
        "sum over groups"
    )
    requires = Oracle.GRADIENT | Oracle.BLOCKS

    def __init__(self, tol=1e-6, max_iter=1000):
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Problem, x: Array, budget: Budget) -> BlockState:
        feasible = problem.feasible(x)
        state = BlockState(problem.at(feasible), budget, NOT_YET)
        state.certify(problem)
        return state

    def resume(self, problem: Any, state: Any, budget: Budget) -> BlockState:
        point = state.point.under(problem)
        if not point.finite:
            return self.init(problem, point.x, budget)
        following = replace(state, point=point, budget=budget, n_iter=0, stalled=False)
        following.inner, following.finishing = math.inf, True
        following.certify(problem)
        return following

    def step(self, problem: Any, state: Any) -> None:
        if tiny(problem, state, AT_ONCE):
            every = problem.regularizer.which
            if reached(problem, state, lambda: self._finish(problem, state, every)):
                return
        before = state.point
        used, others, scores = _status(problem, before)
        if self._finish_now(problem, state, used, others):
            blocks = self._working_set(problem, state, used, others)
            self._finish(problem, state, blocks)
        else:
            self._sift(problem, state, used, others, scores)
        state.stalled = state.point is before and state.hopeless
        state.certify(problem)

    def _finish_now(
        self, problem: Any, state: Any, used: Array, others: Array
    ) -> bool:
        """Whether to form the Gram matrix rather than to go on sifting."""
        sizes = problem.regularizer.sizes
        support, rest = int(sizes[used].sum()), int(sizes[others].sum())
        if support > LARGEST_GRAM:
            return False
        if state.finishing or state.sifts >= SIFTS:
            return True
        if rest <= max(0.2 * support, 32):
            return True
        columns = problem.regularizer.columns(np.concatenate([used, others]))
        tall = 4 * len(columns) < problem.design.shape[0]
        return tall and problem.design.gram_cost(columns) <= CHEAP

    # -- sifting -------------------------------------------------------------------

    def _sift(
        self, problem: Any, state: Any, used: Array, others: Array, scores: Array
    ) -> None:
        """A few epochs at a strength on its way down to the penalty's own."""
        state.sifts += 1
        layout = problem.regularizer
        if len(others) and problem.penalty.adjustable:
            factor = max(1.0, float(scores[0]) * FALL**state.sifts)
            layout = layout.under(problem.penalty.at(factor * problem.penalty.alpha))
            others = others[scores > factor]
        sizes = problem.regularizer.sizes // problem.lanes
        room = max(CANDIDATES, 2 * int(sizes[used].sum()))
        others = others[np.cumsum(sizes[others]) <= max(room, sizes[others[:1]].sum())]
        blocks = np.concatenate([used, others])
        columns, starts = problem.regularizer.columns(blocks), ends(sizes[blocks])
        point, model = state.point, model_at(problem, state.point)
        access, centred = problem.design.columns.record(), problem.fit_intercept
        which, chosen = readonly(blocks), readonly(columns)
        means, grams, tops = kernels.moments(
            access, model.h, model.total, chosen, starts, centred
        )
        w = _lined_up(problem, point, columns)
        r = np.array(model.r.reshape(len(model.h), -1).T, order="C")
        crowded = 2 * int(sizes[used].sum()) > min(problem.design.shape)
        epochs = 10 * EPOCHS if crowded else EPOCHS
        kernels.cycles(
            access, layout.record, model.h, model.uniform, model.total, chosen, starts,
            which, readonly(means), readonly(grams), readonly(tops), w, r, epochs,
            ROUNDS,
        )  # fmt: skip
        w = w.reshape(len(columns), *problem.response.shape)
        direction = moved(problem, point, model, columns, w, means) - point.x
        _advance(problem, state, direction, layout)

    # -- finishing -----------------------------------------------------------------

    def _finish(self, problem: Any, state: Any, blocks: Array) -> None:
        """Newton steps on these blocks, each solved exactly on their Gram matrix."""
        state.finishing = True
        quadratic, first, last = problem.response.loss.quadratic, math.inf, math.inf
        once = quadratic or bool(problem.response.shape)
        for _ in range(1 if once else INNER_STEPS):
            point = state.point
            part, model = self._part(problem, state, blocks)
            left = part.violation
            if left <= 0.1 * first and first < math.inf:
                break
            if model is not None and state.outdated(model, left, last):
                part, model = self._part(problem, state, blocks)
            first, last = min(first, left), left
            if quadratic:
                state.inner = min(REST * left, state.inner)
            goal = state.inner if quadratic else 1e-3 * left
            optimise(part, goal if part.w.size > SMALL_GRAM else 0.0, state.budget)
            w = part.w.reshape(len(state.columns), *problem.response.shape)
            if model is None:
                direction = part.direction(problem, point, state.columns, w)
            else:
                means = state.means
                x = moved(problem, point, model, state.columns, w, means)
                direction = x - point.x
            _advance(problem, state, direction, problem.regularizer, model)
            if state.point is point or state.budget.spent:
                break

    def _working_set(
        self, problem: Any, state: Any, used: Array, others: Array
    ) -> Array:
        """Blocks of the Gram matrix: those it has, those in use, the worst others."""
        sizes, known = problem.regularizer.sizes, state.blocks
        if self._all_at_once(problem, used, others):
            return np.arange(len(sizes))
        if state.finishing:
            room = max(64, int(sizes[used].sum()))
            keep = np.cumsum(sizes[others]) <= max(room, sizes[others[:1]].sum())
            others = others[keep]
        fresh = np.setdiff1d(np.concatenate([used, others]), known)
        if sizes[known].sum() + sizes[fresh].sum() > LARGEST_GRAM:  # begin anew
            wanted = np.concatenate([used, others])
            known = known[:0]
            fresh = wanted[np.cumsum(sizes[wanted]) <= LARGEST_GRAM]
        return np.concatenate([known, fresh]).astype(np.int64)

    def _all_at_once(self, problem: Any, used: Array, others: Array) -> bool:
        """Whether a Gram matrix of all columns costs no more than it saves later."""
        single = problem.response.loss.quadratic and not problem.response.shape
        sizes = problem.regularizer.sizes
        busy = int(sizes[used].sum() + sizes[others].sum())
        tall = 4 * problem.split < problem.design.shape[0]
        few = problem.split <= min(MANY * busy, LARGEST_GRAM)
        if not (single and tall and few):
            return False
        cost, everything = problem.design.gram_cost, np.arange(problem.split)
        wanted = problem.regularizer.columns(np.concatenate([used, others]))
        return bool(cost(everything) <= SAVED + cost(wanted))

    def _part(
        self, problem: Any, state: Any, blocks: Array
    ) -> tuple[Quadratic, Model | None]:
        """The quadratic model on these blocks; None if it knows its intercept."""
        point, columns = state.point, problem.regularizer.columns(blocks)
        state.blocks = blocks
        starts = ends(problem.regularizer.sizes[blocks] // problem.lanes)
        w = _lined_up(problem, point, columns)
        if problem.response.shape and not problem.response.loss.quadratic:
            state.columns = columns
            return Quadratic.of_lanes(problem, point, blocks, columns, starts, w), None
        model = model_at(problem, point)
        refresh(state, problem, model, columns)
        if problem.response.shape:
            v = np.stack([
                problem.design.tdot_columns(columns, readonly(np.ascontiguousarray(r)))
                for r in model.r.T
            ], axis=1)  # fmt: skip
            v -= np.outer(state.means, model.r.sum(axis=0))
        else:
            v = pulled(problem, point, model, columns, state.h, state.means)[:, None]
        gram = state.damped(problem)
        return Quadratic(problem.regularizer, gram, v, w, blocks, starts), model


def _lined_up(problem: Any, point: LinearPoint, columns: Array) -> Array:
    """The coefficients of some columns, one for each prediction."""
    w = problem.coefficients(point.x)[columns]
    return np.array(w.reshape(len(columns), problem.lanes))


# -- status ----------------------------------------------------------------------------


def _status(problem: Any, point: LinearPoint) -> tuple[Array, Array, Array]:
    """Blocks in use; others that violate a condition, worst first; how badly they do.

    Scores of a penalty with a conjugate are the strengths, in units of its own, at
    which the condition would hold.
    """
    layout: Blocks = problem.regularizer
    w, g = point.x[: problem.split], point.loss_gradient[: problem.split]
    wrong = layout.block_violations(w, g)
    busy = np.bincount(layout.labels, w != 0, len(wrong)) > 0
    used = busy | layout.loose
    others = np.flatnonzero(~used & (wrong > 0))
    scores = wrong[others]
    if problem.dual:
        scores = 1.0 / np.maximum(layout.shrinks(-g)[others], 1e-300)
    order = np.argsort(-scores, kind="stable")
    return np.flatnonzero(used), others[order], scores[order]


# -- moving ----------------------------------------------------------------------------


def _advance(
    problem: Any, state: Any, direction: Array, layout: Any, model: Model | None = None
) -> None:
    """Go along, as far as loss and penalty (that of `layout`) fall.

    `model` is the one whose Gram matrix the state has.
    """
    point = state.point
    if not direction.any():
        state.rate = 0.0
        return
    if problem.response.loss.quadratic:
        x, state.rate = point.x + direction, 1.0
        if model is None or problem.response.shape:
            state.point = LinearPoint(problem, x, pushed(problem, x))
        else:
            state.point = landed(problem, state, model, state.columns, x)
        return
    dz = pushed(problem, direction)

    def cost(at: LinearPoint) -> float:
        return float(layout.cost(at.x[: problem.split]))

    state.point, state.rate = descend(problem, point, direction, dz, cost)
    state.learn()
