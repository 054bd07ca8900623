"""Regularisation paths: certified, the same as single fits, and where they begin."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso, enet_path, lasso_path

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    ProximalElasticNet,
    ProximalLasso,
    alpha_max,
    regularization_path,
)
from skopt_solvers.designs import as_design
from skopt_solvers.losses import Quantile, ScorerLoss
from skopt_solvers.penalties import L1, L2, Box, ElasticNet, Penalty
from skopt_solvers.problems import IncompatibleProblem, linear_problem
from skopt_solvers.problems._shared_gram import SharedGram
from skopt_solvers.solvers import LBFGS

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 6))
REAL = X @ [1.0, -2.0, 0.5, 0.0, 0.0, 0.1] + 1.0 + RNG.normal(size=40)
MODELS = [
    (ProximalLasso(), REAL),
    (ProximalLasso(positive=True, fit_intercept=False), REAL),
    (ProximalLasso(weights=[0.0, 1.0, 2.0, 1.0, 0.0, 3.0]), REAL),
    (ProximalElasticNet(l1_ratio=0.3), REAL),
    (ProximalElasticNet(l1_ratio=0.9, fit_intercept=False), REAL),
    (AdvancedLinearRegressor("huber", L1()), REAL),
    (AdvancedLinearRegressor("poisson", "l1"), np.abs(REAL)),
    (AdvancedLogisticRegression(l1_ratio=1.0), REAL > 1),
    (AdvancedLogisticRegression(l1_ratio=0.5, class_weight="balanced"), REAL > 1),
    (AdvancedLinearClassifier("squared_hinge", "l1"), np.digitize(REAL, [0, 2])),
    (AdvancedLogisticRegression(l1_ratio=1.0), np.digitize(REAL, [0, 2])),
]
models = pytest.mark.parametrize(("model", "y"), MODELS, ids=lambda m: repr(m)[:60])
storages = pytest.mark.parametrize("storage", [np.asarray, sp.csr_array, sp.csc_array])


def dense(coefs):
    return coefs.toarray() if sp.issparse(coefs) else np.asarray(coefs)


def outputs(path):
    """Coefficients as (outputs, features, strengths)."""
    several = isinstance(path.coefs, list)
    each = path.coefs if several else [path.coefs]
    return np.array([dense(c) for c in each]).reshape(-1, X.shape[1], len(path))


# -- what a path is ------------------------------------------------------------------


@models
@storages
def test_a_path_is_a_row_of_fits(model, y, storage):
    tight = clone(model).set_params(tol=1e-9)
    path = regularization_path(tight, storage(X), y, alphas=6, eps=0.02)
    assert len(path) == 6 and path.certificates.max() <= 1e-9
    for t in (0, 3, 5):
        value = {path.parameter: path.alphas[t]}
        fit = clone(tight).set_params(**value).fit(storage(X), y)
        np.testing.assert_allclose(
            outputs(path)[:, :, t], np.atleast_2d(fit.coef_), atol=2e-4
        )
        intercepts = np.atleast_2d(path.intercepts.T).T.reshape(-1, 6)[:, t]
        np.testing.assert_allclose(intercepts, np.ravel(fit.intercept_), atol=2e-4)
    used = (outputs(path) != 0).any(axis=0).sum(axis=0)
    assert np.array_equal(path.n_nonzero, used)
    assert np.all(np.diff(path.deviance_explained) >= -1e-9)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_lasso_path_is_that_of_scikit_learn(diabetes_, fit_intercept):
    X, y = diabetes_
    model = ProximalLasso(fit_intercept=fit_intercept, tol=1e-10)
    ours = regularization_path(model, X, y, alphas=30, early_exit=False)
    A, b = (X - X.mean(0), y - y.mean()) if fit_intercept else (X, y)
    alphas, theirs, _ = lasso_path(A, b, alphas=ours.alphas, tol=1e-13, max_iter=10**6)
    np.testing.assert_allclose(ours.coefs, theirs, atol=1e-3)
    np.testing.assert_allclose(ours.alphas, alphas)
    residuals = b[:, None] - A @ ours.coefs
    explained = 1 - (residuals**2).mean(0) / (b**2).mean()
    np.testing.assert_allclose(ours.deviance_explained, explained, atol=1e-9)


def test_the_elastic_net_path_is_that_of_scikit_learn(diabetes_):
    X, y = diabetes_
    X, y = X - X.mean(0), y - y.mean()
    model = ProximalElasticNet(l1_ratio=0.6, tol=1e-12)
    ours = regularization_path(model, X, y, alphas=20)
    _, theirs, _ = enet_path(
        X, y, l1_ratio=0.6, alphas=ours.alphas, tol=1e-14, max_iter=10**6
    )
    np.testing.assert_allclose(ours.coefs, theirs, atol=1e-3)


@given(st.integers(0, 2**31), st.integers(1, 30), st.integers(1, 60), st.booleans())
@settings(max_examples=25, deadline=None)
def test_every_solution_is_certified_by_the_data(seed, n, p, intercept):
    """Equal, constant and far-off columns, more columns than rows: each gap holds."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-3, 3, size=p)
    Z = Z[:, rng.integers(0, p, size=p)] + rng.integers(0, 2, size=p) * 10.0
    y = rng.normal(size=n)
    model = ProximalLasso(fit_intercept=intercept)
    path = regularization_path(model, Z, y, alphas=12, early_exit=False)
    for t in range(len(path)):
        problem = linear_problem(Z, y, model._loss(), L1(path.alphas[t]))
        if not intercept:
            problem = linear_problem(
                Z, y, model._loss(), L1(path.alphas[t]), fit_intercept=False
            )
        point = problem.at(problem.pack(path.coefs[:, t], path.intercepts[t]))
        assert problem.certificate(point).value <= 1.1e-6


@models
def test_no_weight_is_no_row(model, y):
    s = (np.arange(len(y)) % 3 > 0) * 2.0
    tight = clone(model).set_params(tol=1e-10)
    for storage in (np.asarray, sp.csr_array):
        a = regularization_path(
            tight, storage(X), y, alphas=4, eps=0.1, sample_weight=s
        )
        b = regularization_path(
            tight, storage(X[s > 0]), y[s > 0], alphas=4, eps=0.1,
            sample_weight=s[s > 0],
        )  # fmt: skip
        np.testing.assert_allclose(a.alphas, b.alphas, rtol=1e-9)
        np.testing.assert_allclose(outputs(a), outputs(b), atol=2e-4)


@pytest.mark.parametrize("power", [-8, 8])
def test_units_of_the_target_change_nothing(power):
    unit = 10.0**power
    a = regularization_path(ProximalLasso(), X, REAL, alphas=20)
    b = regularization_path(ProximalLasso(), X, REAL * unit, alphas=20)
    np.testing.assert_allclose(a.coefs, b.coefs / unit, atol=1e-7)


def test_sparse_data_give_sparse_coefficients_of_each_target():
    path = regularization_path(ProximalLasso(), sp.csr_array(X), REAL, alphas=5)
    assert path.coefs.format == "csc" and path.coefs.shape == (6, 5)
    both = np.c_[REAL, -3 * REAL]
    several = regularization_path(ProximalLasso(), X, both, alphas=5)
    assert several.coefs.shape == (2, 6, 5) and several.intercepts.shape == (2, 5)
    lists = regularization_path(ProximalLasso(), sp.csr_array(X), both, alphas=5)
    np.testing.assert_allclose([c.toarray() for c in lists.coefs], several.coefs)


def test_strengths_given_one_by_one_come_strongest_first():
    path = regularization_path(ProximalLasso(), X, REAL, alphas=[0.0, 0.1, 5.0])
    assert path.alphas.tolist() == [5.0, 0.1, 0.0]
    plain = AdvancedLinearRegressor("squared", None, tol=1e-12).fit(X, REAL)
    np.testing.assert_allclose(path.coefs[:, 2], plain.coef_, atol=1e-6)
    logistic = AdvancedLogisticRegression()
    path = regularization_path(logistic, X, REAL > 1, alphas=[1.0, 0.01])
    assert path.alphas.tolist() == [0.01, 1.0] and path.parameter == "C"


def test_a_solver_that_cannot_do_with_the_penalty_is_refused():
    model = ProximalLasso(solver=LBFGS())
    with pytest.raises(IncompatibleProblem, match="LBFGS needs an objective"):
        regularization_path(model, X, REAL, alphas=[1.0, 0.1, 0.0])


def test_a_large_support_reached_in_one_jump():
    Z = RNG.normal(size=(300, 150))
    y = RNG.normal(size=300)
    path = regularization_path(ProximalLasso(tol=1e-10), Z, y, alphas=[1e-4])
    assert path.n_nonzero[0] > 130 and path.certificates[0] <= 1e-10
    peer = Lasso(1e-4, tol=1e-13).fit(Z, y)
    np.testing.assert_allclose(peer.coef_, path.coefs[:, 0], atol=1e-4)


# -- where it ends -------------------------------------------------------------------


def test_a_saturated_path_ends_early_unless_asked_not_to():
    Z, y = RNG.normal(size=(20, 80)), RNG.normal(size=20)
    short = regularization_path(ProximalLasso(), Z, y)
    assert 5 <= len(short) < 100 and short.deviance_explained[-2] <= 0.999
    whole = regularization_path(ProximalLasso(), Z, y, early_exit=False)
    assert len(whole) == 100
    np.testing.assert_allclose(whole.coefs[:, : len(short)], short.coefs, atol=1e-9)
    assert len(regularization_path(ProximalLasso(), Z, y, alphas=whole.alphas)) == 100


def test_a_path_that_falls_short_says_so():
    late = AdvancedLogisticRegression(l1_ratio=1.0, max_iter=1)
    with pytest.warns(ConvergenceWarning, match="max_iter iterations were done"):
        path = regularization_path(late, X, REAL > 1, alphas=8)
    assert path.certificates.max() > 1e-6
    with pytest.warns(ConvergenceWarning, match="time limit"):
        path = regularization_path(ProximalLasso(max_time=0.0), X, REAL)
    assert 1 <= len(path) < 100


def test_callbacks_see_every_fit():
    seen = []
    model = ProximalLasso(callbacks=lambda progress: seen.append(progress.n_iter))
    path = regularization_path(model, X, REAL, alphas=5)
    assert seen.count(0) == len(path) == 5


HOSTILE = {
    "one row": (X[:1], REAL[:1]),
    "one column": (X[:, :1], REAL),
    "zeros": (0 * X, REAL),
    "constant target": (X, 0.1 * np.ones(40)),
    "read-only, strided": (X[::2, ::-1], REAL[::2]),
    "float32": (X.astype(np.float32), REAL),
    "huge": (1e100 * X, 1e-20 * REAL),
    "int64 indices": (sp.csr_array(X), REAL),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_data_are_followed(name):
    Z, y = HOSTILE[name]
    if sp.issparse(Z):
        Z.indices, Z.indptr = Z.indices.astype(np.int64), Z.indptr.astype(np.int64)
    path = regularization_path(ProximalLasso(), Z, y, alphas=10)
    assert path.certificates.max() <= 1e-6
    assert np.isfinite(dense(path.coefs)).all() and path.n_nonzero[0] == 0


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (Lasso(), {}, "one of this package"),
        (AdvancedLinearRegressor(), {}, "no strength of L2"),
        (AdvancedLinearRegressor(penalty=Box()), {}, "no strength that could be"),
        (AdvancedLinearRegressor(penalty=None), {}, "no strength that could be"),
        (ProximalLasso(), {"alphas": 0}, "at least 1"),
        (ProximalLasso(), {"alphas": "many"}, "at least 1"),
        (ProximalLasso(), {"alphas": []}, "at least 1"),
        (ProximalLasso(), {"alphas": [-1.0]}, "at least 0"),
        (ProximalLasso(), {"alphas": [np.nan]}, "finite"),
        (ProximalLasso(), {"eps": 1.0}, r"eps must be a number in \(0, 1\)"),
        (ProximalLasso(tol=-1), {}, "tol"),
    ],
)
def test_unusable_requests_are_refused(model, options, message):
    with pytest.raises(ValueError, match=message):
        regularization_path(model, X, REAL, **options)


def test_a_score_has_no_path():
    model = AdvancedLinearClassifier(ScorerLoss(), "l1")
    with pytest.raises(ValueError, match="ScorerLoss has no derivatives"):
        regularization_path(model, X, REAL > 1)
    with pytest.raises(ValueError, match="ScorerLoss has no derivatives"):
        regularization_path(model, X, REAL > 1, alphas=[0.1])


def test_the_estimator_is_left_alone_and_the_path_describes_itself():
    model = ProximalLasso(0.7)
    path = regularization_path(model, X, REAL, alphas=5)
    assert model.alpha == 0.7 and not hasattr(model, "coef_")
    assert "5 strengths, alpha" in repr(path)


# -- where it begins -----------------------------------------------------------------

PENALTIES = [
    L1(),
    L1(weights=[0.0, 1.0, 2.0, 1.0, 1.0, 3.0]),
    L1(positive=True),
    ElasticNet(l1_ratio=0.3),
]
TARGETS = {
    "squared": REAL,
    "huber": REAL,
    "poisson": np.abs(REAL),
    "logistic": REAL > 1,
    "squared_hinge": REAL > 1,
    "multinomial": np.digitize(REAL, [0, 2]),
}


@pytest.mark.parametrize("penalty", PENALTIES, ids=repr)
@pytest.mark.parametrize("loss", TARGETS)
def test_alpha_max_is_where_the_first_feature_enters(loss, penalty):
    y = TARGETS[loss]
    s = np.random.default_rng(0).uniform(0.5, 2.0, size=len(y))
    strongest = alpha_max(X, y, loss, penalty, sample_weight=s)
    classes = AdvancedLinearClassifier if y.dtype != float else AdvancedLinearRegressor
    free = 0 if getattr(penalty, "weights", None) is None else 1
    used = []
    for share in (1 + 1e-6, 0.97):
        model = classes(loss, clone(penalty), tol=1e-13)
        model.set_params(penalty__alpha=share * strongest).fit(X, y, s)
        used.append(model.n_features_selected_)
    assert used[0] == free < used[1]


def test_alpha_max_in_the_scale_of_the_estimator():
    lasso = alpha_max(X, REAL)
    assert lasso == pytest.approx(
        np.abs((X - X.mean(0)).T @ (REAL - REAL.mean())).max() / 40
    )
    enet = alpha_max(X, REAL, estimator=ProximalElasticNet(l1_ratio=0.25))
    assert enet == pytest.approx(4 * lasso)
    logistic = AdvancedLogisticRegression(l1_ratio=1.0)
    C = alpha_max(X, REAL > 1, estimator=logistic)
    assert pytest.approx(alpha_max(X, REAL > 1, "logistic")) == 1 / (40 * C)
    assert alpha_max(X, REAL, penalty=L2()) == np.inf
    assert alpha_max(X, 0.1 * np.ones(40)) == 0.0


class Soft(Penalty):
    """L1 with a level that is no multiple of the strength, and no pieces."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def cost(self, w, j):
        return self.alpha * self.alpha * abs(w)

    def prox(self, z, step, j):
        level = step * self.alpha * self.alpha
        return z - min(max(z, -level), level)

    def violation(self, w, g, j):
        level = self.alpha * self.alpha
        if w > 0.0:
            return abs(g + level)
        if w < 0.0:
            return abs(g - level)
        return max(abs(g) - level, 0.0)


def test_a_penalty_of_ones_own_has_paths_too():
    strongest = alpha_max(X, REAL, penalty=Soft())
    assert strongest == pytest.approx(np.sqrt(alpha_max(X, REAL)), rel=1e-10)
    model = AdvancedLinearRegressor(penalty=Soft(), tol=1e-9)
    path = regularization_path(model, X, REAL, alphas=4, eps=0.2)
    lasso = regularization_path(
        ProximalLasso(tol=1e-12), X, REAL, alphas=path.alphas**2
    )
    np.testing.assert_allclose(path.coefs, lasso.coefs, atol=1e-6)


@pytest.fixture(scope="module")
def diabetes_():
    from sklearn.datasets import load_diabetes

    return load_diabetes(return_X_y=True)


# -- what folds share ----------------------------------------------------------------


@given(st.integers(0, 2**31), st.integers(1, 39), st.booleans())
@settings(max_examples=20, deadline=None)
def test_the_gram_matrix_of_a_fold_is_that_of_its_rows(seed, held_out, intercept):
    rng = np.random.default_rng(seed)
    Z, s = X + 5.0 * rng.normal(size=6), rng.uniform(0.1, 2.0, size=40)
    fold = s * (rng.permutation(40) >= held_out)
    for storage in (np.asarray, sp.csr_array):
        shared = SharedGram(as_design(storage(Z)), s)
        mean = fold @ Z / fold.sum() if intercept else np.zeros(6)
        direct = (Z - mean).T @ (fold[:, None] * (Z - mean)) / fold.sum()
        found = shared.of(fold, mean)
        np.testing.assert_allclose(found, direct, atol=1e-12 * np.abs(Z).max() ** 2)
        twice = shared.of(2 * fold, mean)  # rows drawn twice
        np.testing.assert_allclose(twice, direct, atol=1e-12 * np.abs(Z).max() ** 2)


@pytest.mark.parametrize("loss", ["hinge", Quantile()])
def test_slopes_that_jump_do_not_tell_where_a_path_begins(loss):
    y = REAL > 1 if loss == "hinge" else REAL
    with pytest.raises(ValueError, match="give the strengths as an array"):
        alpha_max(X, y, loss)
