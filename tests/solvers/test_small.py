"""Small dense problems: Newton steps at once end where the long way ends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import LOSSES, PENALTIES, make

from skopt_solvers.losses import Gamma, LogCosh, Logistic, ModifiedHuber
from skopt_solvers.penalties import L1, L2, ElasticNet
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import budget_of, run
from skopt_solvers.solvers import LBFGS, CoordinateDescent, ProxNewton, _support
from skopt_solvers.solvers._auto import choose
from skopt_solvers.solvers._base import Budget
from skopt_solvers.solvers._support import Pieces

FAST = ["logistic", "squared_hinge", "huber", "poisson", "multinomial"]
AT_ONCE = ["l1", "l2", "elastic_net", "weighted", "positive", "box"]
ON = "at once"


def shown(result):
    return any(ON in line for line in result.log)


def looking(progress):
    """A callback: with one, every step is the solver's own."""


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("penalty", AT_ONCE)
@pytest.mark.parametrize("loss", FAST)
def test_the_optimum_is_that_of_the_long_way(loss, penalty, intercept, dtype):
    weights = np.linspace(0.0, 2.0, 60)
    problem = make(loss, penalty, "fortran", dtype, intercept, weights)
    solver = choose(problem).set_params(tol=1e-9)
    short, long = run(solver, problem), run(solver, problem, callbacks=[looking])
    assert shown(short) and not shown(long)
    assert short.success and long.success
    assert short.objective == pytest.approx(long.objective, rel=1e-8)
    if loss != "multinomial":  # whose coefficients are one of many without a ridge
        np.testing.assert_allclose(short.x, long.x, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("penalty", PENALTIES)
def test_everything_else_goes_the_long_way(loss, penalty):
    problem = make(loss, penalty)
    taken = shown(run(choose(problem), problem))
    assert taken == (loss in FAST and penalty in AT_ONCE)


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_no_more_iterations_than_allowed(penalty, most):
    problem = make("logistic", penalty)
    result = run(choose(problem), problem, max_iter=most, tol=1e-14)
    assert result.history.iteration == list(range(most + 1))
    assert result.n_iter == most


@given(
    st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 30),
    st.sampled_from([Logistic(), ModifiedHuber(), Gamma(), LogCosh()]),
    st.sampled_from([L1, L2, ElasticNet]), st.floats(-5.0, 1.0), st.floats(0.0, 6.0),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_hostile_columns_are_certified(seed, n, p, loss, penalty, strength, scales):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * 10.0 ** rng.uniform(-scales, scales, p)
    X[:, rng.random(p) < 0.2] = 1.0
    X[:, p // 2] = X[:, 0]
    y = rng.gamma(1.0, size=n) + 1e-3
    if loss.labels:
        y = np.where(np.arange(n) % 3 == 0, 1.0, -1.0)
    problem = linear_problem(X, y, loss, penalty(10.0**strength))
    problem = problem if n > 1 or not loss.labels else make("logistic", "l1")
    result = run(choose(problem), problem)
    assert result.success, result
    other = run(choose(problem), problem, callbacks=[looking])
    assert result.objective <= other.objective * (1.0 + 2e-6)


@pytest.mark.parametrize(
    "solver", [LBFGS(start=None), LBFGS(preconditioner="cholesky")]
)
def test_who_asks_for_another_beginning_gets_it(solver):
    assert not shown(run(solver, make("logistic", "l2")))


def test_it_goes_on_from_a_state():
    problem = make("logistic", "l1")
    for solver in (CoordinateDescent(), ProxNewton()):
        first = solver.init(problem, problem.start(), budget_of(solver))
        solver.step(problem, first)
        weaker = problem.with_penalty(L1(0.01))
        state = solver.resume(weaker, first, budget_of(solver))
        solver.step(weaker, state)
        assert state.certificate.value <= 1e-6
        assert state.n_iter == 0 < state.stride


@given(
    n=st.integers(1, 60), k=st.integers(1, 40), seed=st.integers(0, 9999),
    share=st.floats(1e-4, 0.9), ridge=st.sampled_from([0.0, 1e-3, 1.0]),
    kind=st.sampled_from(["plain", "copies", "whole", "empty"]),
    low=st.sampled_from([-np.inf, 0.0]),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_either_factor_leads_to_the_same_end(n, k, seed, share, ridge, kind, low):
    """Collinear, empty and bounded columns included."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, k))
    if kind == "copies":
        X = X[:, rng.integers(0, k, k)]
    elif kind == "whole":
        X = rng.integers(-1, 2, (n, k)).astype(float)
    elif kind == "empty":
        X[:, rng.random(k) < 0.4] = 0.0
    gram, pull = X.T @ X / n, X.T @ rng.normal(size=n) / n
    level = np.full(k, share * np.abs(pull).max())
    pieces = Pieces(level, np.full(k, ridge), np.full(k, low), np.full(k, np.inf))
    budget, costs = Budget(1e-6, 100), []
    before = _support.SMALL
    for most in (before, 0):
        w, v = np.zeros(k), pull.copy()
        _support.SMALL = most
        try:
            pieces.optimise(gram, v, w, 0.0, budget)
        finally:
            _support.SMALL = before
        np.testing.assert_allclose(v, pull - gram @ w, atol=1e-10 * np.abs(pull).max())
        penalty = np.sum(level * abs(w) + ridge * w**2 / 2)
        costs.append(w @ gram @ w / 2 - pull @ w + penalty)
    assert costs[0] == pytest.approx(costs[1], rel=1e-9, abs=1e-12)
