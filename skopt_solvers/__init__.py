"""Solvers for linear models, as scikit-learn estimators and for any function."""

from .estimators import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    ProximalElasticNet,
    ProximalLasso,
    alpha_max,
)
from .minimize import minimize
from .path import RegularizationPath, regularization_path
from .result import History, Result, Status

__version__ = "0.1.0"

__all__ = [
    "AdvancedLinearClassifier",
    "AdvancedLinearRegressor",
    "AdvancedLogisticRegression",
    "History",
    "ProximalElasticNet",
    "ProximalLasso",
    "RegularizationPath",
    "Result",
    "Status",
    "alpha_max",
    "minimize",
    "regularization_path",
]
