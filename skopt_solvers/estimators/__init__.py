"""scikit-learn estimators: validate, build the problem, run, unpack."""

from ._alpha_max import alpha_max
from .classification import AdvancedLinearClassifier, AdvancedLogisticRegression
from .classification_cv import AdvancedLogisticRegressionCV
from .generalized import (
    AdvancedGammaRegressor,
    AdvancedPoissonRegressor,
    AdvancedTweedieRegressor,
)
from .huber import AdvancedHuberRegressor
from .nonconvex import ProximalMCP, ProximalSCAD
from .path_cv import PathCV
from .quantile import AdvancedQuantileRegressor
from .regression import AdvancedLinearRegressor, ProximalElasticNet, ProximalLasso
from .regression_cv import ProximalElasticNetCV, ProximalLassoCV
from .ridge import AdvancedRidge
from .structured import MultiTaskLasso, ProximalGroupLasso
from .support_vector import AdvancedLinearSVC

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
    "MultiTaskLasso",
    "PathCV",
    "ProximalElasticNet",
    "ProximalElasticNetCV",
    "ProximalGroupLasso",
    "ProximalLasso",
    "ProximalLassoCV",
    "ProximalMCP",
    "ProximalSCAD",
    "alpha_max",
]
