"""NAdam: Adam with Nesterov's momentum."""

import math

from .._params import Number
from ._moments import MomentSolver


class NAdam(MomentSolver):
    r"""Adaptive moment estimation with Nesterov's momentum.

    .. math::
        \mu_t &= \beta_1 (1 - 0.96^{t \psi} / 2), \quad
        \pi_t = \mu_1 \mu_2 \cdots \mu_t, \\
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \quad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2, \\
        w_t &= w_{t-1} - \eta_t \frac{\mu_{t+1} m_t / (1 - \pi_{t+1})
               + (1 - \mu_t) g_t / (1 - \pi_t)}
               {\sqrt{v_t / (1 - \beta_2^t)} + \epsilon}.

    The penalty enters by its prox with each coordinate's own step. As
    ``torch.optim.NAdam`` for a numeric learning rate and ``preconditioner=None``, up to
    the seventh digit: torch keeps :math:`\pi_t` in single precision.

    Cost per epoch: one pass, and 25 operations per coefficient and update; memory 3
    vectors and a shuffled copy of X.

    Parameters
    ----------
    learning_rate : float or "auto", default="auto"
        Rate :math:`\eta` before the schedule, in the units of the preconditioner.
        "auto" takes the spread of the null model's slopes over the mean absolute row
        sum, with a linear decay to zero unless a schedule is given.
    beta1, beta2 : float, default=0.9, 0.999
        Decay of the two moments, at least 0 and less than 1.
    eps : float, default=1e-8
        :math:`\epsilon`, greater than zero.
    momentum_decay : float, default=0.004
        :math:`\psi`, at least zero: how fast :math:`\mu_t` rises from half of
        :math:`\beta_1` to all of it. Keras has 1.
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
    Dozat (2016), Incorporating Nesterov momentum into Adam, ICLR workshop.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import NAdam
    >>> solver = NAdam(learning_rate=0.1, tol=0, max_iter=2)
    >>> result = minimize(lambda x: x @ x / 2, [1.0], jac=lambda x: x, solver=solver)
    >>> np.round(result.x, 6)  # the first step looks ahead: 0.105645
    array([0.819973])
    """

    good_for = "`Adam` with Nesterov's momentum, often a little ahead"
    lazy = True
    default_rate = 0.002
    own = MomentSolver.moments | {
        "momentum_decay": Number(0.0, math.inf, open_high=True)
    }

    def __init__(
        self,
        learning_rate="auto",
        beta1=0.9,
        beta2=0.999,
        eps=1e-8,
        momentum_decay=0.004,
        schedule=None,
        batch_size="auto",
        preconditioner="auto",
        tol=1e-3,
        max_iter=50,
    ):
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps
        self.momentum_decay = momentum_decay
        self.schedule = schedule
        self.batch_size = batch_size
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, rate, t, memory):
        mu = self.beta1 * (1.0 - 0.5 * 0.96 ** (t * self.momentum_decay))
        ahead = self.beta1 * (1.0 - 0.5 * 0.96 ** ((t + 1) * self.momentum_decay))
        rest = memory[0] = 1.0 - mu * (1.0 - memory[0])  # 1 - the product of all mu
        old = rate * ahead / (1.0 - ahead * (1.0 - rest))
        new = rate * (1.0 - mu) / rest
        limit = rate * (1.0 + ahead - mu)
        return old, new, limit, 1.0 / math.sqrt(1.0 - self.beta2**t)

    def move(self, c, g, w, slots, f):
        old, new, limit, correction = c
        m = self.beta1 * slots[0, f] + (1.0 - self.beta1) * g
        v = self.beta2 * slots[1, f] + (1.0 - self.beta2) * g * g
        slots[0, f] = m
        slots[1, f] = v
        spread = math.sqrt(v) * correction + self.eps
        return (old * m + new * g) / spread, limit / spread

    def idle(self, c):
        return 1.0, c[0] / c[3]
