"""Penalties: what a coefficient costs. One class a file."""

from ._base import Penalty
from .box import Box
from .elastic_net import ElasticNet
from .l1 import L1
from .l2 import L2
from .none import NoPenalty

__all__ = ["L1", "L2", "Box", "ElasticNet", "NoPenalty", "Penalty"]
