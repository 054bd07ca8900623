"""Solvers: ways to minimise. One class a file."""

from ._base import Budget, Solver, State
from ._registry import as_solver
from .coordinate_descent import CoordinateDescent
from .lbfgs import LBFGS
from .newton import Newton
from .newton_cg import NewtonCG
from .proximal_gradient import ProximalGradient

__all__ = [
    "LBFGS",
    "CoordinateDescent",
    "Newton",
    "NewtonCG",
    "ProximalGradient",
    "Solver",
]
