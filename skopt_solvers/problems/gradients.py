"""Gradients from values alone: finite differences, and random directions."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import numpy as np
from scipy.optimize._numdiff import approx_derivative
from sklearn.base import BaseEstimator

from .._params import Choice, Number, Optional, Whole, validate

__all__ = ["SPSA", "FiniteDifferences", "GradientEstimator"]

Array = np.ndarray
Value = Callable[[Array], float]


class GradientEstimator(BaseEstimator, ABC):
    """A way to find a gradient by calling the function.

    Attributes
    ----------
    exact : bool
        Whether it is the gradient up to rounding, so that certificates can rest on it.
    """

    exact: ClassVar[bool]

    @abstractmethod
    def check(self) -> None:
        """Raise ValueError when a parameter is outside its range."""

    @abstractmethod
    def estimate(
        self,
        fun: Value,
        x: Array,
        value: float,
        bounds: tuple[Array, Array],
        k: int,
        rng: np.random.Generator,
    ) -> Array:
        """The gradient of `fun` at x, where it is `value`.

        `k` counts the estimates made so far, and `bounds` hold x.
        """


class FiniteDifferences(GradientEstimator):
    r"""Differences along every coordinate,
    :math:`g_j = (f(x + h_j e_j) - f(x)) / h_j`.

    Steps stay within the bounds of a `Box`. Cost: n evaluations, 2 n of three points.

    Parameters
    ----------
    method : {"2-point", "3-point"}, default="2-point"
        Forward differences, with an error of about 1e-8, or central ones, of 1e-11.
    rel_step : float, default=None
        Step relative to the size of x_j; None for the root (the cube root) of the
        precision.

    References
    ----------
    Nocedal & Wright (2006), Numerical Optimization, equations (8.1) and (8.7).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.problems import FiniteDifferences
    >>> result = minimize(lambda x: np.sum((x - 3) ** 4), np.zeros(2),
    ...                   jac=FiniteDifferences("3-point"), tol=1e-9)
    >>> np.round(result.x, 1)
    array([3., 3.])
    """

    exact = True

    def __init__(self, method="2-point", rel_step=None):
        self.method = method
        self.rel_step = rel_step

    def check(self) -> None:
        step = Optional(Number(0.0, open_low=True, open_high=True))
        validate(self, {"method": Choice("2-point", "3-point"), "rel_step": step})

    def estimate(
        self,
        fun: Value,
        x: Array,
        value: float,
        bounds: tuple[Array, Array],
        k: int,
        rng: np.random.Generator,
    ) -> Array:
        slopes = approx_derivative(
            fun, x, f0=value, method=self.method, rel_step=self.rel_step, bounds=bounds
        )
        return np.ravel(slopes)


class SPSA(GradientEstimator):
    r"""Simultaneous perturbation: two values make a whole gradient, in expectation.

    .. math:: g_j = \frac{f(x + c_k \Delta) - f(x - c_k \Delta)}{2 c_k \Delta_j},
              \quad c_k = \frac{c}{(k + 1)^\gamma},

    for signs :math:`\Delta_j = \pm 1` drawn anew each time. For any first-order rule,
    with a learning rate that decreases; Spall's gains are those of ``SGD(a, schedule=
    lambda k: (1 + k / A) ** -0.602)``, A being a tenth of the iterations. Certificates
    use finite differences. Values are taken up to c outside the bounds of a `Box`.

    Cost: two evaluations for each of `draws`, whatever the number of variables.

    Parameters
    ----------
    c : float, default=0.01
        First perturbation; about the noise of the function, small where it has none.
    gamma : float, default=0.101
        How fast perturbations decrease, at least 0.
    draws : int, default=1
        Estimates that are averaged.

    References
    ----------
    Spall (1992), IEEE Trans. Autom. Control 37, equation (2.1); Spall (1998), IEEE
    Trans. Aerosp. Electron. Syst. 34, for the gains.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.problems import SPSA
    >>> from skopt_solvers.solvers import SGD
    >>> sgd = SGD(0.02, schedule=lambda k: (1 + k / 50) ** -0.602, max_iter=500)
    >>> result = minimize(lambda x: np.sum((x - 3) ** 2), np.zeros(20), jac=SPSA(),
    ...                   solver=sgd, random_state=0)
    >>> bool(np.abs(result.x - 3).max() < 0.05)
    True
    """

    exact = False

    def __init__(self, c=0.01, gamma=0.101, draws=1):
        self.c = c
        self.gamma = gamma
        self.draws = draws

    def check(self) -> None:
        size = Number(0.0, open_low=True, open_high=True)
        decay = Number(0.0, open_high=True)
        validate(self, {"c": size, "gamma": decay, "draws": Whole(1)})

    def estimate(
        self,
        fun: Value,
        x: Array,
        value: float,
        bounds: tuple[Array, Array],
        k: int,
        rng: np.random.Generator,
    ) -> Array:
        c, total = self.c / (k + 1.0) ** self.gamma, np.zeros_like(x)
        for _ in range(self.draws):
            signs = rng.choice([-1.0, 1.0], size=x.shape)
            slope = (fun(x + c * signs) - fun(x - c * signs)) / (2.0 * c)
            total += slope * signs  # one over a sign is the sign
        return total / self.draws
