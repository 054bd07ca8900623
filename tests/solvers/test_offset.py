"""An offset is a column with coefficient one that nobody fits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_solvers.estimators._parts import allows
from skopt_solvers.losses import (
    Gamma,
    Huber,
    Logistic,
    Multinomial,
    Poisson,
    Squared,
    Tweedie,
)
from skopt_solvers.penalties import L1, L2, Box, NoPenalty
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.schedules import LinearDecay
from skopt_solvers.solvers import SGD, Adam, CoordinateDescent, Newton
from skopt_solvers.testing import check_solver

LOSSES = [Squared(), Huber(0.5), Logistic(), Poisson(), Gamma(), Tweedie(1.3)]
losses = pytest.mark.parametrize("loss", LOSSES, ids=repr)


def data(loss, seed=0, n=40):
    rng = np.random.default_rng(seed)
    X, offset = rng.normal(size=(n, 3)) + 0.5, rng.normal(size=n)
    score = 0.5 * (X[:, 0] - X[:, 1] + offset + rng.normal(size=n))
    if loss.labels:
        return X, np.where(score > 0, 1.0, -1.0), offset
    if allows(loss, -np.ones(1)):
        return X, score, offset
    y = np.exp(score)
    return X, np.floor(2 * y) if allows(loss, np.zeros(1)) else y, offset


@losses
@pytest.mark.parametrize("intercept", [True, False])
def test_a_column_with_coefficient_one(loss, intercept):
    """Held there by a box of no width; the rest is free."""
    X, y, offset = data(loss)
    held = Box([-np.inf, -np.inf, -np.inf, 1.0], [np.inf, np.inf, np.inf, 1.0])
    wide = linear_problem(
        np.column_stack([X, offset]), y, loss, held, fit_intercept=intercept
    )
    made = linear_problem(
        X, y, loss, NoPenalty(), fit_intercept=intercept, offset=offset
    )
    expected = run(CoordinateDescent(tol=1e-12), wide)
    found = run(Newton(tol=1e-12), made)
    assert found.success and found.certificate.kind == "duality gap"
    assert found.objective == pytest.approx(expected.objective, rel=1e-9)
    w, b = made.unpack(found.x)
    v, c = wide.unpack(expected.x)
    np.testing.assert_allclose(w, v[:3], atol=2e-5)
    np.testing.assert_allclose(b, c, atol=2e-5)


@losses
def test_objective_null_model_and_gradient(loss):
    X, y, offset = data(loss)
    plain = linear_problem(X, y, loss, L2(0.1))
    made = linear_problem(X, y, loss, L2(0.1), offset=offset)
    x = np.random.default_rng(1).normal(size=made.size)
    record, z = loss.record(), plain.push(x) + offset
    values = [record.value(a, b) for a, b in zip(y, z, strict=True)]
    assert made.at(x).loss == pytest.approx(np.mean(values), rel=1e-12)
    slopes = [record.slope(a, b) for a, b in zip(y, z, strict=True)]
    gradient = plain.pull(np.array(slopes) / len(y))
    np.testing.assert_allclose(made.at(x).loss_gradient, gradient, atol=1e-12)
    null = made.null
    assert abs(null.loss_gradient[-1]) < 1e-12
    assert not null.x[:-1].any()
    # the strongest L1 that leaves a coefficient: that of the null model's gradient
    top = np.abs(null.loss_gradient[:-1]).max()
    for strength, used in ((1.001 * top, 0), (0.999 * top, 1)):
        lasso = linear_problem(X, y, loss, L1(strength), offset=offset)
        w, _ = lasso.unpack(run(CoordinateDescent(tol=1e-10), lasso).x)
        assert np.count_nonzero(w) == used


@losses
@given(shift=st.floats(-3.0, 3.0), seed=st.integers(0, 100))
@settings(max_examples=10, deadline=None, derandomize=True)
def test_a_constant_offset_moves_the_intercept(loss, shift, seed):
    X, y, _ = data(loss, seed)
    if np.ptp(y) == 0:
        return
    a = linear_problem(X, y, loss, L2(0.1))
    b = linear_problem(X, y, loss, L2(0.1), offset=np.full(len(y), shift))
    found = [p.unpack(run(Newton(tol=1e-13), p).x) for p in (a, b)]
    np.testing.assert_allclose(found[0][0], found[1][0], atol=1e-5)
    np.testing.assert_allclose(found[0][1], found[1][1] + shift, atol=1e-5)


@pytest.mark.parametrize("loss", [Squared(), Poisson()], ids=repr)
@pytest.mark.parametrize("rule", [SGD, Adam])
def test_stochastic_rules_see_offsets(loss, rule):
    X, y, offset = data(loss)
    made = linear_problem(X, y, loss, L2(0.1), offset=offset)
    solver = rule(batch_size=40, schedule=LinearDecay(), max_iter=1000, tol=1e-5)
    check_solver(solver, made)


def test_losses_of_several_predictions_take_none():
    X, y, offset = data(Poisson())
    with pytest.raises(ValueError, match="Multinomial takes no offset"):
        linear_problem(X, np.minimum(y, 2), Multinomial(), L2(), offset=offset)
