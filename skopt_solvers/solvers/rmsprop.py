"""RMSProp: gradients over their root mean square."""

import math

from .._params import Flag, Number
from ..problems._units import Facts
from ._stochastic import StochasticSolver


class RMSProp(StochasticSolver):
    r"""Gradients divided by the root of a running mean of their squares.

    .. math::
        v_t &= \rho v_{t-1} + (1 - \rho) g_t^2, \quad
        \bar g_t = \rho \bar g_{t-1} + (1 - \rho) g_t, \\
        b_t &= \mu b_{t-1} + \frac{g_t}{\sqrt{v_t} + \epsilon}
        \quad\text{(centred: } v_t - \bar g_t^2 \text{ in place of } v_t), \\
        w_t &= w_{t-1} - \eta_t b_t.

    The penalty enters by its prox with each coordinate's own step
    :math:`\eta_t / ((1 - \mu) (\sqrt{v_t} + \epsilon))` (centred alike), which a
    constant gradient would cause in the end. As ``torch.optim.RMSprop`` for a numeric
    learning rate and ``preconditioner=None``, but a centred second moment that rounding
    makes negative is zero here and NaN there.

    Where a column of sparse data is absent for long, v is forgotten and the prox grows
    with its step: take `Adagrad` there, or :math:`\rho` nearer to 1.

    Cost per epoch: one pass, and 12 operations per coefficient and update; memory 3
    vectors and a shuffled copy of X.

    Parameters
    ----------
    learning_rate : float or "auto", default="auto"
        Rate :math:`\eta` before the schedule, in the units of the preconditioner.
        "auto" takes the spread of the null model's slopes over the mean absolute row
        sum, times :math:`1 - \mu`, with a linear decay to zero unless a schedule is
        given.
    rho : float, default=0.99
        :math:`\rho`, decay of the moments, at least 0 and less than 1.
    momentum : float, default=0.0
        :math:`\mu`, at least 0 and less than 1, of the gradients after division.
    centered : bool, default=False
        Whether to divide by the standard deviation of the gradients. That of a full
        batch goes to zero and steps to :math:`\eta / \epsilon`: with momentum too, give
        a larger `eps` there.
    eps : float, default=1e-8
        :math:`\epsilon`, greater than zero, outside the root.
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
    Tieleman & Hinton (2012), Neural networks for machine learning, lecture 6.5; Graves
    (2013), arXiv:1308.0850, equations (38)-(41), centred and with momentum.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import RMSProp
    >>> solver = RMSProp(learning_rate=0.01, tol=0, max_iter=2)
    >>> result = minimize(lambda x: x @ x / 2, [1.0], jac=lambda x: x, solver=solver)
    >>> np.round(result.x, 6)  # the first step is 0.01 / sqrt(1 - 0.99)
    array([0.832918])
    """

    good_for = "`Adam` without memory of the direction; momentum as an option"
    slots = 3
    lazy = True
    default_rate = 0.01
    own = {  # noqa: RUF012
        "rho": Number(0.0, 1.0, open_high=True),
        "momentum": Number(0.0, 1.0, open_high=True),
        "centered": Flag(),
        "eps": Number(0.0, math.inf, True, True),
    }

    def __init__(
        self,
        learning_rate="auto",
        rho=0.99,
        momentum=0.0,
        centered=False,
        eps=1e-8,
        schedule=None,
        batch_size="auto",
        preconditioner="auto",
        tol=1e-3,
        max_iter=50,
    ):
        self.learning_rate = learning_rate
        self.rho = rho
        self.momentum = momentum
        self.centered = centered
        self.eps = eps
        self.schedule = schedule
        self.batch_size = batch_size
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, rate, t, memory):
        return rate, rate / (1.0 - self.momentum), 1.0 if self.centered else 0.0

    def move(self, c, g, w, slots, f):
        rate, limit, centred = c
        v = self.rho * slots[0, f] + (1.0 - self.rho) * g * g
        mean = self.rho * slots[1, f] + centred * (1.0 - self.rho) * g
        spread = math.sqrt(max(v - mean * mean, 0.0)) + self.eps
        b = self.momentum * slots[2, f] + g / spread
        slots[0, f] = v
        slots[1, f] = mean
        slots[2, f] = b
        return rate * b, limit / spread

    def idle(self, c):
        return 1.0, c[0]

    def ratio(self):
        return self.momentum

    def drift(self, slots, f):
        return slots[2, f]

    def rest(self, slots, f, k):
        slots[0, f] *= self.rho**k
        slots[1, f] *= self.rho**k
        slots[2, f] *= self.momentum**k

    def automatic(self, facts: Facts, batch: int) -> float:
        return (1.0 - self.momentum) * facts.spread / facts.row_sum
