"""scikit-learn's own checks: nothing skipped, nothing expected to fail."""

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

import skopt_solvers
from skopt_solvers import (
    AdvancedGammaRegressor,
    AdvancedHuberRegressor,
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLinearSVC,
    AdvancedLogisticRegression,
    AdvancedLogisticRegressionCV,
    AdvancedPoissonRegressor,
    AdvancedQuantileRegressor,
    AdvancedRidge,
    AdvancedTweedieRegressor,
    MultiTaskLasso,
    PathCV,
    ProximalElasticNet,
    ProximalElasticNetCV,
    ProximalGroupLasso,
    ProximalLasso,
    ProximalLassoCV,
    ProximalMCP,
    ProximalSCAD,
)
from skopt_solvers.losses import ScorerLoss
from skopt_solvers.solvers import CMAES, SGD, Newton, ScheduleFreeAdam

# a weight is that many rows, to the last digit, where no batch says otherwise
FULL = {"learning_rate": 0.1, "batch_size": 10_000, "tol": None, "max_iter": 30}
ESTIMATORS = [
    AdvancedLogisticRegression(),
    AdvancedLogisticRegression(C=0.5, l1_ratio=1.0),
    AdvancedLogisticRegression(solver=Newton()),
    AdvancedLogisticRegression(l1_ratio=0.5, solver="proximal_gradient"),
    AdvancedLinearClassifier(),
    AdvancedLinearClassifier("squared_hinge"),
    AdvancedLinearClassifier("squared_hinge", solver=SGD(**FULL)),
    AdvancedLogisticRegression(solver=ScheduleFreeAdam(**FULL)),
    AdvancedLinearClassifier("multinomial"),
    AdvancedLinearClassifier(ScorerLoss(), solver=CMAES(max_evaluations=60)),
    AdvancedLinearRegressor(),
    AdvancedLinearRegressor("poisson"),
    AdvancedLinearRegressor("huber", "l1"),
    AdvancedLinearRegressor(alpha=0.01, solver=SGD(momentum=0.9, **FULL)),
    AdvancedRidge(),
    AdvancedQuantileRegressor(),
    AdvancedHuberRegressor(tol=1e-12),  # scale and fit reach zero together
    AdvancedLinearSVC(),
    AdvancedPoissonRegressor(),
    AdvancedGammaRegressor(),
    AdvancedTweedieRegressor(),
    AdvancedTweedieRegressor(power=1.5),
    ProximalLasso(),
    ProximalElasticNet(),
    ProximalElasticNet(solver="proximal_gradient"),
    ProximalGroupLasso(),
    ProximalGroupLasso(0.1, l1_ratio=0.5, loss="poisson"),
    MultiTaskLasso(),
    ProximalMCP(),
    ProximalSCAD(),
    ProximalLassoCV(alphas=5, cv=3),
    ProximalElasticNetCV(l1_ratio=[0.5, 1.0], alphas=5, cv=3),
    AdvancedLogisticRegressionCV(Cs=4, cv=3),
    PathCV(ProximalLasso(), alphas=5, cv=3),
    PathCV(AdvancedLogisticRegression(l1_ratio=1.0), alphas=[0.01, 0.1], cv=3),
]


@pytest.fixture(autouse=True)
def array_api(monkeypatch):
    """Without it scikit-learn skips a check."""
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")


def pairs():
    """What `parametrize_with_checks` gives, which in 1.8 is too old for pytest 9."""
    for estimator in ESTIMATORS:
        for instance, check in estimator_checks_generator(estimator):
            name = f"{instance}-{check.func.__name__}".replace("\n", "")
            yield pytest.param(instance, check, id=name)


@pytest.mark.parametrize(("estimator", "check"), list(pairs()))
def test_scikit_learn(estimator, check):
    check(estimator)


def test_every_public_estimator_is_checked():
    from skopt_solvers import estimators

    classes = {name for name in estimators.__all__ if name[0].isupper()}
    assert {type(e).__name__ for e in ESTIMATORS} == classes
    assert set(estimators.__all__) <= set(skopt_solvers.__all__)
