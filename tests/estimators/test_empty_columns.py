"""Columns without entries, as hashed features have them, are left out of a fit and of
all that it costs; nobody can tell."""

import gc
import weakref

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone

from skopt_solvers import (
    AdvancedHuberRegressor,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    AdvancedRidge,
    MultiTaskLasso,
    ProximalElasticNet,
    ProximalLasso,
    ProximalLassoCV,
    regularization_path,
)
from skopt_solvers.designs import as_design
from skopt_solvers.designs._used import FEWEST
from skopt_solvers.penalties import L1, L2, Box, GroupLasso

N, USED, WIDTH = 90, 25, 2 * FEWEST
FORMATS = [sp.csr_array, sp.csc_array, sp.csr_matrix, sp.coo_array]
MODELS = [
    ProximalLasso(0.02),
    ProximalLasso(0.02, positive=True),
    ProximalElasticNet(0.05),
    AdvancedRidge(1.0),
    AdvancedLinearRegressor("poisson", alpha=0.01),
    AdvancedHuberRegressor(),
    MultiTaskLasso(0.05),
    AdvancedLogisticRegression(1.0),
    AdvancedLogisticRegression(1.0, l1_ratio=1.0),
    AdvancedLinearRegressor("squared", L2(0.1), solver="sgd", tol=0.1),
]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    where = np.sort(rng.choice(WIDTH, USED, replace=False))
    few = rng.normal(size=(N, USED)) * (rng.random((N, USED)) < 0.4)
    few[0], few[1] = 1.0, 0.5  # no column is empty
    wide = np.zeros((N, WIDTH))
    wide[:, where] = few
    y = few[:, :5].sum(axis=1) + 0.1 * rng.normal(size=N)
    return wide, few, where, y


def target_for(model, y):
    if isinstance(model, MultiTaskLasso):
        return np.column_stack([y, np.roll(y, 1)])
    if hasattr(model, "C"):
        return np.digitize(y, [-1.0, 1.0])
    return np.exp(0.3 * y) if getattr(model, "loss", None) == "poisson" else y


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_fits_are_those_of_the_columns_in_use(data, model, intercept):
    wide, few, where, y = data
    y, s = target_for(model, y), 1.0 + np.arange(N) % 3
    model = clone(model).set_params(fit_intercept=intercept, random_state=0)
    alone = clone(model).fit(sp.csr_array(few), y, sample_weight=s)
    for storage in FORMATS:
        X = storage(wide)
        whole = clone(model).fit(X, y, sample_weight=s)
        kept = np.zeros_like(whole.coef_)
        kept[..., where] = alone.coef_
        scale = np.abs(alone.coef_).max()
        np.testing.assert_allclose(whole.coef_, kept, rtol=0, atol=1e-4 * scale)
        expected = alone.predict(few)
        got = whole.predict(X)
        if hasattr(model, "C"):
            assert (got == expected).all()
        else:
            np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-3)
        assert whole.n_features_in_ == WIDTH


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("storage", [sp.csr_array, sp.csc_array])
def test_designs(data, storage, dtype):
    wide, few, where, _ = data
    X = storage(wide.astype(dtype))
    before = X.copy()
    design = as_design(X)
    slim = design.slim()
    assert slim.shape == (N, USED)
    assert slim.dtype == dtype
    assert slim.whole is design
    assert (slim.kept == where).all()
    assert (slim.dot(np.eye(USED)) == few.astype(dtype)).all()
    w = np.arange(1.0, USED + 1)
    assert (slim.spread(w)[where] == w).all()
    assert np.count_nonzero(slim.spread(w)) == USED
    assert (slim.picked(slim.spread(w)) == w).all()
    assert abs(X - before).nnz == 0
    assert slim.slim() is slim


def test_what_is_kept_as_it_is(data):
    wide, few, _, _ = data
    for X in (few, sp.csr_array(few), sp.csr_array((N, WIDTH)), wide):
        design = as_design(X)
        assert design.slim() is design
    full = as_design(sp.csr_array(np.ones((10, WIDTH))))
    assert full.slim() is full


def test_designs_are_let_go_without_a_collector(data):
    design = as_design(sp.csr_array(data[0]))
    for each in (design, design.slim()):
        kept = weakref.ref(each)
    gone = weakref.ref(design)
    gc.disable()
    try:
        del design, each
        assert gone() is None
        assert kept() is None
    finally:
        gc.enable()


def test_penalties_that_tell_columns_apart():
    ones = np.ones(WIDTH)
    assert L1(0.1).uniform
    assert L2(0.1).uniform
    assert not L1(0.1, weights=ones).uniform
    assert not L1(0.0).uniform  # nothing says that they are zero
    assert not Box(0.5, 1.0).uniform
    assert not GroupLasso(0.1, groups=[[0, 1]]).uniform


def test_warm_starts(data):
    wide, _, _, y = data
    X = sp.csr_array(wide)
    model = ProximalLasso(0.02, warm_start=True).fit(X, y)
    again = clone(model).fit(X, y)
    again.coef_ = model.coef_.copy()
    again.fit(X, y)
    assert again.n_iter_ == 0
    np.testing.assert_array_equal(again.coef_, model.coef_)
    model.sparsify().set_params(alpha=0.05).fit(X, y)
    np.testing.assert_allclose(
        model.coef_, ProximalLasso(0.05).fit(X, y).coef_, atol=1e-6
    )


@pytest.mark.parametrize("model", [ProximalLasso(), AdvancedLogisticRegression(
    l1_ratio=1.0)], ids=repr)  # fmt: skip
def test_paths(data, model):
    wide, few, where, y = data
    y = target_for(model, y)
    whole = regularization_path(model, sp.csc_array(wide), y, alphas=8, eps=0.05)
    alone = regularization_path(model, sp.csc_array(few), y, alphas=8, eps=0.05)
    for ours, theirs in zip(
        np.atleast_1d(whole.coefs), np.atleast_1d(alone.coefs), strict=True
    ):
        assert ours.shape == (WIDTH, 8)
        np.testing.assert_allclose(
            ours.toarray()[where], theirs.toarray(), rtol=0, atol=1e-4
        )
    np.testing.assert_allclose(whole.intercepts, alone.intercepts, rtol=0, atol=1e-4)
    assert (whole.n_nonzero == alone.n_nonzero).all()


@pytest.mark.parametrize("scoring", [None, "neg_mean_absolute_error"])
def test_cross_validation(data, scoring):
    wide, few, where, y = data
    models = [
        ProximalLassoCV(alphas=8, eps=0.05, scoring=scoring).fit(sp.csr_array(X), y)
        for X in (wide, few)
    ]
    assert models[0].alpha_ == pytest.approx(models[1].alpha_)
    scores = [vars(m)["scores_" if scoring else "mse_path_"] for m in models]
    np.testing.assert_allclose(*scores, rtol=1e-4)
    np.testing.assert_allclose(models[0].coef_[where], models[1].coef_, atol=1e-5)


def test_error_bars(data):
    wide, few, _, y = data
    X = sp.csr_array(wide)
    bounds = [
        AdvancedRidge(1.0, tol=1e-3).fit(Z, y).prediction_error_bound(Z)
        for Z in (X, sp.csr_array(few))
    ]
    np.testing.assert_allclose(*bounds, rtol=1e-6)
    best = AdvancedRidge(1.0, tol=1e-12).fit(X, y)
    model = AdvancedRidge(1.0, tol=1e-3, solver="proximal_gradient").fit(X, y)
    errors = np.abs(model.predict(X) - best.predict(X))
    assert np.all(errors <= model.prediction_error_bound(X) + 1e-9)


def test_standard_errors_of_all_columns(data):
    wide, few, where, y = data
    whole, alone = (AdvancedRidge(1.0).fit(sp.csr_array(X), y) for X in (wide, few))
    errors = whole.std_errors_
    assert errors.shape == (WIDTH + 1,)
    np.testing.assert_allclose(errors[where], alone.std_errors_[:-1], rtol=1e-6)
    np.testing.assert_allclose(errors[-1], alone.std_errors_[-1], rtol=1e-6)


def test_parts_of_the_data_have_columns_of_their_own(data):
    wide, _, where, y = data
    model = AdvancedLinearRegressor("squared", L2(0.1), solver="sgd")
    for rows in (slice(0, 45), slice(45, N)):
        model.partial_fit(sp.csr_array(wide[rows]), y[rows])
    assert model.coef_.shape == (WIDTH,)
    assert not np.delete(model.coef_, where).any()
    assert model.score(sp.csr_array(wide), y) > 0.5
