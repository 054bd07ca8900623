"""Adadelta: steps as large as the last ones."""

import math

from .._params import Number
from ..problems._units import Facts
from ._stochastic import StochasticSolver


class Adadelta(StochasticSolver):
    r"""Adaptive gradients in the units of the steps before.

    .. math::
        v_t &= \rho v_{t-1} + (1 - \rho) g_t^2, \quad
        \delta_t = \frac{\sqrt{u_{t-1} + \epsilon}}{\sqrt{v_t + \epsilon}} g_t, \\
        u_t &= \rho u_{t-1} + (1 - \rho) \delta_t^2, \quad
        w_t = w_{t-1} - \eta_t \delta_t.

    The penalty enters by its prox with each coordinate's own step
    :math:`\eta_t \sqrt{u_{t-1} + \epsilon} / \sqrt{v_t + \epsilon}`. As
    ``torch.optim.Adadelta`` for a numeric learning rate and ``preconditioner=None``.

    The first steps are of size :math:`\sqrt{\epsilon}` whatever the problem, and grow
    from there: the slowest of the adaptive rules. A larger `eps` begins faster.

    Cost per epoch: one pass, and 14 operations per coefficient and update; memory 2
    vectors and a shuffled copy of X.

    Parameters
    ----------
    learning_rate : float or "auto", default="auto"
        Rate :math:`\eta` before the schedule, in the units of the preconditioner.
        "auto" takes 1, with a linear decay to zero unless a schedule is given.
    rho : float, default=0.9
        :math:`\rho`, decay of both means, at least 0 and less than 1.
    eps : float, default=1e-6
        :math:`\epsilon`, greater than zero, inside the roots.
    schedule : Schedule or callable, default=None
        Multiplies the learning rate.
    batch_size : int or "auto", default="auto"
        Rows per update; "auto" takes 32, and 128 of more than 200,000.
    preconditioner : {"auto"} or None, default="auto"
        "auto" scales and centres the columns implicitly; coefficients come back in the
        user's units. None is the plain rule.
    tol : float or None, default=1e-3
        Certificate that counts as success: checked after decays of 1, 2, 4, ... epochs
        with automatic rates and schedule, else once at the end; None if all epochs done
        is success enough.
    max_iter : int, default=50
        Epochs.

    References
    ----------
    Zeiler (2012), arXiv:1212.5701, algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import Adadelta
    >>> solver = Adadelta(learning_rate=1.0, tol=0, max_iter=2)
    >>> result = minimize(lambda x: x @ x / 2, [1.0], jac=lambda x: x, solver=solver)
    >>> np.round(result.x, 6)  # the first step is sqrt(1e-6 / 0.1)
    array([0.993598])
    """

    good_for = "no learning rate, slow progress"
    slots = 2
    lazy = True
    default_rate = 1.0
    own = {  # noqa: RUF012
        "rho": Number(0.0, 1.0, open_high=True),
        "eps": Number(0.0, math.inf, True, True),
    }

    def __init__(
        self,
        learning_rate="auto",
        rho=0.9,
        eps=1e-6,
        schedule=None,
        batch_size="auto",
        preconditioner="auto",
        tol=1e-3,
        max_iter=50,
    ):
        self.learning_rate = learning_rate
        self.rho = rho
        self.eps = eps
        self.schedule = schedule
        self.batch_size = batch_size
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, rate, t, memory):
        return rate, self.rho

    def move(self, c, g, w, slots, f):
        rate, rho = c
        v = rho * slots[0, f] + (1.0 - rho) * g * g
        ratio = math.sqrt(slots[1, f] + self.eps) / math.sqrt(v + self.eps)
        delta = ratio * g
        slots[0, f] = v
        slots[1, f] = rho * slots[1, f] + (1.0 - rho) * delta * delta
        return rate * delta, rate * ratio

    def rest(self, slots, f, k):
        slots[0, f] *= self.rho**k
        slots[1, f] *= self.rho**k

    def automatic(self, facts: Facts, batch: int) -> float:
        return 1.0
