"""Schedules: factors of the learning rate as pure functions of the update count."""

from skopt_solvers.schedules._base import Schedule
from skopt_solvers.schedules._door import as_schedule
from skopt_solvers.schedules.chain import Chain
from skopt_solvers.schedules.constant import Constant
from skopt_solvers.schedules.cosine import CosineAnnealing
from skopt_solvers.schedules.cyclic import Cyclic
from skopt_solvers.schedules.exponential import ExponentialDecay
from skopt_solvers.schedules.from_callable import FromCallable
from skopt_solvers.schedules.inverse_sqrt import InverseSqrt
from skopt_solvers.schedules.inverse_time import InverseTime
from skopt_solvers.schedules.linear import LinearDecay
from skopt_solvers.schedules.one_cycle import OneCycle
from skopt_solvers.schedules.piecewise import Piecewise
from skopt_solvers.schedules.plateau import ReduceOnPlateau
from skopt_solvers.schedules.polynomial import PolynomialDecay
from skopt_solvers.schedules.product import Product
from skopt_solvers.schedules.restarts import CosineRestarts
from skopt_solvers.schedules.searched import Searched
from skopt_solvers.schedules.step import StepDecay
from skopt_solvers.schedules.warmup import Warmup

__all__ = [
    "Chain",
    "Constant",
    "CosineAnnealing",
    "CosineRestarts",
    "Cyclic",
    "ExponentialDecay",
    "FromCallable",
    "InverseSqrt",
    "InverseTime",
    "LinearDecay",
    "OneCycle",
    "Piecewise",
    "PolynomialDecay",
    "Product",
    "ReduceOnPlateau",
    "Schedule",
    "Searched",
    "StepDecay",
    "Warmup",
    "as_schedule",
]
