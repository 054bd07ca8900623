"""Standard errors are statsmodels', and those of formulas written out here."""

import pickle
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
import statsmodels.api as sm
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

from skopt_solvers import (
    AdvancedHuberRegressor,
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    AdvancedPoissonRegressor,
    AdvancedRidge,
    ProximalLasso,
)
from skopt_solvers.estimators._inference import Inference
from skopt_solvers.losses import (
    Binomial,
    Gamma,
    Huber,
    InverseGaussian,
    NegativeBinomial,
    Poisson,
    PseudoHuber,
    Tweedie,
)

KINDS = ["nonrobust", "HC0", "HC1", "HC2", "HC3", "cluster"]
LOG = sm.families.links.Log()
X, y = load_diabetes(return_X_y=True)
Z = X / X.std(axis=0) + 0.5
GROUPS = np.arange(len(y)) % 37 + 100
FAMILIES = [
    (Poisson(), sm.families.Poisson()),
    (Gamma(), sm.families.Gamma(LOG)),
    (NegativeBinomial(0.5), sm.families.NegativeBinomial(alpha=0.5)),
    (Tweedie(1.5), sm.families.Tweedie(var_power=1.5)),
    (InverseGaussian(), sm.families.InverseGaussian(LOG)),
]


def with_one(X):
    return np.column_stack([X, np.ones(len(X))])


def options(kind, groups=GROUPS):
    """Of `cov_params`, and of statsmodels."""
    if kind != "cluster":
        return {"cov_type": kind}, {"cov_type": kind}
    theirs = {"cov_type": kind, "cov_kwds": {"groups": groups}}
    return {"cov_type": kind, "groups": groups}, theirs


def close(found, expected, rtol=1e-6):
    size = np.sqrt(np.diag(expected))
    assert np.abs((found - expected) / np.outer(size, size)).max() <= rtol


@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("kind", KINDS)
def test_least_squares(kind, storage):
    model = AdvancedLinearRegressor(penalty=None, tol=1e-14).fit(storage(X), y)
    ours, theirs = options(kind)
    peer = sm.OLS(y, with_one(X)).fit(use_t=kind == "nonrobust", **theirs)
    close(model.cov_params(**ours), peer.cov_params())
    frame = model.summary(**ours, level=0.9).to_frame()
    np.testing.assert_allclose(frame["std err"], peer.bse, rtol=1e-6)
    np.testing.assert_allclose(frame.iloc[:, 3], peer.pvalues, rtol=1e-4)
    np.testing.assert_allclose(frame.iloc[:, 4:], peer.conf_int(0.1), rtol=1e-6)
    if kind == "nonrobust":
        np.testing.assert_allclose(model.std_errors_, peer.bse, rtol=1e-6)


@pytest.mark.parametrize("kind", ["nonrobust", "HC0", "cluster"])
@pytest.mark.parametrize(("loss", "family"), FAMILIES, ids=lambda p: type(p).__name__)
def test_generalised_linear_models(loss, family, kind):
    """statsmodels has no corrections for small samples here: HC1 to HC3 are HC0."""
    shift = type(loss) in (Poisson, Gamma)  # as good as all: they cost compilations
    offset = np.sin(y) / 3 if shift else None
    tol = 1e-13 if loss.convex else 1e-10
    model = AdvancedLinearRegressor(loss, penalty=None, tol=tol)
    model.fit(Z, y, offset=offset)
    ours, theirs = options(kind)
    peer = sm.GLM(y, with_one(Z), family, offset=offset).fit(tol=1e-13, **theirs)
    close(model.cov_params(**ours), peer.cov_params())


@pytest.mark.parametrize("kind", ["nonrobust", "HC0"])
@pytest.mark.parametrize("loss", [Poisson(), Tweedie(1.5), "logistic", "multinomial"])
def test_the_default_tolerance_is_enough(loss, kind):
    """Errors are those of a point that is some Newton steps nearer."""
    model, target = AdvancedLinearRegressor(loss, penalty=None), y
    if loss in ("logistic", "multinomial"):
        model = AdvancedLinearClassifier(loss, penalty=None)
        target = np.digitize(y, [140] if loss == "logistic" else [100, 180])
    found = model.fit(Z, target).cov_params(kind)
    model.set_params(tol=1e-13, solver="newton").fit(Z, target)
    close(found, model.cov_params(kind))


@pytest.mark.parametrize("kind", ["nonrobust", "HC0", "cluster"])
def test_proportions_with_frequencies(kind):
    part, trials = np.clip(y / 350.0, 0.0, 1.0), np.arange(len(y)) % 4 + 1.0
    model = AdvancedLinearRegressor(Binomial(), penalty=None, tol=1e-13)
    model.fit(Z, part, trials)
    ours, theirs = options(kind)
    glm = sm.GLM(part, with_one(Z), sm.families.Binomial(), freq_weights=trials)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it counts clusters by rows
        peer = glm.fit(tol=1e-13, **theirs)
    expected = peer.cov_params()
    if kind == "cluster":  # theirs counts rows, ours samples
        n, N, k = len(y), trials.sum(), 11
        expected = expected * (n - k) / (n - 1) * (N - 1) / (N - k)
    close(model.cov_params(**ours), expected)


@pytest.mark.parametrize("kind", ["nonrobust", "HC0", "cluster"])
def test_logit(kind):
    X, y = load_breast_cancer(return_X_y=True)
    X = X[:, [0, 1, 4, 8]] / X[:, [0, 1, 4, 8]].std(axis=0)
    ours, theirs = options(kind, np.arange(len(y)) // 7)
    model = AdvancedLogisticRegression(np.inf, tol=1e-15, solver="newton").fit(X, y)
    peer = sm.Logit(y, with_one(X)).fit(disp=0, tol=1e-13, method="newton", **theirs)
    close(model.cov_params(**ours), peer.cov_params())
    softmax = AdvancedLinearClassifier("multinomial", None, "newton", tol=1e-15)
    softmax.fit(X, y)
    close(softmax.cov_params(**ours), peer.cov_params())


@pytest.mark.parametrize("kind", ["nonrobust", "HC0", "cluster"])
def test_multinomial(kind):
    """statsmodels' coefficients are differences to the first class."""
    X, y = load_iris(return_X_y=True)
    X = X[:, :2]
    y = np.roll(y, 20)  # the classes overlap
    ours, theirs = options(kind, np.arange(len(y)) // 5)
    model = AdvancedLogisticRegression(np.inf, tol=1e-15, solver="newton").fit(X, y)
    peer = sm.MNLogit(y, with_one(X)).fit(disp=0, tol=1e-13, method="newton", **theirs)
    differences = np.kron([[-1, 1, 0], [-1, 0, 1]], np.eye(3))
    found = differences @ model.cov_params(**ours) @ differences.T
    close(found, peer.cov_params())
    summary = model.summary(**ours)
    assert model.std_errors_.shape == (3, 3)
    assert summary.names[:3] == ["0: x0", "0: x1", "0: intercept"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_weights_are_repetitions(loss, kind):
    times = np.arange(len(y)) % 3
    rows = np.repeat(np.arange(len(y)), times)
    target = {"logistic": y > 140, "poisson": y, "squared": y}[loss]
    kinds = {"logistic": AdvancedLinearClassifier}
    model = kinds.get(loss, AdvancedLinearRegressor)(loss, alpha=0.1, tol=1e-13)
    once, again = options(kind)[0], options(kind, GROUPS[rows])[0]
    found = model.fit(Z, target, times).cov_params(**once)
    expected = model.fit(Z[rows], target[rows]).cov_params(**again)
    close(found, expected)


def terms(loss, model, alpha):
    """Each sample's gradient, and the mean Hessian, by their definitions."""
    A = with_one(Z)
    p = A @ np.append(model.coef_, model.intercept_)
    record = loss.record()
    slopes = np.array([record.slope(*each) for each in zip(y, p, strict=True)])
    bends = np.array([record.curvature(*each) for each in zip(y, p, strict=True)])
    R = np.diag(np.append(np.full(Z.shape[1], alpha), 0.0))
    gradients = slopes[:, None] * A + R @ np.append(model.coef_, model.intercept_)
    return gradients, A.T @ (bends[:, None] * A) / len(y) + R, R


@pytest.mark.parametrize("loss", [Huber(50.0), PseudoHuber(30.0), Poisson()], ids=repr)
@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_robust_errors_by_definition(loss, alpha):
    """Of losses without a likelihood too, and of penalised estimators."""
    model = AdvancedLinearRegressor(loss, alpha=alpha, tol=1e-14).fit(Z, y)
    G, H, R = terms(loss, model, alpha)
    n, inverse = len(y), np.linalg.inv(H)
    df = np.trace(inverse @ (H - R))
    white = inverse @ (G.T @ G / n) @ inverse / n
    close(model.cov_params("HC0"), white)
    close(model.cov_params("HC1"), white * n / (n - df))
    sums = np.stack([G[g == GROUPS].sum(axis=0) / n for g in np.unique(GROUPS)])
    factor = 37 / 36 * (n - 1) / (n - df)
    expected = factor * inverse @ sums.T @ sums @ inverse
    close(model.cov_params("cluster", GROUPS), expected)


def test_ridge_by_definition():
    """The covariance of a linear function of y."""
    model = AdvancedRidge(5.0, tol=1e-14).fit(Z, y)
    A, n = with_one(Z), len(y)
    R = np.diag([5.0] * Z.shape[1] + [0.0])
    hat = np.linalg.solve(A.T @ A + R, A.T)
    residual = y - A @ hat @ y
    spread = residual @ residual / (n - np.trace(A @ hat))
    close(model.cov_params(), spread * hat @ hat.T)


def test_several_targets_and_no_intercept():
    Y = np.column_stack([y, y**0.5])
    model = AdvancedRidge(0.0, fit_intercept=False, tol=1e-14).fit(X, Y)
    for k in range(2):
        peer = sm.OLS(Y[:, k], X).fit()
        close(model.cov_params()[k], peer.cov_params())
        np.testing.assert_allclose(model.std_errors_[k], peer.bse, rtol=1e-6)
    assert "1: x9" in str(model.summary())


def test_coverage():
    """Intervals hold the truth as often as they say, roughly."""
    rng = np.random.default_rng(0)
    A, w = rng.normal(size=(200, 3)), np.array([0.5, -0.5, 0.0])
    inside = 0
    for _ in range(60):
        counts = rng.poisson(np.exp(A @ w + 1.0))
        low, high = (
            AdvancedPoissonRegressor(alpha=0.0)
            .fit(A, counts)
            .summary(level=0.8)
            .intervals.T
        )
        truth = np.append(w, 1.0)
        inside += np.sum((low <= truth) & (truth <= high))
    assert 0.74 < inside / 240 < 0.86


def test_shown_as_text_html_and_frame():
    import pandas as pd

    frame = pd.DataFrame(X, columns=[f"<{j}>" for j in range(10)])
    summary = AdvancedRidge(1.0).fit(frame, y).summary("HC3")
    assert "<0>" in str(summary) and "&lt;0&gt;" in summary._repr_html_()
    assert "own expectation" in repr(summary)
    assert list(summary.to_frame().index) == [*frame.columns, "intercept"]
    assert "z" in summary.columns and "[0.025" in summary.columns


def test_pickles_hold_no_data():
    model = AdvancedRidge().fit(X, y)
    assert len(pickle.dumps(model)) < X.nbytes
    with pytest.raises(ValueError, match="call fit"):
        pickle.loads(pickle.dumps(model)).cov_params()
    with pytest.raises(ValueError, match="call fit"):
        model.set_params(solver="sgd").partial_fit(X, y).cov_params()


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        (ProximalLasso(0.1), {}, "penalty L1"),
        (AdvancedRidge(positive=True), {}, "smooth"),
        (AdvancedHuberRegressor(), {"cov_type": "HC0"}, "smooth and a sum"),
        (AdvancedLinearRegressor("huber"), {}, "Huber is none; use cov_type='HC0'"),
        (AdvancedRidge(), {"cov_type": "hc1"}, "one of 'nonrobust', 'HC0'"),
        (AdvancedRidge(), {"cov_type": "cluster"}, "no groups with"),
        (AdvancedRidge(), {"groups": GROUPS}, "groups with cov_type='nonrobust'"),
        (AdvancedRidge(), {"cov_type": "cluster", "groups": [1, 2]}, "got 2"),
        (
            AdvancedRidge(),
            {"cov_type": "cluster", "groups": np.ones(len(y))},
            "two groups or more",
        ),
    ],
)
def test_what_has_no_theory_is_refused(model, arguments, message):
    with pytest.raises(ValueError, match=message):
        model.fit(X, y).cov_params(**arguments)


def test_without_an_optimum_there_are_no_errors():
    """The coefficients are only where the solver stopped: a table would look real."""
    X, y = load_breast_cancer(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match="no minimum"):
        model = AdvancedLogisticRegression(np.inf).fit(scale(X), y)
    for ask in (model.cov_params, model.summary):
        with pytest.raises(ValueError, match=r"no optimum.*Add a ridge"):
            ask()
    with pytest.raises(AttributeError, match="no optimum"):
        _ = model.std_errors_
    with pytest.warns(ConvergenceWarning, match="no minimum"):
        model = AdvancedPoissonRegressor().fit(X, np.zeros(len(y)))
    with pytest.raises(ValueError, match=r"no optimum.*fit_intercept=False"):
        model.prediction_error_bound(X)


def test_a_point_short_of_the_optimum_is_said_to_be_one():
    short = AdvancedPoissonRegressor(max_iter=1, solver="lbfgs")
    with pytest.warns(ConvergenceWarning):
        short.fit(X, y)
    notes = str(short.summary())
    assert "Short of the optimum" in notes and str(short.result_.certificate) in notes
    stopped = AdvancedPoissonRegressor(callbacks=lambda progress: "enough")
    assert "Short of the optimum (enough" in str(stopped.fit(X, y).summary())
    assert "Short" not in str(AdvancedPoissonRegressor().fit(X, y).summary())


@pytest.mark.parametrize("storage", [np.array, sp.csr_array, sp.csc_array])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_data_that_were_changed_since_the_fit_are_noticed(storage, dtype):
    """Those of the fit are referred to, and others have other errors."""
    A, b = storage(np.column_stack([Z, 0 * Z[:, 0]]).astype(dtype)), y.copy()
    model = AdvancedRidge(10.0).fit(A, b)
    errors, bound = model.std_errors_, model.prediction_error_bound(A)
    entries = A.data if sp.issparse(A) else A
    for changed in (entries, b):
        before = changed.copy()
        changed *= 1.01
        for ask in (model.summary, lambda: model.prediction_error_bound(A)):
            with pytest.raises(ValueError, match="changed since the fit: call fit"):
                ask()
        with pytest.raises(AttributeError, match="changed since the fit"):
            _ = model.std_errors_
        changed[...] = before
        np.testing.assert_array_equal(model.std_errors_, errors)
        np.testing.assert_array_equal(model.prediction_error_bound(A), bound)


def test_undetermined_coefficients_are_named():
    collinear = np.column_stack([X, X[:, 2] - X[:, 3]])
    model = AdvancedRidge(0.0).fit(collinear, y)
    with pytest.raises(ValueError, match="do not determine the coefficient of x10"):
        model.cov_params()
    constant = np.column_stack([X, np.ones(len(y))])
    with pytest.raises(ValueError, match="coefficient of x10"):
        AdvancedRidge(0.0).fit(constant, y).summary()
    few = AdvancedRidge(0.0).fit(X[:11], y[:11])
    with pytest.raises(ValueError, match="no more samples than"):
        few.cov_params()
    with pytest.raises(ValueError, match="level must be"):
        few.summary("HC0", level=1.0)


def test_showing_an_estimator_costs_no_hessian(monkeypatch):
    def refuse(*_):
        raise AssertionError("computed where nobody asked for it")

    X, y = load_iris(return_X_y=True)
    model = AdvancedLogisticRegression().fit(X, y)
    monkeypatch.setattr(Inference, "_covariances", refuse)
    assert "coef_" in model._repr_html_() and "std_errors_" not in dir(model)
    assert {"cov_params", "fit", "n_features_selected_"} <= set(dir(model))
