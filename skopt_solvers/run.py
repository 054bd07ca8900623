"""The only loop over iterations."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from ._threads import one_blas_thread
from .callbacks import Progress
from .problems._base import Point, Problem, require
from .result import History, Result, Status
from .solvers._base import Budget, Solver, State
from .solvers._registry import solver_classes

__all__ = ["run"]

Callback = Callable[[Progress], "str | None"]


def run(
    solver: Solver,
    problem: Problem,
    x: np.ndarray | None = None,
    *,
    tol: float | None = None,
    max_iter: int | None = None,
    max_time: float | None = None,
    callbacks: Sequence[Callback] = (),
    random_state: Any = None,
) -> Result:
    """Minimise `problem` with `solver`, from `x` on.

    Parameters
    ----------
    solver : Solver
        Not modified.
    problem : Problem
        What to minimise.
    x : ndarray of shape (problem.size,), default=None
        Where to begin; None for the problem's own start.
    tol, max_iter : default=None
        Override the solver's.
    max_time : float, default=None
        Seconds after which to stop.
    callbacks : sequence of callable
        Each is called with a `Progress` after every iteration; a string that it returns
        ends the run and is the reason.
    random_state : int, RandomState, Generator or None
        Source of randomness of stochastic solvers.

    Raises
    ------
    IncompatibleProblem
        When the problem lacks something the solver needs.
    """
    solver.check()
    require(problem, solver, solver_classes())
    begun = time.perf_counter()
    budget = Budget(
        tol=solver.tol if tol is None else tol,
        max_iter=solver.max_iter if max_iter is None else max_iter,
        deadline=math.inf if max_time is None else begun + max_time,
        rng=_generator(random_state),
    )
    with one_blas_thread():
        loop = _Loop(solver, problem, budget, callbacks, begun)
        return loop.run(problem.start() if x is None else np.array(x, np.float64))


class _Loop:
    """The run in progress: what the loop must remember besides the solver's state."""

    def __init__(
        self,
        solver: Solver,
        problem: Problem,
        budget: Budget,
        callbacks: Sequence[Callback],
        begun: float,
    ) -> None:
        self.solver, self.problem, self.budget = solver, problem, budget
        self.callbacks, self.begun = callbacks, begun
        self.history = History()
        self.best: Point | None = None
        self.reason: str | None = None

    def run(self, x: np.ndarray) -> Result:
        state, status = None, None
        try:
            state = self.solver.init(self.problem, x, self.budget)
            status = self.record(state)
            while not status:
                self.solver.step(self.problem, state)
                state.n_iter += 1
                status = self.record(state)
        except KeyboardInterrupt:
            if state is None:
                raise
            status = Status.INTERRUPTED
        return self.result(state, status)

    def record(self, state: State) -> Status | None:
        """Note this iteration, tell the callbacks, decide."""
        point = state.point
        seconds = time.perf_counter() - self.begun
        self.history.append(
            point.objective, state.certificate.value, seconds, state.rate
        )
        if point.finite and (
            self.best is None or point.objective <= self.best.objective
        ):
            self.best = point
        for callback in self.callbacks:
            progress = Progress(
                state.n_iter, seconds, state, self.problem, self.history
            )
            self.reason = callback(progress) or self.reason
        return self.verdict(state)

    def verdict(self, state: State) -> Status | None:
        """The one place where it is decided that a run is over, and why."""
        certificate = state.certificate
        if not state.point.finite:
            return Status.NON_FINITE
        if certificate.exact and certificate.value <= self.budget.goal:
            return Status.CONVERGED
        if self.reason:
            return Status.CALLBACK
        if self.budget.spent:
            return Status.TIME
        if state.stalled:
            return Status.STALLED
        if state.n_iter >= self.budget.max_iter:
            return Status.MAX_ITER if self.budget.tol is not None else Status.DONE
        return None

    def result(self, state: State, status: Status) -> Result:
        point, certificate = state.point, state.certificate
        if status is not Status.CONVERGED:
            # recomputed from x: predictions carried along gather rounding errors
            point = self.problem.at((self.best or point).x)
            certificate = self.problem.certificate(point)
            if not status.success and certificate.value <= self.budget.goal:
                status = Status.CONVERGED
        return Result(
            x=point.x,
            objective=float(point.objective),
            certificate=certificate,
            status=status,
            message=self.reason if status is Status.CALLBACK else status.value,  # type: ignore[arg-type]
            n_iter=state.n_iter,
            seconds=time.perf_counter() - self.begun,
            history=self.history,
            counts=self.problem.counts,
        )


def _generator(random_state: Any) -> np.random.Generator:
    if isinstance(random_state, np.random.Generator):
        return random_state
    return np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))
