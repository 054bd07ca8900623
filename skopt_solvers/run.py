"""The only loop over iterations."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from ._params import Number, Optional, Whole, check_values
from ._threads import one_blas_thread
from .callbacks import Callback, Observer, Progress
from .problems._base import (
    NO_CERTIFICATE,
    Certificate,
    Oracle,
    Point,
    Problem,
    ValuePoint,
    require,
)
from .result import NOT_YET, History, Result, Status
from .solvers._base import Budget, Solver, State
from .solvers._registry import solver_classes

__all__ = ["advance", "as_generator", "budget_of", "run"]

NOISE = 1e-15  # certificates, and falls of an objective, that are rounding
PATIENCE = 500  # iterations without any progress before a run counts as stalled
FORECAST = 100  # iterations of a solver before its rate is taken for what it is
FLOOR = 1e-9  # certificates that rounding may be to blame for
EARLIER = "a callback chose an iterate before the last one"
FIRST_LOOK = 8  # iterations after which a run may seem to run away
LAST_LOOKS = (Status.CONVERGED, Status.STALLED, Status.MAX_ITER, Status.TIME)
AGAIN = 2.0  # seconds within which a second Ctrl-C is not caught: it ends a search
LIMIT = Optional(Number(0.0))


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
    state: State | None = None,
    others: Sequence[Solver] = (),
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
    state : State, default=None
        Where the same solver ended on a problem next to this one: goes on from there.
    others : sequence of Solver, default=()
        Who goes on from the best point, one after the other, where a solver comes to a
        halt or would not be there within `max_iter` at the rate of its certificate.

    Raises
    ------
    IncompatibleProblem
        When the problem lacks something the solver needs.
    ValueError
        When a limit is out of range.
    """
    solver.check()
    check_values("a run", tol=(tol, LIMIT), max_iter=(max_iter, Optional(Whole(0))),
                 max_time=(max_time, LIMIT))  # fmt: skip
    require(problem, solver, solver_classes())
    budget = budget_of(solver, tol, max_iter, max_time, random_state)
    start = problem.start() if x is None else np.array(x, np.float64)
    with one_blas_thread():
        result, _ = advance(
            solver, problem, start, budget, state, callbacks, others=others
        )
        return result


def advance(
    solver: Solver,
    problem: Problem,
    x: np.ndarray,
    budget: Budget,
    state: State | None = None,
    callbacks: Sequence[Callback] = (),
    begin: Callable[[Problem, np.ndarray, Budget], State] | None = None,
    others: Sequence[Solver] = (),
) -> tuple[Result, State]:
    """As `run`, from x or from the state of a run on a problem next to this one.

    `begin` stands for the solver's `init`. Returns the result and the state to go on
    from. Checks nothing; the caller holds BLAS to one thread.
    """
    budget = replace(budget, watched=bool(callbacks))
    first = partial(begin or solver.init, problem, x, budget)
    if state is not None:
        first = partial(solver.resume, problem, state, budget)
    try:
        return _Loop(solver, problem, budget, callbacks, others).run(first, x)
    finally:
        for callback in callbacks:
            if isinstance(callback, Observer):
                callback.end()


def budget_of(
    solver: Solver,
    tol: float | None = None,
    max_iter: int | None = None,
    max_time: float | None = None,
    random_state: Any = None,
) -> Budget:
    """The solver's budget, with what is given in place of its own; time runs now."""
    limit = math.inf if max_time is None else max_time
    return Budget(
        tol=solver.tol if tol is None else tol,
        max_iter=solver.max_iter if max_iter is None else max_iter,
        deadline=time.perf_counter() + limit,
        source=_source(random_state),
    )


def _source(random_state: Any) -> Callable[[], np.random.Generator]:
    """`as_generator`, when it is needed: most solvers do not, and it takes 50 us."""
    if not isinstance(random_state, int | np.random.Generator | None):
        check_random_state(random_state)  # is refused now if it is none
    return cache(partial(as_generator, random_state))


def _reason(answer: Any) -> str | None:
    """What a callback said: nothing, or why to stop."""
    if answer is None or answer is False:
        return None
    if answer is True:
        return Status.CALLBACK.value
    if isinstance(answer, str):
        return answer
    raise TypeError(
        "a callback must return None, or a string (the reason) to stop the run; "
        f"got {answer!r}."
    )


def _is_interrupt(error: BaseException) -> bool:
    """Whether it is Ctrl-C, or came of it as it does where it meets numba."""
    cause = error.__cause__
    return isinstance(error, KeyboardInterrupt) or (
        cause is not None and _is_interrupt(cause)
    )


def _interrupted_again() -> bool:
    """Whether this is the second interrupt within `AGAIN` seconds."""
    now = time.monotonic()
    last = _interrupts[-1] if _interrupts else -math.inf
    _interrupts[:] = [now]
    return now - last < AGAIN


_interrupts: list[float] = []


class _Loop:
    """The run in progress: what the loop must remember besides the solver's state."""

    def __init__(
        self,
        solver: Solver,
        problem: Problem,
        budget: Budget,
        callbacks: Sequence[Callback],
        others: Sequence[Solver] = (),
    ) -> None:
        self.solver, self.problem, self.budget = solver, problem, budget
        self.others = list(others) if budget.tol is not None else []
        self.since, self.mark = 0, (FORECAST, math.inf)
        self.callbacks, self.begun = callbacks, time.perf_counter()
        self.history = History()
        self.best: Point | None = None
        self.reason: str | None = None
        self.lowest, self.nearest, self.idle_since = math.inf, math.inf, 0
        self.direction: np.ndarray | None = None
        self.looked = FIRST_LOOK // 2
        # a solver that asks for values only can go on from where there is none, and its
        # point is certified only if that costs no further values
        self.searching = solver.requires == Oracle.VALUE
        known = not self.searching or Oracle.CERTIFICATE in problem.provides
        self.certified = budget.certified and known

    def run(
        self, begin: Callable[[], State], x: np.ndarray
    ) -> tuple[Result, State]:
        state, status = None, None
        try:
            state = begin()
            status = self.record(state)
            while not status:
                self.solver.step(self.problem, state)
                state.n_iter += state.stride
                status = self.record(state)
                if self.others and (why := self.stuck(state, status)):
                    state = self.hand_over(state, why)
                    status = self.record(state)
        except (KeyboardInterrupt, SystemError) as error:
            if not _is_interrupt(error) or _interrupted_again():
                raise
            point = ValuePoint.at(self.problem, x)
            state = state or State(point, self.budget, NOT_YET)
            status = Status.INTERRUPTED
        return self.result(state, status), state

    def record(self, state: State) -> Status | None:
        """Note this iteration, tell the callbacks, decide."""
        point = state.point
        seconds = time.perf_counter() - self.begun
        first = state.n_iter - len(state.passed)
        for k, (value, left, when) in enumerate(state.passed, first):
            self.history.append(value, left, when - self.begun, 1.0, k)
        state.passed = []
        self.history.append(
            point.objective, state.certificate.value, seconds, state.rate, state.n_iter
        )
        if point.finite and (
            self.best is None or point.objective <= self.best.objective
        ):
            self.best = point
        for callback in self.callbacks:
            progress = Progress(
                state.n_iter, seconds, state, self.problem, self.history, self.solver
            )
            self.reason = _reason(callback(progress)) or self.reason
        state.stalled = state.stalled or self.idle(state)
        return self.verdict(state)

    def idle(self, state: State) -> bool:
        """Whether neither objective nor certificate became better for long."""
        objective = float(state.point.objective)
        better = objective + NOISE * abs(objective) < self.lowest
        nearer = state.certificate.value < 0.9 * self.nearest > NOISE
        self.lowest = objective if better else self.lowest
        self.nearest = min(self.nearest, state.certificate.value)
        self.idle_since = 0 if better or nearer else self.idle_since + 1
        return not self.solver.stochastic and self.idle_since > PATIENCE

    def stuck(self, state: State, status: Status | None) -> str:
        """Why another solver should go on from here; empty if none should.

        Looked for after 100, 200, 400, ... iterations of a solver.
        """
        done, goal = state.n_iter - self.since, self.budget.goal
        if status is Status.STALLED:
            return "no progress" if state.certificate.value > max(goal, FLOOR) else ""
        look, before = self.mark
        if status or done < look:
            return ""
        self.mark = 2 * look, self.nearest
        if look == FORECAST or not 0.0 < goal < self.nearest < math.inf:
            return ""
        fall = math.log(before / self.nearest) / (look / 2)  # an iteration
        needed = math.log(self.nearest / goal)
        late = needed > fall * (self.budget.max_iter - state.n_iter)
        return "slow progress" if late else ""

    def hand_over(self, state: State, why: str) -> State:
        """The state of the next solver, at the best point so far."""
        last, self.solver = self.solver, self.others.pop(0)
        point = self.answer(state)
        following = self.solver.init(self.problem, point.x, self.budget)
        following.n_iter += state.n_iter
        note = (
            f"{type(last).__name__}: {why} after {state.n_iter} iterations, at a "
            f"certificate of {state.certificate.value:.1e}; "
            f"{type(self.solver).__name__} goes on"
        )
        following.log = [*state.log, note, *following.log]
        self.since, self.mark = state.n_iter, (FORECAST, math.inf)
        self.idle_since = 0
        return following

    def verdict(self, state: State) -> Status | None:
        """The one place where it is decided that a run is over, and why."""
        end = self.end(state)
        hopeless = not self.searching or state.point.objective < 0
        if not state.point.finite and (end or hopeless):
            return Status.NON_FINITE
        if self.runs_away(state, end):
            return Status.SEPARABLE
        return end.without_tolerance if end and self.budget.tol is None else end

    def runs_away(self, state: State, end: Status | None) -> bool:
        """Whether there is a direction in which the objective falls for ever.

        Looked for after 8, 16, 32, ... iterations and at the end.
        """
        due = state.n_iter >= 2 * self.looked if end is None else end in LAST_LOOKS
        if not due or self.budget.tol is None or not self.certified:
            return False
        self.looked = state.n_iter
        thorough = end not in (None, Status.CONVERGED)
        self.direction = self.problem.recession(state.point.x, thorough)
        return self.direction is not None

    def end(self, state: State) -> Status | None:
        """Why a run would be over, were its point finite."""
        certificate = state.certificate
        if certificate.exact and certificate.value <= self.budget.goal:
            return Status.CONVERGED
        if self.reason:
            return Status.CALLBACK
        if self.budget.spent:
            return Status.TIME
        if state.stalled:
            return Status.STALLED
        if state.exhausted:
            return Status.EVALUATIONS
        return Status.MAX_ITER if state.n_iter >= self.budget.max_iter else None

    def answer(self, state: State) -> Point:
        """The point that a callback chose, else the one with the lowest objective."""
        if state.chosen is not None:
            return state.chosen
        best, point = self.best or state.point, state.point
        tied = point.objective <= best.objective + 1e-14 * abs(best.objective)
        return point if tied else best

    def refined(self, point: Point, certificate: Certificate) -> Certificate:
        """The certificate, or that of slopes which cost a Hessian, if it is better."""
        if certificate.value <= self.budget.goal:
            return certificate
        witness = self.problem.refined(point)
        if witness is None:
            return certificate
        other = self.problem.certificate(point, witness=witness)
        return min(certificate, other, key=lambda c: c.value)

    def result(self, state: State, status: Status) -> Result:
        point, certificate = state.point, state.certificate
        certificate = certificate if self.certified else NO_CERTIFICATE
        if state.chosen is not None and state.chosen is not point:
            status = Status.CALLBACK if status is Status.CONVERGED else status
        if status is not Status.CONVERGED:
            # recomputed from x: predictions carried along gather rounding errors
            point = self.answer(state)
            if self.certified:
                own = point is state.point
                point = self.problem.at(point.x)
                certificate = self.problem.certificate(point)
                if own and state.witness is not None:
                    other = self.problem.certificate(point, witness=state.witness)
                    certificate = min(certificate, other, key=lambda c: c.value)
            fine = point.finite and not status.success and self.direction is None
            if fine and status is Status.STALLED and self.certified:
                certificate = self.refined(point, certificate)
            if fine and certificate.value <= self.budget.goal:
                status = Status.CONVERGED
        message = status.value
        if status is Status.CALLBACK:
            message = self.reason or EARLIER
        return Result(
            x=np.array(point.x),
            objective=float(point.objective),
            certificate=certificate,
            status=status,
            message=message,
            n_iter=state.n_iter,
            seconds=time.perf_counter() - self.begun,
            history=self.history,
            counts=self.problem.counts,
            solver=self.solver,
            log=state.log,
            direction=self.direction,
        )


def as_generator(random_state: Any) -> np.random.Generator:
    """A generator from itself, a seed, a RandomState or None."""
    if isinstance(random_state, np.random.Generator):
        return random_state
    return np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))
