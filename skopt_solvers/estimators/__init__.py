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
from .path_cv import PathCV
from .regression import AdvancedLinearRegressor, ProximalElasticNet, ProximalLasso
from .regression_cv import ProximalElasticNetCV, ProximalLassoCV
from .ridge import AdvancedRidge
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
    "AdvancedRidge",
    "AdvancedTweedieRegressor",
    "PathCV",
    "ProximalElasticNet",
    "ProximalElasticNetCV",
    "ProximalLasso",
    "ProximalLassoCV",
    "alpha_max",
]
