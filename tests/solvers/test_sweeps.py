"""Plain epochs of coordinate descent: where they lead, and where they are enough."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_solvers import ProximalElasticNet, regularization_path
from skopt_solvers.designs.dense import Dense
from skopt_solvers.losses import Squared
from skopt_solvers.penalties import L1, ElasticNet
from skopt_solvers.problems import linear_problem
from skopt_solvers.result import NOT_YET
from skopt_solvers.run import budget_of, run
from skopt_solvers.solvers import CoordinateDescent, ProximalGradient, _quadratic_path
from skopt_solvers.solvers._extrapolation import extrapolate, limit
from skopt_solvers.solvers._model import model_at
from skopt_solvers.solvers._sweeps import leap
from skopt_solvers.solvers.coordinate_descent import CoordinateState


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(0, 10**6))
def test_the_limit_of_a_linear_iteration_is_found(rank, seed):
    rng = np.random.default_rng(seed)
    p = 12
    basis = np.linalg.qr(rng.normal(size=(p, p)))[0][:, :rank]
    rates = np.linspace(0.2, 0.9, rank)
    fixed, point = rng.normal(size=p), rng.normal(size=p)
    point = fixed + basis @ (basis.T @ (point - fixed))
    trail = [point]
    for _ in range(rank + 1):
        point = fixed + basis @ (rates * (basis.T @ (point - fixed)))
        trail.append(point)
    reached = limit(np.array(trail))
    assert reached is not None
    assert np.abs(reached - fixed).max() < 1e-3 * np.abs(trail[0] - fixed).max()


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_a_trail_that_says_nothing_has_no_limit(value):
    with np.errstate(invalid="ignore"):
        assert limit(np.full((4, 3), value)) is None


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([True, False]))
def test_extrapolation_never_raises_the_model_and_keeps_signs(seed, intercept):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(30, 8)) + 1.0, rng.normal(size=30)
    problem = linear_problem(X, y, Squared(), L1(0.05), fit_intercept=intercept)
    point = problem.at(problem.start())
    model, columns = model_at(problem, point), np.arange(8)
    means = problem.mean if intercept else np.zeros(8)

    def residual(w):
        return model.r - model.h * ((X - means) @ w)

    def value(w, r):
        return 0.5 * r @ (r / model.h) + 0.05 * np.abs(w).sum()

    trail = rng.normal(size=(5, 8)) * 0.8 ** np.arange(5)[:, None]
    trail[-1, rng.random(8) < 0.3] = 0.0
    w, before = trail[-1].copy(), trail[-1].copy()
    r = residual(w)
    here = value(w, r)
    extrapolate(problem, model, problem.record, columns, means, trail, w, r)
    assert value(w, r) <= here
    np.testing.assert_allclose(r, residual(w), atol=1e-12)
    assert np.array_equal(np.sign(w), np.sign(before))


@pytest.fixture
def grams(monkeypatch):
    """The numbers of columns of all Gram matrices that are formed."""
    formed, gram = [], Dense.gram

    def watched(self, d, columns, shift, known=None):
        formed.append(len(columns))
        return gram(self, d, columns, shift, known)

    monkeypatch.setattr(Dense, "gram", watched)
    return formed


def regression(n, p, correlation=0.0):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p))
    for j in range(1, p):
        X[:, j] = correlation * X[:, j - 1] + np.sqrt(1 - correlation**2) * X[:, j]
    return np.asfortranarray(X), X @ rng.normal(size=p) + rng.normal(size=n)


@pytest.mark.parametrize("share", [0.1, 0.01])
@pytest.mark.parametrize(
    ("n", "p", "l1_ratio"), [(3000, 300, 1.0), (2000, 500, 0.5), (200, 1500, 0.3)]
)
def test_many_nearly_independent_columns_need_no_gram_matrix(
    n, p, l1_ratio, share, grams
):
    X, y = regression(n, p)
    alpha = share * np.abs(X.T @ y).max() / n / l1_ratio
    penalty = ElasticNet(alpha, l1_ratio)
    for intercept in (False, True):
        result = run(
            CoordinateDescent(tol=1e-8),
            linear_problem(X, y, Squared(), penalty, fit_intercept=intercept),
        )
        assert result.success
        assert np.count_nonzero(result.x) > p / 4
        assert not grams
        sparse = linear_problem(
            sp.csc_array(X), y, Squared(), penalty, fit_intercept=intercept
        )
        other = run(ProximalGradient(tol=1e-8, max_iter=20_000), sparse)
        assert result.objective == pytest.approx(other.objective, rel=1e-7)


def test_correlated_columns_go_to_a_gram_matrix(grams):
    X, y = regression(4000, 100, 0.99)
    problem = linear_problem(X, y, Squared(), L1(1e-3), fit_intercept=False)
    result = run(CoordinateDescent(tol=1e-10), problem)
    assert result.success
    assert result.n_iter < 10
    assert max(grams) > 50


def test_paths_leave_the_gram_matrix_where_a_ridge_keeps_many_columns(
    grams, monkeypatch
):
    monkeypatch.setattr(_quadratic_path, "CACHED", 300)
    X, y = regression(200, 1500)
    model = ProximalElasticNet(l1_ratio=0.3, tol=1e-11)
    path = regularization_path(model, X, y, alphas=40, eps=0.05)
    assert path.n_nonzero[-1] > 700
    assert max(grams) < 1000
    assert path.certificates.max() <= 1e-11
    for k in (15, 39):
        model.set_params(alpha=path.alphas[k]).fit(X, y)
        close = np.abs(model.coef_ - path.coefs[:, k]).max()
        assert close < 1e-4 * np.abs(model.coef_).max()


@pytest.mark.parametrize("rho, mild", [(0.0, True), (0.999, False)])
def test_paths_of_elastic_nets_need_a_factor_only_where_cycles_are_many(
    monkeypatch, rho, mild
):
    seen = []
    cycle = _quadratic_path.QuadraticPath._cycle

    def watched(path, *args):
        reached = cycle(path, *args)
        seen.append(path.mild)
        return reached

    monkeypatch.setattr(_quadratic_path.QuadraticPath, "_cycle", watched)
    X, y = regression(400, 60, rho)
    model = ProximalElasticNet(l1_ratio=0.9, tol=1e-9)
    path = regularization_path(model, X, y, alphas=30, eps=1e-4)
    assert all(seen) == mild
    assert path.certificates.max() <= 1e-9
    for k in (10, len(path.alphas) - 1):
        model.set_params(alpha=path.alphas[k]).fit(X, y)
        assert path.coefs[:, k] == pytest.approx(model.coef_, rel=1e-2, abs=1e-3)


@pytest.mark.parametrize("portion", [1, 7000, 10**9])
def test_cycles_lead_to_the_same_path_however_often_the_clock_is_read(
    monkeypatch, portion
):
    X, y = regression(400, 60)
    model = ProximalElasticNet(l1_ratio=0.9, tol=1e-9)
    whole = regularization_path(model, X, y, alphas=30, eps=1e-3)
    monkeypatch.setattr(_quadratic_path, "PORTION", portion)
    parts = regularization_path(model, X, y, alphas=30, eps=1e-3)
    np.testing.assert_array_equal(parts.coefs, whole.coefs)


@settings(deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from([0.0, 0.5, 0.99]),
    st.sampled_from([L1(0.1), L1(0.1, positive=True), ElasticNet(0.1)]),
    st.booleans(),
)
def test_a_leap_never_raises_the_objective(seed, alike, penalty, intercept):
    """From anywhere, however much columns depend on each other."""
    rng = np.random.default_rng(seed)
    X = alike * rng.normal(size=(60, 1)) + rng.normal(size=(60, 9)) + 1.0
    problem = linear_problem(X, rng.normal(size=60) + 2.0, Squared(), penalty,
                             fit_intercept=intercept)  # fmt: skip
    x = problem.prox(rng.normal(size=problem.size), np.full(problem.size, 1e-9))
    budget = budget_of(CoordinateDescent())
    state = CoordinateState(problem.at(x), budget, NOT_YET)
    following = leap(problem, state)
    if following is not None:
        assert following.objective <= state.point.objective + 1e-12
        np.testing.assert_allclose(following.z, problem.push(following.x), atol=1e-12)


@pytest.mark.parametrize("order", ["C", "F"])
def test_independent_columns_of_rows_are_never_laid_out(order):
    """All coefficients at once, then a Gram matrix of those in use."""
    rng = np.random.default_rng(0)
    X = np.asarray(rng.normal(size=(20_000, 100)), order=order)
    y = X[:, :10].sum(axis=1) + rng.normal(size=20_000)
    problem = linear_problem(X, y, Squared(), L1(0.01))
    result = run(CoordinateDescent(), problem)
    assert result.success
    assert "columns" not in vars(problem.design)


def test_columns_that_are_alike_are_not_leapt_over():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 1)) + 0.01 * rng.normal(size=(500, 20))
    problem = linear_problem(X, X[:, 0], Squared(), L1(0.01))
    state = CoordinateState(problem.null, budget_of(CoordinateDescent()), NOT_YET)
    state.leaping = True
    assert leap(problem, state) is None and not state.leaping
