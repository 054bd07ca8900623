"""Reweighted L1: the tangents of a concave penalty, one after the other."""

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .._params import Number, Optional
from ..problems._base import Oracle, Problem
from ..problems.linear import LinearProblem
from ..result import NOT_YET
from ._base import Array, Budget, Solver, State
from .coordinate_descent import CoordinateDescent, CoordinateState

SHARE = 1e-3  # of the tolerance, to which each weighted lasso is solved
STEPS = 1000  # that one of them may take
LARGEST = 1e150  # weight of a zero whose slope is infinite: it remains zero
ROUNDING = 1e-15  # relative falls of the objective that are none


@dataclass
class ReweightedState(State):
    """The weighted lasso solved last, with the Gram matrix of its columns."""

    lasso: CoordinateState | None = None
    inner: CoordinateDescent = field(default_factory=CoordinateDescent)


class Reweighted(Solver):
    r"""Reweighted L1, for penalties that are concave in the size of a coefficient.

    A concave penalty lies below its tangent, so each weighted lasso

    .. math:: w^{t+1} = \arg\min_w f(w) + \sum_j \Omega_j'(|w_j^t|)\, |w_j|

    takes the objective down; each is solved to high precision by `CoordinateDescent`,
    which keeps its Gram matrix from one to the next. With `LogSum` these are the
    weights of Candès, Wakin & Boyd, with `SCAD` and `max_iter` of 1 the one-step
    estimator of Zou & Li, with `Lq` those of the adaptive lasso. Zeros whose slope is
    infinite (`Lq`) remain zero. `CoordinateDescent` itself gets to such points in fewer
    passes, and further down where a coefficient by itself has a better value.

    Cost per iteration: some passes over the data, plus the work on the working set of k
    columns (``n k**2`` operations for its Gram matrix); memory ``k**2`` numbers.

    Parameters
    ----------
    tol : float or None, default=1e-6
        Certificate at which to stop; with None `max_iter` iterations are what is
        wanted.
    max_iter : int, default=200
        Largest number of times that the weights are made anew.

    References
    ----------
    Zou & Li (2008), Ann. Stat. 36, equation (2.7); Candès, Wakin & Boyd (2008), J.
    Fourier Anal. Appl. 14, section 2.2.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import AdvancedLinearRegressor
    >>> from skopt_solvers.penalties import SCAD
    >>> from skopt_solvers.solvers import Reweighted
    >>> X, y = load_diabetes(return_X_y=True)
    >>> one_step = Reweighted(tol=None, max_iter=1)
    >>> model = AdvancedLinearRegressor("squared", SCAD(alpha=1.0), solver=one_step)
    >>> model.fit(X, y).coef_.nonzero()[0]
    array([1, 2, 3, 4, 6, 8, 9])
    """

    good_for = "penalties that are concave on each side of zero; adaptive lasso"
    assumes = "a convex loss; it comes to rest where no coefficient gains by itself"
    requires = Oracle.COLUMNS | Oracle.CONCAVE
    constraints = {  # noqa: RUF012
        "tol": Optional(Number(0.0, math.inf, open_high=True))
    }

    def __init__(self, tol=1e-6, max_iter=200):
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Problem, x: Array, budget: Budget) -> ReweightedState:
        feasible = problem.feasible(x)
        state = ReweightedState(problem.at(feasible), budget, NOT_YET)
        state.certify(problem)
        return state

    def step(self, problem: Any, state: Any) -> None:
        before = state.point
        lasso = problem.with_penalty(_tangent(problem, before.x))
        goal = SHARE * (1e-6 if state.budget.tol is None else state.budget.tol)
        budget = replace(state.budget, tol=goal)
        if state.lasso is None:
            inner = state.inner.init(lasso, before.x, budget)
        else:
            inner = state.inner.resume(lasso, state.lasso, budget)
        for _ in range(STEPS):
            certificate = inner.certificate
            done = certificate.exact and certificate.value <= goal
            if done or inner.stalled or budget.spent:
                break
            state.inner.step(lasso, inner)
        state.lasso, state.point = inner, inner.point.under(problem)
        fall = before.objective - state.point.objective
        state.stalled = fall <= ROUNDING * abs(before.objective)
        state.certify(problem)


def _tangent(problem: LinearProblem, x: Array) -> Any:
    """The lasso that touches the penalty at x."""
    size = np.abs(x[: problem.split])
    slopes = problem.regularizer.slopes(size)
    return problem.penalty.lasso(np.minimum(slopes, LARGEST))  # type: ignore[attr-defined]
