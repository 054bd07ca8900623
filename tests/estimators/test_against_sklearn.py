"""The optimum is scikit-learn's, for every deterministic solver, dense and sparse.

Objectives are computed here, by NumPy, in scikit-learn's units.
"""

import functools

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import logsumexp
from shipped import load
from sklearn import linear_model, svm
from threadpoolctl import threadpool_limits

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    ProximalElasticNet,
    ProximalLasso,
)
from skopt_solvers.penalties import Box
from skopt_solvers.problems import IncompatibleProblem, Oracle
from skopt_solvers.solvers import (
    BFGS,
    LBFGS,
    OWLQN,
    SAG,
    SAGA,
    SVRG,
    BlockDescent,
    CoordinateDescent,
    DualCoordinateDescent,
    GradientDescent,
    InteriorPoint,
    Newton,
    NewtonCG,
    ProximalGradient,
    ProxNewton,
    Reweighted,
)
from skopt_solvers.solvers._registry import solver_classes

SOLVERS = [LBFGS(), Newton(), NewtonCG(), CoordinateDescent(), ProximalGradient()]
# these need more than their max_iter to come to 1e-8 on columns of so different scales
SLOW = {BFGS, OWLQN, DualCoordinateDescent, GradientDescent, SAG, SAGA, SVRG}
# not for every problem here
SPECIAL = {BlockDescent, InteriorPoint, ProxNewton, Reweighted}
STORAGES = {"dense": np.asarray, "sparse": sp.csr_array}
CLASSES = ["breast_cancer", "wine", "digits", "diabetes"]

solvers = pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
storages = pytest.mark.parametrize("storage", STORAGES)


def test_all_deterministic_solvers_are_here():
    able = {c for c in solver_classes() if not c.stochastic}
    assert {type(s) for s in SOLVERS} == able - SLOW - SPECIAL


@functools.cache
def labelled(name):
    """A data set of classes; of diabetes whether the target is above its median."""
    X, y = load(name)
    return X, (y > np.median(y)).astype(int) if name == "diabetes" else y


def log_loss(w, b, X, y):
    p = X @ w.T + b
    p = np.hstack([np.zeros_like(p), p]) if p.shape[1] == 1 else p
    return np.sum(logsumexp(p, axis=1) - p[np.arange(len(y)), y])


def logistic_objective(model, X, y, C, l1_ratio=0.0):
    w = model.coef_
    smooth = C * log_loss(w, model.intercept_, X, y) + (1 - l1_ratio) / 2 * np.sum(w**2)
    return smooth + l1_ratio * np.abs(w).sum()


def lasso_objective(model, X, y, alpha):
    residual = y - X @ model.coef_ - model.intercept_
    return residual @ residual / (2 * len(y)) + alpha * np.abs(model.coef_).sum()


@functools.cache
def best_ridge(name, C):
    """The objective of scikit-learn's tightest solver."""
    X, y = labelled(name)
    solver, tol = (
        ("newton-cg", 1e-7) if name == "digits" else ("newton-cholesky", 1e-12)
    )
    peer = linear_model.LogisticRegression(C=C, solver=solver, tol=tol, max_iter=10_000)
    with threadpool_limits(1):  # BLAS threads spin where other tests run
        peer.fit(X, y)
    return logistic_objective(peer, X, y, C)


@pytest.mark.parametrize("C", [0.01, 1, 100])
@pytest.mark.parametrize("name", CLASSES)
@solvers
@storages
def test_ridge_logistic(solver, storage, name, C):
    X, y = labelled(name)
    model = AdvancedLogisticRegression(C, solver=solver, tol=1e-8)
    if type(solver) is CoordinateDescent and len(np.unique(y)) > 2:
        with pytest.raises(IncompatibleProblem, match="one prediction per sample"):
            model.fit(STORAGES[storage](X), y)
        return
    model.fit(STORAGES[storage](X), y)
    best = best_ridge(name, C)
    assert logistic_objective(model, X, y, C) <= best * (1 + 1e-8)
    assert model.certificate_ <= 1e-8


@functools.cache
def best_l1(name, C):
    """liblinear penalises intercepts: without one it is exact."""
    X, y = labelled(name)
    model = linear_model.LogisticRegression(
        C=C,
        l1_ratio=1.0,
        solver="liblinear",
        fit_intercept=False,
        tol=1e-9,
        max_iter=100_000,
        random_state=0,
    )
    return logistic_objective(model.fit(X, y), X, y, C, 1.0)


@pytest.mark.parametrize("C", [0.01, 1, 100])
@pytest.mark.parametrize("name", ["breast_cancer", "diabetes"])
@storages
def test_l1_logistic(storage, name, C):
    X, y = labelled(name)
    model = AdvancedLogisticRegression(
        C, l1_ratio=1.0, fit_intercept=False, solver="coordinate_descent", tol=1e-8
    ).fit(STORAGES[storage](X), y)
    assert logistic_objective(model, X, y, C, 1.0) <= best_l1(name, C) * (1 + 1e-8)


@pytest.mark.parametrize("l1_ratio", [0.3, 1.0])
@pytest.mark.parametrize("name", ["wine", "diabetes"])
@storages
def test_elastic_net_logistic_against_saga(storage, name, l1_ratio):
    X, y = labelled(name)
    model = AdvancedLogisticRegression(1.0, l1_ratio=l1_ratio, tol=1e-8)
    model.fit(STORAGES[storage](X), y)
    peer = linear_model.LogisticRegression(
        l1_ratio=l1_ratio, solver="saga", tol=1e-8, max_iter=10_000, random_state=0
    ).fit(X, y)
    best = logistic_objective(peer, X, y, 1.0, l1_ratio)
    assert logistic_objective(model, X, y, 1.0, l1_ratio) <= best * (1 + 1e-8)
    assert type(model.solver_) is (ProxNewton if name == "wine" else CoordinateDescent)


@pytest.mark.parametrize("C", [0.01, 1, 100])
@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("solver", [CoordinateDescent(), ProximalGradient()])
@storages
def test_lasso(solver, storage, name, C):
    X, y = load(name)
    y = (y - y.mean()) / y.std()
    alpha = 0.1 / C**0.5  # 1, 0.1, 0.01
    model = ProximalLasso(alpha, solver=solver, tol=1e-10).fit(STORAGES[storage](X), y)
    peer = linear_model.Lasso(alpha, tol=1e-13, max_iter=10**6).fit(X, y)
    best = lasso_objective(peer, X, y, alpha)
    assert lasso_objective(model, X, y, alpha) <= best * (1 + 1e-10)


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.2, 1.0])
def test_elastic_net(diabetes, l1_ratio, positive):
    X, y = diabetes
    s = np.linspace(0, 2, len(y))
    shared = {"l1_ratio": l1_ratio, "positive": positive}
    model = ProximalElasticNet(0.5, tol=1e-12, **shared).fit(X, y, s)
    peer = linear_model.ElasticNet(0.5, tol=1e-14, max_iter=10**6, **shared)
    if l1_ratio == 0:
        peer = linear_model.Ridge(0.5 * s.sum(), positive=positive, tol=1e-14)
    peer.fit(X, y, s)
    np.testing.assert_allclose(model.coef_, peer.coef_, atol=1e-5)
    np.testing.assert_allclose(model.intercept_, peer.intercept_, rtol=1e-8)


def test_weights_of_the_penalty_are_scaled_columns(diabetes):
    X, y = diabetes
    u = np.linspace(0.5, 2, X.shape[1])
    model = ProximalLasso(1.0, weights=u, tol=1e-12).fit(X, y)
    peer = ProximalLasso(1.0, tol=1e-12).fit(X / u, y)
    np.testing.assert_allclose(model.coef_, peer.coef_ / u, atol=1e-6)


def test_poisson(diabetes):
    X, y = diabetes
    model = AdvancedLinearRegressor("poisson", alpha=0.1, tol=1e-12).fit(X, y)
    peer = linear_model.PoissonRegressor(alpha=0.1, solver="newton-cholesky", tol=1e-12)
    np.testing.assert_allclose(model.coef_, peer.fit(X, y).coef_, atol=1e-6)
    np.testing.assert_allclose(model.predict(X), peer.predict(X), rtol=1e-6)
    assert model.predict(X).min() > 0


def test_ridge(diabetes):
    X, y = diabetes
    peer = linear_model.Ridge(alpha=3.0).fit(X, y)
    model = AdvancedLinearRegressor(alpha=3.0 / len(y), tol=1e-14).fit(X, y)
    np.testing.assert_allclose(model.coef_, peer.coef_, rtol=1e-6)
    np.testing.assert_allclose(model.intercept_, peer.intercept_)


def test_least_squares_without_penalty(diabetes):
    X, y = diabetes
    peer = linear_model.LinearRegression().fit(X, y)
    model = AdvancedLinearRegressor(penalty=None, tol=1e-14).fit(X, y)
    np.testing.assert_allclose(model.coef_, peer.coef_, rtol=1e-6)


def test_bounds(diabetes):
    from scipy.optimize import lsq_linear

    X, y = diabetes
    penalty = Box(low=-5.0, high=10.0)
    model = AdvancedLinearRegressor(penalty=penalty, tol=1e-12).fit(X, y)
    peer = lsq_linear(X, y - y.mean(), (-5.0, 10.0), tol=1e-14)
    np.testing.assert_allclose(model.coef_, peer.x, atol=1e-4)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_squared_hinge(wine, n_classes):
    X, y = wine
    keep = y < n_classes
    X, y = X[keep], y[keep]
    peer = svm.LinearSVC(C=0.1, dual=False, fit_intercept=False, tol=1e-10).fit(X, y)
    model = AdvancedLinearClassifier(
        "squared_hinge", alpha=1 / (0.1 * len(y)), fit_intercept=False, tol=1e-12
    ).fit(X, y)
    np.testing.assert_allclose(model.coef_, peer.coef_, atol=1e-5)
    np.testing.assert_array_equal(model.predict(X), peer.predict(X))
    np.testing.assert_allclose(
        model.decision_function(X), peer.decision_function(X), atol=1e-4
    )


def test_the_linear_classifier_is_the_logistic_regression(wine):
    X, y = wine
    for keep in (y < 2, y < 3):
        n = keep.sum()
        a = AdvancedLogisticRegression(2.0, tol=1e-12).fit(X[keep], y[keep])
        b = AdvancedLinearClassifier(alpha=1 / (2.0 * n), tol=1e-12)
        b.fit(X[keep], y[keep])
        np.testing.assert_allclose(a.predict_proba(X), b.predict_proba(X), atol=1e-6)


def test_multinomial_of_two_classes(cancer):
    """Softmax shares the difference out: half the penalty of the logistic loss."""
    X, y = cancer
    a = AdvancedLinearClassifier("multinomial", alpha=0.02, tol=1e-12).fit(X, y)
    b = AdvancedLinearClassifier("logistic", alpha=0.01, tol=1e-12).fit(X, y)
    assert a.coef_.shape == (1, X.shape[1])
    np.testing.assert_allclose(a.coef_, b.coef_, atol=1e-5)
    np.testing.assert_allclose(a.predict_proba(X), b.predict_proba(X), atol=1e-6)


def test_probabilities(wine):
    X, y = wine
    peer = linear_model.LogisticRegression(solver="newton-cholesky", tol=1e-12)
    for keep in (y < 2, y < 3):
        model = AdvancedLogisticRegression(tol=1e-13).fit(X[keep], y[keep])
        peer.fit(X[keep], y[keep])
        far = X * 1e3
        with np.errstate(divide="ignore"):
            wanted = peer.predict_log_proba(far)
        found = model.predict_log_proba(far)
        assert np.isfinite(found).all()
        finite = wanted > -700
        np.testing.assert_allclose(found[finite], wanted[finite], rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(
            model.predict_proba(X), peer.predict_proba(X), atol=1e-6
        )
        np.testing.assert_array_equal(model.predict(X), peer.predict(X))


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_stochastic_solvers_come_close(cancer, solver):
    X, y = cancer
    model = AdvancedLogisticRegression(0.1, solver=solver, max_iter=200, random_state=0)
    model.fit(X, y)
    best = AdvancedLogisticRegression(0.1, tol=1e-10).fit(X, y)
    a, b = (logistic_objective(m, X, y, 0.1) for m in (model, best))
    assert b * (1 - 1e-9) <= a <= b * (1 + model.certificate_)
    assert model.certificate_ <= 1e-3


def test_auto_takes_what_the_problem_provides(cancer, wine):
    X, y = cancer
    assert type(AdvancedLogisticRegression().fit(X, y).solver_) is LBFGS
    lasso = AdvancedLogisticRegression(l1_ratio=1.0).fit(X, y)
    assert type(lasso.solver_) is CoordinateDescent
    several = AdvancedLogisticRegression(l1_ratio=1.0).fit(*wine)
    assert type(several.solver_) is ProxNewton
    assert Oracle.COLUMNS in CoordinateDescent.requires
