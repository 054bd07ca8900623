"""scikit-learn estimators: validate, build the problem, run, unpack."""

from ._alpha_max import alpha_max
from .classification import AdvancedLinearClassifier, AdvancedLogisticRegression
from .classification_cv import AdvancedLogisticRegressionCV
from .path_cv import PathCV
from .regression import AdvancedLinearRegressor, ProximalElasticNet, ProximalLasso
from .regression_cv import ProximalElasticNetCV, ProximalLassoCV

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
