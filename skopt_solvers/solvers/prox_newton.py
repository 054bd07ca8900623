"""Proximal Newton: a quadratic model of the loss, the penalty as it is."""

from typing import Any

from ..problems._base import Oracle, Problem
from ._base import Array, Budget, Solver, State
from ._lanes import LaneNewton
from .coordinate_descent import CoordinateDescent


class ProxNewton(Solver):
    r"""Proximal Newton's method, for losses of one or of several predictions.

    Each step minimises the quadratic model of the loss f plus the penalty,

    .. math:: \min_u\; \nabla f(w)'(u - w) + \tfrac12 (u - w)' \nabla^2 f(w) (u - w)
              + \sum_j \Omega_j(u_j),

    on the coefficients in use and those that violate their conditions most, by an
    active set that ends exactly; a line search along ``u - w`` follows. The intercept
    is minimised out. Losses of one prediction per sample (logistic, Poisson, Huber,
    squared hinge, ...) are the business of `CoordinateDescent`, whose steps these are;
    of a softmax the whole Hessian is used, which mixes the classes. Where more
    coefficients are in use than a Hessian can hold, classes take turns, each with
    epochs of coordinate descent on its own model.

    Cost per iteration: one pass over the data, and for K predictions and k columns on
    the working set ``n (K k)**2 / 2`` operations for the Hessian; memory ``(K k)**2``
    numbers.

    Parameters
    ----------
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=1000
        Largest number of iterations.

    References
    ----------
    Lee, Sun & Saunders (2014), SIAM J. Optim. 24, algorithm 1; Friedman, Hastie &
    Tibshirani (2010), J. Stat. Softw. 33, section 4, for classes that take turns.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skopt_solvers import AdvancedLogisticRegression
    >>> X, y = load_iris(return_X_y=True)
    >>> model = AdvancedLogisticRegression(l1_ratio=1.0, solver="prox_newton")
    >>> int((model.fit(X, y).coef_ != 0).sum()), model.result_.success
    (4, True)
    """

    good_for = "L1 and bounds on a softmax; few of many coefficients in use"
    requires = Oracle.GRADIENT | Oracle.ROWS | Oracle.SEPARABLE
    assumes = (
        "a convex loss with a second derivative; a penalty that is a sum over "
        "coefficients"
    )

    def __init__(self, tol=1e-6, max_iter=1000):
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Problem, x: Array, budget: Budget) -> State:
        return self._engine(problem).init(problem, x, budget)

    def resume(self, problem: Problem, state: Any, budget: Budget) -> State:
        return self._engine(problem).resume(problem, state, budget)

    def follow(self, problem: Any, strengths: Array, budget: Budget, gram: Any) -> Any:
        return self._engine(problem).follow(problem, strengths, budget, gram)

    def step(self, problem: Problem, state: Any) -> None:
        self._engine(problem).step(problem, state)

    def _engine(self, problem: Any) -> Any:
        """What does the steps: they differ in how many predictions a sample has."""
        engine: Any = LaneNewton if problem.response.shape else CoordinateDescent
        return engine(self.tol, self.max_iter)
