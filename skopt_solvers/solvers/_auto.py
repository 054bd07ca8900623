"""What ``solver="auto"`` means."""

from typing import Any

from ..problems._base import Oracle, Problem
from ._base import Solver
from ._beginnings import LIGHT, LOOKED, firm, independent
from ._registry import as_solver
from .block_descent import BlockDescent
from .cmaes import CMAES
from .coordinate_descent import CoordinateDescent
from .dual_coordinate_descent import DualCoordinateDescent
from .interior_point import InteriorPoint
from .lbfgs import LARGEST, LBFGS, SMALL
from .newton_cg import NewtonCG
from .prox_newton import ProxNewton
from .proximal_gradient import ProximalGradient

NARROW = 300  # columns up to which a kinked loss with a ridge is for dense equations
MANY = 5000  # coefficients from which they cost less than L-BFGS and its metric
_SMOOTH: tuple[type[Solver], ...] = (NewtonCG, LBFGS)
_JOINT: tuple[type[Solver], ...] = (*_SMOOTH, CoordinateDescent)
_ROUGH: tuple[type[Solver], ...] = (ProxNewton, ProximalGradient)
_KINKED: tuple[type[Solver], ...] = (InteriorPoint, DualCoordinateDescent)
LIGHT_PASS = 1.6e7  # entries times classes that conjugate gradients go through
VECTORS = 40  # that a quasi-Newton step goes through
ROWS_PER_COLUMN = 50  # from which on a Hessian is round enough for these


def choose(problem: Problem) -> Solver:
    """The solver that suits a problem, from what it provides alone.

    A softmax whose ridge is nearly all of its Hessian goes to gradients, by L-BFGS. A
    large sparse one whose ridge leaves samples little room goes to its dual,
    others to Newton's method with conjugate gradients, but for images. Other smooth
    problems go to L-BFGS, which preconditions itself with a Cholesky factor where that
    pays, and is then close to Newton's method. Where the penalty is not smooth,
    coordinate descent works on the few columns that are in use, and block descent on
    the few groups of columns, where the penalty is one of groups; where a sample has
    several predictions (softmax), proximal Newton does what coordinate descent does for
    one. Proximal gradient descent remains. Kinked losses go to the interior-point
    method, wide ones with a ridge to the dual; what has nothing but values to CMA-ES.
    """
    if Oracle.GRADIENT not in problem.provides:
        if InteriorPoint.requires in problem.provides and not _wide(problem):
            return InteriorPoint()
        dual = Oracle.DUAL in problem.provides
        return DualCoordinateDescent() if dual else CMAES()
    if _firm_classes(problem):
        return LBFGS()
    if _lightly_fitted_classes(problem):
        return DualCoordinateDescent()
    if Oracle.SMOOTH in problem.provides:
        return NewtonCG() if _light_classes(problem) else LBFGS()
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


def _firm_classes(problem: Problem) -> bool:
    """Whether the ridge is nearly all of the Hessian of a softmax, and the vectors of
    quasi-Newton steps cost less than a pass over the data.
    """
    held = Oracle.DUAL in problem.provides  # a ridge on every coefficient
    if not (held and _several(problem) and problem.size > SMALL):
        return False
    passes = problem.design.nnz * problem.lanes  # type: ignore[attr-defined]
    return VECTORS * problem.size <= passes and firm(problem)


def _lightly_fitted_classes(problem: Problem) -> bool:
    dual = Oracle.DUAL in problem.provides
    if not (_several(problem) and dual and problem.size > MANY):
        return False
    return problem.design.sparse and problem.row_bend <= LIGHT  # type: ignore[attr-defined,no-any-return]


def _light_classes(problem: Problem) -> bool:
    """Whether conjugate gradients do more for a softmax than blocks for each class.

    These are made for images: many columns that are alike, some rows for each.
    """
    if not _several(problem) or problem.size <= SMALL or problem.narrow:  # type: ignore[attr-defined]
        return False
    design, classes = problem.design, problem.lanes  # type: ignore[attr-defined]
    n, p = design.shape
    light = design.nnz * classes <= LIGHT_PASS
    if light or n >= ROWS_PER_COLUMN * p or p > LARGEST:
        return True
    few = n < LOOKED * p or design.sparse
    return not few and independent(problem, problem.start())


def _several(problem: Problem) -> bool:
    """Whether a sample has several predictions."""
    return Oracle.ROWS in problem.provides and Oracle.COLUMNS not in problem.provides


def followers(problem: Problem, given: Any, first: Solver) -> list[Solver]:
    """Who goes on, one after the other, where the solver of "auto" is stuck.

    Nobody does if another than "auto" was `given`.

    They go about the problem in other ways: by products with the Hessian where a metric
    does not last, by whole gradients where coordinates do not lead on, and by
    coordinates where a loss that is no sum has a scale that goes to zero.
    """
    if given != "auto" or Oracle.CONCAVE in problem.provides:
        return []
    smooth = _SMOOTH if Oracle.SUM in problem.provides else _JOINT
    ways = smooth if Oracle.SMOOTH in problem.provides else _ROUGH
    ways = ways if Oracle.GRADIENT in problem.provides else _KINKED
    able = (way for way in ways if way.requires in problem.provides)
    limits = {"tol": first.tol, "max_iter": first.max_iter}
    return [way(**limits) for way in able if not isinstance(first, way)]


def solver_for(problem: Problem, solver: Any) -> Solver:
    """`solver` as an object; what suits the problem where it is ``"auto"``."""
    if isinstance(solver, str) and solver == "auto":
        return choose(problem)
    return as_solver(solver)
