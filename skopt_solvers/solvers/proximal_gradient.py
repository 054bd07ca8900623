"""Proximal gradient descent, plain (ISTA) and accelerated (FISTA)."""

import math
from typing import Any

from .._params import Choice, Flag
from ..problems._base import Oracle, Problem
from ..problems._frames import Own
from ._base import Array, Budget, Solver
from ._proximal import ProximalState, arrive, begin
from .step_sizes import Backtracking


class ProximalGradient(Solver):
    r"""Proximal gradient descent in a diagonal metric, with backtracking.

    .. math::
        y_t &= x_t + \beta_t (x_t - x_{t-1}), \\
        x_{t+1} &= \operatorname{prox}_{\eta_t D^{-1} \Omega}
                   (y_t - \eta_t D^{-1} \nabla f(y_t)),

    with :math:`\beta_t = (\theta_t - 1)/\theta_{t+1}`,
    :math:`\theta_{t+1} = (1 + \sqrt{1 + 4\theta_t^2})/2` (FISTA), :math:`\beta_t = 0`
    without acceleration (ISTA). D is the diagonal of the Hessian's bound: columns of
    any scale. Momentum restarts when it points uphill. Steps are chosen by
    `Backtracking`; without acceleration this is `GradientDescent` with it.

    Cost per iteration: one gradient and one or two values; memory 6 vectors.

    Parameters
    ----------
    accelerated : bool, default=True
        FISTA or ISTA.
    restart : bool, default=True
        Whether momentum restarts adaptively.
    preconditioner : {"auto"} or None, default="auto"
        "auto" uses the diagonal metric D, None the identity.
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=100_000
        Largest number of iterations.

    References
    ----------
    Beck & Teboulle (2009), SIAM J. Imaging Sci. 2, equations (4.1)-(4.3);
    O'Donoghue & Candès (2015), Found. Comput. Math. 15, equation (12), for the restart.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.penalties import L1
    >>> from skopt_solvers.solvers import ProximalGradient
    >>> result = minimize(lambda x: 0.5 * np.sum((x - 2) ** 2), np.zeros(2),
    ...                   jac=lambda x: x - 2, penalty=L1(0.5),
    ...                   solver=ProximalGradient())
    >>> np.round(result.x, 6)
    array([1.5, 1.5])
    """

    good_for = "whatever has a prox, such as a softmax with L1"
    assumes = (
        "a Lipschitz slope, whose constant is found on the way; both parts "
        "convex, for its rate"
    )
    requires = Oracle.GRADIENT | Oracle.PROX
    constraints = {  # noqa: RUF012
        "accelerated": Flag(),
        "restart": Flag(),
        "preconditioner": Choice("auto", None),
    }

    def __init__(
        self,
        accelerated=True,
        restart=True,
        preconditioner="auto",
        tol=1e-6,
        max_iter=100_000,
    ):
        self.accelerated = accelerated
        self.restart = restart
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Problem, x: Array, budget: Budget) -> ProximalState:
        return begin(problem, x, budget, self.preconditioner is not None, Own())

    def step(self, problem: Problem, state: Any) -> None:
        base, theta = state.point, state.momentum
        following = (1 + math.sqrt(1 + 4 * theta * theta)) / 2
        beta = (theta - 1) / following if self.accelerated else 0.0
        if beta > 0:
            base = problem.combine(state.point, state.before, -beta)
        new = Backtracking().descend(problem, state, base)
        moved = new.x - state.point.x
        uphill = float(((base.x - new.x) * state.scales) @ moved) > 0
        state.momentum = 1.0 if self.restart and uphill and beta > 0 else following
        state.stalled = beta == 0 and not moved.any()
        arrive(problem, state, new, base)
