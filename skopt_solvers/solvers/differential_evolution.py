"""Differences between members of a population as steps."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import differential_evolution

from .._params import Choice, Number, Optional, Whole
from ._base import Array
from ._derivative_free import SearchState
from ._scipy import LARGEST, ScipySearch, judged

REACH = 1e4  # scipy needs bounds: so many units around the start, where there are none
MEMBERS = 5, 10, 100  # per coordinate, at least, at most
STRATEGIES = (
    "best1bin", "best1exp", "rand1bin", "rand1exp", "rand2bin", "rand2exp",
    "randtobest1bin", "randtobest1exp", "currenttobest1bin", "currenttobest1exp",
    "best2bin", "best2exp",
)  # fmt: skip


@dataclass
class Members:
    """The population, and its values once they are known."""

    points: Array
    values: Array | None = None


class DifferentialEvolution(ScipySearch):
    r"""Differential evolution, by scipy.

    .. math:: x_i' = x_{\mathrm{best}} + F (x_a - x_b)

    with two other members a and b and F between 0.5 and 1, crossed with :math:`x_i`,
    which it replaces where it is better. Slow and steady on functions with many minima.

    Cost per evaluation: ``n`` random numbers and 2 to 10 microseconds; memory ``10 n``
    vectors. An iteration is a generation.

    Parameters
    ----------
    sigma0 : float or array-like of shape (n,), default=1.0
        Standard deviation of the first population, uniform between two bounds. Its unit
        is 1 for functions, and for linear models what moves predictions by one.
    population_size : int, default=None
        Members, at least 5; None for 5 per coordinate, between 10 and 100.
    strategy : str, default="best1bin"
        Who is moved, by how many differences, and how the result is crossed; see scipy.
    recombination : float, default=0.7
        Share of coordinates that change, between 0 and 1.
    max_evaluations : int, default=None
        Budget; None for 200 per coordinate, 1000 at least.
    n_jobs : int, default=None
        Workers that evaluate a generation, as in joblib.
    tol : float, default=None
        Certificate wanted at the end, where the problem has any; None for none.
    max_iter : int, default=1_000_000
        Largest number of generations.

    References
    ----------
    Storn & Price (1997), J. Global Optim. 11, 341-359, equations (2)-(6).

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.penalties import Box
    >>> from skopt_solvers.solvers import DifferentialEvolution
    >>> def waves(x):
    ...     return np.sum(x**2 + 10 * (1 - np.cos(2 * np.pi * x)))
    >>> result = minimize(waves, np.full(2, 3.0), penalty=Box(-4.0, 5.0),
    ...                   solver=DifferentialEvolution(), random_state=0)
    >>> result.objective < 1e-6
    True
    """

    good_for = "many minima, a large budget"
    own = {  # noqa: RUF012
        "population_size": Optional(Whole(5)),
        "strategy": Choice(*STRATEGIES),
        "recombination": Number(0.0, 1.0),
    }

    def __init__(
        self,
        sigma0=1.0,
        population_size=None,
        strategy="best1bin",
        recombination=0.7,
        max_evaluations=None,
        n_jobs=None,
        tol=None,
        max_iter=1_000_000,
    ):
        self.sigma0 = sigma0
        self.population_size = population_size
        self.strategy = strategy
        self.recombination = recombination
        self.max_evaluations = max_evaluations
        self.n_jobs = n_jobs
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, state: SearchState) -> None:
        each, least, most = MEMBERS
        size = min(max(each * len(state.start), least), most)
        points = state.scatter((self.population_size or size) - 1)
        state.memory = Members(np.vstack([state.start, points]))

    def advance(self, state: SearchState) -> bool:
        members = state.memory
        if members.values is None:
            first = min(state.point.objective, LARGEST)
            others = judged(state, members.points[1:])
            members.values = np.concatenate([[first], others])
            return True
        result = self._generation(state, members)
        members.points, members.values = result.population, result.population_energies
        return bool(np.ptp(members.points, axis=0).any())

    def _generation(self, state: SearchState, members: Members) -> Any:
        reach = REACH * state.units
        low = np.maximum(state.low, np.minimum(state.start - reach, state.high - reach))
        high = np.minimum(state.high, np.maximum(state.start + reach, low + reach))
        known = [members.values]  # scipy asks for its first population again

        def judge(columns: Array) -> Array:
            return known.pop() if known else judged(state, columns.T)  # type: ignore[return-value]

        return differential_evolution(
            judge, list(zip(low, high, strict=True)), init=members.points, maxiter=1,
            strategy=self.strategy, recombination=self.recombination, tol=0.0,
            polish=False, updating="deferred", vectorized=True, rng=state.budget.rng,
        )  # fmt: skip
