"""scikit-learn estimators: validate, build the problem, run, unpack."""

from .classification import AdvancedLinearClassifier, AdvancedLogisticRegression
from .generalized import (
    AdvancedGammaRegressor,
    AdvancedPoissonRegressor,
    AdvancedTweedieRegressor,
)
from .regression import AdvancedLinearRegressor, ProximalElasticNet, ProximalLasso

__all__ = [
    "AdvancedGammaRegressor",
    "AdvancedLinearClassifier",
    "AdvancedLinearRegressor",
    "AdvancedLogisticRegression",
    "AdvancedPoissonRegressor",
    "AdvancedTweedieRegressor",
    "ProximalElasticNet",
    "ProximalLasso",
]
