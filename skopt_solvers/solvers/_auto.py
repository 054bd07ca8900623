"""What ``solver="auto"`` means."""

from typing import Any

from ..problems._base import Oracle, Problem
from ._base import Solver
from ._registry import as_solver
from .block_descent import BlockDescent
from .cmaes import CMAES
from .coordinate_descent import CoordinateDescent
from .dual_coordinate_descent import DualCoordinateDescent
from .lbfgs import LBFGS
from .prox_newton import ProxNewton
from .proximal_gradient import ProximalGradient


def choose(problem: Problem) -> Solver:
    """The solver that suits a problem, from what it provides alone.

    Smooth problems go to L-BFGS, which preconditions itself with a Cholesky factor
    where that is cheap, and is then close to Newton's method. Where the penalty is not
    smooth, coordinate descent works on the few columns that are in use, and block
    descent on the few groups of columns, where the penalty is one of groups; where a
    sample has several predictions (softmax), proximal Newton does what coordinate
    descent does for one. Proximal gradient descent remains. What has no gradient is for
    the dual where there is one (hinge), else for
    CMA-ES.
    """
    if Oracle.GRADIENT not in problem.provides:
        dual = Oracle.DUAL in problem.provides
        return DualCoordinateDescent() if dual else CMAES()
    if Oracle.SMOOTH in problem.provides:
        return LBFGS()
    if BlockDescent.requires in problem.provides:
        return BlockDescent()
    if CoordinateDescent.requires in problem.provides:
        return CoordinateDescent()
    if ProxNewton.requires in problem.provides:
        return ProxNewton()
    return ProximalGradient()


def solver_for(problem: Problem, solver: Any) -> Solver:
    """`solver` as an object; what suits the problem where it is ``"auto"``."""
    if isinstance(solver, str) and solver == "auto":
        return choose(problem)
    return as_solver(solver)
