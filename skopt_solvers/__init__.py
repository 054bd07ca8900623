"""Solvers for linear models, as scikit-learn estimators and for any function."""

from .compare import compare_solvers
from .diagnose import diagnose
from .estimators import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    ProximalElasticNet,
    ProximalLasso,
)
from .minimize import minimize
from .result import History, Result, Status

__version__ = "0.1.0"

__all__ = [
    "AdvancedLinearClassifier",
    "AdvancedLinearRegressor",
    "AdvancedLogisticRegression",
    "History",
    "ProximalElasticNet",
    "ProximalLasso",
    "Result",
    "Status",
    "compare_solvers",
    "diagnose",
    "minimize",
]
