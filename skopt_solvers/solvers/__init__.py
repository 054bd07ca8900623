"""Solvers: ways to minimise. One class a file."""

from ._base import Budget, Solver, State
from ._population import PopulationSolver
from ._registry import as_solver
from ._stochastic import StochasticSolver
from .adadelta import Adadelta
from .adagrad import Adagrad
from .adam import Adam
from .adamw import AdamW
from .bayesian_optimization import BayesianOptimization
from .bfgs import BFGS
from .block_descent import BlockDescent
from .cmaes import CMAES
from .coordinate_descent import CoordinateDescent
from .differential_evolution import DifferentialEvolution
from .dual_coordinate_descent import DualCoordinateDescent
from .genetic_algorithm import GeneticAlgorithm
from .gradient_descent import GradientDescent
from .interior_point import InteriorPoint
from .lbfgs import LBFGS
from .lion import Lion
from .nadam import NAdam
from .nelder_mead import NelderMead
from .newton import Newton
from .newton_cg import NewtonCG
from .owlqn import OWLQN
from .powell import Powell
from .prodigy import Prodigy
from .prox_newton import ProxNewton
from .proximal_gradient import ProximalGradient
from .pycma import PyCMA
from .radam import RAdam
from .random_search import RandomSearch
from .reweighted import Reweighted
from .rmsprop import RMSProp
from .sag import SAG
from .saga import SAGA
from .schedule_free import ScheduleFreeAdam
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
    "CMAES",
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
    "BayesianOptimization",
    "BlockDescent",
    "Budget",
    "CoordinateDescent",
    "DifferentialEvolution",
    "DualCoordinateDescent",
    "ExactQuadratic",
    "FixedStep",
    "GeneticAlgorithm",
    "GradientDescent",
    "InteriorPoint",
    "Lion",
    "NAdam",
    "NelderMead",
    "Newton",
    "NewtonCG",
    "PopulationSolver",
    "Powell",
    "Prodigy",
    "ProxNewton",
    "ProximalGradient",
    "PyCMA",
    "RAdam",
    "RMSProp",
    "RandomSearch",
    "Reweighted",
    "ScheduleFreeAdam",
    "Solver",
    "State",
    "StepSize",
    "StochasticSolver",
    "as_solver",
    "as_step_size",
]
