"""Losses: how wrong a prediction is. One class a file, each a few scalar functions."""

from ._base import Loss, VectorLoss, WholeLoss
from .binomial import Binomial
from .gamma import Gamma
from .hinge import Hinge
from .huber import Huber
from .inverse_gaussian import InverseGaussian
from .log_cosh import LogCosh
from .logistic import Logistic
from .modified_huber import ModifiedHuber
from .multi_squared import MultiSquared
from .multinomial import Multinomial
from .negative_binomial import NegativeBinomial
from .poisson import Poisson
from .pseudo_huber import PseudoHuber
from .quantile import Quantile
from .scorer import ScorerLoss
from .squared import Squared
from .squared_hinge import SquaredHinge
from .tweedie import Tweedie

__all__ = [
    "Binomial",
    "Gamma",
    "Hinge",
    "Huber",
    "InverseGaussian",
    "LogCosh",
    "Logistic",
    "Loss",
    "ModifiedHuber",
    "MultiSquared",
    "Multinomial",
    "NegativeBinomial",
    "Poisson",
    "PseudoHuber",
    "Quantile",
    "ScorerLoss",
    "Squared",
    "SquaredHinge",
    "Tweedie",
    "VectorLoss",
    "WholeLoss",
]
