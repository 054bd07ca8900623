"""scikit-learn estimators: validate, build the problem, run, unpack."""

from ._alpha_max import alpha_max
from .classification import AdvancedLinearClassifier, AdvancedLogisticRegression
from .regression import AdvancedLinearRegressor, ProximalElasticNet, ProximalLasso

__all__ = [
    "AdvancedLinearClassifier",
    "AdvancedLinearRegressor",
    "AdvancedLogisticRegression",
    "ProximalElasticNet",
    "ProximalLasso",
    "alpha_max",
]
