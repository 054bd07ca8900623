"""scikit-learn estimators: validate, build the problem, run, unpack."""

from ._alpha_max import alpha_max
from .classification import AdvancedLinearClassifier, AdvancedLogisticRegression
from .cross_validation import (
    AdvancedLogisticRegressionCV,
    PathCV,
    ProximalElasticNetCV,
    ProximalLassoCV,
)
from .regression import AdvancedLinearRegressor, ProximalElasticNet, ProximalLasso

__all__ = [
    "AdvancedLinearClassifier",
    "AdvancedLinearRegressor",
    "AdvancedLogisticRegression",
    "AdvancedLogisticRegressionCV",
    "PathCV",
    "ProximalElasticNet",
    "ProximalElasticNetCV",
    "ProximalLasso",
    "ProximalLassoCV",
    "alpha_max",
]
