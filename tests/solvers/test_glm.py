"""Likelihoods and robust losses: every kind of solver ends at the certified optimum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_solvers.estimators._parts import allows
from skopt_solvers.losses import (
    Binomial,
    Gamma,
    InverseGaussian,
    LogCosh,
    ModifiedHuber,
    NegativeBinomial,
    PseudoHuber,
    Tweedie,
)
from skopt_solvers.penalties import L1, L2
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, CoordinateDescent, Newton, NewtonCG
from skopt_solvers.testing import check_solver

LOSSES = [Gamma(), InverseGaussian(), Tweedie(1.5), Tweedie(2.5), NegativeBinomial(0.5),
          Binomial(), PseudoHuber(), LogCosh(0.5), ModifiedHuber()]  # fmt: skip
losses = pytest.mark.parametrize("loss", LOSSES, ids=repr)


def data(loss, n=60, seed=0, scale=1.0):
    """Columns of unequal scales, and targets in the domain: zeros where allowed."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)) * np.array([1.0, 3.0, 0.3]) + [0.5, 0.0, 2.0]
    score = X @ np.array([0.5, -0.1, 0.3]) + 0.3 * rng.normal(size=n)
    mean = scale * np.exp(score)
    if loss.labels:
        return X, np.where(score > np.median(score), 1.0, -1.0)
    if not allows(loss, np.zeros(1)):
        return X, mean * rng.gamma(3.0, size=n) / 3.0
    if isinstance(loss, Tweedie | NegativeBinomial):
        counts = rng.poisson(0.7 * mean / scale).astype(float)
        return X, counts if isinstance(loss, NegativeBinomial) else scale * counts
    if isinstance(loss, Binomial):
        return X, rng.binomial(3, 1 / (1 + np.exp(-score))) / 3
    return X, score


@losses
@pytest.mark.parametrize("cls", [LBFGS, Newton, NewtonCG])
def test_ridge(loss, cls):
    X, y = data(loss)
    check_solver(cls(tol=1e-9), linear_problem(X, y, loss, L2(0.1)))


@losses
def test_lasso(loss):
    X, y = data(loss)
    check_solver(CoordinateDescent(tol=1e-8), linear_problem(X, y, loss, L1(0.02)))


@losses
def test_certificates_bound_what_is_left(loss):
    X, y = data(loss)
    weights = np.linspace(0.0, 2.0, len(y))
    made = linear_problem(X, y, loss, L2(0.1), sample_weight=weights)
    best = made.at(run(LBFGS(tol=1e-13), made).x)
    for size in (1.0, 1e-2, 1e-4):
        noise = np.random.default_rng(1).standard_normal(made.size)
        point = made.at(best.x + size * noise)
        certificate = made.certificate(point)
        assert certificate.kind == ("duality gap" if loss.convex else "stationarity")
        if loss.convex:
            left = (point.objective - best.objective) / point.objective
            assert certificate.value >= left * (1 - 1e-6) - 1e-13
            assert certificate.value <= 1e3 * left + 1e-9
    # slopes that sum to zero again after scaling, from a far witness
    far = made.at(best.x + 3.0)
    witnessed = made.certificate(best, witness=far)
    assert witnessed.value >= 0


@given(
    which=st.integers(0, len(LOSSES) - 1),
    seed=st.integers(0, 1000),
    scale=st.sampled_from([1e-8, 1e-3, 1.0, 1e3, 1e8]),
    n=st.integers(2, 30),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_targets_of_any_scale(which, seed, scale, n):
    loss = LOSSES[which]
    X, y = data(loss, n=n, seed=seed, scale=scale)
    if not np.ptp(y):
        return
    made = linear_problem(X, y, loss, L2(0.1 * min(scale, 1.0)))
    result = run(LBFGS(tol=1e-6), made)
    assert np.isfinite(result.x).all() and np.isfinite(result.objective)
    assert result.success, result
