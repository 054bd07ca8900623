"""Penalties that are not convex: fixed points, found from a convex start."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    ProximalMCP,
    ProximalSCAD,
    alpha_max,
    regularization_path,
)
from skopt_solvers.losses import Logistic, Poisson, Squared
from skopt_solvers.penalties import L0L2, L1, MCP, SCAD, LogSum, Lq
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import CoordinateDescent, Reweighted

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 90)) + RNG.normal(size=(60, 1))
SIGNAL = X[:, :6] @ np.array([2.0, -1.5, 1.0, 1.0, -1.0, 0.7])
TARGETS = {
    Squared: SIGNAL + RNG.normal(size=60),
    Logistic: np.where(SIGNAL + RNG.normal(size=60) > 0, 1.0, -1.0),
    Poisson: RNG.poisson(np.exp(0.3 * SIGNAL)).astype(float),
}
WEIGHTS = np.r_[0.0, np.linspace(0.5, 2.0, 89)]
PENALTIES = [MCP(), SCAD(), LogSum(eps=0.1), Lq(), Lq(q=2 / 3), L0L2(ridge=0.01)]
penalties = pytest.mark.parametrize("penalty", PENALTIES, ids=repr)


def at(penalty, loss, share, **options):
    """The problem at a share of the strength from which on nothing is used."""
    kind = AdvancedLinearClassifier if loss is Logistic else AdvancedLinearRegressor
    model = kind(loss(), penalty.at(1.0), **options)
    largest = alpha_max(X, TARGETS[loss], estimator=model)
    return model.set_params(penalty=penalty.at(share * largest))


def is_fixed(problem, x):
    """Whether no coefficient by itself has a better value, on a fine grid of them."""
    point = problem.at(x)
    best = problem.null.objective * 1e-7
    for j in range(0, problem.n_columns, 7):
        for value in np.concatenate([[0.0], x[j] + np.linspace(-1, 1, 81)]):
            moved = x.copy()
            moved[j] = value
            if problem.at(moved).objective < point.objective - best:
                return False
    return True


@penalties
@pytest.mark.parametrize("share", [0.5, 0.05])
def test_fits_end_at_a_fixed_point(penalty, share):
    model = at(penalty, Squared, share).fit(X, TARGETS[Squared])
    assert model.certificate_ <= 1e-6 and model.certificate_kind_ == "stationarity"
    assert 0 < model.n_features_selected_ < 40
    problem = linear_problem(X, TARGETS[Squared], Squared(), model.penalty_)
    x = problem.pack(model.coef_, model.intercept_)
    assert is_fixed(problem, x)
    start = linear_problem(X, TARGETS[Squared], Squared(), L1(model.penalty_.alpha))
    convex = run(CoordinateDescent(), start).x
    above = problem.at(x).objective / problem.at(convex).objective - 1.0
    assert above <= 1e-14  # a rounding, where both are the same point


@pytest.mark.parametrize(
    ("loss", "penalty"), [(Logistic, MCP(gamma=0.5)), (Poisson, LogSum(eps=0.1))]
)
def test_other_losses(loss, penalty):
    model = at(penalty, loss, 0.2).fit(X, TARGETS[loss])
    assert model.certificate_ <= 1e-6 and model.certificate_kind_ == "stationarity"
    assert 0 < model.n_features_selected_ < 40
    problem = linear_problem(X, TARGETS[loss], loss(), model.penalty_)
    x = problem.pack(np.ravel(model.coef_), np.ravel(model.intercept_)[0])
    assert is_fixed(problem, x)


@penalties
def test_orthogonal_columns_decide_by_themselves(penalty):
    Q = np.sqrt(60) * np.linalg.qr(X[:, :20])[0]
    y = Q @ np.linspace(0.0, 2.0, 20)
    model = AdvancedLinearRegressor("squared", penalty.at(0.3), fit_intercept=False)
    record = penalty.at(0.3).record(n_columns=20)
    expected = [record.prox(z, 1.0, j) for j, z in enumerate(Q.T @ y / 60)]
    np.testing.assert_allclose(model.fit(Q, y).coef_, expected, atol=1e-9)
    assert 0 < np.count_nonzero(expected) < 20


@pytest.mark.parametrize("storage", [sp.csc_array, sp.csr_array, np.asfortranarray])
def test_storage_and_precision_change_nothing(storage):
    model = at(MCP(weights=WEIGHTS), Squared, 0.2)
    dense = clone(model).fit(X, TARGETS[Squared])
    other = clone(model).fit(storage(X), TARGETS[Squared])
    np.testing.assert_allclose(other.coef_, dense.coef_, atol=1e-8)
    single = clone(model).fit(storage(X.astype(np.float32)), TARGETS[Squared])
    assert single.coef_.dtype == np.float32
    np.testing.assert_allclose(single.coef_, dense.coef_, atol=1e-4)
    assert dense.coef_[0] != 0


@penalties
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_alpha_max_is_where_the_first_feature_enters(penalty, weights):
    penalty = clone(penalty).set_params(weights=weights)
    free = 0 if weights is None else 1
    for share, used in ((1.0 + 1e-9, False), (0.99, True)):
        model = at(penalty, Squared, share).fit(X, TARGETS[Squared])
        assert (model.n_features_selected_ > free) == used


@penalties
def test_paths(penalty):
    model = AdvancedLinearRegressor("squared", penalty)
    path = regularization_path(model, X, TARGETS[Squared], alphas=12, eps=0.02)
    assert path.certificates.max() <= 1e-6 and path.certificate_kind == "stationarity"
    assert path.n_nonzero[0] == 0 and path.n_nonzero[-1] > path.n_nonzero[2] > 0
    for t in (3, len(path) - 1):
        here = penalty.at(path.alphas[t])
        problem = linear_problem(X, TARGETS[Squared], Squared(), here)
        assert is_fixed(problem, problem.pack(path.coefs[:, t], path.intercepts[t]))


@pytest.mark.parametrize("penalty", PENALTIES[:-1], ids=repr)
def test_reweighting_goes_down_to_a_stationary_point(penalty):
    model = at(penalty, Squared, 0.2, solver=Reweighted()).fit(X, TARGETS[Squared])
    assert model.certificate_ <= 1e-6 and model.certificate_kind_ == "stationarity"
    objectives = np.array(model.history_.objective)
    assert np.all(np.diff(objectives) <= 1e-12 * objectives[0])
    one = clone(model).set_params(solver=Reweighted(tol=None, max_iter=1))
    start = one.fit(X, TARGETS[Squared]).history_.objective
    assert len(start) == 2 and model.n_iter_ >= 1


def test_reweighting_is_for_concave_penalties():
    for penalty in (L0L2(), L1()):
        model = AdvancedLinearRegressor("squared", penalty, solver=Reweighted())
        with pytest.raises(ValueError, match="concave in the size of each coefficient"):
            model.fit(X, TARGETS[Squared])


@pytest.mark.parametrize(
    ("cls", "penalty"), [(ProximalMCP, MCP(0.3, 2.5)), (ProximalSCAD, SCAD(0.3, 3.0))]
)
def test_named_estimators(cls, penalty):
    named = cls(penalty.alpha, gamma=penalty.gamma).fit(X, TARGETS[Squared])
    model = AdvancedLinearRegressor("squared", penalty).fit(X, TARGETS[Squared])
    np.testing.assert_array_equal(named.coef_, model.coef_)


def test_rescaling_the_target_rescales_the_coefficients():
    y = TARGETS[Squared]
    plain = at(MCP(), Squared, 0.1).fit(X, y)
    for size in (1e-8, 1e8):
        penalty = MCP(size * plain.penalty_.alpha)
        model = AdvancedLinearRegressor("squared", penalty).fit(X, size * y)
        np.testing.assert_allclose(model.coef_ / size, plain.coef_, rtol=1e-6)


def test_bounds_hold():
    model = at(MCP(positive=True), Squared, 0.1).fit(X, TARGETS[Squared])
    assert model.certificate_ <= 1e-6
    assert model.coef_.min() == 0 and model.coef_.max() > 0
