"""Points at random."""

from .._params import Optional, Whole
from ._base import Array
from ._derivative_free import SearchState
from ._population import PopulationSolver

POPULATION = 20


class RandomSearch(PopulationSolver):
    r"""Independent points around the start, the best of which is kept.

    .. math:: x_i \sim \mathcal{N}(x_0, \sigma_0^2)

    and uniform between two bounds, where a coordinate has them. What any other search
    has to be better than.

    Cost per evaluation: n random numbers; memory ``20 n`` numbers.

    Parameters
    ----------
    sigma0 : float or array-like of shape (n,), default=1.0
        Standard deviation. Its unit is 1 for functions, and for linear models what
        moves predictions by one.
    population_size : int, default=None
        Points per iteration, at least 2; None for 20.
    max_evaluations : int, default=None
        Budget; None for 200 per coordinate, 1000 at least.
    n_jobs : int, default=None
        Workers that evaluate a population, as in joblib.
    tol : float, default=None
        Certificate wanted at the end, where the problem has any; None for none.
    max_iter : int, default=1_000_000
        Largest number of iterations.

    References
    ----------
    Bergstra & Bengio (2012), J. Mach. Learn. Res. 13, 281-305.

    Examples
    --------
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.solvers import RandomSearch
    >>> result = minimize(abs, 3.0, solver=RandomSearch(sigma0=2.0), random_state=0)
    >>> result.message
    'max_evaluations evaluations were done, and no tolerance was asked for'
    >>> result.objective < 0.01
    True
    """

    good_for = "what the others must be better than"
    assumes = "nothing"
    own = {"population_size": Optional(Whole(2))}  # noqa: RUF012

    def __init__(
        self,
        sigma0=1.0,
        population_size=None,
        max_evaluations=None,
        n_jobs=None,
        tol=None,
        max_iter=1_000_000,
    ):
        self.sigma0 = sigma0
        self.population_size = population_size
        self.max_evaluations = max_evaluations
        self.n_jobs = n_jobs
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, state: SearchState) -> None:
        state.memory = self.population_size or POPULATION

    def ask(self, state: SearchState) -> Array:
        return state.scatter(state.memory)

    def tell(self, state: SearchState, points: Array, values: Array) -> None:
        """Nothing is learnt; the state keeps the best."""
