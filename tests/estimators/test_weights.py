"""Sample weights, class weights and the intercept are what they say."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    ProximalElasticNet,
    ProximalLasso,
)
from skopt_solvers.penalties import L2, ElasticNet

TIGHT = {"tol": 1e-12}
MODELS = [
    (ProximalLasso(0.05, **TIGHT), 1),
    (ProximalElasticNet(0.05, **TIGHT), 1),
    (AdvancedLinearRegressor("huber", alpha=0.05, **TIGHT), 1),
    (AdvancedLogisticRegression(**TIGHT), 2),
    (AdvancedLogisticRegression(l1_ratio=1.0, **TIGHT), 2),
    (AdvancedLogisticRegression(**TIGHT), 3),
    (AdvancedLinearClassifier("squared_hinge", alpha=0.05, **TIGHT), 3),
]
models = pytest.mark.parametrize(("model", "target"), MODELS)


def close(a, b):
    np.testing.assert_allclose(a.coef_, b.coef_, atol=2e-5)
    np.testing.assert_allclose(a.intercept_, b.intercept_, atol=2e-5)


def clones(model):
    from sklearn import clone

    return clone(model), clone(model)


@models
@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array, sp.csc_array])
def test_weight_two_is_the_row_twice_and_zero_no_row(small, model, target, storage):
    X, y = small[0], small[target]
    weights = np.arange(len(y)) % 3
    a, b = clones(model)
    a.fit(storage(X), y, weights)
    b.fit(storage(np.repeat(X, weights, axis=0)), np.repeat(y, weights))
    close(a, b)


@models
def test_intercept_is_an_unpenalised_column_of_ones(small, model, target):
    X, y = small[0], small[target]
    a, b = clones(model)
    ones = np.r_[np.ones(X.shape[1]), 0.0]
    penalty = ElasticNet(0.05, 0.3, weights=ones[:-1])
    extended = ElasticNet(0.05, 0.3, weights=ones)
    if "penalty" not in a.get_params():
        a, b = clones(AdvancedLinearRegressor(**TIGHT))
    a.set_params(penalty=penalty).fit(X, y)
    b.set_params(penalty=extended, fit_intercept=False)
    b.fit(np.c_[X, np.ones(len(X))], y)
    np.testing.assert_allclose(a.coef_, b.coef_[..., :-1], atol=2e-5)
    np.testing.assert_allclose(a.intercept_, b.coef_[..., -1], atol=2e-5)
    assert not np.any(b.intercept_)


@pytest.mark.parametrize("class_weight", ["balanced", {0: 2.0, 1: 0.5}, None])
@pytest.mark.parametrize("target", [2, 3])
def test_class_weights_are_those_of_scikit_learn(small, class_weight, target):
    X, y = small[0], small[target]
    s = np.linspace(0.1, 2, len(y))
    model = AdvancedLogisticRegression(class_weight=class_weight, **TIGHT).fit(X, y, s)
    peer = LogisticRegression(
        class_weight=class_weight, solver="newton-cholesky", tol=1e-12
    ).fit(X, y, s)
    np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(X), atol=1e-5)


def test_class_weights_are_sample_weights(small):
    X, _, y, _ = small
    a = AdvancedLinearClassifier("squared_hinge", class_weight={0: 3, 1: 1}, **TIGHT)
    b = AdvancedLinearClassifier("squared_hinge", **TIGHT)
    close(a.fit(X, y), b.fit(X, y, np.where(y == 0, 3.0, 1.0)))


def test_only_ratios_of_weights_matter_for_mean_losses(small):
    X, y, _, _ = small
    s = np.linspace(0.1, 2, len(y))
    a, b = clones(ProximalLasso(0.1, **TIGHT))
    close(a.fit(X, y, s), b.fit(X, y, 1e6 * s))


def test_a_penalty_object_overrides_the_strength(small):
    X, _, y, _ = small
    a = AdvancedLogisticRegression(C=123.0, l1_ratio=1.0, penalty=L2(0.1), **TIGHT)
    b = AdvancedLogisticRegression(C=1 / (0.1 * len(y)), **TIGHT)
    close(a.fit(X, y), b.fit(X, y))
    assert a.penalty_.alpha == 0.1


@pytest.mark.filterwarnings("ignore:Setting penalty=None")  # scikit-learn 1.8
def test_infinite_strength_of_the_data_is_no_penalty(small):
    X, _, y, _ = small
    a = AdvancedLogisticRegression(C=np.inf, **TIGHT).fit(X, y)
    peer = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(X, y)
    close(a, peer)
    for n_classes in (2, 3):
        a, b = clones(AdvancedLogisticRegression(C=np.inf, **TIGHT))
        y = small[n_classes]
        close(a.fit(X, y), b.set_params(C=0.01, penalty=None).fit(X, y))
        assert repr(b.penalty_) == "NoPenalty()"


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (-np.ones(60), "Negative values in data passed to `sample_weight`"),
        (np.zeros(60), "at least one non-zero"),
        (np.ones(59), "sample_weight.shape"),
        (np.full(60, np.nan), "NaN"),
        (np.ones((60, 1)), "1D array or scalar"),
    ],
)
@pytest.mark.parametrize("model", [ProximalLasso(), AdvancedLogisticRegression()])
def test_unusable_weights_are_refused(small, model, weights, message):
    with pytest.raises(ValueError, match=message):
        model.fit(small[0], small[2], weights)


def test_unusable_class_weights_are_refused(small):
    X, _, y, _ = small
    for wrong in ({0: -1.0, 1: 1.0}, {0: 0.0, 1: 1.0}, {0: np.inf}):
        with pytest.raises(ValueError, match="class 0 has weight"):
            AdvancedLogisticRegression(class_weight=wrong).fit(X, y)
    with pytest.raises(ValueError, match="class_weight"):
        AdvancedLogisticRegression(class_weight="heavy").fit(X, y)
    with pytest.raises(ValueError, match="class 1 has weight 0"):
        AdvancedLogisticRegression().fit(X, y, (y == 0).astype(float))
