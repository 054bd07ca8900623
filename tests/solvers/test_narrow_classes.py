"""Softmaxes of few columns: all of the Hessian, samples first, slopes that certify."""

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose

from skopt_solvers.losses import Multinomial, MultiSquared
from skopt_solvers.penalties import L2
from skopt_solvers.problems import linear_problem
from skopt_solvers.problems._excerpts import excerpt
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, NewtonCG
from skopt_solvers.solvers._auto import choose

STORAGES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "csr": sp.csr_array,
    "float32": lambda X: X.astype(np.float32),
}


def classes(n=3000, p=4, lanes=5, storage="C", intercept=True, alpha=1e-3, equal=True):
    """Columns far from zero, one constant."""
    rng = np.random.default_rng(0)
    X = rng.normal(1.0, size=(n, p)) * np.geomspace(0.1, 10.0, p)
    X[:, 1] = 2.0
    X = X.astype(np.float32).astype(float)
    score = (X / X.std(axis=0).clip(1e-9)) @ rng.normal(size=(p, lanes))
    y = np.argmax(score - score.mean(axis=0) + rng.gumbel(size=(n, lanes)), axis=1)
    return linear_problem(
        STORAGES[storage](X), y.astype(float), Multinomial(), L2(alpha),
        fit_intercept=intercept, sample_weight=None if equal else np.arange(n) % 3,
    )  # fmt: skip


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("lanes", [2, 3, 5])
@pytest.mark.parametrize("size", [0.0, 0.5, 50.0])
def test_the_hessian_is_a_sum_over_samples(storage, intercept, lanes, size):
    made = classes(200, 4, lanes, storage, intercept, equal=False)
    rng = np.random.default_rng(1)
    point = made.at(made.null.x + size * rng.normal(size=made.size))
    hessian = made.loss_hessian(point, np.arange(4))
    shares, total = made.response.shares(point.z), np.zeros_like(hessian)
    X = made.design.dot(np.eye(4)) - made.mean
    Z = np.column_stack([X, np.ones(len(X))]) if intercept else X
    for s, x, w in zip(shares, Z, made.response.weights, strict=True):
        between = -np.outer(s, s)
        np.fill_diagonal(between, np.outer(s, s).sum(axis=1) - s**2)
        total += w * np.kron(np.outer(x, x), between)
    assert_allclose(hessian, total, rtol=1e-6, atol=1e-12 * np.abs(total).max())
    assert np.linalg.eigvalsh(hessian).min() > -1e-12 * np.abs(total).max()
    some = np.array([2, 0])
    rows = np.append(some, np.full(int(intercept), 4))
    numbers = (rows[:, None] * lanes + np.arange(lanes)).ravel()
    own = made.loss_hessian(point, some)
    assert_allclose(own, hessian[np.ix_(numbers, numbers)], rtol=1e-9, atol=1e-12)


def test_several_targets_do_not_bend_each_other():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(50, 3)), rng.normal(size=(50, 2))
    made = linear_problem(X, Y, MultiSquared(), L2(0.1))
    hessian, Z = made.loss_hessian(made.null, np.arange(3)), X - X.mean(axis=0)
    Z = np.column_stack([Z, np.ones(50)])
    assert_allclose(hessian, np.kron(Z.T @ Z / 50, np.eye(2)), atol=1e-12)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("n", [100, 5000])
def test_the_constant_of_classes_balances_their_slopes(n, intercept):
    made = classes(n, equal=False, intercept=intercept)
    z = np.tile([0.5, 0.0, -1.0, 2.0, 0.3], (n, 1))
    slopes = made.response.jets(z + made.response.balance(z))[1]
    assert_allclose(made.response.weights @ slopes, 0.0, atol=1e-14)


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("alpha", [1e-2, 1e-6])
def test_they_end_certified(storage, intercept, equal, alpha):
    made = classes(9000, 6, 5, storage, intercept, alpha, equal)
    assert made.narrow
    result = run(choose(made), made)
    assert result.success, result
    assert isinstance(choose(made), LBFGS)
    again = classes(9000, 6, 5, storage, intercept, alpha, equal)
    best = run(NewtonCG(tol=1e-11), again)
    left = (result.objective - best.objective) / best.objective
    assert -1e-10 <= left <= result.certificate.value + 1e-11 <= 2e-6
    assert storage == "csr" or any("sample of" in line for line in result.log)


@pytest.mark.parametrize("intercept", [True, False])
def test_slopes_of_a_newton_step_certify_where_ridges_are_weak(intercept):
    made = classes(2000, 12, 3, intercept=intercept, alpha=1e-7)
    result = run(LBFGS(), made)
    assert result.success
    own = made.certificate(made.at(result.x), 0.0)
    assert own.value > 10 * result.certificate.value


def test_an_excerpt_of_all_rows_has_the_same_hessian():
    made = classes(1024, equal=False)
    point = made.at(made.null.x + 0.1)
    rough = made.rough_hessian(excerpt(made, 1024), point)
    assert_allclose(rough, made.hessian(point), rtol=1e-9, atol=1e-12)
