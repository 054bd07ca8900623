"""Hansen's own CMA-ES."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._params import Optional, Whole
from ._base import Array
from ._derivative_free import SearchState
from ._extras import extra
from ._population import PopulationSolver


@dataclass
class Strategy:
    """pycma's object, and how many there were before it."""

    inner: Any
    number: int = 0


class PyCMA(PopulationSolver):
    r"""`CMAES` as Hansen's package pycma does it, with the same restarts.

    .. math:: x_i = m + \sigma\, \mathcal{N}(0, C), \quad
              m \leftarrow m + \sum_{i \le \mu} w_i (x_{i:\lambda} - m).

    The reference: use it to check `CMAES`, or for pycma's own options. Needs the extra
    ``[cma]``, and at least two coordinates.

    Cost per evaluation: ``n`` to ``n**2`` operations, 70 to 300 microseconds; memory
    ``10 n**2`` numbers.

    Parameters
    ----------
    sigma0 : float or array-like of shape (n,), default=0.5
        First standard deviation, about a quarter of where the optimum may lie. Its unit
        is 1 for functions, a quarter of the way between two bounds, and for linear
        models what moves predictions by one.
    population_size : int, default=None
        Points per generation, at least 2; None for :math:`4 + \lfloor 3 \ln n \rfloor`.
    options : dict, default=None
        Further options of ``cma.CMAOptions``, which override ours.
    restarts : int, default=None
        Largest number of restarts, each with twice the population; None for as many as
        the budget allows.
    max_evaluations : int, default=None
        Budget; None for 200 per coordinate, 1000 at least.
    n_jobs : int, default=None
        Workers that evaluate a population, as in joblib.
    tol : float, default=None
        Certificate wanted at the end, where the problem has any; None for none.
    max_iter : int, default=1_000_000
        Largest number of generations.

    Raises
    ------
    ImportError
        When pycma is not installed.
    ValueError
        When there is one coordinate only.

    References
    ----------
    Hansen, Akimoto & Baudis, CMA-ES/pycma, doi:10.5281/zenodo.2559634; Auger & Hansen
    (2005), IEEE CEC, for the restarts.

    Examples
    --------
    >>> from skopt_solvers.solvers import PyCMA
    >>> PyCMA(sigma0=0.3, options={"tolfun": 1e-9}).requires.meaning
    'values of the objective'
    """

    good_for = "Hansen's own CMA-ES; extra `[cma]`"
    modules = ("cma",)
    own = {  # noqa: RUF012
        "population_size": Optional(Whole(2)),
        "restarts": Optional(Whole(0)),
    }

    def __init__(
        self,
        sigma0=0.5,
        population_size=None,
        options=None,
        restarts=None,
        max_evaluations=None,
        n_jobs=None,
        tol=None,
        max_iter=1_000_000,
    ):
        self.sigma0 = sigma0
        self.population_size = population_size
        self.options = options
        self.restarts = restarts
        self.max_evaluations = max_evaluations
        self.n_jobs = n_jobs
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, state: SearchState) -> None:
        extra("cma", "cma", self)
        if len(state.start) < 2:
            raise ValueError(
                "PyCMA needs at least two coordinates; got 1. CMAES takes one as well."
            )
        inner = self._strategy(state, state.start, self.population_size)
        state.memory = Strategy(inner)

    def ask(self, state: SearchState) -> Array:
        return np.asarray(state.memory.inner.ask(), np.float64)

    def tell(self, state: SearchState, points: Array, values: Array) -> None:
        inner = state.memory.inner
        finite = values[np.isfinite(values)]
        worst = float(finite.max()) if len(finite) else 0.0
        worst = worst + abs(worst) + 1.0
        inner.tell(list(points), np.where(np.isfinite(values), values, worst).tolist())
        state.rate = float(inner.sigma)
        if inner.stop():
            self._restart(state)

    def _restart(self, state: SearchState) -> None:
        """Elsewhere, with twice the population."""
        now = state.memory
        if self.restarts is not None and now.number >= self.restarts:
            state.stalled = True
            return
        mean = state.scatter(1, reach=2.0)[0]
        inner = self._strategy(state, mean, 2 * now.inner.popsize)
        state.memory = Strategy(inner, now.number + 1)

    def _strategy(self, state: SearchState, mean: Array, popsize: int | None) -> Any:
        rng = state.budget.rng
        options = {
            "CMA_stds": state.units.tolist(),
            "randn": lambda *shape: rng.standard_normal(shape),
            "seed": np.nan,  # numpy's global generator is left alone
            "verbose": -10,  # neither a word nor a file
            "verb_log": 0,
            **({"popsize": popsize} if popsize else {}),
            **(self.options or {}),
        }
        cma = extra("cma", "cma", self)
        return cma.CMAEvolutionStrategy(mean.tolist(), 1.0, options)
