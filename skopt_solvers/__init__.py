"""Solvers for linear models, as scikit-learn estimators and for any function."""

from .estimators import (
    AdvancedGammaRegressor,
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    AdvancedPoissonRegressor,
    AdvancedTweedieRegressor,
    ProximalElasticNet,
    ProximalLasso,
)
from .minimize import minimize
from .result import History, Result, Status

__version__ = "0.1.0"

__all__ = [
    "AdvancedGammaRegressor",
    "AdvancedLinearClassifier",
    "AdvancedLinearRegressor",
    "AdvancedLogisticRegression",
    "AdvancedPoissonRegressor",
    "AdvancedTweedieRegressor",
    "History",
    "ProximalElasticNet",
    "ProximalLasso",
    "Result",
    "Status",
    "minimize",
]
