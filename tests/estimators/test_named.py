"""Named estimators are scikit-learn's, with the same parameters."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn import linear_model, metrics, svm

from skopt_solvers import (
    AdvancedLinearSVC,
    AdvancedQuantileRegressor,
    AdvancedRidge,
    regularization_path,
)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("alpha", [1e-3, 1.0, 1e4])
def test_ridge(diabetes, alpha, intercept, weighted):
    X, y = diabetes
    Y = np.column_stack([y, np.sqrt(y)])
    s = np.linspace(0.0, 3.0, len(y)) if weighted else None
    ours = AdvancedRidge(alpha, fit_intercept=intercept, tol=1e-14)
    theirs = linear_model.Ridge(alpha, fit_intercept=intercept)
    for target in (y, Y):
        a, b = ours.fit(X, target, s), theirs.fit(X, target, s)
        np.testing.assert_allclose(a.coef_, b.coef_, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(a.intercept_, b.intercept_, rtol=1e-9, atol=1e-12)
        assert a.score(X, target, s) == pytest.approx(b.score(X, target, s), abs=1e-9)


def test_ridge_of_positive_coefficients(diabetes):
    X, y = diabetes
    a = AdvancedRidge(2.0, positive=True, tol=1e-14).fit(X, y)
    b = linear_model.Ridge(2.0, positive=True, tol=1e-14).fit(X, y)
    np.testing.assert_allclose(a.coef_, b.coef_, atol=1e-6)
    assert a.coef_.min() == 0


def test_ridge_along_a_path(diabetes):
    """Strengths of a path are those of the estimator, not of the mean loss."""
    X, y = diabetes
    model = AdvancedRidge(tol=1e-12)
    path = regularization_path(model, X, y, alphas=[100.0, 1.0])
    for alpha, coef in zip(path.alphas, path.coefs.T, strict=True):
        peer = linear_model.Ridge(alpha).fit(X, y)
        np.testing.assert_allclose(coef, peer.coef_, rtol=1e-5)


@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("penalty", ["l2", "l1"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_linear_svc(wine, n_classes, penalty, storage):
    X, y = wine
    X, y = X[y < n_classes], y[y < n_classes]
    shared = {"C": 0.1, "penalty": penalty, "fit_intercept": False}
    s = np.linspace(0.5, 2.0, len(y))
    a = AdvancedLinearSVC(tol=1e-12, **shared).fit(storage(X), y, s)
    b = svm.LinearSVC(dual=False, tol=1e-10, max_iter=100_000, **shared).fit(X, y, s)
    np.testing.assert_allclose(a.coef_, b.coef_, atol=1e-5)
    np.testing.assert_array_equal(a.predict(X), b.predict(X))
    assert a.score(X, y) == b.score(X, y) and not hasattr(a, "predict_proba")


def test_class_weights_of_a_linear_svc_are_sample_weights(wine):
    """Of every class, while liblinear leaves those of the rest at one."""
    X, y = wine
    weights = {0: 2.0, 1: 1.0, 2: 0.5}
    a = AdvancedLinearSVC(0.1, class_weight=weights, tol=1e-12).fit(X, y)
    b = AdvancedLinearSVC(0.1, tol=1e-12).fit(X, y, np.take([2.0, 1.0, 0.5], y))
    np.testing.assert_allclose(a.coef_, b.coef_, atol=1e-7)
    pair = y < 2
    c = svm.LinearSVC(C=0.1, class_weight=weights, fit_intercept=False, dual=False)
    d = AdvancedLinearSVC(0.1, class_weight=weights, fit_intercept=False, tol=1e-12)
    d.fit(X[pair], y[pair])
    c.set_params(tol=1e-10).fit(X[pair], y[pair])
    np.testing.assert_allclose(d.coef_, c.coef_, atol=1e-5)


def test_the_intercept_of_a_linear_svc_is_free(cancer):
    """scikit-learn's is penalised the less the larger its scaling is."""
    X, y = cancer
    a = AdvancedLinearSVC(0.01, tol=1e-12).fit(X, y)
    b = svm.LinearSVC(C=0.01, dual=False, tol=1e-9, intercept_scaling=1e3).fit(X, y)
    np.testing.assert_allclose(a.coef_, b.coef_, atol=1e-5)
    np.testing.assert_allclose(a.intercept_, b.intercept_, atol=1e-4)


def pinball(model, X, y, s):
    r, q = y - model.predict(X), model.quantile
    loss = s @ np.where(r > 0, q * r, (q - 1) * r) / s.sum()
    return loss + model.alpha * np.abs(model.coef_).sum()


@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("alpha", [0.0, 0.3, 30.0])
@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.8])
def test_quantiles(diabetes, quantile, alpha, storage):
    X, y = diabetes
    s = np.arange(len(y)) % 3 + 0.0
    shared = {"quantile": quantile, "alpha": alpha}
    a = AdvancedQuantileRegressor(tol=1e-9, **shared).fit(storage(X), y, s)
    b = linear_model.QuantileRegressor(**shared).fit(X, y, s)
    assert pinball(a, X, y, s) == pytest.approx(pinball(b, X, y, s), rel=1e-8)
    np.testing.assert_array_equal(a.coef_ != 0, b.coef_ != 0)
    assert a.certificate_ <= 1e-9 and a.certificate_kind_ == "duality gap"
    d2 = metrics.d2_pinball_score(y, a.predict(X), sample_weight=s, alpha=quantile)
    assert a.score(X, y, s) == pytest.approx(d2)
    moved = a.fit(storage(X), y + X[:, 0], s, offset=X[:, 0])
    assert moved.score(X, y + X[:, 0], s, offset=X[:, 0]) == pytest.approx(d2)


@pytest.mark.parametrize("penalty", ["l2", "l1"])
def test_linear_svc_with_the_hinge_loss(cancer, penalty):
    X, y = cancer
    a = AdvancedLinearSVC(0.1, loss="hinge", penalty=penalty, tol=1e-8).fit(X, y)
    assert a.certificate_ <= 1e-8
    if penalty == "l2":
        b = svm.SVC(C=0.1, kernel="linear", tol=1e-9).fit(X, y)
        np.testing.assert_allclose(a.coef_, b.coef_, atol=1e-4)
        np.testing.assert_allclose(a.intercept_, b.intercept_, atol=1e-4)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (AdvancedLinearSVC(loss="logistic"), "loss to be one of 'squared_hinge'"),
        (AdvancedLinearSVC(penalty=None), "penalty to be one of 'l2', 'l1'"),
        (AdvancedLinearSVC(C=0.0), "C to be a number greater than 0"),
    ],
)
def test_unusable_parameters_are_refused(cancer, model, message):
    with pytest.raises(ValueError, match=message):
        model.fit(*cancer)
