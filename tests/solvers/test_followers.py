"""Where the solver that "auto" chose is stuck, another goes on, and the log says so."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.preprocessing import OneHotEncoder, scale

from skopt_solvers import (
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    ProximalLasso,
)
from skopt_solvers.estimators._base import problems_of
from skopt_solvers.problems._base import Oracle
from skopt_solvers.result import NOT_YET, Status
from skopt_solvers.run import FORECAST, run
from skopt_solvers.solvers import Newton, NewtonCG, ProxNewton, Solver
from skopt_solvers.solvers._auto import choose, followers
from skopt_solvers.solvers._base import State


class Halting(Solver):
    """Comes to a halt after `steps` iterations, each of which gains a little."""

    requires = Oracle.GRADIENT

    def __init__(self, steps=3, tol=1e-6, max_iter=1000):
        self.steps, self.tol, self.max_iter = steps, tol, max_iter

    def init(self, problem: Any, x: np.ndarray, budget: Any) -> State:
        state = State(problem.at(x), budget, NOT_YET)
        state.certify(problem)
        return state

    def step(self, problem: Any, state: Any) -> None:
        if state.n_iter + 1 >= self.steps:
            state.stalled = True
            return
        point = state.point
        move = -1e-3 * point.gradient / problem.scales(point)
        state.point = problem.at(point.x + move)
        state.certify(problem)


def logistic() -> Any:
    X, y = load_breast_cancer(return_X_y=True)
    return problems_of(AdvancedLogisticRegression(), scale(X), y)[0]


@pytest.mark.parametrize("follower", [Newton(), NewtonCG()], ids=str)
@pytest.mark.parametrize("steps", [1, 5, 10 * FORECAST])
def test_the_next_one_goes_on(follower: Solver, steps: int) -> None:
    problem = logistic()
    result = run(Halting(steps), problem, others=[follower])
    assert result.status is Status.CONVERGED
    assert result.solver is follower
    why = "no progress" if steps < FORECAST else "slow progress"
    assert any(f"Halting: {why}" in note for note in result.log)
    assert result.history.iteration == sorted(result.history.iteration)
    assert result.n_iter == result.history.iteration[-1]


def test_without_others_it_stays() -> None:
    result = run(Halting(), logistic())
    assert result.status is Status.STALLED
    assert isinstance(result.solver, Halting)


def test_all_are_stuck() -> None:
    last = Halting(steps=7)
    result = run(Halting(), logistic(), others=[Halting(steps=5), last])
    assert result.status is Status.STALLED
    assert result.solver is last
    assert sum("goes on" in note for note in result.log) == 2


def test_nobody_goes_on_without_a_tolerance_or_time() -> None:
    for limits in ({"max_iter": 1}, {"max_time": 0.0}):
        result = run(Halting(), logistic(), others=[Newton()], **limits)
        assert isinstance(result.solver, Halting)


def test_they_can_do_what_they_are_asked() -> None:
    X, y = load_diabetes(return_X_y=True)
    models = [ProximalLasso(0.1), AdvancedLinearRegressor("huber"),
              AdvancedLinearRegressor("huber", "l1", alpha=0.1),
              AdvancedLinearRegressor("quantile", alpha=0.1)]  # fmt: skip
    for model in models:
        problem = problems_of(model, X, y)[0]
        first = choose(problem)
        others = followers(problem, "auto", first)
        assert others
        for other in others:
            assert type(other) is not type(first)
            assert run(other, problem, max_iter=300).success
        assert not followers(problem, first, first)
        assert not followers(problem, "lbfgs", first)


def test_of_a_lasso() -> None:
    problem = problems_of(ProximalLasso(0.1), *load_diabetes(return_X_y=True))[0]
    result = run(Halting(1), problem, others=[ProxNewton()])
    assert result.status is Status.CONVERGED


def test_names_that_are_no_metric() -> None:
    """One-hot columns of many rare names, nested, and next to no ridge."""
    rng = np.random.default_rng(0)
    names = np.stack([rng.zipf(1.3, size=4000) % m for m in (900, 700, 50, 30)], axis=1)
    names[:, 1] = names[:, 0] // 2
    X = OneHotEncoder().fit_transform(names)
    p = X @ rng.normal(size=X.shape[1]) - 2
    y = p + rng.logistic(size=len(p)) > 0
    model = AdvancedLogisticRegression(C=1e5).fit(X, y)
    assert model.certificate_ <= 1e-6
    assert model.solver_ is model.result_.solver
