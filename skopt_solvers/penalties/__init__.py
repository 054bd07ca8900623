"""Penalties: what a coefficient costs. One class a file."""

from ._base import Penalty
from ._blocks import BlockPenalty
from .box import Box
from .elastic_net import ElasticNet
from .fused_lasso import FusedLasso
from .group_lasso import GroupLasso
from .l0_l2 import L0L2
from .l1 import L1
from .l2 import L2
from .log_sum import LogSum
from .lq import Lq
from .mcp import MCP
from .none import NoPenalty
from .scad import SCAD
from .slope import SLOPE
from .sparse_group_lasso import SparseGroupLasso

__all__ = [
    "L0L2",
    "L1",
    "L2",
    "MCP",
    "SCAD",
    "SLOPE",
    "BlockPenalty",
    "Box",
    "ElasticNet",
    "FusedLasso",
    "GroupLasso",
    "LogSum",
    "Lq",
    "NoPenalty",
    "Penalty",
    "SparseGroupLasso",
]
