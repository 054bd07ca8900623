"""The downhill simplex."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, OptimizeWarning, minimize

from .._params import Flag
from ._base import Array
from ._derivative_free import SearchState
from ._scipy import LARGEST, ScipySearch, judged


@dataclass
class Simplex:
    """The corners, and the values that are known."""

    corners: Array
    known: dict[bytes, float]


class NelderMead(ScipySearch):
    r"""A simplex of ``n + 1`` corners that reflects its worst one, by scipy.

    .. math:: x_r = \bar x + \rho\, (\bar x - x_{n+1}),

    further if that is the best point yet, less far if it is bad, and with all corners
    drawn towards the best where nothing helps. For few coordinates and a function
    without noise; ends at a precision that floating-point numbers allow.

    Cost per evaluation: ``n log n`` operations, and 10 to 30 microseconds; memory
    ``n**2`` numbers. An iteration is as many of scipy's as there are corners.

    Parameters
    ----------
    sigma0 : float or array-like of shape (n,), default=0.5
        Length of the first edges. Its unit is 1 for functions, a quarter of the way
        between two bounds, and for linear models what moves predictions by one.
    adaptive : bool, default=True
        Whether the steps depend on n, as is better in many dimensions.
    max_evaluations : int, default=None
        Budget; None for 200 per coordinate, 1000 at least.
    tol : float, default=None
        Certificate wanted at the end, where the problem has any; None for none.
    max_iter : int, default=1_000_000
        Largest number of iterations.

    References
    ----------
    Nelder & Mead (1965), Computer J. 7, 308-313; Gao & Han (2012), Comput. Optim.
    Appl. 51, 259-277, equation (4.1), for `adaptive`.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.optimize import rosen
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import NelderMead
    >>> result = minimize(rosen, [-1.2, 1.0], solver=NelderMead())
    >>> np.round(result.x, 6), result.success
    (array([1., 1.]), True)
    """

    good_for = "few coordinates, no noise"
    assumes = "a continuous function"
    own = {"adaptive": Flag()}  # noqa: RUF012

    def __init__(
        self,
        sigma0=0.5,
        adaptive=True,
        max_evaluations=None,
        tol=None,
        max_iter=1_000_000,
    ):
        self.sigma0 = sigma0
        self.adaptive = adaptive
        self.max_evaluations = max_evaluations
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, state: SearchState) -> None:
        edges = np.diag(state.units)
        up, down = state.repair(state.start + edges), state.repair(state.start - edges)
        farther = np.abs(up - state.start) >= np.abs(down - state.start)
        corners = np.vstack([state.start, np.where(farther, up, down)])
        first = np.array([state.point.objective])
        state.memory = Simplex(corners, remembered(corners[:1], first))

    def advance(self, state: SearchState) -> bool:
        simplex = state.memory
        before = simplex.corners
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", OptimizeWarning)  # of corners at a bound
            result = minimize(
                Judge(state, simplex.known), before[0], method="Nelder-Mead",
                bounds=Bounds(state.low, state.high) if state.bounded else None,
                options={"initial_simplex": before, "adaptive": self.adaptive,
                         "xatol": 0.0, "fatol": 0.0, "maxiter": len(before)},
            )  # fmt: skip
        simplex.corners, values = result.final_simplex
        simplex.known = remembered(simplex.corners, values)
        after = np.sort(simplex.corners, axis=0)
        return not np.array_equal(np.sort(before, axis=0), after)


class Judge:
    """The function that scipy sees, and the values that it knows."""

    def __init__(self, state: SearchState, known: Mapping[bytes, float]) -> None:
        self.state, self.known = state, known

    def __call__(self, x: Array) -> float:
        key = x.tobytes()
        if key in self.known:
            return self.known[key]
        return float(judged(self.state, x[None])[0])


def remembered(points: Array, values: Array) -> dict[bytes, float]:
    """Values by the bits of their points."""
    pairs = zip(points, values, strict=True)
    return {x.tobytes(): float(min(v, LARGEST)) for x, v in pairs}
