"""Selection, crossover and mutation of real numbers."""

from dataclasses import dataclass

import numpy as np

from .._params import Number, Optional, Whole
from ._base import Array
from ._derivative_free import SearchState
from ._population import PopulationSolver

MEMBERS = 5, 20, 100  # per coordinate, at least, at most
BEYOND = 0.5  # how far children may lie outside the box of their parents


@dataclass
class Generation:
    """The members, and their values once they are known."""

    points: Array
    values: Array


class GeneticAlgorithm(PopulationSolver):
    r"""A genetic algorithm on real numbers.

    Each parent is the better of two members. With the probability `crossover_rate` two
    parents a and b have a child that is uniform in a box around them, half as large
    again on either side (BLX-0.5),

    .. math:: x_j \sim \mathcal{U}(\min(a_j, b_j) - d_j / 2,\;
              \max(a_j, b_j) + d_j / 2), \quad d_j = |a_j - b_j|,

    otherwise the child is a. A coordinate mutates with the probability `mutation_rate`,
    by a normal step of half the population's standard deviation. The best `elite`
    members live on. `DifferentialEvolution` is mostly better, `CMAES` nearly always.

    Cost per evaluation: some n random numbers; memory two populations.

    Parameters
    ----------
    sigma0 : float or array-like of shape (n,), default=1.0
        Standard deviation of the first population, uniform between two bounds. Its unit
        is 1 for functions, and for linear models what moves predictions by one.
    population_size : int, default=None
        Members, at least 2; None for 5 per coordinate, between 20 and 100.
    crossover_rate : float, default=0.9
        Between 0 and 1.
    mutation_rate : float, default=None
        Between 0 and 1; None for one coordinate in the mean.
    elite : int, default=1
        Members that live on unchanged, at least 0.
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
    Eshelman & Schaffer (1993), Foundations of Genetic Algorithms 2, 187-202, for BLX.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import GeneticAlgorithm
    >>> result = minimize(lambda x: np.sum((x - 1) ** 2), np.zeros(3),
    ...                   solver=GeneticAlgorithm(), random_state=0)
    >>> result.objective < 1e-4
    True
    """

    good_for = "many minima, a large budget; less than differential evolution"
    own = {  # noqa: RUF012
        "population_size": Optional(Whole(2)),
        "crossover_rate": Number(0.0, 1.0),
        "mutation_rate": Optional(Number(0.0, 1.0)),
        "elite": Whole(0),
    }

    def __init__(
        self,
        sigma0=1.0,
        population_size=None,
        crossover_rate=0.9,
        mutation_rate=None,
        elite=1,
        max_evaluations=None,
        n_jobs=None,
        tol=None,
        max_iter=1_000_000,
    ):
        self.sigma0 = sigma0
        self.population_size = population_size
        self.crossover_rate = crossover_rate
        self.mutation_rate = mutation_rate
        self.elite = elite
        self.max_evaluations = max_evaluations
        self.n_jobs = n_jobs
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, state: SearchState) -> None:
        first = np.array([state.point.objective])
        state.memory = Generation(state.start[None], first)

    def ask(self, state: SearchState) -> Array:
        size = self._size(state)
        if len(state.memory.points) < size:
            return state.scatter(size - len(state.memory.points))
        return state.repair(self._children(state, size - min(self.elite, size - 1)))

    def tell(self, state: SearchState, points: Array, values: Array) -> None:
        parents = state.memory
        kept = np.argsort(parents.values, kind="stable")
        kept = kept[: self._size(state) - len(points)]
        state.memory = Generation(
            np.vstack([parents.points[kept], points]),
            np.concatenate([parents.values[kept], values]),
        )

    def _size(self, state: SearchState) -> int:
        each, least, most = MEMBERS
        return self.population_size or min(max(each * len(state.start), least), most)

    def _children(self, state: SearchState, count: int) -> Array:
        rng, members, n = state.budget.rng, state.memory.points, len(state.start)
        a, b = (members[self._winners(state, count)] for _ in range(2))
        width = np.abs(a - b)
        low = np.minimum(a, b) - BEYOND * width
        mixed = low + rng.random((count, n)) * (1 + 2 * BEYOND) * width
        crossed = rng.random((count, 1)) < self.crossover_rate
        rate = 1 / n if self.mutation_rate is None else self.mutation_rate
        mutant = rng.random((count, n)) < rate
        steps = 0.5 * members.std(axis=0) * rng.standard_normal((count, n))
        return np.where(crossed, mixed, a) + np.where(mutant, steps, 0.0)  # type: ignore[no-any-return]

    def _winners(self, state: SearchState, count: int) -> Array:
        """The better one of two members, `count` times."""
        values = state.memory.values
        pairs = state.budget.rng.integers(len(values), size=(count, 2))
        first = values[pairs[:, 0]] <= values[pairs[:, 1]]
        return np.where(first, pairs[:, 0], pairs[:, 1])
