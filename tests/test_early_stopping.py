"""`EarlyStopping`: samples are held out, the best iterate is kept, any solver."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris, make_regression
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import scale

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    ProximalLasso,
    minimize,
    regularization_path,
)
from skopt_solvers.callbacks import EarlyStopping
from skopt_solvers.losses import ScorerLoss
from skopt_solvers.solvers import CMAES, LBFGS, SAGA, SGD, Adam, ProximalGradient

X, Y = load_breast_cancer(return_X_y=True)
X = scale(X)
SOLVERS = [
    SGD(learning_rate=0.5, tol=None, max_iter=200),
    Adam(tol=1e-6, max_iter=63),
    SAGA(tol=1e-12),
    LBFGS(tol=1e-12),
    ProximalGradient(tol=1e-12),
]


def overfitted(solver, **rule):
    """Hardly penalised: the loss of samples not seen falls, then rises."""
    rule = EarlyStopping(0.3, **rule)
    model = AdvancedLogisticRegression(
        C=1e6, solver=solver, callbacks=rule, random_state=0
    )
    return model.fit(X, Y), rule


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_the_answer_is_the_best_iterate_on_samples_held_out(solver):
    model, rule = overfitted(solver)
    iterations, losses = map(np.array, zip(*rule.losses, strict=True))
    assert model.result_.message.startswith("the loss of held-out samples")
    assert rule.best_iteration == iterations[losses.argmin()]
    assert iterations[-1] - rule.best_iteration >= rule.patience
    assert model.result_.success and model.n_iter_[0] == iterations[-1]
    # the split of the same seed: the answer's loss is the smallest seen
    held = EarlyStopping(0.3)
    rng = np.random.default_rng(np.random.RandomState(0).randint(2**31 - 1))
    kept = held.hold_out(Y, np.ones(len(Y)), True, rng)
    margins = np.where(Y, 1, -1) * model.decision_function(X)
    out = np.logaddexp(0, -margins)[kept == 0].mean()
    assert out == pytest.approx(losses.min(), rel=1e-9)


def test_held_out_samples_are_as_if_they_were_not_there():
    rule = EarlyStopping(0.25, patience=10_000)
    rng = np.random.default_rng(np.random.RandomState(0).randint(2**31 - 1))
    kept = EarlyStopping(0.25).hold_out(Y, np.ones(len(Y)), True, rng) > 0
    model = AdvancedLogisticRegression(0.1, random_state=0, tol=1e-10)
    plain = clone(model).fit(X[kept], Y[kept])
    stopped = model.set_params(callbacks=rule).fit(X, Y)
    last = rule.losses[-1][1]
    margins = np.where(Y, 1, -1) * plain.decision_function(X)
    assert last == pytest.approx(np.logaddexp(0, -margins)[~kept].mean(), rel=1e-5)
    assert stopped.penalty_.alpha == pytest.approx(plain.penalty_.alpha)


def test_classes_keep_their_shares():
    rule = EarlyStopping(0.2)
    kept = rule.hold_out(Y, np.ones(len(Y)), True, np.random.default_rng(0))
    assert (kept == 0).sum() == 114
    assert Y[kept == 0].mean() == pytest.approx(Y.mean(), abs=0.005)


def test_samples_without_weight_are_not_held_out():
    weights = np.where(np.arange(len(Y)) < 300, 2.0, 0.0)
    rule = EarlyStopping(0.5)
    kept = rule.hold_out(Y, weights, True, np.random.default_rng(0))
    assert (kept > 0).sum() == 150 and not kept[300:].any()
    assert rule._held.sum() == pytest.approx(1) and not rule._held[300:].any()


def test_decays_are_judged_at_their_end():
    _, rule = overfitted(Adam(tol=1e-9, max_iter=63))
    assert [k for k, _ in rule.losses] == [0, 1, 3, 7, 15, 31, 63][: len(rule.losses)]


def test_a_run_that_converges_first_is_judged_all_the_same():
    model, rule = overfitted(LBFGS(tol=1e-3), patience=1000)
    assert rule.best_iteration < rule.losses[-1][0]
    assert model.result_.message == "a callback chose an iterate before the last one"


@pytest.mark.parametrize("loss", ["multinomial", "squared_hinge", "huber"])
def test_every_task_of_a_fit_is_watched(loss):
    if loss == "huber":
        X, y = make_regression(200, 10, n_targets=2, random_state=0)
        model = AdvancedLinearRegressor(loss)
    else:
        X, y = load_iris(return_X_y=True)
        model = AdvancedLinearClassifier(loss)
    rule = EarlyStopping(0.2, patience=1)
    model.set_params(callbacks=rule, random_state=0).fit(scale(X), y)
    assert len(rule.losses) > 1 and np.isfinite([v for _, v in rule.losses]).all()


def test_scores_are_held_out_too():
    model = AdvancedLinearClassifier(
        ScorerLoss("f1"), callbacks=EarlyStopping(0.2), random_state=0,
        solver=CMAES(max_evaluations=2000),
    )  # fmt: skip
    assert model.fit(X[:, :3], Y).score(X[:, :3], Y) > 0.8


def test_the_rule_goes_through_a_search():
    model = AdvancedLogisticRegression(callbacks=EarlyStopping(), random_state=0)
    search = GridSearchCV(model, {"C": [1.0, 1e6]}, n_jobs=2, cv=2).fit(X, Y)
    assert search.best_score_ > 0.9


@pytest.mark.parametrize("task", ["minimize", "path", "partial_fit"])
def test_without_samples_to_hold_out_it_says_so(task):
    rule = EarlyStopping()
    model = AdvancedLogisticRegression(callbacks=rule, random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match="holds out samples of a fit"):
        if task == "minimize":
            minimize(lambda x: x @ x, [1.0], callbacks=rule)
        elif task == "path":
            regularization_path(ProximalLasso(callbacks=rule), X, Y, alphas=3)
        else:
            model.set_params(solver=SGD()).partial_fit(X, Y)


@pytest.mark.parametrize(
    "bad", [{"validation_fraction": 0}, {"validation_fraction": 1.0}, {"patience": 0},
            {"threshold": -1}, {"threshold": float("nan")}],
)  # fmt: skip
def test_bad_parameters_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        EarlyStopping(**bad)
