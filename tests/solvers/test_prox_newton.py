"""Proximal Newton: a softmax with L1, by Hessians and by classes that take turns."""

import numpy as np
import pytest
import scipy.sparse as sp
from problems import data, make

from skopt_solvers.losses import Multinomial
from skopt_solvers.penalties import L1, ElasticNet
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import CoordinateDescent, ProxNewton, _lanes
from skopt_solvers.solvers._auto import choose

WEIGHTS = [0.0, 1.0, 2.0, 1.0]


def softmax(penalty, design=np.asarray, intercept=True):
    X, y = data(Multinomial())
    return linear_problem(
        design(X), y, Multinomial(), penalty, fit_intercept=intercept, lanes=3
    )


@pytest.mark.parametrize("largest", [_lanes.LARGEST, 0])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("design", [np.asarray, sp.csc_array])
@pytest.mark.parametrize(
    "penalty",
    [L1(0.02), L1(1e-3), L1(0.01, weights=WEIGHTS), ElasticNet(0.02, positive=True)],
    ids=str,
)
def test_certified_with_and_without_hessians(
    penalty, design, intercept, largest, monkeypatch
):
    monkeypatch.setattr(_lanes, "LARGEST", largest)
    problem = softmax(penalty, design, intercept)
    result = run(ProxNewton(tol=1e-8, max_iter=3000), problem)
    assert result.success, result
    assert problem.certificate(problem.at(result.x)).value <= 1e-7


@pytest.mark.parametrize("alpha", [1e-6, 0.0])
def test_weak_penalties_by_hessians(alpha):
    problem = softmax(L1(alpha))
    result = run(ProxNewton(tol=1e-8), problem)
    assert result.success, result
    assert result.n_iter < 60


def test_auto_takes_it_for_a_softmax():
    assert type(choose(softmax(L1(0.01)))) is ProxNewton


def test_one_prediction_is_coordinate_descent():
    problem = make("logistic", "l1")
    one, other = (run(s(tol=1e-10), problem) for s in (ProxNewton, CoordinateDescent))
    np.testing.assert_array_equal(one.x, other.x)
    assert one.history.objective == other.history.objective
