"""``partial_fit``: one part of the data after the other, with all that was learned."""

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.preprocessing import scale

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    AdvancedPoissonRegressor,
)
from skopt_solvers.schedules import (
    CosineAnnealing,
    InverseSqrt,
    ReduceOnPlateau,
    StepDecay,
)
from skopt_solvers.solvers import SGD, Adagrad, Adam, ScheduleFreeAdam
from skopt_solvers.solvers._registry import solver_classes

RULES = [c for c in solver_classes() if c.incremental]
X, Y = load_breast_cancer(return_X_y=True)
SHUFFLED = np.random.default_rng(0).permutation(len(Y))
X, Y = X[SHUFFLED], Y[SHUFFLED]
SCALED = scale(X)
PARTS = [slice(k, k + 100) for k in range(0, len(Y), 100)]
rules = pytest.mark.parametrize("rule", RULES, ids=lambda cls: cls.__name__)


def classifier(solver, alpha=0.01, **options):
    return AdvancedLinearClassifier(
        alpha=alpha, solver=solver, random_state=0, **options
    )


def objective(model, X=X, y=Y, alpha=0.01):
    margins = np.where(y > 0, 1, -1) * model.decision_function(X)
    return np.logaddexp(0, -margins).mean() + alpha / 2 * (model.coef_**2).sum()


def stream(model, X=X, y=Y, passes=1, **options):
    for part in PARTS * passes:
        model.partial_fit(X[part], y[part], **options)
    return model


# -- the laws ----------------------------------------------------------------------


@rules
@pytest.mark.parametrize("preconditioner", ["auto", None])
def test_calls_on_all_data_are_epochs_of_a_fit(rule, preconditioner):
    """Slots, step counts and the clock of the schedule go on from call to call."""
    solver = rule(
        learning_rate=0.01, schedule=StepDecay(2, 0.3, per="epoch"), tol=None,
        batch_size=len(Y), preconditioner=preconditioner, max_iter=5,
    )  # fmt: skip
    whole = classifier(solver).fit(SCALED, Y)
    parts = classifier(solver)
    for _ in range(5):
        parts.partial_fit(SCALED, Y, classes=[0, 1])
    np.testing.assert_allclose(parts.coef_, whole.coef_, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(parts.intercept_, whole.intercept_, rtol=1e-9)


@rules
def test_rules_come_near_the_optimum_of_data_as_they_come(rule):
    best = objective(classifier("auto").fit(X, Y))
    null = objective(classifier("auto", alpha=1e6).fit(X, Y), alpha=0.0)
    found = objective(stream(classifier(rule(batch_size=8)), passes=4, classes=[0, 1]))
    assert found < best + 0.2 * (null - best)


@rules
def test_nothing_is_lost_in_a_pickle(rule):
    kept = stream(classifier(rule()), classes=[0, 1])
    sent = classifier(rule())
    for part in PARTS:
        sent = pickle.loads(pickle.dumps(sent.partial_fit(X[part], Y[part], [0, 1])))
    np.testing.assert_array_equal(sent.coef_, kept.coef_)
    np.testing.assert_array_equal(sent.intercept_, kept.intercept_)


@pytest.mark.parametrize("rule", [SGD, Adam, Adagrad])
def test_sparse_parts_are_those_of_dense_ones(rule):
    """Without an intercept, where dense columns are not centred either."""
    solver = rule(learning_rate=0.02, preconditioner=None, batch_size=20)
    X = SCALED * (SCALED > 0)
    model = classifier(solver, fit_intercept=False)
    dense = stream(clone(model), X, classes=[0, 1])
    sparse = stream(clone(model), csr_array(X), classes=[0, 1])
    np.testing.assert_allclose(sparse.coef_, dense.coef_, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("loss", ["multinomial", "squared_hinge"])
def test_several_classes_need_not_be_in_every_part(loss):
    X, y = load_iris(return_X_y=True)
    model = AdvancedLinearClassifier(loss, solver=ScheduleFreeAdam(), random_state=0)
    names = np.array(["a", "b", "c"])
    for _ in range(8):
        for pair in ([0, 1], [1, 2], [0, 2]):
            rows = np.isin(y, pair)
            model.partial_fit(X[rows], names[y[rows]], classes=names)
    assert model.score(X, names[y]) > 0.9 and model.coef_.shape == (3, 4)


def test_targets_are_streams_of_their_own():
    X, y = load_diabetes(return_X_y=True)
    model = AdvancedLinearRegressor(alpha=1e-3, solver=Adagrad(), random_state=0)
    both, single = clone(model), clone(model)
    for k in range(0, 440, 110):
        part = slice(k, k + 110)
        both.partial_fit(X[part], np.stack([y, -y], axis=1)[part])
    assert both.coef_.shape == (2, 10)
    np.testing.assert_allclose(both.coef_[0], -both.coef_[1], rtol=0.5, atol=100)
    single.partial_fit(X, y)
    assert single.score(X, y) > 0.2


def test_offsets_belong_to_their_part():
    rng = np.random.default_rng(0)
    X, exposure = rng.normal(size=(3000, 2)), rng.uniform(1, 9, 3000)
    y = rng.poisson(exposure * np.exp(0.5 * X[:, 0] - 1))
    model = AdvancedPoissonRegressor(alpha=0, solver=ScheduleFreeAdam(), random_state=0)
    for k in range(0, 3000, 500):
        part = slice(k, k + 500)
        model.partial_fit(X[part], y[part], exposure=exposure[part])
    np.testing.assert_allclose(model.coef_, [0.5, 0.0], atol=0.1)
    np.testing.assert_allclose(model.intercept_, -1, atol=0.1)


# -- hostile streams ---------------------------------------------------------------


@pytest.mark.parametrize("rule", [SGD, ScheduleFreeAdam, Adagrad])
def test_a_first_part_of_one_class_does_no_lasting_harm(rule):
    model = classifier(rule())
    only = np.flatnonzero(Y == 1)[:60]
    model.partial_fit(X[only], Y[only], classes=[0, 1])
    assert np.abs(model.intercept_) < 20
    assert stream(model, passes=2).score(X, Y) > 0.85


@pytest.mark.parametrize("rule", [SGD, ScheduleFreeAdam, Adagrad])
def test_columns_that_come_late_get_units_of_their_own(rule):
    late = np.hstack([SCALED[:, :5], 1e5 * SCALED[:, 20:25] + 1e6])
    first = late[PARTS[0]].copy()
    first[:, 5:] = 1e6
    model = classifier(rule()).partial_fit(first, Y[PARTS[0]], [0, 1])
    before = model.score(late, Y)
    stream(model, late, passes=3)
    assert np.isfinite(model.coef_).all() and model.score(late, Y) > max(before, 0.9)


def test_a_part_that_overflows_is_refused_and_leaves_no_trace():
    model = stream(classifier(SGD()), classes=[0, 1])
    before = model.coef_.copy()
    with pytest.raises(ValueError, match="overflow"):
        model.partial_fit(1e200 * X[:50], Y[:50])
    np.testing.assert_array_equal(model.coef_, before)


# -- going on ----------------------------------------------------------------------


def test_a_fit_is_gone_on_from():
    fitted = classifier("auto").fit(X, Y)
    start = objective(fitted)
    fitted.set_params(solver=SGD(learning_rate=1e-6))
    fitted.partial_fit(X, Y)
    assert objective(fitted) == pytest.approx(start, rel=1e-3)


def test_a_fit_forgets_the_parts_before():
    solver = Adam(tol=None, max_iter=3)
    used = stream(classifier(solver), classes=[0, 1]).fit(X, Y)
    np.testing.assert_array_equal(used.coef_, classifier(solver).fit(X, Y).coef_)


def test_another_solver_goes_on_from_the_coefficients():
    model = stream(classifier(SGD()), classes=[0, 1])
    before = objective(model)
    stream(model.set_params(solver=Adam(amsgrad=True)), passes=2)
    assert type(model.solver_) is Adam and objective(model) < 1.2 * before


def test_the_strength_of_c_counts_all_samples_so_far():
    model = AdvancedLogisticRegression(C=1.0, solver=SGD(), random_state=0)
    stream(model, classes=[0, 1])
    assert model.penalty_.alpha == pytest.approx(1 / len(Y))


@pytest.mark.parametrize("schedule", [None, InverseSqrt(), CosineAnnealing()])
def test_schedules_run_on(schedule):
    model = stream(classifier(Adam(schedule=schedule)), classes=[0, 1])
    last = model.history_.learning_rate[-1]
    stream(model)
    assert model.history_.learning_rate[-1] < last


def test_results_speak_of_the_part():
    model = stream(classifier(SGD()), classes=[0, 1])
    assert model.n_iter_ == [1] and model.result_.success
    assert np.isnan(model.certificate_) and model.certificate_kind_ == "none"


# -- the door ----------------------------------------------------------------------


def test_classes_are_needed_once_and_stay():
    model = classifier(SGD())
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        model.partial_fit(X, Y)
    model.partial_fit(X, Y, classes=[0, 1]).partial_fit(X, Y)
    with pytest.raises(ValueError, match="is not the same as on last call"):
        model.partial_fit(X, Y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match=r"classes \[7\] that are not among"):
        model.partial_fit(X, np.where(Y, 7, 0))
    with pytest.raises(ValueError, match="at least two classes"):
        classifier(SGD()).partial_fit(X, Y, classes=[1])


def test_balanced_classes_need_all_data():
    model = classifier(SGD(), class_weight="balanced")
    with pytest.raises(ValueError, match="give a dict of weights"):
        model.partial_fit(X, Y, classes=[0, 1])
    weighted = classifier(SGD(), class_weight={0: 5.0, 1: 1.0})
    plain = classifier(SGD())
    more = stream(weighted, classes=[0, 1]).predict(X).mean()
    assert more < stream(plain, classes=[0, 1]).predict(X).mean()


def test_schedules_that_learn_are_refused():
    model = classifier(SGD(schedule=ReduceOnPlateau()))
    with pytest.raises(ValueError, match="ReduceOnPlateau compares objectives"):
        model.partial_fit(X, Y, classes=[0, 1])


@pytest.mark.parametrize("solver", ["auto", "lbfgs", "saga", "nonsense"])
def test_solvers_that_cannot_are_told_who_can(solver):
    model = classifier(solver)
    assert not hasattr(model, "partial_fit")
    with pytest.raises(AttributeError) as error:
        model.partial_fit(X, Y, classes=[0, 1])
    reason = str(error.value.__cause__)
    assert "SGD" in reason or "solver must be a Solver object" in reason
