"""How far to go along a gradient: fixed, backtracking or exact on quadratics."""

import difflib
import math
from abc import ABC, abstractmethod
from numbers import Real
from typing import Any

from sklearn.base import BaseEstimator

from .._params import Number, validate
from ..problems._base import Point, Problem
from ._proximal import ProximalState, displacement, forward_backward

__all__ = ["Backtracking", "ExactQuadratic", "FixedStep", "StepSize", "as_step_size"]

NOISE = 1e-13  # differences of the loss below this share of it are rounding
NOISY_SLACK = 1e-9  # the same where the step is known to be short enough
EQUAL = 1e-9  # share of the model's fall that rounding may take from it
SHORTEST = 1e-30
FLAT = 1e-16  # curvature below this share of the metric's counts as none


class StepSize(BaseEstimator, ABC):
    """A way to choose the step of a proximal gradient descent."""

    @abstractmethod
    def check(self) -> None:
        """Raise ValueError when a parameter is outside its range."""

    @abstractmethod
    def descend(self, problem: Problem, state: ProximalState, base: Point) -> Point:
        """The point one step from `base`; keeps the step in ``state.rate``."""


class FixedStep(StepSize):
    r"""The same step always: :math:`\eta_t = \eta`.

    Plain gradient descent as ``torch.optim.SGD(lr=rate)`` on all of the data; diverges
    where the rate exceeds two over the largest curvature.

    Parameters
    ----------
    rate : float, default=0.01
        Step size :math:`\eta`, greater than 0.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import FixedStep, GradientDescent
    >>> descent = GradientDescent(FixedStep(0.25), tol=0.0, max_iter=3)
    >>> minimize(lambda x: x @ x, [8.0], jac=lambda x: 2 * x, solver=descent).x
    array([1.])
    """

    def __init__(self, rate=0.01):
        self.rate = rate

    def check(self) -> None:
        validate(self, {"rate": Number(0.0, open_low=True, open_high=True)})

    def descend(self, problem: Problem, state: ProximalState, base: Point) -> Point:
        state.rate = float(self.rate)
        return forward_backward(problem, state, base)[0]


class Backtracking(StepSize):
    r"""The longest of a sequence of steps for which the quadratic model is a bound.

    A step is multiplied by `shrink` until, with :math:`d = x_{t+1} - x_t` and the
    metric D,

    .. math:: f(x_t + d) \le f(x_t) + \nabla f(x_t)' d + \frac{d'Dd}{2 \eta_t},

    and the next one begins `growth` times longer.

    Parameters
    ----------
    shrink : float, default=0.5
        Factor of a step that is too long, between 0 and 1.
    growth : float, default=1.05
        Factor with which to recover, at least 1.

    References
    ----------
    Beck & Teboulle (2009), SIAM J. Imaging Sci. 2, section 4, "ISTA with backtracking".

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import Backtracking, GradientDescent
    >>> result = minimize(lambda x: 50 * x @ x, [8.0], jac=lambda x: 100 * x,
    ...                   solver=GradientDescent(Backtracking(shrink=0.1), tol=1e-9))
    >>> bool(abs(result.x[0]) < 1e-4)
    True
    """

    def __init__(self, shrink=0.5, growth=1.05):
        self.shrink = shrink
        self.growth = growth

    def check(self) -> None:
        inside = Number(0.0, 1.0, open_low=True, open_high=True)
        validate(self, {"shrink": inside, "growth": Number(1.0, open_high=True)})

    def descend(self, problem: Problem, state: ProximalState, base: Point) -> Point:
        if visible(state):  # else a step too long would go unseen
            state.rate *= self.growth
        return shorten(problem, state, base, self.shrink)


class ExactQuadratic(StepSize):
    r"""The exact minimiser along the gradient, for quadratic functions (Cauchy's step).

    .. math:: \eta_t = \frac{d' D d}{d' H d}

    for the Hessian H, the metric D and the step :math:`d` that would have been taken at
    :math:`\eta_{t-1}`, which is along :math:`D^{-1} g` without penalty. Where a prox or
    a curvature that changes makes the step too long, it is halved, as by
    `Backtracking`. Without second derivatives the curvature is a difference of two
    gradients, which is exact for quadratics too.

    Cost: one more product with the data; for functions a value and a gradient.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization, equation (3.26).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import GradientDescent
    >>> descent = GradientDescent("exact_quadratic", tol=0.0, max_iter=1)
    >>> minimize(lambda x: 50 * x @ x, [8.0], jac=lambda x: 100 * x, solver=descent).x
    array([0.])
    """

    def check(self) -> None:
        """There is nothing to check."""

    def descend(self, problem: Problem, state: ProximalState, base: Point) -> Point:
        d = displacement(problem, state, base)[1]
        direction = state.frame.leave(d)
        line = problem.line(base, direction)
        curvature = line.at(0.0)[2]
        if math.isnan(curvature):
            curvature = line.at(1.0)[1] - float(base.gradient @ direction)
        length = float((d * d) @ state.scales)
        if curvature > FLAT * length:
            exact = length / curvature
            state.rate = exact if visible(state) else min(exact, state.rate)
        return shorten(problem, state, base, 0.5)


def visible(state: ProximalState) -> bool:
    """Whether the last step changed the loss by more than rounding does."""
    assert state.before is not None
    change = abs(state.point.loss - state.before.loss)
    return state.may_grow or change > NOISE * abs(state.point.loss)


def shorten(
    problem: Problem, state: ProximalState, base: Point, shrink: float
) -> Point:
    """The point one step from `base`, shortened until the quadratic model holds."""
    noise = NOISE * abs(base.loss)
    while True:
        new, d, fall = forward_backward(problem, state, base)
        bend = 0.5 * float((d * d) @ state.scales) / state.rate
        # a scaled Hessian has a unit diagonal: its eigenvalues are at most its size
        safe = state.rate * problem.size <= 1.0 and state.scaled
        slack = NOISY_SLACK * abs(base.loss) if safe else noise
        bound = base.loss + fall + bend + EQUAL * bend + slack
        if new.loss <= bound or state.rate < SHORTEST:
            return new
        state.rate *= shrink


NAMED = {"backtracking": Backtracking, "exact_quadratic": ExactQuadratic}


def as_step_size(value: Any) -> StepSize:
    """A step size from itself, its name or a number, which stands for a fixed one.

    Raises
    ------
    ValueError
        For anything else, or a parameter outside its range.

    Examples
    --------
    >>> from skopt_solvers.solvers import as_step_size
    >>> as_step_size(0.1), as_step_size("backtracking")
    (FixedStep(rate=0.1), Backtracking())
    """
    if isinstance(value, Real) and not isinstance(value, bool):
        value = FixedStep(float(value))
    if isinstance(value, str) and value in NAMED:
        value = NAMED[value]()
    if isinstance(value, StepSize):
        value.check()
        return value
    close = difflib.get_close_matches(str(value), list(NAMED), n=1)
    meant = f" Did you mean {close[0]!r}?" if close else ""
    if isinstance(value, type):
        meant = f" It is a class: write {value.__name__}()."
    raise ValueError(
        "step_size must be a number, a StepSize object or one of "
        f"{', '.join(sorted(NAMED))}; got {value!r}.{meant}"
    )
