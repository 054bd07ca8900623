"""Along a path: one problem after the other, each begun where the last one ended."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .penalties import Box
from .problems import LinearProblem
from .problems._base import Oracle, require
from .problems._strength import reach
from .result import Result, Status
from .run import advance, run
from .solvers import Solver
from .solvers._auto import solver_for
from .solvers._base import Budget, Stretch
from .solvers._registry import solver_classes

Array = np.ndarray

TIGHT = 1e-14  # tolerance of the model that holds unpenalised columns only
ROUNDING = 1e-14  # relative; slopes of this size are nothing but rounding


def walk(
    problem: LinearProblem,
    solver: Solver,
    strengths: Array,
    budget: Budget,
    callbacks: Sequence[Callable[..., Any]] = (),
    gram: Any = None,
) -> Iterator[Stretch]:
    """Solutions at `strengths`, which should come down, in consecutive stretches.

    The solver's own way of following a path comes first; strengths that it leaves are
    solved one by one, each from the state of the one before. It ends early when the
    time is over or a run was interrupted.
    """
    _require_slopes(problem)
    solver.check()
    require(hardest(problem, strengths), solver, solver_classes())
    x, done = problem.start(), 0
    if not callbacks:  # they want to see every iteration
        for stretch in solver.follow(problem, strengths, budget, gram):
            yield stretch
            done += len(stretch)
            x = _last(problem, stretch)
    state = None
    for strength in strengths[done:]:
        here = problem.with_penalty(problem.penalty.at(float(strength)))
        result, state = advance(solver, here, x, budget, state, callbacks)
        x = result.x
        searching = solver.requires == Oracle.VALUE  # knows no predictions
        point = here.at(x) if searching or state.point.x is not x else state.point
        yield _stretch(result, point)
        if result.status in (Status.TIME, Status.INTERRUPTED):
            return


def hardest(problem: LinearProblem, strengths: Array) -> LinearProblem:
    """The problem at the weakest of some strengths: the one to choose a solver for.

    Zero is left out where there are others: without its penalty a problem may be smooth
    and its solver one that cannot do with the kinks of the rest.
    """
    weakest = np.min(strengths, where=strengths > 0, initial=np.max(strengths))
    return problem.with_penalty(problem.penalty.at(float(weakest)))


def _require_slopes(problem: LinearProblem) -> None:
    if not problem.response.differentiable:
        raise ValueError(
            f"{type(problem.response.loss).__name__} has no derivatives, so there is "
            "no path to follow: use a loss that has some, or a grid search."
        )


def _last(problem: LinearProblem, stretch: Stretch) -> Array:
    x = np.zeros(problem.size)
    x[stretch.columns] = stretch.w[-1]
    x[problem.split :] = stretch.tail[-1]
    return x


def _stretch(result: Result, point: Any) -> Stretch:
    """A single solution."""
    split = point.problem.split
    columns = np.flatnonzero(result.x[:split])
    certificate = result.certificate
    return Stretch(
        columns=columns,
        w=result.x[columns][None],
        tail=result.x[split:][None],
        losses=np.array([point.loss]),
        certificates=np.array([certificate.value]),
        kind=certificate.kind,
        z=point.z[None],
        trouble="" if result.success else result.message,
    )


def strongest(problem: LinearProblem) -> float:
    """Smallest strength at which the best model uses unpenalised columns only.

    Infinite where no strength makes zero optimal, as for a ridge.
    """
    _require_slopes(problem)
    if Oracle.GRADIENT not in problem.provides:
        raise ValueError(
            f"the slopes of {type(problem.response.loss).__name__} jump, so they do "
            "not tell at which strength the first coefficient is used: give the "
            "strengths as an array, or use a smooth loss such as 'squared_hinge' or "
            "'huber'."
        )
    problem = problem.with_penalty(problem.penalty.at(1.0))
    if _nothing_left(problem):
        return 0.0
    if not problem.free.any():
        return reach(problem, problem.null)
    open_ends = np.where(problem.free, math.inf, 0.0)
    alone = problem.with_penalty(Box(-open_ends, open_ends))
    found = run(solver_for(alone, "auto"), alone, tol=TIGHT)
    return reach(problem, alone.at(found.x).under(problem))


def _nothing_left(problem: LinearProblem) -> bool:
    """Whether all that the null model leaves to explain is rounding."""
    null, response = problem.null, problem.response
    if null.loss <= ROUNDING**2 * response.jets(np.zeros_like(null.z))[0]:
        return True
    size = np.max(response.weights @ np.abs(null.slopes))
    slopes = np.max(np.abs(null.loss_gradient), initial=0.0)
    return bool(slopes <= ROUNDING * problem.design.largest * size)


def grid(strongest: float, count: int, eps: float) -> Array:
    """`count` strengths from the strongest down to `eps` times it, geometrically.

    All the same and tiny where nothing is to be explained, as in scikit-learn.
    """
    if strongest == 0:
        return np.full(count, np.finfo(np.float64).resolution)
    return np.geomspace(strongest, eps * strongest, count)
