"""Proximal gradient descent, plain (ISTA) and accelerated (FISTA)."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._params import Choice, Flag
from ..problems._base import Oracle, Point, Problem
from ..result import NOT_YET
from ._base import Array, Budget, Solver, State

CHECK_EVERY = 5  # iterations between certificates: each costs a pass over the samples
NOISY_SLACK = 1e-9  # the same where the step is known to be short enough
NOISE = 1e-13  # differences of the loss below this share of it are rounding
GROWTH = 1.05  # the step is tried a little longer each time, so that it can recover


@dataclass
class ProximalState(State):
    """The last two iterates, the momentum counter and the metric."""

    before: Point | None = None
    momentum: float = 1.0
    scales: Array = field(default_factory=lambda: np.ones(0))


class ProximalGradient(Solver):
    r"""Proximal gradient descent in a diagonal metric, with backtracking.

    .. math::
        y_t &= x_t + \beta_t (x_t - x_{t-1}), \\
        x_{t+1} &= \operatorname{prox}_{\eta_t D^{-1} \Omega}
                   (y_t - \eta_t D^{-1} \nabla f(y_t)),

    with :math:`\beta_t = (\theta_t - 1)/\theta_{t+1}`,
    :math:`\theta_{t+1} = (1 + \sqrt{1 + 4\theta_t^2})/2` (FISTA), :math:`\beta_t = 0`
    without acceleration (ISTA). D is the diagonal of the Hessian's bound: columns of
    any scale. Momentum restarts when it points uphill.

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
        feasible = problem.prox(x, np.full_like(x, 1e-300))
        state = ProximalState(problem.at(feasible), budget, NOT_YET, rate=1.0)
        state.certify(problem)
        state.before = state.point
        state.scales = np.ones(problem.size)
        if self.preconditioner is not None:
            state.scales = problem.scales(state.point)
        return state

    def step(self, problem: Problem, state: Any) -> None:
        base, theta = state.point, state.momentum
        following = (1 + math.sqrt(1 + 4 * theta * theta)) / 2
        beta = (theta - 1) / following if self.accelerated else 0.0
        if beta > 0:
            base = problem.combine(state.point, state.before, -beta)
        new = self._descend(problem, state, base)
        moved = new.x - state.point.x
        uphill = float(((base.x - new.x) * state.scales) @ moved) > 0
        state.momentum = 1.0 if self.restart and uphill and beta > 0 else following
        state.stalled = beta == 0 and not moved.any()
        state.before, state.point = state.point, new
        if state.n_iter % CHECK_EVERY == 0 or state.stalled:
            state.certify(problem, witness=base)

    def _descend(self, problem: Problem, state: ProximalState, base: Point) -> Point:
        """One proximal step from `base`, halved until the quadratic model holds."""
        g = base.loss_gradient
        noise = NOISE * abs(base.loss)
        if abs(state.point.loss - base.loss) > noise or state.n_iter < CHECK_EVERY:
            state.rate *= GROWTH  # below the noise a step too long would go unseen
        while True:
            steps = state.rate / state.scales
            new = problem.at(problem.prox(base.x - steps * g, steps))
            d = new.x - base.x
            bend = 0.5 * float((d * d) @ (1.0 / steps))
            model = base.loss + float(g @ d) + bend
            # a scaled Hessian has a unit diagonal: its eigenvalues are at most its size
            safe = state.rate * problem.size <= 1.0 and self.preconditioner is not None
            slack = NOISY_SLACK * abs(base.loss) if safe else noise
            if new.loss <= model + slack or state.rate < 1e-30:
                return new
            state.rate /= 2
