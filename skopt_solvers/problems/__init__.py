"""Problems: what is minimised, and what a solver may ask about it."""

from ._base import (
    Certificate,
    Counts,
    IncompatibleProblem,
    Line,
    Oracle,
    Point,
    Problem,
    require,
)
from .function import FunctionProblem
from .gradients import SPSA, FiniteDifferences, GradientEstimator
from .linear import LinearProblem
from .making import linear_problem, without_empty_columns

__all__ = [
    "SPSA",
    "Certificate",
    "Counts",
    "FiniteDifferences",
    "FunctionProblem",
    "GradientEstimator",
    "IncompatibleProblem",
    "Line",
    "LinearProblem",
    "Oracle",
    "Point",
    "Problem",
    "linear_problem",
    "require",
    "without_empty_columns",
]
