"""Losses: how wrong a prediction is. One class a file, each a few scalar functions."""

from ._base import Loss, VectorLoss, WholeLoss
from .huber import Huber
from .logistic import Logistic
from .multinomial import Multinomial
from .poisson import Poisson
from .scorer import ScorerLoss
from .squared import Squared
from .squared_hinge import SquaredHinge

__all__ = [
    "Huber",
    "Logistic",
    "Loss",
    "Multinomial",
    "Poisson",
    "ScorerLoss",
    "Squared",
    "SquaredHinge",
    "VectorLoss",
    "WholeLoss",
]
