"""Penalties of groups and of all coefficients, through estimators."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn import linear_model
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    MultiTaskLasso,
    PathCV,
    ProximalGroupLasso,
    ProximalLasso,
    alpha_max,
    regularization_path,
)
from skopt_solvers.penalties import SLOPE, FusedLasso, GroupLasso, SparseGroupLasso
from skopt_solvers.problems import IncompatibleProblem

GROUPS = np.repeat(np.arange(6), 5)


@pytest.fixture(scope="module")
def wide():
    """60 samples, 30 columns with a mean, four targets that share two features."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 30)) + 1.0
    return X, X[:, :2] @ rng.normal(size=(2, 4)) + rng.normal(size=(60, 4))


@pytest.mark.parametrize("weights", [None, np.linspace(0.0, 2.0, 60)])
@pytest.mark.parametrize("intercept", [True, False])
def test_multi_task_lasso_is_scikit_learns(wide, intercept, weights):
    X, Y = wide
    ours = MultiTaskLasso(0.1, fit_intercept=intercept, tol=1e-12)
    ours.fit(X, Y, sample_weight=weights)
    theirs = linear_model.MultiTaskLasso(
        0.1, fit_intercept=intercept, tol=1e-12, max_iter=100_000
    )
    if weights is not None:  # it takes none: the root of each weight on its row
        share = weights / weights.sum()
        mean = share @ X if intercept else 0.0
        level = share @ Y if intercept else 0.0
        root = np.sqrt(60 * share)[:, None]
        theirs.set_params(fit_intercept=False)
        theirs.fit(root * (X - mean), root * (Y - level))
    else:
        theirs.fit(X, Y)
        np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-8)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-8)
    assert ours.certificate_kind_ == "duality gap"


def test_groups_of_one_are_the_lasso(wide):
    X, Y = wide
    group = ProximalGroupLasso(0.1, tol=1e-12).fit(X, Y)
    lasso = ProximalLasso(0.1, tol=1e-12).fit(X, Y)
    np.testing.assert_allclose(group.coef_, lasso.coef_, atol=1e-9)
    ones = ProximalGroupLasso(0.1, groups=GROUPS, weights=np.ones(6), l1_ratio=1.0)
    ones.set_params(tol=1e-12).fit(X, Y)
    np.testing.assert_allclose(ones.coef_, lasso.coef_, atol=1e-9)


@pytest.mark.parametrize(
    ("store", "dtype", "l1_ratio"),
    [
        (np.asfortranarray, np.float64, 0.4),
        (sp.csr_array, np.float64, 0.4),
        (sp.csc_array, np.float64, 0.0),
        (np.asarray, np.float32, 0.0),
    ],
)
def test_storage_changes_nothing(wide, store, dtype, l1_ratio):
    X, Y = wide
    X = np.where(X > 1.0, X, 0.0).astype(dtype)
    model = ProximalGroupLasso(0.05, groups=GROUPS, l1_ratio=l1_ratio, tol=1e-10)
    plain = model.fit(X.astype(np.float64), Y[:, 0]).coef_.copy()
    found = model.fit(store(X), Y[:, 0]).coef_
    assert found.dtype == dtype
    np.testing.assert_allclose(found, plain, rtol=1e-5, atol=1e-7)


def targets(Y):
    score = (Y[:, 0] - Y[:, 0].mean()) / Y[:, 0].std()
    group, sparse = GroupLasso(groups=GROUPS), SparseGroupLasso(1.0, 0.3, GROUPS)
    return [
        (ProximalGroupLasso(groups=GROUPS), score),
        (ProximalGroupLasso(groups=GROUPS, loss="poisson"), np.round(np.exp(score))),
        (MultiTaskLasso(), Y),
        (AdvancedLinearClassifier("logistic", group), score > 0),
        (AdvancedLinearClassifier("logistic", sparse), np.digitize(score, [-0.5, 0.5])),
        (AdvancedLogisticRegression(penalty=GroupLasso()), np.digitize(score, [0, 1])),
        (AdvancedLinearRegressor("squared", SLOPE()), score),
        (AdvancedLinearRegressor("squared", FusedLasso()), score),
    ]


@pytest.mark.parametrize("kind", range(8))
def test_paths_begin_at_alpha_max_and_are_certified(wide, kind):
    X, Y = wide
    model, y = targets(Y)[kind]
    path = regularization_path(model, X, y, alphas=4, eps=0.05)
    top = alpha_max(X, y, estimator=model)
    assert path.alphas[0] == pytest.approx(top, rel=1e-12)
    assert path.certificate_kind == "duality gap" and path.certificates.max() <= 1e-6
    assert path.n_nonzero[0] == 0 < path.n_nonzero[-1]
    model.set_params(**{path.parameter: 0.9 * top}).fit(X, y)
    assert model.n_features_selected_ > 0
    model.set_params(**{path.parameter: path.alphas[-1]}, tol=1e-10).fit(X, y)
    last = np.array([c[..., -1] for c in np.atleast_3d(path.coefs.T).T])
    size = np.abs(model.coef_).max()
    assert np.abs(last.ravel() - np.ravel(model.coef_)).max() <= 0.02 * size


def test_alpha_max_of_groups_is_the_dual_norm(wide):
    X, Y = wide
    pull = (X - X.mean(axis=0)).T @ (Y - Y.mean(axis=0)) / 60
    rows = np.linalg.norm(pull, axis=1)
    found = alpha_max(X, Y, estimator=MultiTaskLasso())
    assert found == pytest.approx(rows.max(), rel=1e-10)
    by_group = np.sqrt(np.bincount(GROUPS, pull[:, 0] ** 2) / 5)
    found = alpha_max(X, Y[:, 0], penalty=GroupLasso(groups=GROUPS))
    assert found == pytest.approx(by_group.max(), rel=1e-10)
    assert alpha_max(X, Y[:, 0], penalty=FusedLasso(l1_ratio=0.0)) == np.inf


def test_strength_is_chosen_by_cross_validation(wide):
    X, Y = wide
    model = PathCV(ProximalGroupLasso(groups=GROUPS), alphas=5, cv=3).fit(X, Y[:, 0])
    assert model.alpha_ > 0 and model.score(X, Y[:, 0]) > 0.3


def test_names_in_a_pipeline():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({
        "colour": rng.choice(["red", "green", "blue"], 90),
        "age": rng.uniform(20, 80, 90),
    })  # fmt: skip
    y = np.sin(frame["age"] / 10) + rng.normal(size=90) / 10
    features = ColumnTransformer([
        ("one", OneHotEncoder(sparse_output=False), ["colour"]),
        ("curve", SplineTransformer(), ["age"]),
    ]).set_output(transform="pandas")  # fmt: skip
    model = make_pipeline(features, ProximalGroupLasso(0.02, groups="auto"))
    found = model.fit(frame, y)[-1]
    assert [len(group) for group in found.groups_] == [3, 7]
    assert not found.coef_[:3].any() and found.coef_[3:].all()
    model.set_params(proximalgrouplasso__groups={"c": ["colour"]})
    with pytest.raises(ValueError, match="columns of X, which are 'one__colour_blue'"):
        model.fit(frame, y)


@pytest.mark.parametrize("solver", ["saga", "sgd", "coordinate_descent", "owlqn"])
def test_solvers_of_single_coefficients_refuse(wide, solver):
    X, Y = wide
    model = ProximalGroupLasso(0.1, groups=GROUPS, solver=solver)
    with pytest.raises(IncompatibleProblem, match=r"can: BlockDescent, .*Proximal"):
        model.fit(X, Y[:, 0])
    model = AdvancedLinearRegressor("squared", SLOPE(), "block_descent")
    with pytest.raises(IncompatibleProblem, match=r"groups of columns.*ProximalGrad"):
        model.fit(X, Y[:, 0])


def hostile(X):
    """Equal columns within and across groups, constant and zero ones, any scales."""
    spread = 10.0 ** np.linspace(-4, 4, X.shape[1])
    flat = np.where(np.arange(30) % 7 == 0, 5.0, np.where(np.arange(30) == 9, 0.0, X))
    return {
        "equal within": (np.hstack([X, X]), np.r_[GROUPS, GROUPS]),
        "equal across": (np.hstack([X, X]), np.r_[GROUPS, GROUPS + 6]),
        "constant": (flat, GROUPS),
        "scales": (X * spread, GROUPS),
        "one group": (X, np.zeros(30, int)),
        "zero": (0.0 * X, GROUPS),
        "one row": (X[:1], GROUPS),
        "one column": (X[:, :1], [0]),
    }


@pytest.mark.parametrize("case", list(hostile(np.zeros((2, 30)))))
@pytest.mark.parametrize("free", [False, True])
def test_hostile_data_is_fitted(wide, case, free):
    X, groups = hostile(wide[0])[case]
    y = wide[1][: len(X), 0]
    weights = np.ones(len(np.unique(groups)))
    weights[0] = 0.0 if free and len(weights) > 1 else 1.0
    model = ProximalGroupLasso(1e-3, groups=groups, weights=weights).fit(X, y)
    assert np.isfinite(model.coef_).all() and model.result_.success
    for scale in (1e-8, 1e8):
        scaled = ProximalGroupLasso(1e-3 * scale, groups=groups, weights=weights)
        assert scaled.fit(X, scale * y).certificate_ <= 1e-6
