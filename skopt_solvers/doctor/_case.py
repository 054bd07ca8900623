"""What is examined: a problem, the solver that ran on it, and how that went."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..problems import LinearProblem
from ..result import Result
from ..solvers import Solver

Array = np.ndarray


@dataclass(frozen=True)
class Case:
    """A run to be examined.

    Attributes
    ----------
    problem : LinearProblem
        What was to be minimised.
    solver : Solver
        With the `tol` and `max_iter` that were in force.
    result : Result
        How it ended.
    params : dict
        The parameters of the estimator: remedies name those that there are.
    """

    problem: LinearProblem
    solver: Solver
    result: Result
    params: Mapping[str, Any]

    @property
    def failed(self) -> bool:
        """Whether the run ended without success."""
        return not self.result.success

    @property
    def objectives(self) -> Array:
        """The objective at each iteration."""
        return np.asarray(self.result.history.objective)

    @property
    def excess(self) -> Array:
        """What each iteration was above the optimum, at most."""
        certificate = self.result.certificate
        share = certificate.value if certificate.kind == "duality gap" else 0.0
        share = min(share, 1.0) if math.isfinite(share) else 1.0
        return self.objectives - (1.0 - share) * self.result.objective
