"""Which solver is best on one's own data."""

from ._comparison import Comparison, Trial
from ._run import compare_solvers

__all__ = ["Comparison", "Trial", "compare_solvers"]
