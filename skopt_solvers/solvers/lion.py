"""Lion: steps by the sign of a momentum."""

import math

from .._params import Number
from ..problems._units import Facts
from ._stochastic import StochasticSolver

TINY = 1e-100  # a gradient of zero has no sign


class Lion(StochasticSolver):
    r"""Evolved sign momentum: every coordinate moves by the learning rate.

    .. math::
        c_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \\
        w_t &= (1 - \eta_t \lambda) w_{t-1} - \eta_t \operatorname{sign} c_t, \\
        m_t &= \beta_2 m_{t-1} + (1 - \beta_2) g_t.

    The penalty enters by its prox with each coordinate's own step
    :math:`\eta_t (1 - \beta_1 \beta_2^{t-1}) / (\beta_1 |m_{t-1}| + (1 - \beta_1)
    |g_t|)`. For a constant gradient that is :math:`\eta_t / |g|`, the decrease over the
    gradient, so full batches end at the optimum of the penalised objective as the rate
    goes to zero. With :math:`|c_t|` below the line the formula would be shorter, but
    where noise takes :math:`c_t` through zero the prox would erase the coefficient.

    Steps are as long as the rate however near the optimum is: at a constant rate
    coefficients hover around it, and high precision takes many epochs. As optax's
    ``lion`` for a numeric learning rate, ``preconditioner=None`` and its
    ``weight_decay``.

    Cost per epoch: one pass, and 8 operations per coefficient and update; memory 1
    vector and a shuffled copy of X.

    Parameters
    ----------
    learning_rate : float or "auto", default="auto"
        Rate :math:`\eta` before the schedule, in the units of the preconditioner.
        "auto" takes a tenth of the spread of the null model's slopes over the mean
        absolute row sum, with a linear decay to zero unless a schedule is given.
    beta1, beta2 : float, default=0.9, 0.99
        Weight of the momentum in the step, and its decay; at least 0, less than 1.
    weight_decay : float, default=0.0
        :math:`\lambda`, at least zero, multiplied by the rate and its schedule. Like
        that of `AdamW` it is no penalty but changes the solution.
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
    Chen et al. (2023), Symbolic discovery of optimization algorithms, NeurIPS,
    algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import Lion
    >>> solver = Lion(learning_rate=0.1, tol=0, max_iter=2)
    >>> result = minimize(lambda x: x @ x / 2, [1.0], jac=lambda x: x, solver=solver)
    >>> np.round(result.x, 6)  # twice the learning rate
    array([0.8])
    """

    good_for = "steps that no outlying gradient makes longer"
    slots = 1
    lazy = True
    default_rate = 1e-4
    own = {  # noqa: RUF012
        "beta1": Number(0.0, 1.0, open_high=True),
        "beta2": Number(0.0, 1.0, open_high=True),
        "weight_decay": Number(0.0, math.inf, open_high=True),
    }

    def __init__(
        self,
        learning_rate="auto",
        beta1=0.9,
        beta2=0.99,
        weight_decay=0.0,
        schedule=None,
        batch_size="auto",
        preconditioner="auto",
        tol=1e-3,
        max_iter=50,
    ):
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.weight_decay = weight_decay
        self.schedule = schedule
        self.batch_size = batch_size
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, rate, t, memory):
        filled = 1.0 - self.beta1 * self.beta2 ** (t - 1)  # of |g| in both averages
        return rate, rate * self.weight_decay, rate * filled

    def move(self, c, g, w, slots, f):
        rate, decay, pull = c
        m, new = self.beta1 * slots[0, f], (1.0 - self.beta1) * g
        slots[0, f] = self.beta2 * slots[0, f] + (1.0 - self.beta2) * g
        ahead, size = m + new, max(abs(m) + abs(new), TINY)
        sign = ahead / max(abs(ahead), TINY)
        return decay * w + rate * sign, pull / size

    def idle(self, c):
        return 1.0 - c[1], c[0]

    def ratio(self):
        return 1.0

    def drift(self, slots, f):
        return slots[0, f] / max(abs(slots[0, f]), TINY)

    def rest(self, slots, f, k):
        slots[0, f] *= self.beta2**k

    def automatic(self, facts: Facts, batch: int) -> float:
        return 0.1 * facts.spread / facts.row_sum
