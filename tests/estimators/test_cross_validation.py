"""Cross-validation: scikit-learn's numbers, over one X, for any number of threads."""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn
from sklearn import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import ElasticNetCV, LassoCV, LogisticRegressionCV
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    LeaveOneGroupOut,
    RepeatedKFold,
    ShuffleSplit,
)

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLinearSVC,
    AdvancedLogisticRegression,
    AdvancedLogisticRegressionCV,
    MultiTaskLasso,
    PathCV,
    ProximalElasticNet,
    ProximalElasticNetCV,
    ProximalGroupLasso,
    ProximalLasso,
    ProximalLassoCV,
    ProximalMCP,
)
from skopt_solvers.penalties import L1

TIGHT = {"tol": 1e-11}
PEER = {"tol": 1e-12, "max_iter": 10**6}
SPLITTERS = [
    KFold(4, shuffle=True, random_state=0),
    ShuffleSplit(3, random_state=0),
    RepeatedKFold(n_splits=3, n_repeats=2, random_state=0),
]


@pytest.fixture
def weighted(diabetes):
    """Some rows have no weight."""
    s = np.random.default_rng(0).uniform(0, 2, len(diabetes[1]))
    s[::10] = 0.0
    return s


# -- scikit-learn's numbers ----------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"fit_intercept": False}, {"positive": True}])
@pytest.mark.parametrize("cv", SPLITTERS, ids=lambda cv: type(cv).__name__)
@pytest.mark.parametrize("with_weights", [False, True])
def test_lasso(diabetes, weighted, cv, options, with_weights):
    (X, y), s = diabetes, weighted if with_weights else None
    ours = ProximalLassoCV(cv=cv, alphas=20, **TIGHT, **options).fit(X, y, s)
    peer = LassoCV(cv=cv, alphas=20, **PEER, **options).fit(X, y, s)
    np.testing.assert_allclose(ours.alphas_, peer.alphas_)
    np.testing.assert_allclose(ours.mse_path_, peer.mse_path_, rtol=1e-6)
    assert ours.alpha_ == pytest.approx(peer.alpha_)
    np.testing.assert_allclose(ours.coef_, peer.coef_, atol=1e-4)
    np.testing.assert_allclose(ours.scores_, -ours.mse_path_.T)


@pytest.mark.parametrize("name", ["cancer", "wine"])
def test_lasso_on_other_data(request, name):
    X, y = request.getfixturevalue(name)
    cv = KFold(5, shuffle=True, random_state=0)
    for storage in (np.asarray, sp.csr_matrix, sp.csc_matrix):
        ours = ProximalLassoCV(cv=cv, alphas=30, **TIGHT).fit(storage(X), y)
        peer = LassoCV(cv=cv, alphas=30, **PEER).fit(storage(X), y)
        np.testing.assert_allclose(ours.mse_path_, peer.mse_path_, rtol=1e-5)
        assert ours.alpha_ == pytest.approx(peer.alpha_)


def test_wide_data_with_more_columns_than_rows():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 120))
    y = X[:, :4].sum(axis=1) + rng.normal(size=40)
    ours = ProximalLassoCV(alphas=25, eps=0.02, **TIGHT).fit(X, y)
    peer = LassoCV(alphas=25, eps=0.02, **PEER).fit(X, y)
    np.testing.assert_allclose(ours.mse_path_, peer.mse_path_, rtol=1e-5)
    assert ours.alpha_ == pytest.approx(peer.alpha_)


@pytest.mark.parametrize("alphas", [10, [0.01, 1.0, 0.1]])
def test_elastic_net(diabetes, alphas):
    X, y = diabetes
    options = {"l1_ratio": [0.3, 0.9], "alphas": alphas}
    ours = ProximalElasticNetCV(**options, **TIGHT).fit(X, y)
    peer = ElasticNetCV(**options, **PEER).fit(X, y)
    assert ours.alphas_.shape == peer.alphas_.shape
    np.testing.assert_allclose(ours.mse_path_, peer.mse_path_, rtol=1e-6)
    assert ours.l1_ratio_ == peer.l1_ratio_
    assert ours.alpha_ == pytest.approx(peer.alpha_)


@pytest.mark.parametrize("name", ["cancer", "wine"])
def test_logistic(request, name):
    X, y = request.getfixturevalue(name)
    y = y > 0 if name == "cancer" else y
    Cs, s = [0.001, 0.1, 1.0], np.linspace(0.5, 2.0, len(y))
    ours = AdvancedLogisticRegressionCV(Cs=Cs, scoring="accuracy", tol=1e-9)
    peer = LogisticRegressionCV(
        Cs=Cs, l1_ratios=(0.0,), scoring="accuracy", use_legacy_attributes=False,
        solver="newton-cg", tol=1e-9, max_iter=1000,
    )  # fmt: skip
    ours.fit(X, y, s)
    peer.fit(X, y, s)
    np.testing.assert_allclose(ours.scores_, peer.scores_)
    assert ours.C_ == peer.C_ and ours.l1_ratio_ == 0.0
    np.testing.assert_allclose(ours.coef_, peer.coef_, atol=1e-4)
    losses = clone(ours).set_params(scoring=None).fit(X, y, s).scores_
    named = clone(ours).set_params(scoring="neg_log_loss").fit(X, y, s).scores_
    np.testing.assert_allclose(losses, named, rtol=1e-9)


@pytest.mark.parametrize(
    ("estimator", "values", "scoring", "target"),
    [
        (ProximalLasso(**TIGHT), [0.1, 0.5, 1.0], "r2", 1),
        (AdvancedLinearRegressor("huber", "l1", **TIGHT), [0.01, 0.1], "r2", 1),
        (AdvancedLinearRegressor(**TIGHT), [0.1, 1.0], "neg_mean_absolute_error", 1),
        (AdvancedLogisticRegression(l1_ratio=1.0, tol=1e-9), [0.1, 1.0], "roc_auc", 2),
        (
            AdvancedLogisticRegression(class_weight="balanced", tol=1e-9),
            [0.1, 1.0], "neg_log_loss", 3,
        ),
        (AdvancedLinearClassifier("squared_hinge", "l1"), [0.1, 1.0], "accuracy", 3),
    ],
)  # fmt: skip
def test_scores_are_those_of_a_grid_search(small, estimator, values, scoring, target):
    X, y = small[0], small[target]
    ours = PathCV(estimator, alphas=values, scoring=scoring, cv=3).fit(X, y)
    name = "C" if "C" in estimator.get_params() else "alpha"
    search = GridSearchCV(estimator, {name: list(ours.alphas_)}, scoring=scoring, cv=3)
    search.fit(X, y)
    mean = search.cv_results_["mean_test_score"]
    np.testing.assert_allclose(ours.scores_.mean(axis=0), mean, rtol=1e-4)
    assert ours.best_params_ == search.best_params_
    assert ours.score(X, y) == pytest.approx(search.score(X, y), rel=1e-6)


# -- choices -------------------------------------------------------------------------


def test_one_standard_error(diabetes):
    X, y = diabetes
    best = ProximalLassoCV().fit(X, y)
    plain = ProximalLassoCV(selection="1se").fit(X, y)
    mean, folds = best.mse_path_.mean(axis=1), best.mse_path_.shape[1]
    k = mean.argmin()
    bound = mean[k] + best.mse_path_[k].std(ddof=1) / np.sqrt(folds)
    assert plain.alpha_ == best.alphas_[mean <= bound].max() > best.alpha_
    assert plain.n_features_selected_ < best.n_features_selected_


def test_threads_change_nothing(diabetes, wine):
    cases = [
        (ProximalLassoCV(alphas=10), *diabetes),
        (AdvancedLogisticRegressionCV(Cs=3, l1_ratios=[0, 1]), wine[0], wine[1] > 0),
        (PathCV(AdvancedLogisticRegression(), alphas=[0.1, 1.0]), *wine),
    ]
    for model, X, y in cases:
        for storage in (np.asarray, sp.csr_array, sp.csc_array):
            one = clone(model).fit(storage(X), y)
            two = clone(model).set_params(n_jobs=2).fit(storage(X), y)
            assert np.array_equal(one.scores_, two.scores_)
            assert np.array_equal(one.coef_, two.coef_)


def test_folds_share_the_data():
    """The peak is that of the single fit at the end, but for results.

    What several threads hold at the same time is a matter of chance: of ten fits the
    one counts in which they held most.
    """
    X = np.random.default_rng(0).normal(size=(6000, 200))
    y = X[:, :5].sum(axis=1)
    X.setflags(write=False)
    search = ProximalLassoCV(alphas=20).fit(X, y)  # machine code takes memory, too
    single = max(peak(ProximalLasso(search.alpha_), X, y) for _ in range(10))
    assert X.nbytes + peak(search, X, y) <= 1.2 * (X.nbytes + single)


def peak(model, X, y):
    """Most bytes in use during a fit."""
    tracemalloc.start()
    try:
        model.fit(X, y)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_groups_reach_the_splitter(diabetes, weighted):
    X, y = diabetes
    groups = np.arange(len(y)) % 3
    splits = list(LeaveOneGroupOut().split(X, y, groups))
    expected = ProximalLassoCV(alphas=5, cv=splits).fit(X, y, weighted)
    model = ProximalLassoCV(alphas=5, cv=LeaveOneGroupOut())
    model.fit(X, y, weighted, groups=groups)
    assert np.array_equal(model.scores_, expected.scores_)
    with sklearn.config_context(enable_metadata_routing=True):
        model.set_fit_request(sample_weight=True)
        model.fit(X, y, sample_weight=weighted, groups=groups)
        assert np.array_equal(model.scores_, expected.scores_)
        r2 = get_scorer("r2").set_score_request(sample_weight=True)
        model.set_params(scoring=r2)
        model.fit(X, y, sample_weight=weighted, groups=groups)
    assert model.scores_.shape == (3, 5) and model.scores_.max() < 1.0
    with pytest.raises(ValueError, match="enable_metadata_routing"):
        model.fit(X, y, nonsense=groups)


def test_rows_drawn_twice_count_twice(diabetes):
    X, y = diabetes
    rows = np.random.default_rng(0).integers(0, 300, size=300)
    test = np.arange(300, len(y))
    ours = ProximalLassoCV(cv=[(rows, test)], alphas=[0.1, 1.0], **TIGHT).fit(X, y)
    for alpha, mse in zip(ours.alphas_, ours.mse_path_, strict=True):
        fit = ProximalLasso(alpha, **TIGHT).fit(X[rows], y[rows])
        assert np.mean((fit.predict(X[test]) - y[test]) ** 2) == pytest.approx(mse)


def test_without_a_refit_there_are_scores_only(diabetes):
    model = PathCV(ProximalLasso(), alphas=5, refit=False).fit(*diabetes)
    assert model.alpha_ in model.alphas_ and model.certificates_.max() <= 1e-6
    with pytest.raises(sklearn.exceptions.NotFittedError):
        model.predict(diabetes[0])


def test_what_falls_short_is_told_once(diabetes):
    with pytest.warns(ConvergenceWarning) as caught:
        model = ProximalLassoCV(max_time=0.0).fit(*diabetes)
    assert len(caught) == 1 and np.isnan(model.scores_).any()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (ProximalLassoCV(selection="best"), "selection"),
        (ProximalLassoCV(alphas=0), "alphas"),
        (ProximalLassoCV(alphas=[-1.0]), "at least 0"),
        (ProximalLassoCV(eps=2.0), "eps"),
        (ProximalLassoCV(cv=[([0, 1], [])]), "test rows of split 0"),
        (ProximalLassoCV(cv=[]), "no split"),
        (ProximalElasticNetCV(l1_ratio=[2.0]), "l1_ratio"),
        (ProximalElasticNetCV(l1_ratio=0.0), "no strength of ElasticNet"),
        (AdvancedLogisticRegressionCV(Cs=[0.0]), "greater than 0"),
        (AdvancedLogisticRegressionCV(cv=[(np.arange(3), np.arange(3, 9))]), "class"),
        (PathCV(LassoCV()), "one of this package"),
        (PathCV(AdvancedLinearRegressor()), "no strength of L2"),
    ],
)
def test_unusable_requests_are_refused(small, model, message):
    X, y, classes, _ = small
    logistic = isinstance(model, AdvancedLogisticRegressionCV)
    order = np.argsort(classes, kind="stable")
    with pytest.raises(ValueError, match=message):
        model.fit(X[order], classes[order] if logistic else y)


# -- conveniences --------------------------------------------------------------------


@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array])
@pytest.mark.parametrize(
    ("model", "target"),
    [
        (ProximalLasso(0.3), 1),
        (AdvancedLogisticRegression(0.1, l1_ratio=1.0), 2),
        (AdvancedLogisticRegression(0.1, l1_ratio=1.0), 3),
    ],
)
def test_sparse_coefficients_predict_the_same(small, model, target, storage):
    X, y = storage(small[0]), small[target]
    model = clone(model).fit(X, y)
    coef, predicted = model.coef_, model.predict(X)
    selected = model.n_features_selected_
    assert selected == np.atleast_2d(coef).any(axis=0).sum() < X.shape[1]
    assert sp.issparse(model.sparsify().coef_)
    np.testing.assert_allclose(model.predict(X), predicted)
    assert model.n_features_selected_ == selected and model.score(X, y) > 0
    assert np.array_equal(model.densify().coef_, coef)


SPARSE = [
    (ProximalElasticNet(0.01), 1),
    (AdvancedLinearRegressor("huber", "elastic_net", alpha=0.1), 1),
    (AdvancedLinearRegressor(penalty=L1(0.05)), 1),
    (ProximalMCP(0.1), 1),
    (ProximalElasticNetCV(selection="1se"), 1),
    (PathCV(AdvancedLinearRegressor("huber", "l1"), alphas=5), 1),
    (AdvancedLogisticRegression(0.05, l1_ratio=1.0), 2),
    (AdvancedLogisticRegression(0.05, l1_ratio=0.5), 3),
    (AdvancedLogisticRegressionCV(Cs=5, l1_ratios=1.0), 2),
    (AdvancedLinearClassifier("squared_hinge", L1(0.05)), 2),
]
UNTOLD = [
    (ProximalLasso(0.1), 1),
    (ProximalLassoCV(selection="1se"), 1),
    (MultiTaskLasso(0.1), 1),
    (ProximalGroupLasso(0.1), 1),
    (AdvancedLinearSVC(0.1, penalty="l1"), 2),
    (AdvancedLinearClassifier("logistic", "l1", alpha=0.05), 3),
]


@pytest.mark.parametrize(
    ("model", "target", "threshold"),
    [(*each, 1e-10) for each in SPARSE + UNTOLD] + [(*each, None) for each in UNTOLD],
    ids=repr,
)
def test_features_are_selected(small, model, target, threshold):
    """Where none is given, scikit-learn takes a threshold by the name of the class."""
    X, y = small[0], small[target]
    y = np.column_stack([y, -y]) if isinstance(model, MultiTaskLasso) else y
    chosen = SelectFromModel(model, threshold=threshold).fit(X, y)
    count = chosen.estimator_.n_features_selected_
    assert chosen.transform(X).shape == (60, count) and count > 0
