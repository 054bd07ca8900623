"""Adagrad: a rate of its own for every coordinate."""

import math

from .._params import Number
from ..problems._units import Facts
from ._stochastic import StochasticSolver


class Adagrad(StochasticSolver):
    r"""Adaptive gradients: rates that fall with the squared gradients so far.

    .. math::
        G_t &= G_{t-1} + g_t^2, \\
        w_t &= w_{t-1} - \eta_t \frac{g_t}{\sqrt{G_t} + \epsilon}.

    A coordinate that seldom has a gradient keeps its rate, so this is the adaptive rule
    for sparse data. The penalty enters by its prox with each coordinate's own step
    :math:`\eta_t / (\sqrt{G_t} + \epsilon)`. As ``torch.optim.Adagrad`` for a numeric
    learning rate and ``preconditioner=None``; its ``lr_decay`` is the schedule
    `InverseTime`.

    Cost per epoch: one pass, and 8 operations per coefficient and update; memory 1
    vector and a shuffled copy of X.

    Parameters
    ----------
    learning_rate : float or "auto", default="auto"
        Rate :math:`\eta` before the schedule, in the units of the preconditioner.
        "auto" takes four times the spread of the null model's slopes over the mean
        absolute row sum, with a linear decay to zero unless a schedule is given.
    initial_accumulator_value : float, default=0.0
        :math:`G_0`, at least zero. Keras and optax begin with 0.1.
    eps : float, default=1e-10
        :math:`\epsilon`, greater than zero.
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
    Duchi, Hazan & Singer (2011), JMLR 12, 2121-2159.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import Adagrad
    >>> solver = Adagrad(learning_rate=0.1, tol=0, max_iter=2)
    >>> result = minimize(lambda x: x @ x / 2, [1.0], jac=lambda x: x, solver=solver)
    >>> np.round(result.x, 6)  # 1 - 0.1, then by 0.1 * 0.9 / sqrt(1 + 0.81)
    array([0.833104])
    """

    good_for = "few passes over sparse data: first choice there"
    assumes = "gradients of batches whose variance is bounded; its rates fall by design"
    slots = 1
    lazy = True
    default_rate = 0.01
    own = {  # noqa: RUF012
        "initial_accumulator_value": Number(0.0, math.inf, open_high=True),
        "eps": Number(0.0, math.inf, True, True),
    }

    def __init__(
        self,
        learning_rate="auto",
        initial_accumulator_value=0.0,
        eps=1e-10,
        schedule=None,
        batch_size="auto",
        preconditioner="auto",
        tol=1e-3,
        max_iter=50,
    ):
        self.learning_rate = learning_rate
        self.initial_accumulator_value = initial_accumulator_value
        self.eps = eps
        self.schedule = schedule
        self.batch_size = batch_size
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, rate, t, memory):
        return rate, self.initial_accumulator_value

    def move(self, c, g, w, slots, f):
        rate, initial = c
        slots[0, f] += g * g
        spread = math.sqrt(initial + slots[0, f]) + self.eps
        return rate * g / spread, rate / spread

    def automatic(self, facts: Facts, batch: int) -> float:
        return 4.0 * facts.spread / facts.row_sum
