"""What the history tells: learning rates, slow decay, the limits of precision."""

import math
from collections.abc import Iterator

import numpy as np

from ..result import Status
from ..solvers import StochasticSolver
from . import _remedies as remedies
from ._case import Case
from ._finding import Finding

Array = np.ndarray

GROWN = 1.5  # times the first objective: the rate is too large
RESTLESS = 0.3  # share of iterations that go up, from which a run oscillates
SLOW = 0.5  # of the excess is left after the last quarter: the decay is slow
FAR_BELOW = 0.05  # of the automatic learning rate
VANISHING = 1e-3  # of the target's standard deviation
NEAR = "tol is below what floating-point precision allows on data of this scale."
FAR = "no step makes progress at floating-point precision, far from the optimum."
MARGIN = 3.0  # between a certificate that was reached and a tolerance that will be


def learning_rate(case: Case) -> Iterator[Finding]:
    """A learning rate that was given, and is too large or too small."""
    solver = case.solver
    if not isinstance(solver, StochasticSolver) or solver.learning_rate == "auto":
        return
    if not case.failed or len(case.objectives) < 4:
        return
    evidence = {"learning rate": float(solver.learning_rate)}
    automatic = _automatic(case)
    if automatic is not None:
        evidence["automatic"] = automatic
    remedy = remedies.automatic_rate(solver)
    trouble = _too_large(case)
    if trouble:
        message = f"the objective {trouble[0]}: steps go beyond the minimum."
        yield Finding("learning rate too large", message, evidence | trouble[1], remedy)
    elif _slow(case.excess) and _below(solver.learning_rate, automatic):
        numbers = {"left after the last quarter": _left(case.excess)}
        message = "the objective falls steadily, and slowly: steps are too short."
        yield Finding("learning rate too small", message, evidence | numbers, remedy)


def slow_decay(case: Case) -> Iterator[Finding]:
    """A solver that ran out of iterations or time on its way."""
    left = float(case.result.certificate.value)
    late = case.result.status in (Status.MAX_ITER, Status.TIME)
    if not late or not math.isfinite(left) or any(learning_rate(case)):
        return
    stochastic = case.solver.stochastic
    yield Finding(
        "slow decay",
        f"{type(case.solver).__name__} was on its way when it had to stop.",
        {
            "iterations": case.result.n_iter,
            "certificate": left,
            "tol": float(case.solver.tol or 0.0),
        },
        remedies.longer(case.solver) if stochastic else remedies.automatic_solver(),
    )


def reachable(case: Case) -> bool:
    """Whether a tolerance above the certificate reached still says something."""
    return bool(MARGIN * float(case.result.certificate.value) < 1.0)


def vanishing_scale(case: Case) -> Iterator[Finding]:
    """A joint scale that went to zero, as the model goes through most samples."""
    response = case.problem.response
    if case.result.success or not response.differentiable or response.separable:
        return
    scale = response.scale(case.problem.push(case.result.x))
    mean = response.weights @ response.y
    spread = math.sqrt(float(response.weights @ (response.y - mean) ** 2))
    if not scale <= VANISHING * spread:
        return
    yield Finding(
        "vanishing scale",
        "the scale of the residuals went to zero, as the model goes through most "
        "samples: the objective has a kink there.",
        {"scale": scale, "standard deviation of y": spread},
        remedies.stronger(case.problem.penalty, case.params),
    )


def stagnation(case: Case) -> Iterator[Finding]:
    """A tolerance beyond what rounding allows on these data."""
    reached = float(case.result.certificate.value)
    if case.result.status is not Status.STALLED or not 0 < reached < math.inf:
        return
    message, remedy = FAR, remedies.scaled()
    if reachable(case):
        message, remedy = NEAR, remedies.tolerance(MARGIN * reached)
    yield Finding(
        "stagnation",
        message,
        {
            "tol": float(case.solver.tol or 0.0),
            "certificate": reached,
            "dtype of X": str(case.problem.design.dtype),
        },
        remedy,
    )


def overflow(case: Case) -> Iterator[Finding]:
    """An objective that became infinite, by other means than a learning rate."""
    given = isinstance(case.solver, StochasticSolver)
    if case.result.status is not Status.NON_FINITE or given:
        return
    yield Finding(
        "overflow",
        "the objective became infinite or NaN on the way.",
        {"iteration": case.result.n_iter, "largest entry": case.problem.design.largest},
        remedies.automatic_solver(),
    )


def _too_large(case: Case) -> tuple[str, dict[str, float]] | None:
    """How the objective shows it, and the numbers."""
    f = case.objectives
    if not np.isfinite(f).all():
        return "became infinite", {"iteration": int(np.argmin(np.isfinite(f)))}  # type: ignore[dict-item]
    if f[-1] > GROWN * f[0] or f.argmin() == 0:
        return "grew", {"first": float(f[0]), "last": float(f[-1])}
    half = len(f) // 2
    late = np.diff(f[half:])
    ups = float(np.mean(late > 0)) if len(late) else 0.0
    progress = f[: half + 1].min() - f[half:].min()
    if ups >= RESTLESS and progress <= 0.05 * (f[0] - f.min()):
        return "oscillates", {"share of epochs that go up": ups}
    return None


def _slow(excess: Array) -> bool:
    falling = float(np.mean(np.diff(excess) <= 0)) >= 1 - RESTLESS
    return falling and _left(excess) > SLOW


def _left(excess: Array) -> float:
    """What the last quarter of the run left of the excess."""
    before = excess[(3 * len(excess)) // 4 - 1]
    return float(excess[-1] / before) if before > 0 else 0.0


def _below(rate: float, automatic: float | None) -> bool:
    return automatic is None or rate < FAR_BELOW * automatic


def _automatic(case: Case) -> float | None:
    """The learning rate that "auto" would have taken."""
    solver = case.solver
    assert isinstance(solver, StochasticSolver)
    preconditioned = solver.preconditioner is not None
    rng, batch = np.random.default_rng(0), solver.batch_size
    sweep = case.problem.sweep(
        solver, None if batch == "auto" else batch, preconditioned, rng
    )
    facts = sweep.facts
    return None if facts is None else float(solver.automatic(facts, sweep.batch))
