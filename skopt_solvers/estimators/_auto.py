"""What ``solver="auto"`` means."""

from ..problems import Oracle, Problem
from ..solvers import LBFGS, CoordinateDescent, ProximalGradient, Solver


def choose(problem: Problem) -> Solver:
    """The solver that suits a problem, from what it provides alone.

    Smooth problems go to L-BFGS, which preconditions itself with a Cholesky factor
    where that is cheap, and is then close to Newton's method. Where the penalty is not
    smooth, coordinate descent works on the few columns that are in use; where a sample
    has several predictions (softmax), proximal gradient descent remains.
    """
    if Oracle.SMOOTH in problem.provides:
        return LBFGS()
    if Oracle.COLUMNS in problem.provides:
        return CoordinateDescent()
    return ProximalGradient()
