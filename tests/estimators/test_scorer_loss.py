"""Scores that are optimised as they are, on the training data."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.metrics import f1_score, fbeta_score, get_scorer, make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skopt_solvers import AdvancedLinearClassifier, AdvancedLinearRegressor
from skopt_solvers.losses import ScorerLoss
from skopt_solvers.penalties import Box
from skopt_solvers.problems import IncompatibleProblem
from skopt_solvers.solvers import CMAES, LBFGS, NelderMead

QUICK = CMAES(max_evaluations=150)
BETA = make_scorer(fbeta_score, beta=2.0)


def margin(y, decision):
    return float(np.mean(np.tanh(y * decision)))


def classifier(scoring="f1", solver=QUICK, **others):
    loss = ScorerLoss(scoring, **others.pop("of_loss", {}))
    return AdvancedLinearClassifier(loss, solver=solver, random_state=0, **others)


@pytest.fixture
def noisy():
    """Few positives, and a logistic fit that predicts too few of them."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 3))
    y = (X[:, 0] + 1.5 * rng.normal(size=150) > 1.5).astype(int)
    return X, y


@pytest.mark.parametrize("scoring", ["f1", "accuracy", "roc_auc", "f1_macro", BETA])
def test_the_objective_is_minus_the_score_and_no_worse_than_the_surrogate(
    noisy, scoring
):
    model = classifier(scoring).fit(*noisy)
    score = get_scorer(scoring) if isinstance(scoring, str) else scoring
    reached = score(model, *noisy)
    assert -model.result_.objective == pytest.approx(reached, abs=1e-12)
    assert reached >= score(AdvancedLinearClassifier().fit(*noisy), *noisy)


def test_f1_gains_much_over_the_surrogate(noisy):
    plain = AdvancedLinearClassifier().fit(*noisy)
    model = classifier().fit(*noisy)
    gain = f1_score(noisy[1], model.predict(noisy[0]))
    assert gain > f1_score(noisy[1], plain.predict(noisy[0])) + 0.1


def test_any_callable_of_decisions_is_a_score(noisy):
    model = classifier(margin).fit(*noisy)
    signs = np.where(noisy[1] == 1, 1, -1)
    value = margin(signs, model.decision_function(noisy[0]))
    assert -model.result_.objective == pytest.approx(value)
    assert model.certificate_kind_ == "none" and np.isnan(model.certificate_)


def test_auto_takes_cmaes_and_gradients_are_refused(noisy):
    model = classifier("accuracy", solver="auto", max_iter=3).fit(*noisy)
    assert type(model.solver_) is CMAES and model.result_.success
    with pytest.raises(IncompatibleProblem, match=r"a gradient.*CMAES.*NelderMead"):
        classifier(solver=LBFGS()).fit(*noisy)


def test_more_classes_are_scored_together(small):
    X, _, _, y = small
    names = np.array(["ant", "bee", "cat"])[y]
    model = classifier("f1_macro").fit(X, names)
    codes = np.searchsorted(model.classes_, model.predict(X))
    assert -model.result_.objective == pytest.approx(
        f1_score(y, codes, average="macro")
    )
    assert model.coef_.shape == (3, 5)


def test_weights_count_as_rows(noisy):
    X, y = noisy
    weights = np.random.default_rng(1).integers(0, 3, size=len(y))
    weighted = classifier().fit(X, y, weights)
    repeated = classifier().fit(np.repeat(X, weights, 0), np.repeat(y, weights))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-5)
    assert weighted.result_.objective == pytest.approx(repeated.result_.objective)


def test_weights_are_needed_only_where_they_differ(noisy):
    X, y = noisy
    kept = np.arange(len(y)) % 3 > 0
    model = classifier(margin).fit(X, y, 2.0 * kept)  # no row, or one row
    alone = classifier(margin).fit(X[kept], y[kept])
    np.testing.assert_allclose(model.coef_, alone.coef_, rtol=1e-5)
    with pytest.raises(ValueError, match="must accept weights"):
        classifier(margin, class_weight="balanced").fit(X, y)


@pytest.mark.parametrize("storage", [np.asfortranarray, sp.csr_array, sp.csc_array])
def test_storage_changes_nothing(noisy, storage):
    X, y = noisy
    dense, other = classifier().fit(X, y), classifier().fit(storage(X), y)
    np.testing.assert_allclose(dense.coef_, other.coef_, rtol=1e-6)


def test_it_is_searched_cloned_and_pickled_in_a_pipeline(noisy):
    pipeline = Pipeline([("scale", StandardScaler()), ("m", classifier())])
    grid = {"m__loss__scoring": ["f1", "accuracy"], "m__solver__sigma0": [0.2, 1.0]}
    search = GridSearchCV(pipeline, grid, cv=2, scoring="f1").fit(*noisy)
    assert set(search.best_params_) == set(grid)
    best = search.best_estimator_
    twin = pickle.loads(pickle.dumps(best))
    np.testing.assert_array_equal(twin.predict(noisy[0]), best.predict(noisy[0]))
    again = clone(best).fit(*noisy)
    np.testing.assert_array_equal(again[-1].coef_, best[-1].coef_)


def test_bounds_hold_and_penalties_count_if_wanted(noisy):
    model = classifier(penalty=Box(-0.1, 0.2)).fit(*noisy)
    assert model.coef_.min() >= -0.1 and model.coef_.max() <= 0.2
    shrunk = classifier(alpha=10.0, of_loss={"penalised": True}).fit(*noisy)
    cost = 5.0 * np.sum(shrunk.coef_**2)
    score = f1_score(noisy[1], shrunk.predict(noisy[0]))
    assert shrunk.result_.objective == pytest.approx(cost - score)


@pytest.mark.parametrize("surrogate", [None, "squared_hinge"])
def test_other_beginnings(noisy, surrogate):
    model = classifier(of_loss={"surrogate": surrogate}, solver=NelderMead(sigma0=1.0))
    begun = model.fit(*noisy).history_.objective[0]
    assert model.result_.objective < begun
    assert (begun == 0.0) == (surrogate is None)


def test_a_warm_start_goes_on(noisy):
    model = classifier(warm_start=True).fit(*noisy)
    before = model.result_.objective
    assert model.fit(*noisy).history_.objective[0] == pytest.approx(before)


@pytest.mark.parametrize(
    ("scoring", "message"),
    [
        ("f2", "f2"),
        (3, "name of a scorer or a callable"),
        (abs, r"scoring\(y, decision\)"),
        ("neg_log_loss", "probabilities"),
        ("neg_brier_score", "probabilities"),
    ],
)
def test_impossible_scores_are_refused(noisy, scoring, message):
    with pytest.raises(ValueError, match=message):
        classifier(scoring).fit(*noisy)


def test_regressors_refuse_scores_of_classes(noisy):
    with pytest.raises(ValueError, match="a loss of classes"):
        AdvancedLinearRegressor(ScorerLoss("f1")).fit(*noisy)
