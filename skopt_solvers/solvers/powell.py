"""Line searches along directions that become conjugate."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from .._params import Number
from ._base import Array
from ._derivative_free import SearchState
from ._scipy import LARGEST, ScipySearch, judged


@dataclass
class Directions:
    """Where the search stands, its directions, and whether these are the first."""

    x: Array
    value: float
    basis: Array
    fresh: bool = True


class Powell(ScipySearch):
    r"""Powell's method: line searches along n directions, by scipy's Brent.

    .. math:: x \leftarrow x + t_j d_j, \quad
              t_j = \operatorname{argmin}_t f(x + t d_j), \quad j = 1, \dots, n

    After each round the way it went replaces one of the directions, if that pays. On a
    quadratic they become conjugate. For functions that are smooth, or nearly a sum over
    coordinates.

    Cost per evaluation: n operations, and 10 to 20 microseconds; memory ``n**2``
    numbers. An iteration is one round, 10 to 40 evaluations per coordinate.

    Parameters
    ----------
    sigma0 : float or array-like of shape (n,), default=0.5
        Length of the first trial steps. Its unit is 1 for functions, a quarter of the
        way between two bounds, and for linear models what moves predictions by one.
    xtol : float, default=0.01
        Relative precision of the line searches, above zero.
    max_evaluations : int, default=None
        Budget; None for 200 per coordinate, 1000 at least.
    tol : float, default=None
        Certificate wanted at the end, where the problem has any; None for none.
    max_iter : int, default=1_000_000
        Largest number of rounds.

    References
    ----------
    Powell (1964), Computer J. 7, 155-162; Brent (1973), Algorithms for minimization
    without derivatives, chapter 5, for the line searches.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import Powell
    >>> def bowl(x):
    ...     return (x[0] - 1) ** 2 + 10 * (x[0] + x[1]) ** 2
    >>> result = minimize(bowl, np.zeros(2), solver=Powell())
    >>> np.round(result.x, 6), result.success
    (array([ 1., -1.]), True)
    """

    good_for = "smooth functions, nearly sums over coordinates"
    assumes = "a continuous function, best with a slope"
    own = {"xtol": Number(0.0, 1.0, open_low=True)}  # noqa: RUF012

    def __init__(
        self,
        sigma0=0.5,
        xtol=0.01,
        max_evaluations=None,
        tol=None,
        max_iter=1_000_000,
    ):
        self.sigma0 = sigma0
        self.xtol = xtol
        self.max_evaluations = max_evaluations
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, state: SearchState) -> None:
        value = min(state.point.objective, LARGEST)
        state.memory = Directions(state.start, value, np.diag(state.units))

    def advance(self, state: SearchState) -> bool:
        now = state.memory
        x, value, drops = now.x, now.value, []
        for direction in now.basis:
            before = value
            x, value = self._line(state, x, value, direction)
            drops.append(before - value)
        if np.array_equal(x, now.x):
            state.memory = Directions(x, value, np.diag(state.units), fresh=True)
            return not now.fresh
        best, basis = int(np.argmax(drops)), now.basis.copy()
        if self._pays(state, now, x, value, drops[best]):
            direction = x - now.x
            x, value = self._line(state, x, value, direction)
            basis[best], basis[-1] = basis[-1], direction
        state.memory = Directions(x, value, basis)
        return True

    def _line(
        self, state: SearchState, x: Array, value: float, direction: Array
    ) -> tuple[Array, float]:
        """The best point along a direction, and its value."""
        if not np.any(state.repair(x + direction) != x):  # all of it is out of bounds
            direction = -direction

        def along(t: float) -> float:
            if t == 0.0:
                return value
            return float(judged(state, (x + t * direction)[None])[0])

        try:
            found = minimize_scalar(along, (0.0, 1.0), method="brent", tol=self.xtol)
        except RuntimeError:  # scipy found no bracket: it descends without end
            return state.point.x, state.point.objective
        if not found.fun < value:
            return x, value
        return state.repair(x + found.x * direction), float(found.fun)

    def _pays(
        self,
        state: SearchState,
        start: "Directions",
        x: Array,
        value: float,
        drop: float,
    ) -> bool:
        """Powell's test: whether the way of this round is worth a direction."""
        beyond = float(judged(state, (2 * x - start.x)[None])[0])
        if beyond >= start.value:
            return False
        bend = 2 * (start.value + beyond - 2 * value)
        return bend * (start.value - value - drop) ** 2 < (
            drop * (start.value - beyond) ** 2
        )
