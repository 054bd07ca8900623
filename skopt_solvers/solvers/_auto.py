"""What ``solver="auto"`` means."""

from typing import Any

from ..problems._base import Oracle, Problem
from ._base import Solver
from ._registry import as_solver
from .block_descent import BlockDescent
from .cmaes import CMAES
from .coordinate_descent import CoordinateDescent
from .dual_coordinate_descent import DualCoordinateDescent
from .interior_point import InteriorPoint
from .lbfgs import LBFGS
from .prox_newton import ProxNewton
from .proximal_gradient import ProximalGradient

NARROW = 300  # columns up to which a kinked loss with a ridge is for dense equations
LIGHT = 4.0  # epochs of the dual are few where no sample moves far by itself
MANY = 5000  # coefficients from which they cost less than L-BFGS and its metric


def choose(problem: Problem) -> Solver:
    """The solver that suits a problem, from what it provides alone.

    A large softmax whose ridge leaves each sample little room goes to its dual. Other
    smooth problems go to L-BFGS, which preconditions itself with a Cholesky factor
    where that is cheap, and is then close to Newton's method. Where the penalty is not
    smooth, coordinate descent works on the few columns that are in use, and block
    descent on the few groups of columns, where the penalty is one of groups; where a
    sample has several predictions (softmax), proximal Newton does what coordinate
    descent does for one. Proximal gradient descent remains. Kinked losses go to the
    interior-point method, wide ones with a ridge to the dual; what has nothing but
    values to CMA-ES.
    """
    if Oracle.GRADIENT not in problem.provides:
        if InteriorPoint.requires in problem.provides and not _wide(problem):
            return InteriorPoint()
        dual = Oracle.DUAL in problem.provides
        return DualCoordinateDescent() if dual else CMAES()
    if _lightly_fitted_classes(problem):
        return DualCoordinateDescent()
    if Oracle.SMOOTH in problem.provides:
        return LBFGS()
    if BlockDescent.requires in problem.provides:
        return BlockDescent()
    if CoordinateDescent.requires in problem.provides:
        return CoordinateDescent()
    if ProxNewton.requires in problem.provides:
        return ProxNewton()
    return ProximalGradient()


def _wide(problem: Problem) -> bool:
    """Whether the dual is there, and dense equations cost more than passes over it."""
    return Oracle.DUAL in problem.provides and problem.size > NARROW


def _lightly_fitted_classes(problem: Problem) -> bool:
    several = Oracle.COLUMNS not in problem.provides  # predictions per sample
    dual = Oracle.DUAL in problem.provides
    large = problem.size > MANY
    return several and dual and large and problem.row_bend <= LIGHT


def solver_for(problem: Problem, solver: Any) -> Solver:
    """`solver` as an object; what suits the problem where it is ``"auto"``."""
    if isinstance(solver, str) and solver == "auto":
        return choose(problem)
    return as_solver(solver)
