"""Solvers for linear models, as scikit-learn estimators and for any function."""

from .compare import compare_solvers
from .diagnose import diagnose
from .estimators import (
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
    alpha_max,
)
from .minimize import minimize
from .path import RegularizationPath, regularization_path
from .result import History, Result, Status

__version__ = "0.1.0"

__all__ = [
    "AdvancedGammaRegressor",
    "AdvancedHuberRegressor",
    "AdvancedLinearClassifier",
    "AdvancedLinearRegressor",
    "AdvancedLinearSVC",
    "AdvancedLogisticRegression",
    "AdvancedLogisticRegressionCV",
    "AdvancedPoissonRegressor",
    "AdvancedQuantileRegressor",
    "AdvancedRidge",
    "AdvancedTweedieRegressor",
    "History",
    "MultiTaskLasso",
    "PathCV",
    "ProximalElasticNet",
    "ProximalElasticNetCV",
    "ProximalGroupLasso",
    "ProximalLasso",
    "ProximalLassoCV",
    "ProximalMCP",
    "ProximalSCAD",
    "RegularizationPath",
    "Result",
    "Status",
    "alpha_max",
    "compare_solvers",
    "diagnose",
    "minimize",
    "regularization_path",
]
