"""Models of the function that say where to look next."""

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._params import Choice, Optional, Whole
from ._base import Array
from ._derivative_free import SearchState
from ._extras import extra
from ._population import PopulationSolver

REACH = 5.0  # units around the start, where there are no bounds


@dataclass
class Study:
    """optuna's object, where it may look, and the trials under way."""

    inner: Any
    space: dict[str, Any]
    trials: Any = ()


class BayesianOptimization(PopulationSolver):
    r"""A model of the function is fitted to all values and asked where to look next.

    With ``sampler="gp"`` it is a Gaussian process, and the next point has the largest
    expected improvement

    .. math:: \mathbb{E} \max(f_{\min} - f(x), 0);

    with "tpe" it is a pair of densities, of good points and of others, whose ratio is
    largest there. By optuna, with the extra ``[optuna]`` (and torch for "gp").

    For few evaluations that are expensive, a tenth of a second or more each: it takes
    5 to 200 milliseconds to choose one point. To fit coefficients, use `CMAES`. Looks
    between the bounds (`Box`); where there are none, up to 5 `sigma0` from the start.

    Cost per evaluation: of the order of ``t**3`` operations after t evaluations with
    "gp", of ``t`` with "tpe"; memory ``t**2`` and ``t`` numbers.

    Parameters
    ----------
    sampler : {"gp", "tpe"}, default="gp"
        Which model.
    sigma0 : float or array-like of shape (n,), default=1.0
        A fifth of the distance to look at. Its unit is 1 for functions, and for linear
        models what moves predictions by one.
    population_size : int, default=None
        Points chosen at once, at least 2; None for one. More serve several workers, at
        the expense of what is known about each.
    max_evaluations : int, default=None
        Budget; None for 100.
    n_jobs : int, default=None
        Workers that evaluate a population, as in joblib.
    tol : float, default=None
        Certificate wanted at the end, where the problem has any; None for none.
    max_iter : int, default=1_000_000
        Largest number of iterations.

    Raises
    ------
    ImportError
        When optuna is not installed.

    References
    ----------
    Jones, Schonlau & Welch (1998), J. Global Optim. 13, 455-492, equation (15);
    Bergstra et al. (2011), NIPS 24, section 4; Akiba et al. (2019), KDD, for optuna.

    Examples
    --------
    >>> from skopt_solvers.solvers import BayesianOptimization
    >>> BayesianOptimization(sampler="tpe", max_evaluations=50).requires.meaning
    'values of the objective'
    """

    good_for = "few evaluations of a tenth of a second or more; extra `[optuna]`"
    assumes = "a function that varies little over small distances"
    modules = ("optuna",)
    few = (0, 100)
    own = {  # noqa: RUF012
        "sampler": Choice("gp", "tpe"),
        "population_size": Optional(Whole(2)),
    }

    def __init__(
        self,
        sampler="gp",
        sigma0=1.0,
        population_size=None,
        max_evaluations=None,
        n_jobs=None,
        tol=None,
        max_iter=1_000_000,
    ):
        self.sampler = sampler
        self.sigma0 = sigma0
        self.population_size = population_size
        self.max_evaluations = max_evaluations
        self.n_jobs = n_jobs
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, state: SearchState) -> None:
        optuna = extra("optuna", "optuna", self)
        seed = int(state.budget.rng.integers(2**31))
        low = np.where(np.isfinite(state.low), state.low, self._far(state, -1))
        high = np.where(np.isfinite(state.high), state.high, self._far(state, 1))
        float_ = optuna.distributions.FloatDistribution
        space = {f"x{j}": float_(float(a), float(b))
                 for j, (a, b) in enumerate(zip(low, high, strict=True))}  # fmt: skip
        with quiet(optuna):
            sampler = self._sampler(optuna, seed)
            state.memory = Study(optuna.create_study(sampler=sampler), space)
            self._remember(optuna, state)

    def ask(self, state: SearchState) -> Array:
        study = state.memory
        with quiet(extra("optuna", "optuna", self)):
            count = self.population_size or 1
            study.trials = [study.inner.ask(study.space) for _ in range(count)]
        names = list(study.space)
        points = [[trial.params[name] for name in names] for trial in study.trials]
        return np.array(points, np.float64)

    def tell(self, state: SearchState, points: Array, values: Array) -> None:
        optuna, study = extra("optuna", "optuna", self), state.memory
        failed = optuna.trial.TrialState.FAIL
        with quiet(optuna):
            for trial, value in zip(study.trials, values, strict=True):
                if np.isfinite(value):
                    study.inner.tell(trial, float(value))
                else:
                    study.inner.tell(trial, state=failed)

    def _far(self, state: SearchState, sign: int) -> Array:
        return np.clip(state.start + sign * REACH * state.units, state.low, state.high)  # type: ignore[no-any-return]

    def _sampler(self, optuna: Any, seed: int) -> Any:
        if self.sampler == "tpe":
            return optuna.samplers.TPESampler(seed=seed, multivariate=True)
        extra("torch", "optuna", self)
        return optuna.samplers.GPSampler(seed=seed)

    def _remember(self, optuna: Any, state: SearchState) -> None:
        """The start is the first trial."""
        if state.point.finite:
            params = dict(zip(state.memory.space, state.start.tolist(), strict=True))
            trial = optuna.trial.create_trial(
                params=params,
                distributions=state.memory.space,
                value=float(state.point.objective),
            )
            state.memory.inner.add_trial(trial)


@contextlib.contextmanager
def quiet(optuna: Any) -> Iterator[None]:
    """Without a word in the log, or about experimental features."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)
