"""Covariance matrix adaptation, the evolution strategy."""

import math
from collections import deque
from typing import Any

import numpy as np

from .._params import Choice, Flag, Optional, Whole
from ._base import Array
from ._derivative_free import SearchState
from ._gaussian import Covariance, Diagonal, Full, Gaussian, Rates
from ._population import PopulationSolver

WIDE = 300  # coordinates beyond which "auto" learns variances alone
SMALLEST = 1e-11  # standard deviation, of the first one, at which a search is at an end
ROUNDING = 1e-15  # of the value: smaller differences are noise


class CMAES(PopulationSolver):
    r"""Covariance matrix adaptation evolution strategy, with restarts.

    A population of :math:`\lambda` points is drawn and the better half recombined,

    .. math:: x_i = m + \sigma\, \mathcal{N}(0, C), \quad
              m \leftarrow m + \sum_{i \le \mu} w_i (x_{i:\lambda} - m);

    :math:`\sigma` follows the length of the path that m takes, C the steps that were
    good and, with negative weights, away from those that were bad. Only the order of
    values matters. A search that came to rest begins anew with twice the population.

    Cost per evaluation: ``4 n`` to ``n**2`` operations, 10 to 40 microseconds in low
    dimensions; memory ``3 n**2`` numbers, ``12 n`` with ``covariance="diagonal"``.

    Parameters
    ----------
    sigma0 : float or array-like of shape (n,), default=0.5
        First standard deviation, about a quarter of where the optimum may lie. Its unit
        is 1 for functions, a quarter of the way between two bounds, and for linear
        models what moves predictions by one.
    population_size : int, default=None
        Points per generation, at least 2; None for :math:`4 + \lfloor 3 \ln n \rfloor`.
    active : bool, default=True
        Whether the worse half teaches C what to avoid.
    covariance : {"auto", "full", "diagonal"}, default="auto"
        What is learnt of C; "auto" learns all of it up to 300 coordinates.
    restarts : int, default=None
        Largest number of restarts; None for as many as the budget allows.
    max_evaluations : int, default=None
        Budget; None for 200 per coordinate, 1000 at least.
    n_jobs : int, default=None
        Workers that evaluate a population, as in joblib.
    tol : float, default=None
        Certificate wanted at the end, where the problem has any; None for none.
    max_iter : int, default=1_000_000
        Largest number of generations.

    References
    ----------
    Hansen (2016), The CMA evolution strategy: a tutorial, arXiv:1604.00772, figure 6,
    with equations (38)-(58); Auger & Hansen (2005), IEEE CEC, for the restarts; Ros &
    Hansen (2008), PPSN X, for diagonal matrices.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.optimize import rosen
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import CMAES
    >>> solver = CMAES(max_evaluations=2000)
    >>> result = minimize(rosen, [-1.2, 1.0], solver=solver, random_state=0)
    >>> np.round(result.x, 6), result.counts.evaluations
    (array([1., 1.]), 2000)
    """

    good_for = "any function of up to some hundred numbers, and scores"
    own = {  # noqa: RUF012
        "population_size": Optional(Whole(2)),
        "active": Flag(),
        "covariance": Choice("auto", "full", "diagonal"),
        "restarts": Optional(Whole(0)),
    }

    def __init__(
        self,
        sigma0=0.5,
        population_size=None,
        active=True,
        covariance="auto",
        restarts=None,
        max_evaluations=None,
        n_jobs=None,
        tol=None,
        max_iter=1_000_000,
    ):
        self.sigma0 = sigma0
        self.population_size = population_size
        self.active = active
        self.covariance = covariance
        self.restarts = restarts
        self.max_evaluations = max_evaluations
        self.n_jobs = n_jobs
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, state: SearchState) -> None:
        popsize = self.population_size or 4 + int(3 * math.log(len(state.start)))
        state.memory = Descent(self._gaussian(state, state.start, popsize))

    def ask(self, state: SearchState) -> Array:
        return state.memory.gaussian.sample(state.budget.rng)  # type: ignore[no-any-return]

    def tell(self, state: SearchState, points: Array, values: Array) -> None:
        descent = state.memory
        descent.learn(points, values)
        state.rate = descent.gaussian.sigma
        if descent.over:
            self._restart(state, descent)

    def _restart(self, state: SearchState, descent: "Descent") -> None:
        """Elsewhere, with twice the population."""
        if self.restarts is not None and descent.number >= self.restarts:
            state.stalled = True
            return
        popsize = 2 * descent.gaussian.rates.popsize
        mean = state.scatter(1, reach=2.0)[0]
        gaussian = self._gaussian(state, mean, popsize)
        state.memory = Descent(gaussian, number=descent.number + 1)

    def _gaussian(self, state: SearchState, mean: Array, popsize: int) -> Gaussian:
        n = len(mean)
        wide = self.covariance == "diagonal" or (self.covariance == "auto" and n > WIDE)
        faster = (n + 2) / 3 if wide else 1.0  # Ros & Hansen (2008), section 3
        rates = Rates.of(n, popsize, self.active, faster)
        C: Covariance = Diagonal(n) if wide else Full(n)
        return Gaussian(mean, state.units, rates, C)


class Descent:
    """One search out of several, and the values by which it is seen to be at an end."""

    def __init__(self, gaussian: Gaussian, number: int = 0) -> None:
        self.gaussian, self.number = gaussian, number
        n, popsize = len(gaussian.mean), gaussian.rates.popsize
        window = 10 + math.ceil(30 * n / popsize)  # Hansen (2016), B.3
        self.bests: deque[float] = deque(maxlen=window)
        self.medians: deque[float] = deque(maxlen=120 + 3 * window)
        self.flat = False

    def learn(self, points: Array, values: Array) -> None:
        """Sort, update the distribution, take note."""
        order = np.argsort(values, kind="stable")
        self.gaussian.update(points[order])
        best = float(values[order[0]])
        self.bests.append(best)
        self.medians.append(float(values[order[len(order) // 2]]))
        low, high = min(self.bests), max(max(self.bests), float(values[order[-1]]))
        full = len(self.bests) == self.bests.maxlen
        self.flat = full and not high - low > ROUNDING * abs(low)

    @property
    def over(self) -> bool:
        """Whether this search has come to rest."""
        gaussian = self.gaussian
        tiny = gaussian.deviation < SMALLEST
        return self.flat or tiny or not gaussian.healthy or self._stagnant

    @property
    def _stagnant(self) -> bool:
        """Whether medians did not become better for long, as on noise."""
        if len(self.medians) < self.medians.maxlen:  # type: ignore[operator]
            return False
        medians: Any = np.fromiter(self.medians, float)
        third = len(medians) // 3
        return bool(np.median(medians[-third:]) >= np.median(medians[:third]))
