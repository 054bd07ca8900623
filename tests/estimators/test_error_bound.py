"""Error bars hold the predictions of the optimum, and close in as the gap does."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone

from skopt_solvers import (
    AdvancedHuberRegressor,
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLinearSVC,
    AdvancedLogisticRegression,
    AdvancedRidge,
    ProximalElasticNet,
    ProximalLasso,
)

MODELS = [
    AdvancedRidge(3.0),
    ProximalElasticNet(0.3, l1_ratio=0.3),
    ProximalElasticNet(0.3, l1_ratio=0.3, positive=True),
    AdvancedLinearRegressor("poisson", alpha=0.01),
    AdvancedLinearRegressor("huber", alpha=0.1),
    AdvancedLogisticRegression(0.3),
    AdvancedLogisticRegression(30.0, l1_ratio=0.5),
    AdvancedLinearSVC(0.1),
]


def predictions(model, X):
    return X @ np.squeeze(model.coef_) + model.intercept_


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_bounds_hold_the_optimum(diabetes, model, intercept):
    X, y = diabetes
    X = X + 2.0  # the intercept and the rest depend on each other
    target = y > 140 if hasattr(model, "C") else y / 50.0
    s = np.arange(len(y)) % 3 + 0.5
    far = np.vstack([X, 30.0 * X[:20], np.zeros((1, X.shape[1]))])
    model.set_params(fit_intercept=intercept, max_iter=None)
    best = predictions(model.set_params(tol=1e-14).fit(X, target, s), far)
    sizes = []
    model = clone(model).set_params(solver="proximal_gradient")
    for storage, tol in [(np.asarray, 0.3), (sp.csr_array, 1e-2), (np.asarray, 1e-6)]:
        model.set_params(tol=tol).fit(storage(X), target, s)
        bound = model.prediction_error_bound(storage(far))
        assert bound.shape == (len(far),)
        error = np.abs(predictions(model, far) - best)
        assert np.all(error <= bound * (1 + 1e-9) + 1e-7)
        sizes.append(np.max(bound[: len(X)]))
    assert sizes[-1] < 0.05 * max(sizes)


def test_a_softmax_without_intercept(wine):
    X, y = wine
    model = AdvancedLogisticRegression(0.1, fit_intercept=False)
    best = model.set_params(tol=1e-13).fit(X, y).decision_function(X)
    model.set_params(tol=1e-3).fit(X, y)
    bound = model.prediction_error_bound(X)
    assert bound.shape == best.shape
    assert np.all(np.abs(model.decision_function(X) - best) <= bound)


def test_of_several_outputs(diabetes):
    X, y = diabetes
    model = AdvancedRidge(tol=1e-8).fit(X, np.column_stack([y, y**2]))
    assert model.prediction_error_bound(X[:5]).shape == (5, 2)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (ProximalLasso(0.1), "ridge on every coefficient.*L1"),
        (AdvancedRidge(weights=np.arange(10.0)), "ridge on every coefficient"),
        (AdvancedHuberRegressor(alpha=1.0), "joint scale"),
        (AdvancedLinearClassifier("hinge", alpha=0.1), "kinked"),
        (AdvancedLinearClassifier("multinomial", alpha=0.1), "softmax"),
        (AdvancedLinearRegressor("inverse_gaussian"), "need a duality gap"),
    ],
    ids=repr,
)
def test_what_has_no_bound_is_refused(diabetes, model, message):
    X, y = diabetes
    y = (y > 140).astype(int) if hasattr(model, "class_weight") else y
    with pytest.raises(ValueError, match=message):
        model.fit(X, y).prediction_error_bound(X)


def test_pickles_have_no_bound(diabetes):
    model = pickle.loads(pickle.dumps(AdvancedRidge().fit(*diabetes)))
    with pytest.raises(ValueError, match="call fit"):
        model.prediction_error_bound(diabetes[0])
