"""Where there is no minimum a fit says so, and proves it by a direction."""

import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

from skopt_solvers import (
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    AdvancedPoissonRegressor,
    Status,
)
from skopt_solvers._separation import separating_direction
from skopt_solvers.losses import Binomial, NegativeBinomial, Tweedie

RNG = np.random.default_rng(0)
Z = RNG.normal(size=(200, 3))
RARE = (RNG.random(200) < 0.1) * 1.0
QUASI = np.column_stack([Z, RARE])
COIN = (Z[:, 0] + RNG.normal(size=200) > 0).astype(int)


def fitted(model, X, y, **given):
    """The model and how often it warned."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y, **given)
    assert all(issubclass(w.category, ConvergenceWarning) for w in caught)
    return model, [str(w.message) for w in caught]


def margins(model, X, y):
    """Along the direction: own class's prediction less each other one's."""
    problem, d = model._fits[0].problem, model.result_.direction
    w, b = problem.unpack(d)
    p = np.asarray(X @ w) + b
    if p.ndim == 1:
        p = np.column_stack([0 * p, p])
    own = p[np.arange(len(y)), y]
    return np.delete((own[:, None] - p).ravel(), np.arange(len(y)) * p.shape[1] + y)


def check_proof(model, messages, X, y):
    assert model.result_.status is Status.SEPARABLE and not model.result_.success
    (message,) = messages
    assert "no minimum" in message and "penalty" in message
    found = margins(model, X, y)
    assert found.min() >= -1e-7 * found.max() and found.max() > 0


@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("solver", ["auto", "newton", "newton_cg"])
def test_complete_separation(solver, storage):
    X, y = load_breast_cancer(return_X_y=True)
    X = scale(X)
    model = AdvancedLogisticRegression(np.inf, solver=solver)
    model, messages = fitted(model, storage(X), y)
    check_proof(model, messages, X, y)
    assert model.n_iter_[0] < 100


@pytest.mark.parametrize("tol", [1e-3, 1e-6, 1e-12])
def test_quasi_complete_separation(tol):
    """A rare feature that only one class has, beside a classification that is fine."""
    y = np.where(RARE == 1, 1, COIN)
    model, messages = fitted(AdvancedLogisticRegression(np.inf, tol=tol), QUASI, y)
    check_proof(model, messages, QUASI, y)
    w = model._fits[0].problem.coefficients(model.result_.direction)
    assert np.abs(w[:3]).max() < 1e-6 * w[3]


def test_several_classes():
    X, y = load_iris(return_X_y=True)
    model, messages = fitted(AdvancedLogisticRegression(np.inf), X, y)
    check_proof(model, messages, X, y)
    y = np.where(RARE == 1, 2, COIN)
    model, messages = fitted(AdvancedLogisticRegression(np.inf), QUASI, y)
    check_proof(model, messages, QUASI, y)


@given(
    n=st.integers(4, 25),
    p=st.integers(1, 3),
    n_classes=st.integers(2, 3),
    seed=st.integers(0, 10_000),
    intercept=st.booleans(),
)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_found_wherever_a_linear_program_finds_it(n, p, n_classes, seed, intercept):
    rng = np.random.default_rng(seed)
    X = rng.integers(-3, 4, size=(n, p)) * 1.0
    y = np.unique(rng.integers(0, n_classes, size=n), return_inverse=True)[1]
    if y.max() == 0 or not (X.std(axis=0) > 0).all():
        return
    expected = separating_direction(X, y, fit_intercept=intercept) is not None
    model = AdvancedLogisticRegression(np.inf, fit_intercept=intercept)
    model, messages = fitted(model, X, y)
    assert (model.result_.status is Status.SEPARABLE) == expected
    if expected:
        check_proof(model, messages, X, y)
    else:
        assert not messages and model.result_.direction is None


@pytest.mark.parametrize(
    ("loss", "offset"),
    [
        ("poisson", None),
        ("poisson", np.sin(np.arange(200.0))),
        (NegativeBinomial(0.5), None),
        (Tweedie(1.5), None),
    ],
)
def test_a_column_whose_counts_are_all_zero(loss, offset):
    y = RNG.poisson(np.exp(Z[:, 0])) * (1.0 - RARE)
    model, messages = fitted(
        AdvancedLinearRegressor(loss, None), QUASI, y, offset=offset
    )
    assert model.result_.status is Status.SEPARABLE and len(messages) == 1
    w, b = model._fits[0].problem.unpack(model.result_.direction)
    z = QUASI @ w + b
    assert np.abs(z[y > 0]).max() <= 1e-7 and z.max() <= 1e-7 and z.min() < -0.5


def test_counts_that_are_all_zero():
    """The intercept has no penalty."""
    model, messages = fitted(AdvancedPoissonRegressor(alpha=1.0), Z, np.zeros(200))
    assert model.result_.status is Status.SEPARABLE and len(messages) == 1


def test_proportions_at_both_ends():
    y = np.where(RARE == 1, 1.0, np.clip(RNG.random(200), 0.1, 0.9))
    model, messages = fitted(AdvancedLinearRegressor(Binomial(), None), QUASI, y)
    assert model.result_.status is Status.SEPARABLE and len(messages) == 1


@pytest.mark.parametrize(
    ("model", "X", "y"),
    [
        (AdvancedLogisticRegression(np.inf), Z, COIN),
        (AdvancedLogisticRegression(1e8), Z, (Z[:, 0] > 0).astype(int)),
        (AdvancedLogisticRegression(np.inf), 1e3 * Z, COIN),
        (AdvancedPoissonRegressor(alpha=0.0), Z, RNG.poisson(np.exp(3 * Z[:, 0] - 3))),
        (AdvancedPoissonRegressor(alpha=0.1), QUASI, RNG.poisson(1.0 - RARE)),
        (AdvancedLinearRegressor("gamma", None), Z, RNG.gamma(1.0, size=200)),
    ],
    ids=repr,
)
def test_where_there_is_a_minimum_nothing_is_said(model, X, y):
    model, messages = fitted(model, X, y)
    assert not messages and model.result_.direction is None
