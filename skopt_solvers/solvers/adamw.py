"""AdamW: Adam with decoupled weight decay."""

import math

from .._params import Flag, Number
from ._moments import MomentSolver


class AdamW(MomentSolver):
    r"""Adaptive moment estimation with decoupled weight decay.

    .. math::
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \quad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2, \\
        w_t &= (1 - \eta_t \lambda) w_{t-1} - \eta_t \frac{m_t / (1 - \beta_1^t)}
               {\sqrt{v_t / (1 - \beta_2^t)} + \epsilon}.

    With `amsgrad`, v in the denominator is its largest value so far. The penalty enters
    by its prox with each coordinate's own step. As ``torch.optim.AdamW`` for a numeric
    learning rate and ``preconditioner=None``.

    The decay :math:`\lambda` is no penalty but an addition that changes the solution:
    fits end where :math:`g + \lambda (\sqrt{v} + \epsilon) w` and the penalty balance,
    not at the optimum of the objective, so certificates stay large. It pulls at the
    intercept too, and holds coefficients within :math:`\pm 1 / \lambda` in the units of
    the preconditioner. To regularise use `L2`; with ``weight_decay=0`` this is `Adam`.

    Cost per epoch: one pass, and 17 operations per coefficient and update; memory 2
    vectors (three with `amsgrad`) and a shuffled copy of X.

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
    weight_decay : float, default=0.01
        :math:`\lambda`, at least zero, multiplied by the rate and its schedule.
    amsgrad : bool, default=False
        Whether denominators never decrease.
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
    Loshchilov & Hutter (2019), ICLR, algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import AdamW
    >>> solver = AdamW(learning_rate=0.1, tol=0, max_iter=2)
    >>> result = minimize(lambda x: x @ x / 2, [1.0], jac=lambda x: x, solver=solver)
    >>> np.round(result.x, 6)  # first 0.1 % less, then 0.1 down
    array([0.798519])
    """

    good_for = "`Adam` with weight decay, which changes the solution"
    assumes = "as `Adam`; its decay stands for a penalty, and has another solution"
    slots = 3
    lazy = True
    own = MomentSolver.moments | {
        "weight_decay": Number(0.0, math.inf, open_high=True),
        "amsgrad": Flag(),
    }

    def __init__(
        self,
        learning_rate="auto",
        beta1=0.9,
        beta2=0.999,
        eps=1e-8,
        weight_decay=0.01,
        amsgrad=False,
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
        self.weight_decay = weight_decay
        self.amsgrad = amsgrad
        self.schedule = schedule
        self.batch_size = batch_size
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, rate, t, memory):
        pace = rate / (1.0 - self.beta1**t)
        correction = 1.0 / math.sqrt(1.0 - self.beta2**t)
        kept = 1.0 if self.amsgrad else 0.0
        return pace, correction, rate, kept, rate * self.weight_decay

    def move(self, c, g, w, slots, f):
        pace, correction, rate, kept, decay = c
        m = self.beta1 * slots[0, f] + (1.0 - self.beta1) * g
        v = self.beta2 * slots[1, f] + (1.0 - self.beta2) * g * g
        top = max(v, kept * slots[2, f])
        slots[0, f] = m
        slots[1, f] = v
        slots[2, f] = top
        spread = math.sqrt(top) * correction + self.eps
        return decay * w + pace * m / spread, rate / spread

    def idle(self, c):
        return 1.0 - c[4], c[0] / c[1]

    def ratio(self):
        fading = self.beta2 > 0.0 and not self.amsgrad
        return self.beta1 / math.sqrt(self.beta2) if fading else self.beta1

    def drift(self, slots, f):
        return slots[0, f] / (math.sqrt(slots[2, f]) + self.eps)

    def rest(self, slots, f, k):
        slots[0, f] *= self.beta1**k
        slots[1, f] *= self.beta2**k
        if not self.amsgrad:
            slots[2, f] = slots[1, f]
