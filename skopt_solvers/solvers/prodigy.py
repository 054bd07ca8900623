"""Prodigy: Adam that finds its learning rate on the way."""

import math

from .._params import Number
from ..problems._units import Facts
from ._moments import MomentSolver


class Prodigy(MomentSolver):
    r"""Adam with a learning rate that grows as the iterates move away from the start.

    .. math::
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) d_t g_t, \quad
        v_t = \beta_2 v_{t-1} + (1 - \beta_2) d_t^2 g_t^2, \\
        r_t &= \sqrt{\beta_2} r_{t-1}
               + (1 - \sqrt{\beta_2}) \eta_t d_t^2 \langle g_t, w_0 - w_t \rangle, \\
        s_t &= \sqrt{\beta_2} s_{t-1} + (1 - \sqrt{\beta_2}) \eta_t d_t^2 g_t, \\
        d_{t+1} &= \max(d_t, r_t / \lVert s_t \rVert_1), \quad
        w_{t+1} = w_t - \eta_t d_t \frac{m_t}{\sqrt{v_t} + d_t \epsilon}.

    Here :math:`d_t` is a lower estimate of the distance to the solution, and no rate
    needs to be known. The penalty enters by its prox with each coordinate's own step.

    Cost per epoch: one pass, and 30 operations per coefficient and update; memory 4
    vectors and a shuffled copy of X.

    Parameters
    ----------
    learning_rate : float or "auto", default="auto"
        Factor :math:`\eta` before the schedule; "auto" takes 1, with a linear decay to
        zero unless a schedule is given.
    beta1, beta2 : float, default=0.9, 0.999
        Decay of the two moments, at least 0 and less than 1.
    eps : float, default=1e-8
        :math:`\epsilon`, greater than zero.
    d0 : float, default=1e-6
        The first estimate of the distance, greater than zero.
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
    Mishchenko & Defazio (2024), Prodigy: an expeditiously adaptive parameter-free
    learner, ICML, arXiv:2306.06101, algorithm 4.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import Prodigy
    >>> solver = Prodigy(max_iter=200)
    >>> result = minimize(lambda x: x @ x / 2, [1.0], jac=lambda x: x, solver=solver)
    >>> bool(abs(result.x[0]) < 0.01)
    True
    """

    good_for = "`Adam` that finds its learning rate on the way"
    assumes = "gradients of batches whose variance is bounded; no rate that is given"
    slots = 4
    decays = False
    default_rate = 1.0
    own = MomentSolver.moments | {"d0": Number(0.0, math.inf, True, True)}

    def __init__(
        self,
        learning_rate="auto",
        beta1=0.9,
        beta2=0.999,
        eps=1e-8,
        d0=1e-6,
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
        self.d0 = d0
        self.schedule = schedule
        self.batch_size = batch_size
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, rate, t, memory):
        # memory: d, r, and the last update's share of r and sum of |s|
        root = math.sqrt(self.beta2)
        if t == 1:
            memory[0] = self.d0
        else:
            memory[1] = root * memory[1] + memory[2]
            if memory[3] > 0.0:
                memory[0] = max(memory[0], memory[1] / memory[3])
        memory[2] = 0.0
        memory[3] = 0.0
        d = memory[0]
        return rate * d, d, root, (1.0 - root) * rate * d * d, t == 1, memory

    def move(self, c, g, w, slots, f):
        pace, d, root, weight, first, memory = c
        origin = w if first else slots[3, f]
        m = self.beta1 * slots[0, f] + (1.0 - self.beta1) * d * g
        v = self.beta2 * slots[1, f] + (1.0 - self.beta2) * d * d * g * g
        s = root * slots[2, f] + weight * g
        slots[0, f] = m
        slots[1, f] = v
        slots[2, f] = s
        slots[3, f] = origin
        memory[2] += weight * g * (origin - w)
        memory[3] += abs(s)
        spread = math.sqrt(v) + d * self.eps
        return pace * m / spread, pace * d / spread

    def automatic(self, facts: Facts, batch: int) -> float:
        return 1.0
