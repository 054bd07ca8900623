"""Schedule-free Adam: averaging takes the place of a schedule."""

import math

from .._params import Number
from ..schedules import Schedule, Warmup
from ._moments import MomentSolver


class ScheduleFreeAdam(MomentSolver):
    r"""Adam without a schedule: gradients are taken between the iterate and its mean.

    .. math::
        y_t &= (1 - \beta_1) z_t + \beta_1 x_t, \quad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g(y_t)^2, \\
        z_{t+1} &= z_t - \eta_t \frac{g(y_t)}
                   {\sqrt{v_t / (1 - \beta_2^t)} + \epsilon}, \\
        x_{t+1} &= (1 - c_t) x_t + c_t z_{t+1}, \quad
        c_t = \eta_t^2 \Big/ \sum_{s \le t} \eta_s^2 .

    The answer is the mean x, at any time: no decay is needed, and no horizon. The
    penalty enters by a prox at y, which z and x take over, so that all three end at the
    optimum of the penalised objective.

    Cost per epoch: one pass, and 20 operations per coefficient and update; memory 3
    vectors and a shuffled copy of X.

    Parameters
    ----------
    learning_rate : float or "auto", default="auto"
        Rate :math:`\eta` before the schedule, in the units of the preconditioner.
        "auto" takes the spread of the null model's slopes over the mean absolute row
        sum, after a rise over a twentieth of the run.
    beta1, beta2 : float, default=0.9, 0.999
        Where between z and x gradients are taken, greater than 0; and the decay of
        their squares, at least 0; both less than 1.
    eps : float, default=1e-8
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
    Defazio et al. (2024), The road less scheduled, arXiv:2405.15682, algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import ScheduleFreeAdam
    >>> solver = ScheduleFreeAdam(learning_rate=0.1, tol=0, max_iter=2)
    >>> result = minimize(lambda x: x @ x / 2, [1.0], jac=lambda x: x, solver=solver)
    >>> np.round(result.x, 6)  # the mean of z = 0.9 and z = 0.805391
    array([0.852696])
    """

    good_for = "no schedule and no horizon: the mean of the iterates, good at any time"
    assumes = "gradients of batches whose variance is bounded; no rate that falls"
    slots = 3
    own = MomentSolver.moments | {"beta1": Number(0.0, 1.0, True, True)}
    averaged = True
    decays = False

    def __init__(
        self,
        learning_rate="auto",
        beta1=0.9,
        beta2=0.999,
        eps=1e-8,
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
        self.schedule = schedule
        self.batch_size = batch_size
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, rate, t, memory):
        first, before = t == 1, memory[1]  # how much of a change of z reaches y
        memory[0] += rate * rate
        share = rate * rate / memory[0] if memory[0] > 0.0 else 1.0
        memory[1] = 1.0 - self.beta1 + self.beta1 * share
        return rate, 1.0 / math.sqrt(1.0 - self.beta2**t), first, before, memory[1]

    def move(self, c, g, w, slots, f):
        rate, correction, first, before, reach = c
        # slots: z and y before the prox, whose change of y is here passed on to z
        z = w if first else slots[0, f] + (w - slots[2, f]) / before
        v = self.beta2 * slots[1, f] + (1.0 - self.beta2) * g * g
        spread = math.sqrt(v) * correction + self.eps
        new = z - rate * g / spread
        # y - (1 - beta1) z = beta1 x, of which the share c goes over to the new z
        share = (reach - 1.0 + self.beta1) / self.beta1
        old = w - (1.0 - self.beta1) * z
        y = reach * new + (1.0 - share) * old
        slots[0, f] = new
        slots[1, f] = v
        slots[2, f] = y
        return w - y, rate * reach / spread

    def report(self, w, slots, f, memory):
        if memory[1] == 0.0:
            return w
        z = slots[0, f] + (w - slots[2, f]) / memory[1]
        return (w - (1.0 - self.beta1) * z) / self.beta1

    def decay(self) -> Schedule:
        return Warmup()
