"""Solvers: ways to minimise. One class a file."""

from ._base import Budget, Solver, State
from ._registry import as_solver
from ._stochastic import StochasticSolver
from .adam import Adam
from .coordinate_descent import CoordinateDescent
from .lbfgs import LBFGS
from .newton import Newton
from .newton_cg import NewtonCG
from .proximal_gradient import ProximalGradient
from .sgd import SGD

__all__ = [
    "LBFGS",
    "SGD",
    "Adam",
    "Budget",
    "CoordinateDescent",
    "Newton",
    "NewtonCG",
    "ProximalGradient",
    "Solver",
    "State",
    "StochasticSolver",
    "as_solver",
]
