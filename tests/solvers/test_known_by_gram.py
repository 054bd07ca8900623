"""A Gram matrix of all columns tells what a pass over the data would."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_solvers.losses import Squared
from skopt_solvers.penalties import L1, MCP, Box, ElasticNet
from skopt_solvers.problems import linear_problem
from skopt_solvers.problems._linear_point import QuadraticPoint
from skopt_solvers.run import budget_of, run
from skopt_solvers.solvers import CoordinateDescent

PENALTIES = [L1(0.05), ElasticNet(0.1, 0.5), Box(-0.1, 0.2), MCP(0.1, 3.0)]


def data(n, p, seed, noise=1.0, offset=0.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + offset
    return X, X[:, 0] + 0.5 * X[:, -1] + noise * rng.normal(size=n)


@given(
    n=st.integers(30, 400), p=st.integers(1, 8), seed=st.integers(0, 9999),
    penalty=st.sampled_from(PENALTIES), intercept=st.booleans(),
    sparse=st.booleans(), dtype=st.sampled_from([np.float64, np.float32]),
    offset=st.sampled_from([0.0, 30.0]), constant=st.booleans(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_what_it_tells_is_what_predictions_tell(
    n, p, seed, penalty, intercept, sparse, dtype, offset, constant
):
    X, y = data(n, p, seed, offset=offset)
    if constant:
        X[:, -1] = 3.0
    X = X.astype(dtype)
    weights = np.random.default_rng(seed).integers(0, 3, n) + (np.arange(n) == 0)
    problem = linear_problem(
        sp.csc_array(X) if sparse else X, y, Squared(), penalty,
        sample_weight=weights, fit_intercept=intercept,
    )  # fmt: skip
    solver = CoordinateDescent()
    state = solver.init(problem, problem.start(), budget_of(solver))
    for _ in range(3):
        solver.step(problem, state)
    found, again = state.point, problem.at(state.point.x.copy())
    size = problem.null.objective
    assert found.objective == pytest.approx(again.objective, abs=1e-12 * size)
    unit = (3.0 + offset) * np.sqrt(size)  # of columns and slopes
    np.testing.assert_allclose(
        found.loss_gradient, again.loss_gradient, rtol=0, atol=1e-11 * unit
    )
    np.testing.assert_allclose(found.z, again.z, atol=1e-11 * (1 + offset))
    np.testing.assert_allclose(found.slopes, again.slopes, atol=1e-11 * (1 + offset))


def test_it_saves_the_last_pass():
    X, y = data(2000, 8, 0)
    problem = linear_problem(X, y, Squared(), L1(0.05))
    solver = CoordinateDescent()
    state = solver.init(problem, problem.start(), budget_of(solver))
    solver.step(problem, state)
    assert isinstance(state.point, QuadraticPoint)
    assert "z" not in vars(state.point)
    assert state.certificate.value <= 1e-10


@pytest.mark.parametrize("tol", [1e-3, 1e-6, 1e-9, 1e-12])
@pytest.mark.parametrize("noise", [1.0, 1e-2, 1e-3, 1e-6, 0.0])
def test_its_rounding_errors_are_not_taken_for_a_small_gap(noise, tol):
    X, y = data(500, 6, 1, noise)
    problem = linear_problem(X, y, Squared(), L1(1e-9))
    result = run(CoordinateDescent(tol=tol), problem)
    point = problem.at(result.x)
    assert result.objective == pytest.approx(point.objective, rel=0.1 * tol + 1e-14)
    assert problem.certificate(point).value <= result.certificate.value + 0.1 * tol
