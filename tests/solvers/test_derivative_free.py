"""Solvers that ask for values only: budgets, bounds, seeds, workers, accidents."""

import importlib.util
import math
import pickle
import sys

import numpy as np
import pytest
from joblib import parallel_config
from problems import make
from sklearn.base import clone

from skopt_solvers import Status, minimize
from skopt_solvers.callbacks import TimeLimit
from skopt_solvers.penalties import Box
from skopt_solvers.problems import IncompatibleProblem, Oracle
from skopt_solvers.run import run
from skopt_solvers.solvers import (
    CMAES,
    LBFGS,
    BayesianOptimization,
    DifferentialEvolution,
    GeneticAlgorithm,
    NelderMead,
    PopulationSolver,
    Powell,
    PyCMA,
    RandomSearch,
)
from skopt_solvers.solvers._registry import solver_classes


def installed(cls):
    return all(importlib.util.find_spec(module) for module in cls.modules)


FEW = {BayesianOptimization: {"sampler": "tpe"}}
ALL = [c for c in solver_classes() if c.requires == Oracle.VALUE]
CLASSES = [c for c in ALL if installed(c)]
CHEAP = [c for c in CLASSES if c is not BayesianOptimization]
WORKERS = [c for c in CLASSES if "n_jobs" in c().get_params()]
CENTRE = np.array([1.0, -2.0, 0.5])

# how close to the minimum, of the way from the start; all others must be closer
LOOSE = {RandomSearch: 0.2, BayesianOptimization: 0.4, GeneticAlgorithm: 1e-3}
CLOSE = 1e-8

every = pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
cheap = pytest.mark.parametrize("cls", CHEAP, ids=lambda c: c.__name__)


def make_solver(cls, **settings):
    return cls(**FEW.get(cls, {}), **settings)


def bowl(x):
    return float(np.sum((np.arange(len(x)) + 1.0) * (x - CENTRE[: len(x)]) ** 2))


def valley(x):
    return float(100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2)


class Watched:
    """A function, and where it was evaluated."""

    def __init__(self, function=bowl):
        self.function, self.points, self.values = function, [], []

    def __call__(self, x):
        self.points.append(x.copy())
        self.values.append(self.function(x))
        return self.values[-1]


def search(cls, function=bowl, x0=(0.0, 0.0, 0.0), seed=0, n=60, **others):
    solver = make_solver(cls, max_evaluations=n)
    return minimize(function, x0, solver=solver, random_state=seed, **others)


# -- progress ----------------------------------------------------------------------


@every
@pytest.mark.parametrize(
    ("function", "x0"), [(bowl, np.zeros(3)), (valley, np.array([-0.5, 1.0]))]
)
def test_the_minimum_is_approached(cls, function, x0):
    n = 60 if cls is BayesianOptimization else 3000
    result = search(cls, function, x0, n=n)
    assert result.success
    assert result.objective <= LOOSE.get(cls, CLOSE) * function(x0)
    assert result.objective == function(result.x)


@cheap
def test_one_coordinate_is_enough(cls):
    if cls is PyCMA:
        with pytest.raises(ValueError, match="at least two coordinates"):
            search(cls, x0=[0.0])
        return
    assert search(cls, x0=[0.0], n=400).objective < 1e-2


@every
def test_no_coordinate_at_all(cls):
    result = search(cls, lambda x: 7.0, [])
    assert result.objective == 7.0 and result.success


def test_restarts_find_the_best_of_many_minima():
    def waves(x):
        return float(np.sum(x**2 + 10 * (1 - np.cos(2 * np.pi * x))))

    x0 = np.array([3.0, -2.0])
    one = CMAES(restarts=0, max_evaluations=6000)
    result = minimize(waves, x0, solver=one, random_state=3)
    assert result.status is Status.SETTLED and result.counts.evaluations < 6000
    many = CMAES(sigma0=2.0, max_evaluations=6000)
    assert minimize(waves, x0, solver=many, random_state=3).objective < 1e-8


def test_only_the_order_of_values_matters():
    result = search(CMAES)
    squeezed = search(CMAES, lambda x: math.expm1(bowl(x) / 10) + 5)
    np.testing.assert_array_equal(squeezed.x, result.x)


def test_variances_alone_suffice_where_coordinates_do_not_interact():
    scales = np.logspace(0, 4, 40)

    def separate(x):
        return float(scales @ (x - 1) ** 2)

    wide = CMAES(covariance="diagonal", max_evaluations=8000)
    result = minimize(separate, np.zeros(40), solver=wide, random_state=0)
    assert result.objective < 1e-6 * separate(np.zeros(40))


def test_a_population_of_ones_own():
    class Halving(PopulationSolver):
        def __init__(self, sigma0=1.0, max_evaluations=300, tol=None, max_iter=1000):
            self.sigma0, self.max_evaluations = sigma0, max_evaluations
            self.tol, self.max_iter = tol, max_iter

        def begin(self, state):
            state.rate = 1.0

        def ask(self, state):
            steps = state.budget.rng.normal(size=(10, len(state.start)))
            return state.point.x + state.rate * state.units * steps

        def tell(self, state, points, values):
            state.rate *= 1.5 if values.min() <= state.point.objective else 0.5

    assert minimize(bowl, np.zeros(3), solver=Halving(), random_state=0).fun < 1e-4


# -- seeds and workers -------------------------------------------------------------


@every
def test_the_seed_decides(cls):
    first, same = search(cls, n=30), search(cls, n=30)
    np.testing.assert_array_equal(first.x, same.x)
    assert first.history.objective == same.history.objective
    other = search(cls, n=30, seed=1)
    chance = cls not in (NelderMead, Powell)
    assert np.array_equal(first.x, other.x) == (not chance)


@every
def test_the_global_generator_is_left_alone(cls):
    before = np.random.get_state()[1].copy()
    search(cls, n=20)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("cls", WORKERS, ids=lambda c: c.__name__)
def test_workers_change_nothing(cls):
    alone = make_solver(cls, max_evaluations=45, population_size=6)
    helped = clone(alone).set_params(n_jobs=2)
    with parallel_config(backend="threading"):
        results = [minimize(bowl, np.zeros(3), solver=solver, random_state=0)
                   for solver in (alone, helped)]  # fmt: skip
    np.testing.assert_array_equal(results[0].x, results[1].x)
    assert results[0].history.objective == results[1].history.objective
    assert results[0].counts.evaluations == results[1].counts.evaluations == 45


def test_workers_may_be_processes():
    alone, helped = CMAES(max_evaluations=15), CMAES(max_evaluations=15, n_jobs=2)
    results = [minimize(math.dist, np.zeros(3), args=(CENTRE,), solver=solver,
                        random_state=0) for solver in (alone, helped)]  # fmt: skip
    np.testing.assert_array_equal(results[0].x, results[1].x)


def test_workers_share_linear_models():
    results = [
        run(CMAES(max_evaluations=40, n_jobs=n), make("logistic", "l2"), random_state=0)
        for n in (None, 2)
    ]
    np.testing.assert_array_equal(results[0].x, results[1].x)


# -- bounds ------------------------------------------------------------------------


@every
def test_bounds_hold_everywhere_and_the_best_point_on_them_is_found(cls):
    low, high = np.array([-1.0, -1.0, -np.inf]), np.array([0.25, np.inf, 3.0])
    watched, seen = Watched(), []
    result = search(
        cls, watched, n=60 if cls is BayesianOptimization else 2500,
        penalty=Box(low, high), callbacks=lambda p: seen.append(p.state.point.x),
    )  # fmt: skip
    for x in (*watched.points, *seen, result.x):
        assert np.all((low <= x) & (x <= high))
    best = bowl(np.clip(CENTRE, low, high))
    left = (result.objective - best) / (bowl(np.zeros(3)) - best)
    assert left <= max(LOOSE.get(cls, 0.0), 1e-6)


@every
def test_a_start_outside_is_moved_and_fixed_coordinates_stay(cls):
    box = Box(low=[1.0, -1.0, 0.0], high=[2.0, -1.0, 4.0])
    result = search(cls, x0=[9.0, 9.0, 9.0], n=40, penalty=box)
    assert result.x[1] == -1.0 and result.objective < bowl(np.array([2.0, -1.0, 4.0]))


# -- budgets -----------------------------------------------------------------------


@every
@pytest.mark.parametrize("n", [1, 2, 7, 20, 33])
def test_budgets_are_kept_exactly(cls, n):
    watched = Watched()
    result = search(cls, watched, n=n)
    assert len(watched.points) == result.counts.evaluations == n
    assert result.status is Status.SPENT and result.success
    assert result.objective == min(watched.values)
    assert math.isnan(result.certificate.value) and result.certificate.kind == "none"


@cheap
def test_generations_are_counted_and_the_default_budget_is_a_number(cls):
    result = minimize(valley, np.zeros(2), solver=cls(), max_iter=2, random_state=0)
    assert (result.n_iter, result.status) == (2, Status.DONE)
    assert len(result.history) == 3
    whole = minimize(valley, np.zeros(2), solver=cls(), random_state=0)
    assert whole.counts.evaluations <= 1000


@every
def test_time_ends_a_search_between_two_evaluations(cls, monkeypatch):
    clock = [0.0]

    def slow(x):
        clock[0] += 1.0
        return bowl(x)

    for name in ("skopt_solvers.run", "skopt_solvers.solvers._base"):
        fake = type("time", (), {"perf_counter": lambda: clock[0], "monotonic": None})
        monkeypatch.setattr(sys.modules[name], "time", fake)
    result = search(cls, slow, max_time=12.5)
    assert result.status is Status.TIME
    assert result.counts.evaluations == 13


@every
def test_a_tolerance_that_nothing_certifies_is_not_reached(cls):
    result = search(cls, n=20, tol=1e-3)
    assert result.status is Status.EVALUATIONS and not result.success


def test_a_tolerance_is_checked_once_where_certificates_are_known():
    solver = CMAES(max_evaluations=3000, tol=1e-4)
    result = run(solver, make("logistic", "l2"), random_state=0)
    assert result.status is Status.CONVERGED
    assert result.certificate.kind == "duality gap"
    assert np.isnan(result.history.certificate).all()


# -- callbacks and accidents -------------------------------------------------------


@cheap
def test_callbacks_see_every_iteration_and_can_end_it(cls):
    seen = []
    result = search(
        cls, n=1000,
        callbacks=[lambda p: seen.append(p.n_iter), lambda p: p.n_iter >= 2 and "so"],
    )  # fmt: skip
    assert (seen, result.message) == ([0, 1, 2], "so")
    history = result.history.objective
    assert history == sorted(history, reverse=True)
    assert search(cls, callbacks=TimeLimit(0.0)).n_iter == 0


@every
def test_an_interrupt_keeps_the_best_point_of_all(cls):
    def pressed(x):
        if len(watched.points) == 24:
            raise KeyboardInterrupt
        return bowl(x)

    watched = Watched(pressed)
    result = search(cls, watched)
    assert result.status is Status.INTERRUPTED
    assert result.objective == min(watched.values)


@every
def test_an_interrupt_at_once_leaves_the_start(cls):
    calls = []

    def pressed(x):
        calls.append(x)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return bowl(x)

    result = search(cls, pressed)
    assert result.status is Status.INTERRUPTED and not result.x.any()


@every
@pytest.mark.parametrize("kind", [RuntimeError, TypeError, IndexError, StopIteration])
def test_exceptions_of_the_function_are_not_swallowed(cls, kind):
    def broken(x):
        if len(watched.points) == 24:
            raise kind("from the function")
        return bowl(x)

    watched = Watched(broken)
    with pytest.raises(RuntimeError if kind is StopIteration else kind) as error:
        search(cls, watched)
    assert "from the function" in str(error.value.__cause__ or error.value)


@every
@pytest.mark.parametrize("gap", [math.nan, math.inf])
def test_holes_in_the_function_are_survived(cls, gap):
    def holed(x):
        return gap if x[0] < 0.2 or x[1] > 1.5 else bowl(x)

    for x0 in (np.array([0.5, 0.0, 0.0]), np.zeros(3)):  # the second is in a hole
        result = search(cls, holed, x0, n=150)
        assert math.isfinite(result.objective) and result.success
        assert result.objective <= holed(np.array([0.5, 0.0, 0.0])) or x0[0] == 0.0


@every
def test_a_function_without_any_value_is_no_success(cls):
    result = search(cls, lambda x: math.nan, n=20)
    assert result.status is Status.NON_FINITE and not result.success


@every
def test_huge_and_tiny_scales(cls):
    for scale in (1e-200, 1e200):
        result = search(cls, lambda x, s=scale: s * bowl(x), n=40)
        assert math.isfinite(result.objective) and result.success


def test_minus_infinity_is_the_end_of_it():
    result = search(CMAES, lambda x: -math.inf if x[0] > 0.5 else bowl(x), n=200)
    assert result.status is Status.NON_FINITE


# -- parameters --------------------------------------------------------------------


@pytest.mark.parametrize("cls", ALL, ids=lambda c: c.__name__)
def test_parameters_survive_clone_and_pickle_and_are_checked(cls):
    solver = cls(sigma0=[0.1, 0.2], max_evaluations=9, tol=0.5)
    for twin in (clone(solver), pickle.loads(pickle.dumps(solver))):
        assert repr(twin.get_params()) == repr(solver.get_params())
    wrong = {"sigma0": -1.0, "max_evaluations": 0, "tol": -1.0, "max_iter": 0.5}
    for name, value in wrong.items():
        with pytest.raises(ValueError, match=f"{cls.__name__} needs {name} to be"):
            cls(**{name: value}).check()


@pytest.mark.parametrize("cls", [CMAES, NelderMead, RandomSearch])
def test_every_coordinate_may_have_its_own_first_step(cls):
    step = [1e-6, 1.0, 1e-6]
    result = minimize(bowl, np.zeros(3), random_state=0,
                      solver=cls(sigma0=step, max_evaluations=10))  # fmt: skip
    assert np.abs(result.x[[0, 2]]).max() < 1e-3
    with pytest.raises(ValueError, match=r"one per coordinate, shape \(3,\)"):
        minimize(bowl, np.zeros(3), solver=cls(sigma0=[1.0, 2.0]))


@pytest.mark.parametrize(
    ("solver", "module", "name"),
    [(PyCMA(), "cma", "cma"), (BayesianOptimization(), "optuna", "optuna")],
)
def test_a_missing_package_is_named_with_its_extra(solver, module, name, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"package '{module}'.*\[{name}\]"):
        minimize(bowl, np.zeros(3), solver=solver)


def test_searches_are_named_only_where_nothing_better_can():
    with pytest.raises(IncompatibleProblem) as error:
        run(LBFGS(), make("logistic", "l1"))
    assert "ProximalGradient" in str(error.value)
    assert "RandomSearch" not in str(error.value)


def test_strategies_of_differential_evolution():
    for strategy in ("rand1bin", "currenttobest1exp"):
        solver = DifferentialEvolution(strategy=strategy, max_evaluations=2000)
        result = minimize(bowl, np.zeros(3), solver=solver, random_state=0)
        assert result.objective < 1e-3
