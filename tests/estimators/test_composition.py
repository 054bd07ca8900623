"""Estimators in scikit-learn's machinery: search, routing, clones, pickles, HTML."""

import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn import clone, config_context
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import skopt_solvers
from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    ProximalElasticNet,
    ProximalLasso,
)
from skopt_solvers.losses import Huber
from skopt_solvers.penalties import L1, L2, ElasticNet
from skopt_solvers.schedules import CosineAnnealing, ExponentialDecay
from skopt_solvers.solvers import LBFGS, SGD, Adam, Newton

ALL = [
    AdvancedLogisticRegression(solver=LBFGS(), penalty=L2(0.1)),
    AdvancedLinearClassifier(solver=Newton(), loss="squared_hinge"),
    AdvancedLinearRegressor(loss=Huber(1.0), penalty=ElasticNet(0.1)),
    ProximalLasso(0.1, callbacks=[print]),
    ProximalElasticNet(0.1, weights=np.ones(5)),
]
everything = pytest.mark.parametrize("model", ALL, ids=lambda m: type(m).__name__)


def target(model, small):
    return small[2] if hasattr(model, "class_weight") else small[1]


def test_search_over_solver_objects_in_a_pipeline(small):
    X, _, y, _ = small
    model = make_pipeline(StandardScaler(), AdvancedLogisticRegression())
    grid = {
        "advancedlogisticregression__solver": [LBFGS(), Newton(), "newton_cg"],
        "advancedlogisticregression__C": [0.1, 10.0],
    }
    search = GridSearchCV(model, grid, n_jobs=2, cv=3).fit(X, y)
    scores = search.cv_results_["mean_test_score"].reshape(2, 3)
    np.testing.assert_array_equal(scores, scores[:, :1].repeat(3, axis=1))
    assert search.score(X, y) > 0.8


def test_search_over_nested_parameters(small):
    X, _, y, _ = small
    solver = Adam(schedule=ExponentialDecay(), max_iter=5, tol=1e9)
    model = AdvancedLogisticRegression(solver=solver, penalty=L2(), random_state=0)
    grid = {
        "m__solver__learning_rate": [1e-9, 0.1],
        "m__solver__schedule__gamma": [0.5, 0.9],
        "m__penalty__alpha": [0.01, 0.1],
    }
    pipeline = Pipeline([("s", StandardScaler()), ("m", model)])
    search = GridSearchCV(pipeline, grid, n_jobs=2, cv=3, refit=True).fit(X, y)
    best = search.best_estimator_.named_steps["m"]
    assert best.solver.learning_rate == 0.1
    assert best.solver_.schedule.gamma == best.solver.schedule.gamma
    assert best.penalty_.alpha == search.best_params_["m__penalty__alpha"]


def test_search_over_penalties_and_losses(small):
    X, y, _, _ = small
    grid = {"loss": ["squared", Huber(2.0)], "penalty": ["l1", L1(0.01), None]}
    search = GridSearchCV(AdvancedLinearRegressor(alpha=0.01), grid, cv=3).fit(X, y)
    assert (search.cv_results_["mean_test_score"] > 0.9).all()


def test_large_memory_mapped_folds(small):
    X, y, _, _ = small
    scores = joblib.Parallel(n_jobs=2, max_nbytes=100)(
        joblib.delayed(cross_val_score)(ProximalLasso(0.01), X, y) for _ in range(2)
    )
    assert np.min(scores) > 0.9


def test_nested_parameters_are_set():
    model = AdvancedLogisticRegression(
        solver=SGD(schedule=CosineAnnealing()), penalty=ElasticNet()
    )
    model.set_params(
        solver__learning_rate=0.5, solver__schedule__end=0.1, penalty__l1_ratio=0.9
    )
    assert model.solver.learning_rate == 0.5
    assert model.solver.schedule.end == 0.1
    assert model.penalty.l1_ratio == 0.9
    assert model.get_params()["solver__schedule__end"] == 0.1


@everything
def test_clones_are_unfitted_and_separate(model, small):
    X, y = small[0], target(model, small)
    fitted = clone(model).fit(X, y)
    copy = clone(fitted)
    assert not hasattr(copy, "coef_")
    assert repr(copy) == repr(model)


@everything
def test_pickles(model, small, tmp_path):
    X, y = small[0], target(model, small)
    model = clone(model).set_params(callbacks=None).fit(X, y)
    joblib.dump(model, tmp_path / "m")
    for copy in (pickle.loads(pickle.dumps(model)), joblib.load(tmp_path / "m")):
        np.testing.assert_array_equal(copy.predict(X), model.predict(X))
        assert copy.result_.message == model.result_.message
        assert copy.history_.objective == model.history_.objective
        np.testing.assert_array_equal(copy.fit(X, y).coef_, model.coef_)


@everything
def test_html(model, small):
    html = clone(model)._repr_html_()
    assert type(model).__name__ in html
    assert (
        type(model).__name__
        in clone(model).fit(small[0], target(model, small))._repr_html_()
    )


@everything
def test_weights_are_routed(model, small):
    X, y = small[0], target(model, small)
    weights = np.linspace(0.1, 1, 60)
    model = clone(model).set_params(callbacks=None)
    with config_context(enable_metadata_routing=True):
        step = clone(model).set_fit_request(sample_weight=True)
        step.set_score_request(sample_weight=True)
        pipeline = make_pipeline(
            StandardScaler().set_fit_request(sample_weight=False), step
        )
        pipeline.fit(X, y, sample_weight=weights)
        search = GridSearchCV(step, {"tol": [1e-6]}, cv=3)
        search.fit(X, y, sample_weight=weights)
    direct = clone(model).fit(StandardScaler().fit_transform(X), y, weights)
    np.testing.assert_array_equal(pipeline[-1].coef_, direct.coef_)
    np.testing.assert_array_equal(
        search.best_estimator_.coef_, clone(model).fit(X, y, weights).coef_
    )


@everything
def test_tags(model):
    tags = model.__sklearn_tags__()
    assert tags.input_tags.sparse and not tags.input_tags.allow_nan
    assert tags.target_tags.required
    assert tags.target_tags.multi_output == (tags.regressor_tags is not None)


def test_tags_follow_the_loss():
    poisson = AdvancedLinearRegressor("poisson").__sklearn_tags__()
    assert poisson.target_tags.positive_only
    assert not AdvancedLinearRegressor().__sklearn_tags__().target_tags.positive_only
    assert not hasattr(AdvancedLinearClassifier("squared_hinge"), "predict_proba")
    assert not hasattr(AdvancedLinearClassifier("no such loss"), "predict_proba")
    assert hasattr(AdvancedLinearClassifier("logistic"), "predict_proba")
    assert hasattr(AdvancedLogisticRegression(), "predict_log_proba")


def test_public_names():
    for name in skopt_solvers.__all__:
        assert hasattr(skopt_solvers, name)
    assert skopt_solvers.__version__


def test_importing_is_quick():
    """What costs: scikit-learn's linear models and its preprocessing stay outside."""
    code = (
        "import sys, skopt_solvers;"
        "print([m for m in ('sklearn.linear_model', 'sklearn.preprocessing',"
        "'sklearn.model_selection', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
