"""Paths of elastic nets on few rows: cycles on residuals end where those on Gram do."""

import numpy as np
import pytest

from skopt_solvers import ProximalElasticNet, regularization_path
from skopt_solvers.solvers import _quadratic_path


def data(dtype=np.float64, order="F"):
    """More columns than rows; some constant, equal, empty, of another scale."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 220)) + 0.5 * (rng.random(220) < 0.5)
    X[:, 0], X[:, 1], X[:, 2], X[:, 3] = 2.0, X[:, 4], 0.0, 100.0 * X[:, 5]
    y = X[:, 6:12].sum(axis=1) + rng.normal(size=40)
    return np.asarray(X, dtype, order=order), y


def calls(monkeypatch, name):
    """How often a kernel of the path is called from now on."""
    counted, kernel = [], getattr(_quadratic_path, name)

    def counting(*arguments):
        counted.append(1)
        return kernel(*arguments)

    monkeypatch.setattr(_quadratic_path, name, counting)
    return counted


@pytest.fixture(autouse=True)
def _cycles_alone(monkeypatch):
    """Neither factors nor Newton's method on the rows take over."""
    monkeypatch.setattr(_quadratic_path, "FEW", 100_000)
    monkeypatch.setattr(_quadratic_path._across, "able", lambda *arguments: False)


@pytest.mark.parametrize("options", [{}, {"positive": True}, {"weights": 1}], ids=str)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("order", ["F", "C"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_same_path(dtype, order, intercept, options, monkeypatch):
    X, y = data(dtype, order)
    if "weights" in options:
        options = {"weights": np.linspace(0.5, 2.0, X.shape[1])}
    model = ProximalElasticNet(
        l1_ratio=0.3, fit_intercept=intercept, tol=1e-10, **options
    )
    weights = np.arange(40) % 4 + 0.0
    monkeypatch.setattr(_quadratic_path, "SLIM", 0.0)
    used = calls(monkeypatch, "cycle_on_rows")
    found = regularization_path(model, X, y, alphas=25, eps=1e-2, sample_weight=weights)
    assert used and found.certificates.max() <= 1e-10
    monkeypatch.setattr(_quadratic_path, "SLIM", np.inf)
    del used[:]
    other = regularization_path(model, X, y, alphas=25, eps=1e-2, sample_weight=weights)
    assert not used and other.certificates.max() <= 1e-10
    np.testing.assert_allclose(found.coefs, other.coefs, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(found.intercepts, other.intercepts, rtol=1e-3, atol=1e-5)


def test_no_gram_matrix_is_made_that_nobody_asks_for(monkeypatch):
    """Cycles on residuals do without; their columns are fewer numbers."""
    X, y = data()
    made = []
    monkeypatch.setattr(
        _quadratic_path.Grams, "_of", lambda *arguments: made.append(1) or 1 / 0
    )
    monkeypatch.setattr(_quadratic_path, "SLIM", 0.0)
    net = ProximalElasticNet(l1_ratio=0.3, tol=1e-6)
    assert regularization_path(net, X, y, alphas=10, eps=0.1).certificates.max() <= 1e-6
    assert not made
