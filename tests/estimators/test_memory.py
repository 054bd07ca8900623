"""Data are let go of with the model, without waiting for the garbage collector."""

import gc

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn import clone
from sklearn.base import is_classifier

from skopt_solvers import (
    AdvancedHuberRegressor,
    AdvancedLinearClassifier,
    AdvancedLinearSVC,
    AdvancedLogisticRegression,
    AdvancedPoissonRegressor,
    AdvancedQuantileRegressor,
    AdvancedRidge,
    MultiTaskLasso,
    ProximalGroupLasso,
    ProximalLasso,
    ProximalLassoCV,
    ProximalMCP,
)
from skopt_solvers.losses import Squared
from skopt_solvers.penalties import L1
from skopt_solvers.problems import LinearProblem, linear_problem
from skopt_solvers.solvers import CMAES, SAGA, SGD, DualCoordinateDescent, NewtonCG

MODELS = [
    AdvancedLogisticRegression(),
    AdvancedLogisticRegression(C=1e6, l1_ratio=1.0),
    AdvancedLogisticRegression(solver=SGD(max_iter=3)),
    AdvancedLogisticRegression(solver=SAGA(max_iter=3)),
    AdvancedLogisticRegression(solver=NewtonCG()),
    AdvancedLogisticRegression(solver=DualCoordinateDescent()),
    AdvancedLogisticRegression(solver=CMAES(max_evaluations=60)),
    AdvancedLinearClassifier("multinomial"),
    AdvancedLinearSVC(loss="hinge"),
    AdvancedRidge(),
    AdvancedHuberRegressor(),
    AdvancedQuantileRegressor(),
    AdvancedPoissonRegressor(),
    ProximalLasso(0.01),
    ProximalMCP(0.01),
    ProximalGroupLasso(0.01),
    MultiTaskLasso(0.01),
    ProximalLassoCV(alphas=4, cv=2),
]
SHAPES = {"small": (60, 5), "tall": (20_000, 30), "wide": (60, 400)}


def problems():
    return [each for each in gc.get_objects() if isinstance(each, LinearProblem)]


def targets(model, X, rng):
    score = X @ np.linspace(1.0, 0.0, X.shape[1]) + rng.normal(size=len(X))
    if isinstance(model, AdvancedLinearClassifier):
        return np.digitize(score, [0.0, 1.0])
    if isinstance(model, MultiTaskLasso):
        return np.column_stack([score, -score])
    if isinstance(model, AdvancedPoissonRegressor):
        return rng.poisson(np.exp(np.clip(score, -3, 1))).astype(float)
    return score > 0 if is_classifier(model) else score


@pytest.mark.parametrize("stored", [np.asfortranarray, sp.csr_array])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("model", MODELS, ids=repr)
@pytest.mark.filterwarnings("ignore")
def test_nothing_is_left_of_a_model_that_is_gone(model, shape, stored):
    rng = np.random.default_rng(0)
    X = rng.normal(size=SHAPES[shape])
    if shape == "tall" and isinstance(model, AdvancedQuantileRegressor):
        X = X[:2000]
    y = targets(model, X, rng)
    clone(model).fit(stored(X), y)  # what compiles may keep frames
    gc.collect()
    before = len(problems())
    gc.disable()
    try:
        fitted = clone(model).fit(stored(X), y)
        assert fitted.coef_ is not None
        del fitted
        assert len(problems()) == before
    finally:
        gc.enable()


def test_a_null_model_needs_its_problem():
    null = linear_problem(np.eye(3), np.arange(3.0), Squared(), L1(0.1)).null
    assert null.objective >= 0.0
    with pytest.raises(ReferenceError, match="keep it in a variable"):
        null.problem  # noqa: B018
