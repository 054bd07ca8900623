"""RAdam: Adam that adapts once it knows enough."""

import math

from ..problems._units import Facts
from ._moments import MomentSolver
from ._stochastic import gradient_rate


class RAdam(MomentSolver):
    r"""Rectified Adam: plain momentum until the second moment can be trusted.

    .. math::
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t, \quad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2, \\
        \rho_t &= \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t}, \quad
        \rho_\infty = \frac{2}{1 - \beta_2} - 1, \\
        r_t &= \sqrt{\frac{(\rho_t - 4) (\rho_t - 2) \rho_\infty}
                          {(\rho_\infty - 4) (\rho_\infty - 2) \rho_t}}, \\
        w_t &= w_{t-1} - \eta_t \frac{m_t}{1 - \beta_1^t} \cdot
        \begin{cases}
            r_t \sqrt{1 - \beta_2^t} / (\sqrt{v_t} + \epsilon) & \rho_t > 5, \\
            1 & \text{else (5 updates by default)}.
        \end{cases}

    The penalty enters by its prox with each coordinate's own step. As
    ``torch.optim.RAdam`` for a numeric learning rate and ``preconditioner=None``.

    Cost per epoch: one pass, and 15 operations per coefficient and update; memory 2
    vectors and a shuffled copy of X.

    Parameters
    ----------
    learning_rate : float or "auto", default="auto"
        Rate :math:`\eta` before the schedule, in the units of the preconditioner.
        "auto" takes the spread of the null model's slopes over the mean absolute row
        sum, at most :math:`1 / (L + L_i / \text{batch})` because the first updates are
        plain, with a linear decay to zero unless a schedule is given. Where targets are
        large that is slow: scale them.
    beta1, beta2 : float, default=0.9, 0.999
        Decay of the two moments, at least 0 and less than 1.
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
    Liu et al. (2020), On the variance of the adaptive learning rate and beyond, ICLR,
    algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import RAdam
    >>> solver = RAdam(learning_rate=0.1, tol=0, max_iter=2)
    >>> result = minimize(lambda x: x @ x / 2, [1.0], jac=lambda x: x, solver=solver)
    >>> np.round(result.x, 6)  # 1 - 0.1, then by 0.1 * (0.09 + 0.09) / 0.19
    array([0.805263])
    """

    good_for = "`Adam` with a careful beginning"

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
        trust = 1.0 - self.beta2**t
        most = 2.0 / (1.0 - self.beta2) - 1.0
        length = most - 2.0 * t * (1.0 - trust) / trust
        fade = 1.0 - self.beta1**t
        if length <= 5.0:
            return rate, fade, 0.0
        gain = (length - 4.0) * (length - 2.0) * most
        gain /= (most - 4.0) * (most - 2.0) * length
        return rate, fade, math.sqrt(gain * trust)

    def move(self, c, g, w, slots, f):
        rate, fade, gain = c
        m = self.beta1 * slots[0, f] + (1.0 - self.beta1) * g
        v = self.beta2 * slots[1, f] + (1.0 - self.beta2) * g * g
        slots[0, f] = m
        slots[1, f] = v
        step = rate * gain / (math.sqrt(v) + self.eps) if gain > 0.0 else rate
        return step * m / fade, step

    def automatic(self, facts: Facts, batch: int) -> float:
        return min(facts.spread / facts.row_sum, gradient_rate(facts, batch))
