"""Stochastic gradient descent, with momentum and Nesterov's variant."""

from .._params import Flag, Number
from ..problems._units import Facts
from ._stochastic import StochasticSolver, gradient_rate


class SGD(StochasticSolver):
    r"""Stochastic gradient descent with momentum.

    .. math::
        b_t &= \mu b_{t-1} + (1 - \tau) g_t, \quad b_1 = g_1, \\
        w_t &= w_{t-1} - \eta_t b_t \quad\text{(classical)}, \\
        w_t &= w_{t-1} - \eta_t (g_t + \mu b_t) \quad\text{(Nesterov)}.

    The penalty enters by its prox with the step :math:`\eta_t / (1 - \mu)` that a
    constant gradient would cause in the end, so full batches end at the optimum of the
    penalised objective. As ``torch.optim.SGD`` for a numeric learning rate and
    ``preconditioner=None``.

    Cost per epoch: one pass, and 2 to 6 operations per coefficient and update; memory 1
    vector and a shuffled copy of X.

    Parameters
    ----------
    learning_rate : float or "auto", default="auto"
        Rate :math:`\eta` before the schedule, in the units of the preconditioner.
        "auto" takes :math:`(1 - \mu) / (L + L_i / \text{batch})` from the curvatures
        of the problem, with a linear decay to zero unless a schedule is given.
    momentum : float, default=0.0
        :math:`\mu`, at least 0 and less than 1.
    nesterov : bool, default=False
        Nesterov's variant; needs momentum and no dampening.
    dampening : float, default=0.0
        :math:`\tau`, from 0 to 1.
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
    Robbins & Monro (1951), Ann. Math. Stat. 22; Polyak (1964), USSR Comput. Math. 4;
    Sutskever et al. (2013), ICML, equations (1)-(4).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import SGD
    >>> solver = SGD(learning_rate=0.1, momentum=0.5, tol=0, max_iter=2)
    >>> result = minimize(lambda x: x @ x / 2, [1.0], jac=lambda x: x, solver=solver)
    >>> np.round(result.x, 6)  # 1 - 0.1 = 0.9, then 0.9 - 0.1 * (0.9 + 0.5)
    array([0.76])
    """

    good_for = "a good model after few passes over much data"
    slots = 1
    linear = True
    own = {  # noqa: RUF012
        "momentum": Number(0.0, 1.0, open_high=True),
        "nesterov": Flag(),
        "dampening": Number(0.0, 1.0),
    }

    def __init__(
        self,
        learning_rate="auto",
        momentum=0.0,
        nesterov=False,
        dampening=0.0,
        schedule=None,
        batch_size="auto",
        preconditioner="auto",
        tol=1e-3,
        max_iter=50,
    ):
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.nesterov = nesterov
        self.dampening = dampening
        self.schedule = schedule
        self.batch_size = batch_size
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def check(self):
        super().check()
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            raise ValueError(
                "SGD needs momentum > 0 and dampening = 0 for nesterov=True; got "
                f"momentum={self.momentum!r}, dampening={self.dampening!r}."
            )

    def begin(self, rate, t, memory):
        fresh = 1.0 - self.dampening if t > 1 else 1.0
        kept = self.momentum if t > 1 else 0.0
        gain = (1.0 - self.dampening) / (1.0 - self.momentum)
        if self.nesterov:
            carried = rate * self.momentum
            return kept, fresh, rate, carried, rate + carried * gain
        return kept, fresh, 0.0, rate, rate * gain

    def move(self, c, g, w, slots, f):
        kept, fresh, direct, carried, step = c
        b = kept * slots[0, f] + fresh * g
        slots[0, f] = b
        return direct * g + carried * b, step

    def automatic(self, facts: Facts, batch: int) -> float:
        return (1.0 - self.momentum) * gradient_rate(facts, batch)
