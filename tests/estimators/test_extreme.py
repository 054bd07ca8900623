"""Raw and awkward data, and strengths from one end to the other: always certified."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import scale

from skopt_solvers import (
    AdvancedGammaRegressor,
    AdvancedHuberRegressor,
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
