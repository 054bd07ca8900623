"""Newton's method on one number per row: the same answers as on the columns."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skopt_solvers import ProximalElasticNet, regularization_path
from skopt_solvers.losses import Huber, Logistic, Poisson, Squared
from skopt_solvers.penalties import ElasticNet
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import CoordinateDescent, ProximalGradient, _across

STORAGE = [np.asfortranarray, np.ascontiguousarray, sp.csr_array, sp.csc_array]
LOSSES = [Squared(), Logistic(), Poisson(), Huber()]


def data(n: int, p: int, loss: Any, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """More columns than rows, some of them constant, equal, large or empty."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.7)
    X += 0.5 * (rng.random(p) > 0.5)
    X[:, 0], X[:, 1], X[:, 2], X[:, 3] = 2.0, X[:, 4], 0.0, 30.0 * X[:, 5]
    z = X[:, 6:9].sum(axis=1) + rng.normal(size=n)
    if isinstance(loss, Logistic):
        return X, np.where(z > np.median(z), 1.0, -1.0)
    if isinstance(loss, Poisson):
        return X, rng.poisson(np.exp(z / 4)).astype(float)
    return X, z


def at_once(monkeypatch: Any) -> list[int]:
    """Let the rows take over from the first iteration on; how often they did."""
    calls: list[int] = []
    whole = _across.across

    def counted(*arguments: Any) -> Any:
        calls.append(1)
        return whole(*arguments)

    monkeypatch.setattr(_across, "cost", lambda *arguments: -1.0)
    monkeypatch.setattr(_across, "across", counted)
    monkeypatch.setattr("skopt_solvers.solvers.coordinate_descent.pays", no)
    monkeypatch.setattr("skopt_solvers.solvers.coordinate_descent.tiny", no)
    monkeypatch.setattr("skopt_solvers.solvers.coordinate_descent.SIFTS", 0)
    return calls


def no(*arguments: Any) -> bool:
    return False


@pytest.mark.parametrize("options", [{}, {"positive": True}, {"weights": 1}], ids=str)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("storage", STORAGE)
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_certified_whatever_the_problem(
    loss: Any, storage: Any, intercept: bool, options: dict[str, Any], monkeypatch: Any
) -> None:
    X, y = data(30, 90, loss)
    if "weights" in options:
        options = {"weights": np.linspace(0.5, 3.0, 90)}
    s = np.arange(30) % 4 + 0.0  # zero for some
    penalty = ElasticNet(0.02, l1_ratio=0.6, **options)
    problem = linear_problem(
        storage(X), y, loss, penalty, sample_weight=s, fit_intercept=intercept
    )
    calls = at_once(monkeypatch)
    result = run(CoordinateDescent(tol=1e-9), problem, callbacks=[no])
    assert calls and result.success and result.certificate.value <= 1e-9
    other = run(ProximalGradient(tol=1e-7, max_iter=100_000), problem)
    assert abs(problem.at(result.x).objective / other.objective - 1.0) <= 1e-6


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 25),
    p=st.integers(1, 60),
    share=st.floats(0.01, 0.99),
    strength=st.floats(-4, 1),
    walk=st.booleans(),
    scale=st.sampled_from([1e-6, 1.0, 1e6]),
    seed=st.integers(0, 1000),
)
@example(19, 52, 0.390625, -3.875, True, 1e-6, 0)  # the rows end short of it
def test_any_shape_and_strength(
    n: int, p: int, share: float, strength: float, walk: bool, scale: float, seed: int
) -> None:
    """Also where neighbours are alike and the ridge is nearly flat."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(n, p)) + rng.normal(size=p), scale * rng.normal(size=n)
    X = 100.0 * np.cumsum(X, axis=1) if walk else X
    penalty = ElasticNet(10.0**strength, l1_ratio=share)
    problem = linear_problem(X, y, Squared(), penalty)
    with pytest.MonkeyPatch.context() as patch:
        at_once(patch)
        result = run(CoordinateDescent(tol=1e-8), problem)
    assert result.success


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("storage", STORAGE)
def test_along_a_path(storage: Any, intercept: bool, monkeypatch: Any) -> None:
    """The rows take over where columns in use are many; every strength is certified."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(30, 600)) * (rng.random((30, 600)) < 0.5)
    y = X[:, :5].sum(axis=1) + rng.normal(size=30)
    calls = at_once(monkeypatch)
    model = ProximalElasticNet(l1_ratio=0.5, fit_intercept=intercept, tol=1e-7)
    path = regularization_path(model, storage(X), y, alphas=30)
    assert calls and np.max(path.certificates) <= 1e-7
    monkeypatch.undo()
    for k in (len(path.alphas) // 2, -1):
        alone = model.set_params(alpha=path.alphas[k]).fit(storage(X), y)
        found = np.asarray(path.coefs[:, [k]].todense() if sp.issparse(path.coefs)
                           else path.coefs[:, [k]]).ravel()  # fmt: skip
        np.testing.assert_allclose(found, alone.coef_, atol=1e-3 * np.abs(found).max())


def test_products_follow_what_comes_and_goes() -> None:
    rng = np.random.default_rng(2)
    X, means = rng.normal(size=(8, 50)), rng.normal(size=50)
    problem = linear_problem(X, X[:, 0], Squared(), ElasticNet(1.0))
    products, inverse = _across.Products(), rng.random(50)
    for k in range(6):
        inverse = inverse.copy()
        inverse[7 * k : 7 * k + 5] = 0.0 if k % 2 else 1.5
        found = products.of(problem.design, means, inverse / 10.0**k, 10.0**k)
        expected = (X - means) * (inverse / 10.0**k) @ (X - means).T
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
