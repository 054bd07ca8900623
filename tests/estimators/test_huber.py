"""The concomitant scale: scikit-learn's objective, equivariance, certificates."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import HuberRegressor

from skopt_solvers import AdvancedHuberRegressor, AdvancedLinearRegressor
from skopt_solvers.losses import Huber
from skopt_solvers.penalties import L1, L2
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, OWLQN


def objective(model, X, y, s):
    z = np.abs(y - X @ model.coef_ - model.intercept_) / model.scale_
    e = model.epsilon
    H = np.where(z < e, z**2, 2 * e * z - e**2)
    return s @ (model.scale_ * (1 + H)) + model.alpha * model.coef_ @ model.coef_


@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("epsilon", [1.1, 1.35, 3.0])
@pytest.mark.parametrize("alpha", [0.0, 1e-4, 10.0])
def test_against_scikit_learn(diabetes, alpha, epsilon, storage):
    X, y = diabetes
    s = np.linspace(0.0, 2.0, len(y))
    shared = {"alpha": alpha, "epsilon": epsilon}
    ours = AdvancedHuberRegressor(tol=1e-10, **shared).fit(storage(X), y, s)
    theirs = HuberRegressor(tol=1e-8, max_iter=10_000, **shared).fit(X, y, s)
    a, b = (objective(model, X, y, s) for model in (ours, theirs))
    assert a == pytest.approx(b, rel=1e-6) and a <= b * (1 + 1e-10)
    assert ours.scale_ == pytest.approx(theirs.scale_, rel=1e-3)
    assert np.mean(ours.outliers_ == theirs.outliers_) > 0.99
    assert ours.score(X, y) == pytest.approx(theirs.score(X, y), abs=1e-4)


def test_units_of_the_target_do_not_matter(diabetes):
    X, y = diabetes
    one = AdvancedHuberRegressor(alpha=0.0, tol=1e-13).fit(X, y)
    for unit in (1e-6, 1e6):
        other = AdvancedHuberRegressor(alpha=0.0, tol=1e-13).fit(X, unit * y + unit)
        np.testing.assert_allclose(other.coef_, unit * one.coef_, rtol=1e-5)
        assert other.scale_ == pytest.approx(unit * one.scale_, rel=1e-6)
        np.testing.assert_array_equal(other.outliers_, one.outliers_)


def test_the_scale_makes_clipped_residuals_of_unit_length(diabetes):
    X, y = diabetes
    model = AdvancedHuberRegressor(epsilon=1.2).fit(X, y, offset=np.sin(y))
    r = (y - np.sin(y) - X @ model.coef_ - model.intercept_) / model.scale_
    assert np.mean(np.clip(r, -1.2, 1.2) ** 2) == pytest.approx(1.0, rel=1e-12)


def test_without_cut_it_is_least_squares(diabetes):
    X, y = diabetes
    model = AdvancedHuberRegressor(1e6, alpha=0.0, tol=1e-13).fit(X, y)
    least = AdvancedLinearRegressor(penalty=None, tol=1e-13).fit(X, y)
    np.testing.assert_allclose(model.coef_, least.coef_, rtol=1e-5, atol=1e-5)
    assert model.scale_ == pytest.approx(np.std(y - least.predict(X)))


@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
def test_an_exact_fit_of_most_samples(small, solver):
    """The scale ends at its smallest value, and outliers are seen as such."""
    X, _, _, _ = small
    y = X @ np.arange(5.0) + 1.0
    y[:4] += [100.0, -30.0, 5.0, 40.0]
    model = AdvancedHuberRegressor(alpha=0.0, solver=solver).fit(X, y)
    np.testing.assert_allclose(model.coef_, np.arange(5.0), atol=1e-4)
    assert model.outliers_[:4].all() and model.scale_ < 1e-3


def interpolated(seed, n=60, p=80):
    """More columns than rows: the best scale is zero, at a kink of the objective."""
    rng = np.random.default_rng(seed)
    X = (rng.random((n, p)) < 0.1).astype(float)
    return X, X[:, :5].sum(axis=1) + rng.standard_t(2, n)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("alpha", [1e-4, 1.0])
def test_where_the_scale_goes_to_zero(alpha, seed):
    X, y = interpolated(seed)
    model = AdvancedHuberRegressor(alpha=alpha).fit(X, y)
    assert model.certificate_ <= 1e-6
    assert model.scale_ == pytest.approx(1e-6 * y.std())
    peer = HuberRegressor(alpha=alpha, tol=1e-10, max_iter=10_000).fit(X, y)
    least = objective(peer, X, y, np.ones(60))
    found = objective(model, X, y, np.ones(60))
    assert found <= least + 60 * model.scale_ + 1e-5 * least


def test_logs_count_metrics():
    """A metric that is built again and again does not bury the rest."""
    log = AdvancedHuberRegressor().fit(*interpolated(2)).result_.log
    assert len(log) < 10 and any("goes on" in line for line in log)
    (built,) = (line for line in log if "times, last after" in line)
    assert int(built.split(" built ")[1].split()[0]) > 10


def test_constant_targets(small):
    X = small[0]
    model = AdvancedHuberRegressor().fit(X, np.full(len(X), 7.0))
    np.testing.assert_allclose(model.predict(X), 7.0)


@pytest.mark.parametrize("penalty", [L2(0.1), L1(2.0)], ids=repr)
@pytest.mark.parametrize("intercept", [True, False])
def test_certificates_bound_what_is_left(diabetes, penalty, intercept):
    X, y = diabetes
    problem = linear_problem(
        X, y, Huber(scale="joint"), penalty, fit_intercept=intercept
    )
    solver = LBFGS() if problem.smooth else OWLQN()
    best = run(solver, problem, tol=1e-13, max_iter=5000)
    rng = np.random.default_rng(0)
    for size in (10.0, 1e-1, 1e-3, 1e-5):
        point = problem.at(best.x + size * rng.standard_normal(problem.size))
        found = problem.certificate(point)
        left = (point.objective - best.objective) / point.objective
        assert found.kind == "duality gap" and found.value >= left * (1 - 1e-6) - 1e-14
    assert found.value < 1e-5


@pytest.mark.parametrize("epsilon", [1.0, 0.5, -1.0, "a"])
def test_unusable_epsilon_is_refused(diabetes, epsilon):
    with pytest.raises(ValueError, match="epsilon to be a number greater than 1"):
        AdvancedHuberRegressor(epsilon).fit(*diabetes)
