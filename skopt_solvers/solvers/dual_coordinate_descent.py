"""Coordinate ascent on the dual problem, one sample at a time."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..problems._base import Oracle
from ..result import NOT_YET
from ._base import COARSE, Array, Budget, Solver, State

LOOK = 4  # epochs to the first exact look at the gap; as many as before to the next
SOON = 0.8  # times what an epoch closes when it is there, by the last look
STUCK = 1e-3  # of the gap: who closes less in an epoch has come to rounding errors


@dataclass
class DualState(State):
    """Where the dual stands, and the generator of its orders."""

    ascent: Any = None
    rng: Any = None
    enough: float = math.inf  # what an epoch closes when a look is worth it


class DualCoordinateDescent(Solver):
    r"""Dual coordinate descent: the slope of one sample's loss at a time.

    With a ridge :math:`\alpha_j` on every coefficient the dual of
    :math:`\sum_i s_i \ell_i(x_i w) + \sum_j \alpha_j w_j^2 / 2` is

    .. math:: \max_q\; -\sum_i s_i\, \ell_i^*(q_i)
              - \sum_j \frac{1}{2 \alpha_j} \Bigl(\sum_i s_i q_i x_{ij}\Bigr)^2,

    whose variables q are slopes of the losses, of a softmax rows of K slopes. Each step
    solves for one of them, which any convex loss can do (`Loss.respond`; a softmax by
    Newton's method, each step of ``O(K)``); samples whose slope does not move rest for
    some epochs (shrinking), and an active set method finishes where the loss has a
    kink. An intercept without penalty adds the constraint :math:`\sum_i s_i q_i = 0`,
    kept by the method of multipliers. Best where columns are many, rows have similar
    lengths, and the penalty is not very weak.

    Cost per epoch: two passes over the data, one sample at a time; memory ``6 n``
    numbers, ``2 K n`` of a softmax, and a copy of the data if its ridges differ. Epochs
    on dense data are in single precision where the tolerance allows for that; gaps are
    not.

    Parameters
    ----------
    tol : float, default=1e-6
        Certificate at which to stop.
    max_iter : int, default=1000
        Largest number of epochs.

    References
    ----------
    Hsieh, Chang, Lin, Keerthi & Sundararajan (2008), ICML, algorithm 1; Yu, Huang & Lin
    (2011), Machine Learning 85, for the logistic loss; Nocedal & Wright (2006),
    algorithm 17.3, for multipliers.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import scale
    >>> from skopt_solvers import AdvancedLinearClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = AdvancedLinearClassifier(
    ...     "hinge", alpha=0.01, solver="dual_coordinate_descent"
    ... ).fit(scale(X), y)
    >>> round(model.score(scale(X), y), 3), model.certificate_kind_
    (0.986, 'duality gap')
    """

    good_for = "hinge loss; L2 and softmax where columns are many"
    assumes = "a convex loss, kinks allowed; a ridge on every coefficient"
    requires = Oracle.DUAL

    def __init__(self, tol=1e-6, max_iter=1000):
        self.tol = tol
        self.max_iter = max_iter

    def init(self, problem: Any, x: Array, budget: Budget) -> DualState:
        state = DualState(problem.at(x), budget, NOT_YET)
        state.certify(problem)
        if not state.certificate.value <= budget.goal:
            self.begin(problem, state)
        return state

    def begin(self, problem: Any, state: DualState) -> None:
        """Everything that the first epoch needs."""
        state.rng = np.random.default_rng(0)
        rough = state.budget.goal >= COARSE
        state.ascent = problem.ascent(state.point.x, rough)

    def step(self, problem: Any, state: Any) -> None:
        ascent, budget = state.ascent, state.budget
        kinked = problem.response.loss.kinked
        goal = max(budget.goal, 1e-16)
        enough = min(goal * state.point.objective, state.enough)
        most = budget.max_iter - state.n_iter
        pause = LOOK if kinked else max(LOOK, state.n_iter)
        paces: list[float] = []
        while len(paces) < most:
            paces.append(ascent.epoch(state.rng.permutation(ascent.runs)))
            if paces[-1] <= enough or budget.watched or budget.spent:
                break
            if len(paces) >= pause and (kinked or not self._soon(paces, enough)):
                break
        state.stride, closed = len(paces), paces[-1]
        ascent.settle()
        state.point = ascent.point()
        state.certify(problem, ascent.witness())
        gap = state.certificate.value * state.point.objective
        if ascent.rough and closed < STUCK * gap:
            ascent.refine()
        state.enough = SOON * closed * goal / max(state.certificate.value, goal)

    def _soon(self, paces: list[float], enough: float) -> bool:
        """Whether epochs close no more than `enough` before there are twice as many.

        At the pace of late, `paces` being what each has closed.
        """
        rate = (paces[-1] / max(paces[-LOOK], 1e-300)) ** (1.0 / (LOOK - 1))
        return bool(rate < 1.0 and paces[-1] * rate ** len(paces) <= enough)
