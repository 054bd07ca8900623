"""Raw and awkward data, and strengths from one end to the other: always certified."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import scale

from skopt_solvers import (
    AdvancedGammaRegressor,
    AdvancedHuberRegressor,
    AdvancedLinearRegressor,
    AdvancedLinearSVC,
    AdvancedLogisticRegression,
    AdvancedPoissonRegressor,
    AdvancedRidge,
    AdvancedTweedieRegressor,
)
from skopt_solvers.estimators._base import problems_of

RNG = np.random.default_rng(0)
STRENGTHS = 10.0 ** np.arange(-6, 9, 2)


def rare() -> tuple[np.ndarray, np.ndarray]:
    """Five members of one class among 3,000."""
    y = np.arange(3000) < 5
    return RNG.normal(size=(3000, 15)) + 0.8 * y[:, None], y.astype(int)


def separable() -> tuple[np.ndarray, np.ndarray]:
    X = RNG.normal(size=(300, 20))
    return X, (X[:, 0] > 0).astype(int)


def offset() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_breast_cancer(return_X_y=True)
    return scale(X) + 1e6, y


def one_hot() -> tuple[np.ndarray, np.ndarray]:
    """Both dummies of each of three factors, one of which says the same as another."""
    codes = RNG.integers(0, 4, size=(400, 3))
    codes[:, 2] = codes[:, 1] // 2
    X = np.hstack([np.eye(4)[column] for column in codes.T])
    return X, (codes[:, 0] + RNG.normal(size=400) > 1.5).astype(int)


SETS: dict[str, Any] = {
    "raw": load_breast_cancer(return_X_y=True),
    "three classes": load_iris(return_X_y=True),
    "separable": separable(),
    "rare": rare(),
    "wide": (RNG.normal(size=(80, 2500)), np.arange(80) % 2),
    "offset": offset(),
    "one-hot": one_hot(),
}


@pytest.mark.parametrize("C", STRENGTHS)
@pytest.mark.parametrize("name", SETS)
def test_logistic(name: str, C: float) -> None:
    X, y = SETS[name]
    model = AdvancedLogisticRegression(C).fit(X, y)
    assert model.certificate_ <= 1e-6


@pytest.mark.parametrize("C", STRENGTHS[:-2])
@pytest.mark.parametrize("name", [name for name in SETS if name != "three classes"])
def test_support_vectors(name: str, C: float) -> None:
    X, y = SETS[name]
    assert AdvancedLinearSVC(C).fit(X, y).certificate_ <= 1e-6


@pytest.mark.parametrize("C", STRENGTHS[1:-2])
@pytest.mark.parametrize("name", ["three classes", "separable", "rare", "one-hot"])
def test_no_peer_is_lower(name: str, C: float) -> None:
    X, y = SETS[name]
    ours = AdvancedLogisticRegression(C, fit_intercept=False).fit(X, y)
    theirs = LogisticRegression(
        C=C, fit_intercept=False, solver="newton-cg", tol=1e-10, max_iter=10_000
    ).fit(X, y)
    (problem,) = problems_of(ours, X, y)
    lowest = problem.at(problem.pack(theirs.coef_.T.squeeze(), np.zeros(0))).objective
    assert ours.result_.objective <= lowest * (1 + 1e-6)


@pytest.mark.parametrize("alpha", 10.0 ** np.arange(-8, 7, 2))
@pytest.mark.parametrize("unit", [1.0, 1e4])
@pytest.mark.parametrize(
    "model",
    [AdvancedGammaRegressor, AdvancedPoissonRegressor, AdvancedTweedieRegressor,
     AdvancedHuberRegressor, AdvancedRidge],
)  # fmt: skip
def test_regression(model: Any, unit: float, alpha: float) -> None:
    X, y = load_diabetes(return_X_y=True)
    for Z in (unit * X, unit * (X + 100.0)):
        assert model(alpha=alpha).fit(Z, y).certificate_ <= 1e-6


def counts(n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(n, 5))
    return X, rng.poisson(np.exp(0.4 * X[:, 0] + 1.0)) + 0.5


LOGS = [
    AdvancedPoissonRegressor(alpha=1e-3, tol=1e-10),
    AdvancedGammaRegressor(alpha=1e-3, tol=1e-10),
    AdvancedTweedieRegressor(power=1.5, alpha=1e-3, tol=1e-10),
]


@pytest.mark.parametrize("model", LOGS, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("offset", [-1000.0, -300.0, 30.0, 300.0, 1000.0])
def test_a_constant_offset_is_taken_from_the_intercept(model: Any, offset: float):
    X, y = counts()
    plain = clone(model).fit(X, y)
    moved = clone(model).fit(X, y, offset=np.full(len(y), offset))
    assert moved.intercept_ + offset == pytest.approx(plain.intercept_, abs=1e-7)
    np.testing.assert_allclose(moved.coef_, plain.coef_, rtol=1e-5)


@pytest.mark.parametrize("power", [-150, -100, -20, 20, 100, 150])
def test_the_unit_of_a_gamma_target_is_taken_from_the_intercept(power: int):
    X, y = counts()
    model = AdvancedGammaRegressor(alpha=1e-3, tol=1e-10)
    plain, moved = clone(model).fit(X, y), clone(model).fit(X, y * 10.0**power)
    shift = power * np.log(10.0)
    assert moved.intercept_ - shift == pytest.approx(plain.intercept_, abs=1e-7)
    np.testing.assert_allclose(moved.coef_, plain.coef_, rtol=1e-5)


@pytest.mark.parametrize("model", LOGS, ids=lambda m: type(m).__name__)
def test_without_an_intercept_a_column_of_ones_does_the_same(model: Any):
    """The certificate is relative to what a constant leaves, not to zero's loss."""
    X, y = counts()
    X = np.column_stack([X, np.ones(len(y))])
    model = clone(model).set_params(fit_intercept=False, alpha=1e-9)
    plain = clone(model).fit(X, y)
    moved = clone(model).fit(X, y, offset=np.full(len(y), 25.0))
    assert moved.coef_[5] + 25.0 == pytest.approx(plain.coef_[5], abs=1e-4)
    np.testing.assert_allclose(moved.coef_[:5], plain.coef_[:5], rtol=1e-3)


@pytest.mark.parametrize("factor", [1e2, 1e4, 1e12])
@pytest.mark.parametrize("model", LOGS, ids=lambda m: type(m).__name__)
def test_far_rows_of_weight_zero_are_none(model: Any, factor: float):
    """Their losses may be infinite."""
    X, y = counts()
    weights = np.arange(len(y)) % 3 * 0.5
    live, far = weights > 0, X.copy()
    far[~live] *= factor
    for solver in ("auto", "newton", "newton_cg", "gradient_descent"):
        chosen = clone(model).set_params(solver=solver, tol=1e-7, max_iter=2000)
        best = clone(chosen).fit(X[live], y[live], sample_weight=weights[live])
        found = chosen.fit(far, y, sample_weight=weights)
        assert found.certificate_ <= 1e-7
        np.testing.assert_allclose(found.coef_, best.coef_, rtol=1e-2, atol=1e-4)


@pytest.mark.parametrize("spread", [0.0, 1.0])
@pytest.mark.parametrize("level", [-1000.0, 0.0, 1000.0])
@pytest.mark.parametrize("model", LOGS, ids=lambda m: type(m).__name__)
def test_what_a_constant_explains_but_for_rounding_is_explained(
    model: Any, level: float, spread: float
):
    """The loss is a rounding error, which no certificate is relative to."""
    X, _ = counts()
    offset = spread * np.sin(np.arange(len(X)))
    y = 3.0 * np.exp(offset)
    found = clone(model).fit(X, y, offset=offset + level)
    assert found.certificate_ <= found.tol
    assert np.abs(found.coef_).max() < 1e-6
    assert found.intercept_ == pytest.approx(np.log(3.0) - level)


@pytest.mark.parametrize("penalty", ["l1", "l2", "elastic_net", None])
def test_targets_at_an_end_are_named(penalty: Any):
    model = AdvancedLinearRegressor("poisson", penalty, alpha=0.1)
    with pytest.warns(ConvergenceWarning, match="no intercept is finite") as caught:
        model.fit(counts()[0], np.zeros(200))
    assert len(caught) == 1
    assert -2000 < model.intercept_ < -300
