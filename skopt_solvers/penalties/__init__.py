"""Penalties: what a coefficient costs. One class a file."""

from ._base import Penalty
from ._blocks import BlockPenalty
from .box import Box
from .elastic_net import ElasticNet
from .group_lasso import GroupLasso
from .l1 import L1
from .l2 import L2
from .none import NoPenalty
from .sparse_group_lasso import SparseGroupLasso

__all__ = [
    "L1",
    "L2",
    "BlockPenalty",
    "Box",
    "ElasticNet",
    "GroupLasso",
    "NoPenalty",
    "Penalty",
    "SparseGroupLasso",
]
