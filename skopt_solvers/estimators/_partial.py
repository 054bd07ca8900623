"""``partial_fit``: once through a part of the data, going on from the parts before."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .._threads import one_blas_thread
from ..problems import LinearProblem
from ..problems._base import require
from ..result import Result, Status
from ..run import advance, as_generator, budget_of
from ..solvers import Solver
from ..solvers._registry import as_solver, solver_classes
from ..solvers._stream import Stream
from ._base import Array, LinearModel, pack
from ._offset import NO_SHIFT, Shift
from ._report import warn

UNDONE = (Status.NON_FINITE, Status.INTERRUPTED)  # the part leaves no trace


@dataclass
class Parts:
    """What is carried from call to call: a stream for each task, and sums.

    Attributes
    ----------
    rng : Generator
        Shuffles the rows of each part.
    settings : str
        Of the solver; with others, new streams begin where the model stands.
    total : float
        Sum of the weights of all rows so far.
    streams : list of Stream
        One per task.
    """

    rng: np.random.Generator
    settings: str = ""
    total: float = 0.0
    streams: list[Stream] = field(default_factory=list)

    def go_on(self, solver: Solver, tasks: int) -> None:
        """Begin new streams where these are of another solver."""
        settings = repr(solver.get_params())
        if (settings, tasks) != (self.settings, len(self.streams)):
            self.settings, self.streams = settings, [Stream() for _ in range(tasks)]


def incremental(model: Any) -> bool:
    """Whether the solver of an estimator goes through data part by part."""
    if model.solver == "auto" or not as_solver(model.solver).incremental:
        able = ", ".join(c.__name__ for c in solver_classes() if c.incremental)
        raise AttributeError(
            "partial_fit needs a solver that goes through data part by part, one of "
            f"{able}; got solver={model.solver!r}."
        )
    return True


def partial_fit(
    model: LinearModel, X: Any, y: Any, sample_weight: Any, shift: Shift = NO_SHIFT
) -> None:
    """One pass over X from where the model stands, which is then where it ends."""
    design, target, weights = model._prepare(X, y, sample_weight, part=True)
    parts = getattr(model, "_parts", None) or Parts(as_generator(model.random_state))
    plan = model._plan(target, weights, parts.total)
    plan = plan.shifted(shift.of(plan.loss, len(weights)))
    total = sum(task.lanes for task in plan.tasks)
    w, b = np.empty((design.shape[1], total)), np.empty(total)
    before = model._previous(w.shape)
    results: list[Result] = []
    with one_blas_thread(), np.errstate(all="ignore"):
        for k, (task, lanes) in enumerate(plan.starts()):
            problem = model._problem(design, plan, task)
            if k == 0:
                model.solver_ = model._solver(problem)
                parts.go_on(model.solver_, len(plan.tasks))
            x = None if before is None else pack(problem, *before, lanes)
            result, x = _pass(model, problem, x, parts, k)
            results.append(result)
            coefficients, b[lanes] = problem.unpack(x)
            w[:, lanes] = coefficients.reshape(len(w), -1)
    parts.total += plan.weights.sum()
    model._keep(plan, w.astype(design.dtype), b.astype(design.dtype))
    model._report(plan, results)
    model.__dict__.pop("_fits", None)  # the rows before this part are gone
    model._parts = parts
    warn(model, model.solver_, results)


def _pass(
    model: LinearModel, problem: LinearProblem, x: Array | None, parts: Parts, k: int
) -> tuple[Result, Array]:
    """The pass of task k: its result, and where the rule stands."""
    solver: Any = model.solver_
    solver.check()
    require(problem, solver, solver_classes())
    budget = budget_of(solver, max_time=model.max_time, random_state=parts.rng)
    budget = replace(budget, tol=None, max_iter=1, certified=False)
    stream = parts.streams[k]
    start = problem.start() if x is None else x

    def begin(problem: Any, _: Array, budget: Any) -> Any:
        return stream.begin(solver, problem, x, budget)

    result, state = advance(
        solver, problem, start, budget, callbacks=model._watchers(), begin=begin
    )
    if result.status in UNDONE:
        return result, start
    parts.streams[k] = stream.after(problem, state)  # type: ignore[arg-type]
    return result, state.point.x
