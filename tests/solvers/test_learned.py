"""Schedules that learn from the objective."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import make
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV

from skopt_solvers import AdvancedLogisticRegression
from skopt_solvers.run import run
from skopt_solvers.schedules import Product, ReduceOnPlateau, Searched, Warmup
from skopt_solvers.schedules._learned import Learning
from skopt_solvers.solvers import SGD, Adam


def torch_plateau(objectives, factor, patience, threshold, cooldown, min_factor):
    """torch.optim.lr_scheduler.ReduceLROnPlateau with a learning rate of 1."""
    rate, best, bad, counter = 1.0, np.inf, 0, 0
    for value in objectives:
        if value < best * (1 - threshold):
            best, bad = value, 0
        else:
            bad += 1
        if counter > 0:
            counter, bad = counter - 1, 0
        if bad > patience:
            rate, counter, bad = max(rate * factor, min_factor), cooldown, 0
        yield rate


@given(
    st.lists(st.floats(0.1, 1.0), min_size=1, max_size=40),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([0.0, 1e-4, 0.2]),
    st.sampled_from([0.0, 0.05]),
)
def test_plateau_equals_torch(objectives, patience, cooldown, threshold, least):
    schedule = ReduceOnPlateau(0.3, patience, threshold, cooldown, least)
    past, found = Learning(), []
    for value in objectives:
        [factor] = schedule.tries(past)
        schedule.learn(past, factor, value)
        found.append(past.factor)
    expected = torch_plateau(objectives, 0.3, patience, threshold, cooldown, least)
    np.testing.assert_allclose(found, list(expected), rtol=1e-12)


@pytest.mark.parametrize("max_iter", [1, 5, 12, 13])
@pytest.mark.parametrize("schedule", [Searched(), Searched(block=1), ReduceOnPlateau()])
def test_epochs_are_counted_and_the_best_is_kept(schedule, max_iter):
    rule = SGD(0.02, schedule=schedule, batch_size=8, max_iter=max_iter, tol=None)
    result = run(rule, make("squared", "l2"), random_state=0)
    assert result.n_iter == max_iter == result.history.iteration[-1]
    assert result.objective == min(result.history.objective)


@pytest.mark.parametrize("rate", [1e-4, 1e-2, 3.0])
def test_a_search_mends_a_bad_rate(rate):
    problem = make("logistic", "l2")
    settings = {"max_iter": 120, "tol": None, "batch_size": 8}
    left = [
        run(Adam(rate, schedule=schedule, **settings), problem, random_state=0)
        for schedule in (Searched(), None)
    ]
    best = run(Adam(max_iter=500, batch_size=60), problem, random_state=0).objective
    gained = problem.null.objective - best
    assert left[0].objective - best <= 0.05 * gained
    assert left[0].objective <= left[1].objective + 1e-3 * gained


@pytest.mark.parametrize("schedule", [Searched(), ReduceOnPlateau(patience=1)])
def test_they_clone_pickle_and_are_searched(schedule):
    assert repr(pickle.loads(pickle.dumps(clone(schedule)))) == repr(schedule)
    model = AdvancedLogisticRegression(
        solver=Adam(0.1, schedule=schedule, max_iter=6, tol=None), random_state=0
    )
    name, values = ("block", [1, 2]) if isinstance(
        schedule, Searched
    ) else ("factor", [0.1, 0.5])  # fmt: skip
    grid = GridSearchCV(model, {f"solver__schedule__{name}": values}, cv=2)
    grid.fit(*load_iris(return_X_y=True))
    assert grid.best_params_[f"solver__schedule__{name}"] in values


@pytest.mark.parametrize("outer", [
    Warmup(schedule=Searched()), Product([ReduceOnPlateau()]),
], ids=["warmup", "product"])  # fmt: skip
def test_inside_others_they_are_refused(outer):
    with pytest.raises(ValueError, match="none that learns"):
        outer.bound(100, 10)
