"""Solvers: ways to minimise. One class a file."""

from ._base import Budget, Solver, State
from ._registry import as_solver
from ._stochastic import StochasticSolver
from .adadelta import Adadelta
from .adagrad import Adagrad
from .adam import Adam
from .adamw import AdamW
from .bfgs import BFGS
from .coordinate_descent import CoordinateDescent
from .gradient_descent import GradientDescent
from .lbfgs import LBFGS
from .lion import Lion
from .nadam import NAdam
from .newton import Newton
from .newton_cg import NewtonCG
from .owlqn import OWLQN
from .proximal_gradient import ProximalGradient
from .radam import RAdam
from .rmsprop import RMSProp
from .sag import SAG
from .saga import SAGA
from .sgd import SGD
from .step_sizes import (
    Backtracking,
    ExactQuadratic,
    FixedStep,
    StepSize,
    as_step_size,
)
from .svrg import SVRG

__all__ = [
    "BFGS",
    "LBFGS",
    "OWLQN",
    "SAG",
    "SAGA",
    "SGD",
    "SVRG",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Backtracking",
    "Budget",
    "CoordinateDescent",
    "ExactQuadratic",
    "FixedStep",
    "GradientDescent",
    "Lion",
    "NAdam",
    "Newton",
    "NewtonCG",
    "ProximalGradient",
    "RAdam",
    "RMSProp",
    "Solver",
    "State",
    "StepSize",
    "StochasticSolver",
    "as_solver",
    "as_step_size",
]
