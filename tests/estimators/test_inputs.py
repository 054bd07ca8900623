"""What X and y may be, and what is said when they may not."""

import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    AdvancedTweedieRegressor,
    ProximalElasticNet,
    ProximalLasso,
)
from skopt_solvers.losses import Huber, Logistic
from skopt_solvers.penalties import L1

REGRESSORS = [
    ProximalLasso(0.05),
    ProximalElasticNet(0.05),
    AdvancedLinearRegressor(alpha=0.05),
    AdvancedLinearRegressor("huber", alpha=0.05),
]
CLASSIFIERS = [
    AdvancedLogisticRegression(),
    AdvancedLogisticRegression(l1_ratio=1.0),
    AdvancedLinearClassifier("squared_hinge", alpha=0.05),
]
MODELS = [(m, 1) for m in REGRESSORS] + [(m, t) for m in CLASSIFIERS for t in (2, 3)]
models = pytest.mark.parametrize(("model", "target"), MODELS)
regressors = pytest.mark.parametrize("model", REGRESSORS)
classifiers = pytest.mark.parametrize("model", CLASSIFIERS)


def fitted(model, X, y, **params):
    return clone(model).set_params(**params).fit(X, y)


def close(a, b, tol=1e-6):
    np.testing.assert_allclose(a.coef_, b.coef_, rtol=tol, atol=tol)
    np.testing.assert_allclose(a.intercept_, b.intercept_, rtol=tol, atol=tol)


# -- storage -----------------------------------------------------------------------


@models
@pytest.mark.parametrize("kind", ["csr", "csc"])
@pytest.mark.parametrize("container", ["array", "matrix"])
@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_sparse(small, model, target, kind, container, index, dtype):
    X, y = small[0].copy(), small[target]
    X[np.abs(X) < 0.5] = 0.0
    S = getattr(sp, f"{kind}_{container}")(X.astype(dtype))
    S.indices, S.indptr = S.indices.astype(index), S.indptr.astype(index)
    a, b = fitted(model, S, y, tol=1e-10), fitted(model, X, y, tol=1e-10)
    close(a, b, 1e-4)
    assert a.coef_.dtype == dtype
    np.testing.assert_allclose(a.predict(S), b.predict(X), rtol=1e-3, atol=1e-3)


@models
def test_other_sparse_formats_are_converted(small, model, target):
    X, y = small[0], small[target]
    for kind in (sp.coo_array, sp.lil_array, sp.dok_matrix):
        close(fitted(model, kind(X), y), fitted(model, sp.csr_array(X), y))


@models
def test_duplicate_entries_are_summed_and_unsorted_ones_understood(
    small, model, target
):
    X, y = small[0], small[target]
    S = sp.csr_array(X)
    doubled = sp.csr_array(
        (
            np.repeat(S.data / 2, 2)[::-1].copy(),
            np.repeat(S.indices, 2)[::-1].copy(),
            2 * S.indptr,
        ),
        shape=X.shape,
    )
    before = doubled.data.copy()
    a = fitted(model, doubled, y[::-1], tol=1e-10)
    close(a, fitted(model, X, y, tol=1e-10), 1e-4)
    np.testing.assert_array_equal(doubled.data, before)


@models
def test_float32_stays_float32(small, model, target):
    X, y = small[0], small[target]
    a, b = fitted(model, X.astype(np.float32), y), fitted(model, X, y)
    assert a.coef_.dtype == np.asarray(a.intercept_).dtype == np.float32
    assert b.coef_.dtype == np.asarray(b.intercept_).dtype == np.float64
    close(a, b, 1e-4)
    if target != 1:
        np.testing.assert_array_equal(a.predict(X.astype(np.float32)), b.predict(X))


def layouts(X, tmp_path):
    big = np.zeros((2 * X.shape[0], 2 * X.shape[1]))
    big[::2, 1::2] = X
    frozen = X.copy()
    frozen.flags.writeable = False
    joblib.dump(X, tmp_path / "X")
    return {
        "fortran": np.asfortranarray(X),
        "strided": big[::2, 1::2],
        "reversed": X[::-1, ::-1].copy()[::-1, ::-1],
        "read-only": frozen,
        "memory-mapped": joblib.load(tmp_path / "X", mmap_mode="r"),
        "big-endian": X.astype(">f8"),
        "list": X.tolist(),
    }


@models
def test_any_layout(small, model, target, tmp_path):
    X, y = small[0], small[target]
    wanted = fitted(model, X, y)
    for given in layouts(X, tmp_path).values():
        close(fitted(model, given, y), wanted, 1e-5)


@models
def test_integers(small, model, target):
    X, y = np.rint(3 * small[0]), small[target]
    close(fitted(model, X.astype(np.int8), y), fitted(model, X, y))


@models
@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array, sp.csc_array])
def test_nothing_of_the_callers_is_modified(small, model, target, storage):
    X, y, s = storage(small[0]), small[target].copy(), np.linspace(0.5, 1, 60)
    data = X.data if sp.issparse(X) else X
    before = np.array(data), y.copy(), s.copy()
    params = model.get_params()
    model = clone(model).fit(X, y, s)
    for now, then in zip((data, y, s), before, strict=True):
        np.testing.assert_array_equal(now, then)
    assert repr(model.get_params()) == repr(params)


@models
def test_data_frames(small, model, target):
    X, y = small[0], small[target]
    frame = pd.DataFrame(X, columns=list("abcde"))
    m = fitted(model, frame, pd.Series(y))
    assert m.feature_names_in_.tolist() == list("abcde")
    assert m.n_features_in_ == 5
    close(m, fitted(model, X, y))
    with pytest.raises(ValueError, match="feature names should match"):
        m.predict(frame.rename(columns={"a": "z"}))
    with pytest.warns(UserWarning, match="valid feature names"):
        m.predict(X)


@classifiers
def test_any_labels(small, model):
    X, _, two, three = small
    for y in (two, three):
        names = np.array(["red", "blue", "green"])[y]
        m, numbers = fitted(model, X, names), fitted(model, X, y)
        assert m.classes_.tolist() == sorted(set(names))
        same = m.predict(X) == np.array(["red", "blue", "green"])[numbers.predict(X)]
        assert same.mean() > 0.95
        close(fitted(model, X, y * 10.0 - 5.0), numbers)
        close(fitted(model, X, names.astype(object)), m)
    close(fitted(model, X, two.astype(bool)), fitted(model, X, two))


# -- several targets ---------------------------------------------------------------


@regressors
@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array])
def test_several_targets_are_fitted_one_by_one(small, model, storage):
    X, y, _, _ = small
    Y = np.column_stack([y, -(y**2), np.sin(y)])
    m = fitted(model, storage(X), Y)
    single = [fitted(model, storage(X), column) for column in Y.T]
    np.testing.assert_array_equal(m.coef_, [s.coef_ for s in single])
    np.testing.assert_array_equal(m.intercept_, [s.intercept_ for s in single])
    assert m.n_iter_ == [s.n_iter_ for s in single]
    assert m.predict(X).shape == Y.shape
    assert m.certificate_ == max(s.certificate_ for s in single)
    assert len(m.result_) == len(m.history_) == 3
    assert m.score(X, Y) > 0.2


def test_losses_of_one_sign_take_one_target(small):
    X, y, _, _ = small
    model = AdvancedLinearRegressor("poisson")
    with pytest.raises(ValueError, match="1d array"):
        model.fit(X, np.exp(np.column_stack([y, y])))
    with pytest.raises(ValueError, match="at least zero"):
        model.fit(X, y)


# -- hostile, but with an answer ---------------------------------------------------


@regressors
@pytest.mark.parametrize("value", [0.0, 3.0, 0.1, -1e8])
def test_constant_target(small, model, value):
    m = fitted(model, small[0], np.full(60, value))
    np.testing.assert_allclose(m.coef_, 0, atol=1e-6 * max(1, abs(value)) * 1e-2)
    np.testing.assert_allclose(m.intercept_, value)


@regressors
def test_one_sample(small, model):
    m = fitted(model, small[0][:1], small[1][:1])
    np.testing.assert_allclose(m.coef_, 0, atol=1e-9)
    np.testing.assert_allclose(m.intercept_, small[1][0])


@classifiers
def test_one_sample_of_each_class(small, model):
    X = small[0][:3]
    m = fitted(model, X, [0, 1, 1])
    assert np.isfinite(m.coef_).all()


@models
def test_constant_columns_get_nothing(small, model, target):
    X, y = small[0], small[target]
    extended = np.column_stack([X, np.full(60, 5.3), np.zeros(60)])
    m = fitted(model, extended, y, tol=1e-10)
    np.testing.assert_allclose(m.coef_[..., 5:], 0, atol=1e-9)
    close(
        fitted(model, X, y, tol=1e-10),
        clone(m).fit(X, y),
    )
    np.testing.assert_allclose(
        m.coef_[..., :5], fitted(model, X, y, tol=1e-10).coef_, atol=1e-4
    )


@models
def test_no_column_has_anything_to_say(small, model, target):
    X, y = small[0], small[target]
    m = fitted(model, 0 * X, y)
    assert not m.coef_.any()
    assert m.certificate_ <= 1e-10


@models
def test_duplicate_columns_predict_alike(small, model, target):
    X, y = small[0], small[target]
    m = fitted(model, np.column_stack([X, X]), y, tol=1e-9)
    assert m.certificate_ <= 1e-9
    assert np.isfinite(m.coef_).all()


@models
def test_more_columns_than_rows(model, target):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(12, 40)), rng.normal(size=12)
    y = y if target == 1 else np.arange(12) % target
    m = fitted(model, X, y)
    assert m.certificate_ <= m.solver_.tol


def test_scale_of_the_target_changes_nothing(small):
    X, y, _, _ = small
    for factor in (1e-8, 1e8):
        a = ProximalLasso(0.05 * factor, tol=1e-10).fit(X, y * factor)
        b = ProximalLasso(0.05, tol=1e-10).fit(X, y)
        np.testing.assert_allclose(a.coef_ / factor, b.coef_, rtol=1e-6, atol=1e-9)
        assert a.n_iter_ == b.n_iter_


@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array])
def test_columns_of_any_scale(small, storage):
    """Each column's penalty is rescaled along: the predictions stay."""
    X, y, two, _ = small
    scales = np.array([1e-8, 1e-4, 1.0, 1e4, 1e8])
    S = storage(X * scales)
    a = ProximalLasso(0.05, weights=scales, tol=1e-10).fit(S, y)
    b = ProximalLasso(0.05, tol=1e-10).fit(X, y)
    np.testing.assert_allclose(a.coef_ * scales, b.coef_, rtol=1e-6, atol=1e-9)
    penalty = L1(0.05, weights=scales)
    a = AdvancedLogisticRegression(penalty=penalty, tol=1e-10).fit(S, two)
    b = AdvancedLogisticRegression(penalty=L1(0.05), tol=1e-10).fit(X, two)
    np.testing.assert_allclose(a.coef_ * scales, b.coef_, rtol=1e-4, atol=1e-6)


@models
def test_columns_far_from_zero(small, model, target):
    X, y = small[0], small[target]
    slow = target == 3 and getattr(model, "l1_ratio", 0) == 1
    shift, tol = (1e2, 1e-6) if slow else (1e6, 1e-8)
    a, b = fitted(model, X + shift, y, tol=tol), fitted(model, X, y, tol=tol)
    np.testing.assert_allclose(a.coef_, b.coef_, atol=1e-2 if slow else 1e-3)


@models
@pytest.mark.parametrize("factor", [1e-8, 1e8])
def test_scale_of_all_columns(small, model, target, factor):
    """The right answer, or one warning that says what is wrong."""
    X, y = small[0], small[target]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        m = fitted(model, X * factor, y, max_iter=300)
    assert len(caught) <= 1
    assert all(w.category is ConvergenceWarning for w in caught)
    assert np.isfinite(m.coef_).all() and np.isfinite(m.certificate_)
    assert bool(caught) == (m.certificate_ > m.solver_.tol)


def test_huber_far_from_its_targets_is_not_certified_by_mistake(small):
    X, y, _, _ = small
    for shift in (0.0, 1e4, 1e8):
        m = AdvancedLinearRegressor(Huber(1.0), alpha=0.05).fit(X, y + shift)
        np.testing.assert_allclose(m.intercept_, 0.965 + shift, atol=0.02)


# -- hostile, with one clear error -------------------------------------------------


@models
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array])
def test_not_finite(small, model, target, wrong, storage):
    X, y = small[0].copy(), small[target]
    X[3, 2] = wrong
    word = "NaN" if np.isnan(wrong) else "infinity"
    with pytest.raises(ValueError, match=word):
        clone(model).fit(storage(X), y)
    targets = y.astype(float)
    targets[7] = wrong
    with pytest.raises(ValueError, match=word):
        clone(model).fit(small[0], targets)
    m = clone(model).fit(small[0], y)
    with pytest.raises(ValueError, match=word):
        m.predict(storage(X))


@models
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, y: (X[:0], y[:0]), "0 sample"),
        (lambda X, y: (X[:, :0], y), "0 feature"),
        (lambda X, y: (X, y[:-1]), "inconsistent numbers of samples"),
        (lambda X, y: (X[0], y), "2D array"),
        (lambda X, y: (X[None], y), "dim 3"),
        (lambda X, y: (X + 1j, y), "Complex data not supported"),
        (lambda X, y: (X.astype(str).astype(object) + "a", y), "could not convert"),
        (lambda X, y: (X, None), "requires y to be passed"),
        (lambda X, y: (None, y), "2D array|scalar array"),
        (lambda X, y: (X * 1e300, y), "so large that their squares overflow"),
        (lambda X, y: (X * 1e-300, y), "so small that their squares vanish"),
    ],
)
def test_unusable_data(small, model, target, change, message):
    X, y = change(small[0], small[target])
    with pytest.raises((ValueError, TypeError), match=message):
        clone(model).fit(X, y)


@classifiers
def test_unusable_classes(small, model):
    X, y, two, _ = small
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        clone(model).fit(X, y)
    with pytest.raises(ValueError, match="y holds only one class, 'a'"):
        clone(model).fit(X, ["a"] * 60)
    with pytest.raises(ValueError, match="y holds only one class, 0"):
        clone(model).fit(X, 0 * two)
    with pytest.raises(ValueError, match="1d array"):
        clone(model).fit(X, np.column_stack([two, two]))


@models
def test_predictions_need_a_fit_and_its_columns(small, model, target):
    X, y = small[0], small[target]
    with pytest.raises(NotFittedError):
        clone(model).predict(X)
    with pytest.raises(ValueError, match=r"X has 4 features, but .* expecting 5"):
        clone(model).fit(X, y).predict(X[:, :4])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"alpha": -1.0}, "alpha to be a number of at least 0; got alpha=-1.0"),
        ({"alpha": np.nan}, "alpha"),
        ({"alpha": np.inf}, "alpha"),
        ({"alpha": "1"}, "got alpha='1'"),
        ({"tol": -1e-9}, "tol"),
        ({"max_iter": 1.5}, "max_iter to be an integer"),
        ({"max_time": -1}, "max_time"),
        ({"fit_intercept": 1}, "fit_intercept to be True or False"),
        ({"warm_start": "no"}, "warm_start"),
        ({"verbose": -1}, "verbose"),
        ({"positive": None}, "positive"),
        ({"weights": np.ones(4)}, r"one weight per column.*\(5,\)"),
        ({"weights": -np.ones(5)}, "at least zero"),
        ({"solver": "nonsense"}, "one of .*coordinate_descent.*; got 'nonsense'"),
        ({"solver": 3}, "got 3"),
        ({"solver": "newton"}, "Newton needs .*Solvers that can: .*CoordinateDescent"),
        ({"callbacks": 3}, "callbacks must be"),
        ({"callbacks": [3]}, "callbacks must be"),
    ],
)
def test_unusable_parameters(small, params, message):
    with pytest.raises(ValueError, match=message):
        ProximalLasso(**params).fit(small[0], small[1])


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (AdvancedLogisticRegression(C=0.0), "C to be a number"),
        (AdvancedLogisticRegression(C=-1.0), "got C=-1.0"),
        (AdvancedLogisticRegression(l1_ratio=1.1), "l1_ratio"),
        (AdvancedLogisticRegression(l1_ratio=None), "l1_ratio"),
        (AdvancedLogisticRegression(penalty="l2"), "got 'l2'.*for a ridge l1_ratio=0"),
        (AdvancedLogisticRegression(penalty="l1"), "got 'l1'.*a lasso set l1_ratio=1"),
        (AdvancedLogisticRegression(penalty="elastic"), "Did you mean 'elastic_net'"),
        (AdvancedLinearClassifier("hings"), "one of .*squared_hinge.*; got 'hings'"),
        (AdvancedLinearClassifier(penalty="ridge"), "'elastic_net'.* got 'ridge'"),
        (AdvancedLinearClassifier(loss=None), "got None"),
        (AdvancedLinearClassifier("poisson"), "Poisson needs targets"),
        (AdvancedLinearClassifier("multi_squared"), "of several real targets: give"),
    ],
)
def test_unusable_parts(small, model, message):
    with pytest.raises(ValueError, match=message):
        model.fit(small[0], small[2])


@pytest.mark.parametrize(
    ("loss", "meant"),
    [
        ("log_loss", "logistic"),
        ("squared_error", "squared"),
        ("absolute_error", "quantile"),
        ("pinball", "quantile"),
        ("log-cosh", "log_cosh"),
    ],
)
def test_losses_are_known_by_scikit_learns_names(small, loss, meant):
    with pytest.raises(ValueError, match=f"Did you mean '{meant}'"):
        AdvancedLinearClassifier(loss).fit(small[0], small[2])


@pytest.mark.parametrize("loss", ["logistic", "multinomial", Logistic()])
def test_losses_of_classes_are_no_losses_of_numbers(small, loss):
    with pytest.raises(ValueError, match="use AdvancedLinearClassifier"):
        AdvancedLinearRegressor(loss).fit(small[0], small[1])


@pytest.mark.parametrize("model", [ProximalLasso(), AdvancedLinearRegressor()])
def test_targets_whose_squares_vanish_are_refused(small, model):
    with pytest.raises(ValueError, match="so small that their squares vanish"):
        model.fit(small[0], small[1] * 1e-300)


@pytest.mark.parametrize("power", [0.0, 1.0, 1.3, 1.5, 2.0, 2.5])
@pytest.mark.parametrize("level", [1.0, 3.7, 1e-3, 1e4])
def test_a_null_model_without_loss_but_for_rounding_is_the_fit(small, power, level):
    X = small[0][:7]
    model = AdvancedTweedieRegressor(power=power).fit(X, np.full(7, level))
    np.testing.assert_allclose(model.predict(X), level, rtol=1e-6)
