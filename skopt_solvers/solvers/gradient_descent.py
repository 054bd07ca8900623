"""Gradient descent on all of the data, with a choice of step sizes."""

from typing import Any

from .._params import Choice
from ..problems._base import Oracle, Problem
from ..problems._frames import Own
from ._base import Array, Budget, Solver
from ._proximal import ProximalState, arrive, begin
from .step_sizes import as_step_size


class GradientDescent(Solver):
    r"""Gradient descent, followed by the prox of the penalty.

    .. math:: x_{t+1} = \operatorname{prox}_{\eta_t D^{-1} \Omega}
              (x_t - \eta_t D^{-1} \nabla f(x_t))

    With a number as step size, ``preconditioner=None`` and no penalty, that is
    ``torch.optim.SGD`` on the whole data set.

    Cost per iteration: one value and gradient, and what the step size needs besides;
    memory 6 vectors.

    Parameters
    ----------
    step_size : float, StepSize or str, default="backtracking"
        How :math:`\eta_t` is chosen: "backtracking", "exact_quadratic", an object, or a
        number, which is the same as ``FixedStep(number)``.
    preconditioner : {"auto"} or None, default="auto"
        "auto" takes the diagonal of the Hessian's bound for D, and centred columns;
        None the identity, in the user's coordinates.
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=100_000
        Largest number of iterations.

    References
    ----------
    Cauchy (1847), C. R. Acad. Sci. 25; Beck & Teboulle (2009), SIAM J. Imaging Sci. 2,
    equation (3.1), for the prox.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalElasticNet
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalElasticNet(0.1, solver="gradient_descent").fit(X, y)
    >>> model.coef_[:2].round(1), model.certificate_ <= 1e-6
    (array([10.3,  0.3]), True)
    """

    good_for = "the plainest of all, with a choice of step sizes"
    assumes = "a Lipschitz slope, whose constant the step size finds or is told"
    requires = Oracle.GRADIENT | Oracle.PROX
    constraints = {"preconditioner": Choice("auto", None)}  # noqa: RUF012

    def __init__(
        self,
        step_size="backtracking",
        preconditioner="auto",
        tol=1e-6,
        max_iter=100_000,
    ):
        self.step_size = step_size
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Problem, x: Array, budget: Budget) -> ProximalState:
        step_size = as_step_size(self.step_size)
        scaled = self.preconditioner is not None
        frame = Own() if scaled else problem.user_frame()
        state = begin(problem, x, budget, scaled, frame)
        state.step_size = step_size
        return state

    def step(self, problem: Problem, state: Any) -> None:
        base = state.point
        new = state.step_size.descend(problem, state, base)
        state.stalled = not (new.x != base.x).any()
        arrive(problem, state, new, base)
