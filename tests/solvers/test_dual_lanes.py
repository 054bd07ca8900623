"""The dual of a softmax: what its steps keep invariant, and where they end."""

import numpy as np
import pytest
import scipy.sparse as sp

from skopt_solvers import AdvancedLogisticRegression
from skopt_solvers.losses import Multinomial
from skopt_solvers.penalties import L2
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import DualCoordinateDescent, Newton

RIDGES = {"even": L2(0.02), "uneven": L2(0.02, weights=[1.0, 0.1, 5.0, 1.0, 2.0])}
STORAGES = {"dense": np.asarray, "csr": sp.csr_array, "csc": sp.csc_array}


def problem(lanes, penalty="even", storage="dense", intercept=True, weighted=False):
    rng = np.random.default_rng(lanes)
    X = rng.normal([0.0, 0.0, 3.0, 0.0, -1.0], size=(80, 5))
    X[rng.random(X.shape) < 0.3] = 0.0
    y = np.argmax(X @ rng.normal(size=(5, lanes)) + rng.gumbel(size=(80, lanes)), 1)
    y[:lanes] = np.arange(lanes)
    weights = rng.integers(0, 3, 80) + (np.arange(80) < lanes) if weighted else None
    return linear_problem(
        STORAGES[storage](X), y.astype(float), Multinomial(), RIDGES[penalty],
        sample_weight=weights, fit_intercept=intercept,
    )  # fmt: skip


@pytest.mark.parametrize("lanes", [2, 3, 5, 13])
@pytest.mark.parametrize("penalty", RIDGES)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_it_ends_where_newton_does(lanes, penalty, intercept, weighted):
    made = problem(lanes, penalty, "csr", intercept, weighted)
    found = run(DualCoordinateDescent(tol=1e-9), made)
    best = run(Newton(tol=1e-12), made)
    assert found.success and best.success
    assert found.objective - best.objective <= 1.1e-9 * best.objective
    assert found.certificate.kind == "duality gap"


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("penalty", RIDGES)
@pytest.mark.parametrize("warm", [True, False])
def test_coefficients_are_the_slopes_pull(storage, penalty, warm):
    made = problem(3, penalty, storage, weighted=True)
    rng = np.random.default_rng(0)
    ascent = made.ascent(made.null.x + warm * rng.normal(size=made.size))
    for _ in range(3):
        ascent.epoch(rng.permutation(ascent.runs))
        x, witness = ascent.point().x, ascent.witness()
        pull = made.design.tdot(made.response.weigh(ascent.q))
        w = -pull.ravel() / made.ridge(x)[: made.split]
        np.testing.assert_allclose(x[: made.split], w, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(witness.slopes, ascent.q, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("intercept", [True, False])
def test_estimates_are_close_to_gaps(intercept):
    made, rng = problem(4, intercept=intercept), np.random.default_rng(0)
    ascent = made.ascent(made.null.x)
    for _ in range(30):
        estimate = ascent.epoch(rng.permutation(ascent.runs))
    point = ascent.point()
    gap = made.certificate(point, witness=ascent.witness()).value * point.objective
    assert 0.05 * gap <= estimate <= 20 * gap


@pytest.mark.parametrize("storage", STORAGES)
def test_the_null_model_has_the_shares_of_the_classes(storage):
    made = problem(5, storage=storage, weighted=True)
    shares = np.bincount(made.response.y.astype(int), made.response.weights)
    found = made.response.shares(made.null.z)
    np.testing.assert_allclose(found, np.tile(shares, (80, 1)), rtol=1e-13)


def test_a_solution_is_recognised():
    made = problem(3)
    best = run(Newton(tol=1e-13), made)
    again = run(DualCoordinateDescent(tol=1e-9), made, best.x)
    assert again.success and again.n_iter <= 8


def test_a_single_sample_is_solved_in_one_step():
    """The prox of a row's loss is the solution where there is no other row."""
    X, y = np.array([[1.0, -2.0]]), np.array([1.0])
    made = linear_problem(
        X, y, Multinomial(), L2(1e-3), fit_intercept=False, lanes=4
    )  # fmt: skip
    found = run(DualCoordinateDescent(tol=1e-6), made)
    assert found.success and found.n_iter <= 8


@pytest.mark.parametrize("C", [1e-6, 1e-2, 1.0, 1e3])
def test_wide_sparse_text_of_many_classes(C):
    rng = np.random.default_rng(0)
    X = sp.random_array((200, 600), density=0.03, rng=rng, format="csr")
    y = rng.integers(0, 30, 200)
    model = AdvancedLogisticRegression(C, solver="dual_coordinate_descent").fit(X, y)
    assert model.certificate_ <= 1e-6
    twin = AdvancedLogisticRegression(C, solver="dual_coordinate_descent")
    np.testing.assert_array_equal(twin.fit(X, y).coef_, model.coef_)
