"""Callbacks see every iteration, and one that returns a string ends the run."""

import pickle
from contextlib import nullcontext

import numpy as np
import pytest
from sklearn.datasets import load_iris

from skopt_solvers import AdvancedLogisticRegression, Status, minimize
from skopt_solvers.callbacks import Checkpoint, Observer, Printer, TimeLimit
from skopt_solvers.solvers import LBFGS, SGD


def bowl(x):
    return float(x @ x), 2 * x


def descend(*callbacks, n=50):
    solver = SGD(learning_rate=0.01, max_iter=n, tol=0.0)
    return minimize(bowl, np.ones(3), jac=True, solver=solver, callbacks=callbacks)


def test_every_iteration_is_seen_and_kept():
    seen = []
    result = descend(lambda progress: seen.append(progress.n_iter))
    assert seen == list(range(51))
    assert result.n_iter == 50
    history = result.history
    for column in ("objective", "certificate", "seconds", "learning_rate"):
        assert len(getattr(history, column)) == len(history) == 51
    assert np.all(np.diff(history.objective) < 0)
    assert np.all(np.diff(history.seconds) >= 0)
    assert history.learning_rate[1:] == [0.01] * 50


def test_a_string_ends_the_run_and_is_the_reason():
    result = descend(lambda p: "enough" if p.n_iter == 7 else None)
    assert (result.n_iter, result.message) == (7, "enough")
    assert result.status is Status.CALLBACK
    assert result.success


def test_printer(capsys):
    descend(Printer(every=10))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert "objective" in lines[0]
    assert "certificate" not in lines[0]  # it is known at the end of stochastic runs
    minimize(bowl, np.ones(3), jac=True, solver=LBFGS(), callbacks=Printer())
    assert "certificate" in capsys.readouterr().out


def test_time_limit():
    result = descend(TimeLimit(0.0))
    assert result.n_iter == 0
    assert "time limit of 0 s" in result.message


def test_checkpoint_restores_a_run(tmp_path):
    path = tmp_path / "point.pickle"
    first = descend(Checkpoint(path, every=0.0), n=20)
    saved = pickle.loads(path.read_bytes())
    assert saved["n_iter"] == 20
    np.testing.assert_array_equal(saved["x"], first.x)
    assert not list(tmp_path.glob("*.partial"))
    rest = minimize(bowl, saved["x"], jac=True, solver=LBFGS())
    assert rest.objective < first.objective


def test_exceptions_of_callbacks_are_not_swallowed():
    def broken(progress):
        raise RuntimeError("from the callback")

    with pytest.raises(RuntimeError, match="from the callback"):
        descend(broken)


@pytest.mark.parametrize("inside_a_kernel", [False, True])
def test_interrupt_keeps_the_best_iterate(inside_a_kernel):
    def interrupt(progress):
        if progress.n_iter == 9 and inside_a_kernel:  # what numba makes of it
            raise SystemError("a result with an exception set") from KeyboardInterrupt()
        if progress.n_iter == 9:
            raise KeyboardInterrupt

    result = descend(interrupt)
    assert result.status is Status.INTERRUPTED
    assert result.objective == min(result.history.objective)
    assert not result.success


def test_other_system_errors_are_not_caught():
    def fail(progress):
        raise SystemError("out of order")

    with pytest.raises(SystemError, match="out of order"):
        descend(fail)


def test_a_second_interrupt_at_once_is_not_caught():
    def interrupt(progress):
        raise KeyboardInterrupt

    assert descend(lambda p: interrupt(p) if p.n_iter else None).status is (
        Status.INTERRUPTED
    )
    with pytest.raises(KeyboardInterrupt):
        descend(lambda p: interrupt(p) if p.n_iter else None)


@pytest.mark.parametrize("answer", [7, 0, ["stop"]])
def test_other_answers_are_refused(answer):
    with pytest.raises(TypeError, match="must return None, or a string"):
        descend(lambda progress: answer)


@pytest.mark.parametrize("solver", ["lbfgs", "proximal_gradient", "sgd", "newton"])
def test_callbacks_cannot_write_into_the_iterate(solver):
    def vandal(progress):
        with pytest.raises(ValueError, match="read-only"):
            progress.state.point.x[:] = 7.0

    arguments = {"jac": True, "hess": lambda x: 2 * np.eye(3), "solver": solver}
    result = minimize(bowl, np.ones(3), callbacks=vandal, **arguments)
    expected = minimize(bowl, np.ones(3), **arguments)
    np.testing.assert_array_equal(result.x, expected.x)
    result.x[:] = 0.0  # what is returned is the user's


@pytest.mark.parametrize("solver", ["lbfgs", "coordinate_descent", "adam"])
def test_callbacks_cannot_write_into_a_fit(solver):
    def vandal(progress):
        with pytest.raises(ValueError, match="read-only"):
            progress.state.point.x[:] = 7.0

    X, y = load_iris(return_X_y=True)
    options = {"solver": solver, "tol": 10.0, "random_state": 0}
    model = AdvancedLogisticRegression(**options, callbacks=vandal).fit(X, y > 0)
    expected = AdvancedLogisticRegression(**options).fit(X, y > 0)
    np.testing.assert_array_equal(model.coef_, expected.coef_)


@pytest.mark.parametrize("end", [None, RuntimeError, KeyboardInterrupt])
def test_observers_are_told_the_end(end):
    class Ends(Observer):
        ends = 0

        def __call__(self, progress):
            if end and progress.n_iter == 3:
                raise end

        def end(self):
            self.ends += 1

    observer = Ends()
    with pytest.raises(RuntimeError) if end is RuntimeError else nullcontext():
        descend(observer)
    assert observer.ends == 1


@pytest.mark.parametrize("callbacks", [7, "print", [print, 7]])
def test_callbacks_must_be_callable(callbacks):
    with pytest.raises(ValueError, match="callbacks must be None, a callable"):
        minimize(bowl, np.ones(3), jac=True, callbacks=callbacks)


@pytest.mark.parametrize("verbose", [-1, 1.5, "yes"])
def test_verbose_is_checked(verbose):
    with pytest.raises(ValueError, match="verbose to be an integer of at least 0"):
        minimize(bowl, np.ones(3), jac=True, verbose=verbose)


def test_verbose_prints_every_iteration(capsys):
    result = minimize(bowl, np.ones(3), jac=True, verbose=2)
    assert capsys.readouterr().out.count("objective") == len(result.history)
