"""How a fit begins, goes on, ends, and what it tells."""

import math
import signal
import time
import warnings

import numpy as np
import pytest
from sklearn import clone
from sklearn.exceptions import ConvergenceWarning

from skopt_solvers import (
    AdvancedHuberRegressor,
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    AdvancedRidge,
    ProximalElasticNet,
    ProximalLasso,
    ProximalLassoCV,
    Status,
)
from skopt_solvers.callbacks import Checkpoint, TimeLimit
from skopt_solvers.result import History, Result
from skopt_solvers.solvers import LBFGS, SGD, Adam, Newton, ProximalGradient

MODELS = [
    (ProximalLasso(0.05), 1),
    (ProximalElasticNet(0.05, solver="proximal_gradient"), 1),
    (AdvancedLinearRegressor("huber", alpha=0.05), 1),
    (AdvancedLogisticRegression(), 2),
    (AdvancedLogisticRegression(), 3),
    (AdvancedLinearClassifier("squared_hinge", alpha=0.05), 3),
]
STOCHASTIC = [
    (ProximalLasso(0.05, solver=SGD(max_iter=20, tol=1.0), random_state=0), 1),
    (AdvancedLogisticRegression(solver=Adam(tol=1.0), random_state=0), 3),
]
models = pytest.mark.parametrize(("model", "target"), MODELS)


def caught(fit):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        fit()
    return found


# -- reports -----------------------------------------------------------------------


@models
def test_attributes(small, model, target):
    m = model.fit(small[0], small[target])
    results = m.result_ if isinstance(m.result_, list) else [m.result_]
    histories = m.history_ if isinstance(m.history_, list) else [m.history_]
    assert all(type(r) is Result and r.success for r in results)
    assert all(type(h) is History for h in histories)
    assert m.certificate_ == max(r.certificate.value for r in results)
    assert m.certificate_kind_ == "duality gap"
    assert np.ravel(m.n_iter_).tolist() == [r.n_iter for r in results]
    assert [len(h) for h in histories] == [r.n_iter + 1 for r in results]
    for history in histories:
        assert history.objective[-1] <= history.objective[0]
        assert history.seconds == sorted(history.seconds)


def test_shapes_follow_scikit_learn(small):
    X, y, two, three = small
    m = ProximalLasso(0.05).fit(X, y)
    assert m.coef_.shape == (5,) and np.ndim(m.intercept_) == 0
    assert isinstance(m.n_iter_, int)
    assert m.predict(X).shape == (60,)
    m = ProximalLasso(0.05, fit_intercept=False).fit(X, y)
    assert m.intercept_ == 0.0
    m = AdvancedLogisticRegression(fit_intercept=False).fit(X, two)
    assert m.coef_.shape == (1, 5) and m.intercept_.tolist() == [0.0]
    assert m.n_iter_.shape == (1,) and m.decision_function(X).shape == (60,)
    m = AdvancedLogisticRegression().fit(X, three)
    assert m.coef_.shape == (3, 5) and m.intercept_.shape == (3,)
    assert m.n_iter_.shape == (1,) and m.decision_function(X).shape == (60, 3)
    m = AdvancedLinearClassifier("squared_hinge").fit(X, three)
    assert m.coef_.shape == (3, 5) and m.n_iter_.shape == (3,)
    assert not hasattr(m, "predict_proba")


def test_the_users_solver_is_left_alone(small):
    X, _, y, _ = small
    solver = LBFGS(memory=3)
    m = AdvancedLogisticRegression(solver=solver, tol=1e-3, max_iter=77).fit(X, y)
    assert solver.get_params() == LBFGS(memory=3).get_params()
    assert m.solver_ is not solver and m.solver is solver
    assert m.solver_.get_params() == LBFGS(3, tol=1e-3, max_iter=77).get_params()


@pytest.mark.parametrize(("model", "target"), MODELS + STOCHASTIC)
def test_bit_identical_from_run_to_run(small, model, target):
    X, y = small[0], small[target]
    first = model.fit(X, y)
    coef, intercept = first.coef_.copy(), np.copy(first.intercept_)
    again = model.fit(X, y)
    np.testing.assert_array_equal(coef, again.coef_)
    np.testing.assert_array_equal(intercept, again.intercept_)


def test_random_state_is_the_only_randomness(small):
    X, y, _, _ = small
    model = ProximalLasso(0.05, solver=SGD(max_iter=2, tol=1.0))
    a, b, c = (model.set_params(random_state=s).fit(X, y).coef_ for s in (0, 0, 1))
    assert (a == b).all() and (a != c).any()


# -- warm starts -------------------------------------------------------------------


@models
def test_warm_start_begins_at_the_end(small, model, target):
    X, y = small[0], small[target]
    m = model.set_params(warm_start=True, tol=1e-8).fit(X, y)
    before = m.coef_.copy(), np.copy(m.intercept_)
    m.fit(X, y)
    assert np.max(m.n_iter_) == 0
    np.testing.assert_array_equal(m.coef_, before[0])
    np.testing.assert_allclose(m.intercept_, before[1], rtol=1e-12)
    model.set_params(warm_start=False, tol=None)


def test_warm_start_continues_a_stopped_fit(small):
    X, y, _, _ = small
    model = ProximalLasso(0.05, solver=ProximalGradient(), warm_start=True, max_iter=4)
    objectives = []
    for _ in range(3):
        assert len(caught(lambda: model.fit(X, y))) == 1
        objectives.append(model.result_.objective)
    assert objectives == sorted(objectives, reverse=True)
    assert len(set(objectives)) == 3


def test_warm_start_with_another_shape_begins_anew(small):
    X, _, two, three = small
    m = AdvancedLogisticRegression(warm_start=True).fit(X, two).fit(X, three)
    fresh = AdvancedLogisticRegression().fit(X, three)
    np.testing.assert_array_equal(m.coef_, fresh.coef_)
    m.fit(X[:, :3], three)
    assert m.coef_.shape == (3, 3)


def test_warm_start_along_a_path(small):
    X, _, y, _ = small
    warm = AdvancedLogisticRegression(warm_start=True, tol=1e-10)
    for C in (0.01, 0.1, 1.0):
        warm.set_params(C=C).fit(X, y)
        cold = AdvancedLogisticRegression(C, tol=1e-10).fit(X, y)
        np.testing.assert_allclose(warm.coef_, cold.coef_, atol=1e-4)


def test_warm_start_of_several_targets(small):
    X, y, _, _ = small
    m = ProximalLasso(0.05, warm_start=True).fit(X, np.column_stack([y, y**2]))
    assert m.fit(X, np.column_stack([y, y**2])).n_iter_ == [0, 0]


# -- endings -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("solver", "max_iter", "remedy"),
    [
        (ProximalGradient(), 2, "Raise max_iter, or choose another solver."),
        (Adam(tol=1e-12), 2, "lower the learning rate, or use solver='auto'"),
    ],
)
def test_one_warning_says_how_far_why_and_what_to_do(small, solver, max_iter, remedy):
    X, y, _, _ = small
    model = ProximalLasso(0.01, solver=solver, max_iter=max_iter, random_state=0)
    (warning,) = caught(lambda: model.fit(X, y))
    text = str(warning.message)
    assert warning.category is ConvergenceWarning
    assert warning.filename == __file__
    assert "ProximalLasso" in text and type(solver).__name__ in text
    assert f"duality gap is {model.certificate_:.2e}" in text
    assert f"tol={model.solver_.tol:.2e}" in text
    assert "max_iter iterations were done" in text and remedy in text
    assert model.result_.status is Status.MAX_ITER


def test_a_scaler_is_advised_where_it_would_change_something(small):
    X, y, _, _ = small
    for factor, advised in (1.0, False), (3.0, False), (100.0, True), (1e6, True):
        model = ProximalLasso(0.01, solver="proximal_gradient", max_iter=2)
        uneven = X * [factor, 1.0, 1.0, 1.0, 1.0]
        (warning,) = caught(lambda model=model, Z=uneven: model.fit(Z, y))
        assert ("StandardScaler" in str(warning.message)) == advised


def test_no_tolerance_is_advised_that_says_nothing(small):
    """With a certificate near one the optimum may be anywhere."""
    rng = np.random.default_rng(1)
    X = 1.0 * (rng.random((60, 80)) < 0.1)  # the scale of the residuals goes to zero
    huge, y = 1e150 * small[0], X[:, :5].sum(axis=1) + rng.standard_t(2, 60)
    for model, data in [
        (ProximalLasso(0.1), (huge, small[1])),
        (AdvancedRidge(0.1, solver="lbfgs"), (huge, small[1])),
        (AdvancedHuberRegressor(solver="newton_cg"), (X, y)),
    ]:
        (warning,) = caught(lambda model=model, data=data: model.fit(*data))
        assert model.certificate_ > 0.3
        assert "tol" not in str(warning.message).partition("tol=")[2]


def test_several_problems_warn_once(small):
    X, y, _, three = small
    Y = np.column_stack([y, y**2, np.ones(60)])
    model = ProximalLasso(0.01, solver="proximal_gradient", max_iter=1)
    (warning,) = caught(lambda: model.fit(X, Y))
    assert "in 2 of 3 problems" in str(warning.message)
    assert f"{max(r.certificate.value for r in model.result_):.2e}" in str(
        warning.message
    )
    model = AdvancedLinearClassifier("squared_hinge", max_iter=1)
    assert len(caught(lambda: model.fit(X, three))) == 1


def test_success_is_silent(small):
    assert not caught(lambda: ProximalLasso(0.05).fit(small[0], small[1]))


def test_a_tolerance_below_the_precision(small):
    X, _, y, _ = small
    for solver in (Newton(), LBFGS(), ProximalGradient(max_iter=1000)):
        model = AdvancedLogisticRegression(solver=solver, tol=0.0)
        found = caught(lambda model=model: model.fit(X, y))
        assert model.certificate_ <= 1e-10
        assert [w.category for w in found] in ([], [ConvergenceWarning])
        stalled = model.result_.status is Status.STALLED
        assert not stalled or "Raise tol" in str(found[0].message)


def test_a_learning_rate_that_is_too_large(small):
    X, y, _, _ = small
    solver = SGD(learning_rate=1e200, preconditioner=None, max_iter=5)
    model = ProximalLasso(0.01, solver=solver, random_state=0)
    (warning,) = caught(lambda: model.fit(X, y))
    assert "infinite or NaN" in str(warning.message)
    assert "lower the learning rate" in str(warning.message)
    assert np.isfinite(model.coef_).all()


def test_max_time(cancer):
    solver = ProximalGradient(max_iter=10**9, tol=0.0)
    model = AdvancedLogisticRegression(100, l1_ratio=1.0, solver=solver, max_time=0.3)
    start = time.perf_counter()
    (warning,) = caught(lambda: model.fit(*cancer))
    assert time.perf_counter() - start < 2.0
    assert "time limit" in str(warning.message)
    assert "Raise max_time" in str(warning.message)
    assert model.result_.status is Status.TIME


def test_max_time_is_for_the_whole_fit(cancer):
    X, y = cancer
    Y = np.repeat(y[:, None].astype(float), 30, axis=1)
    solver = ProximalGradient(max_iter=10**9, tol=0.0)
    model = ProximalLasso(1e-4, solver=solver, max_time=0.1)
    start = time.perf_counter()
    caught(lambda: model.fit(X, Y))
    assert time.perf_counter() - start < 2.0
    assert [r.n_iter for r in model.result_[1:]] == [0] * 29


def test_callbacks_see_every_iteration_and_stop(small):
    X, y, _, _ = small
    seen = []

    def stop(progress):
        seen.append(progress.n_iter)
        return "enough" if progress.n_iter == 3 else None

    solver = ProximalGradient(tol=0.0)
    model = ProximalLasso(0.01, solver=solver, callbacks=[stop])
    assert not caught(lambda: model.fit(X, y))
    assert seen == [0, 1, 2, 3]
    assert model.result_.status is Status.CALLBACK
    assert model.result_.message == "enough"
    assert model.n_iter_ == 3
    assert math.isfinite(model.certificate_)


def test_ready_made_callbacks(small, tmp_path):
    X, y, _, _ = small
    solver = ProximalGradient(tol=0.0, max_iter=10**9)
    callbacks = [TimeLimit(0.0), Checkpoint(tmp_path / "c", every=0.0)]
    model = ProximalLasso(0.01, solver=solver, callbacks=callbacks).fit(X, y)
    assert model.result_.status is Status.CALLBACK
    assert (tmp_path / "c").exists()


def test_a_single_callback_needs_no_list(small):
    seen = []
    ProximalLasso(0.05, callbacks=seen.append).fit(small[0], small[1])
    assert seen


def test_verbose(small, capsys):
    X, y, _, _ = small
    ProximalLasso(0.05, verbose=2).fit(X, y)
    assert "objective" in capsys.readouterr().out
    ProximalLasso(0.05, verbose=1).fit(X, y)
    ProximalLasso(0.05).fit(X, y)
    assert capsys.readouterr() == ("", "")


def test_an_interrupt_keeps_the_best_iterate(small):
    X, y, _, _ = small

    def interrupt(progress):
        if progress.n_iter == 5:
            raise KeyboardInterrupt

    solver = ProximalGradient(tol=0.0)
    model = ProximalLasso(0.01, solver=solver, callbacks=[interrupt])
    (warning,) = caught(lambda: model.fit(X, y))
    assert "interrupted" in str(warning.message)
    assert "best iterate is kept" in str(warning.message)
    assert model.result_.status is Status.INTERRUPTED
    assert model.result_.objective == pytest.approx(min(model.history_.objective))
    assert model.predict(X).shape == (60,)


def test_an_interrupt_ends_the_other_problems_too(small):
    X, y, _, _ = small
    solver = ProximalGradient(tol=0.0, max_iter=50)

    def interrupt(progress):
        if progress.n_iter == 5:
            raise KeyboardInterrupt

    model = ProximalLasso(0.01, solver=solver, callbacks=[interrupt])
    (warning,) = caught(lambda: model.fit(X, np.column_stack([y, y**2, -y])))
    assert "interrupted" in str(warning.message)
    assert model.n_iter_[1:] == [0, 0]
    assert np.isfinite(model.coef_).all()


def test_ctrl_c(cancer):
    X, y = cancer

    def handler(*_):
        raise KeyboardInterrupt

    solver = ProximalGradient(max_iter=10**9, tol=0.0)
    model = AdvancedLogisticRegression(100, l1_ratio=1.0, solver=solver, max_time=20)
    caught(lambda: clone(model).set_params(solver__max_iter=1).fit(X, y))  # compile
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        caught(lambda: model.fit(X, y))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert model.result_.status is Status.INTERRUPTED
    assert model.score(X, y) > 0.9


def test_ctrl_c_that_meets_a_kernel(cancer):
    def handler(progress):
        try:
            try:
                raise KeyboardInterrupt
            except KeyboardInterrupt as first:
                raise SystemError("unpickling") from first
        except SystemError as second:
            raise SystemError("the kernel's result") from second

    model = AdvancedLogisticRegression(callbacks=handler)
    caught(lambda: model.fit(*cancer))
    assert model.result_.status is Status.INTERRUPTED


def test_a_warning_points_at_the_call_of_fit(small):
    X, y, classes, _ = small
    for model, target in [
        (ProximalLasso(), y),
        (AdvancedLinearClassifier(), classes),
        (ProximalLassoCV(cv=2, alphas=[0.1]), y),
    ]:
        with pytest.warns(ConvergenceWarning) as caught:
            model.set_params(max_iter=0).fit(X, target)
        assert [each.filename for each in caught] == [__file__]
