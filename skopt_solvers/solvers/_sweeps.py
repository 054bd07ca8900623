"""Plain epochs of coordinate descent on the residual, and whether they are worth it."""

import math
from typing import Any

import numpy as np

from .._compile import Record, readonly
from ..kernels import coordinate as kernels
from ..problems.linear import LinearPoint, LinearProblem
from ._extrapolation import extrapolate
from ._model import Model, means_of

Array = np.ndarray

EPOCHS = 6  # a sweep: enough to settle signs, too few to polish digits
PROBES = 3  # of the first sweep, which tells the pace
MOST_ROUNDS = 10  # of so many epochs, where a support is as large as it can be
SETTLED = 0.01  # of a sweep's first change: the rest is for the next one
HEAVY = 2e5  # entries of an epoch from which extrapolation costs little
LEAP = 0.5  # share of a step of all coefficients at once from which it is worth it
SPRINT = 0.12  # pace of such steps up to which others follow
SURE = 3.0  # times what is left that the last gain should do, for gains vary
EXTRA = 1.3  # what extrapolation adds to the pace, as an exponent


def sweep(
    problem: Any, state: Any, model: Model, record: Record, chosen: Array, whole: bool,
    crowded: bool,
) -> tuple[Array, Array]:  # fmt: skip
    """The coefficients of some columns after some epochs, and the columns' means.

    Epochs go on where no others matter (`whole`) and few are left to the tolerance, and
    where coefficients in use are about as many as samples (`crowded`): those change all
    the time, and what violates its condition says little.
    """
    means, squares = _moments(problem, model, chosen)
    squares += state.added(problem, chosen)
    w, r = state.point.x[: problem.split].copy(), model.r.copy()
    own = record is problem.record and problem.penalty.piecewise
    rough = crowded or not problem.penalty.piecewise
    share = len(chosen) / problem.design.shape[1]
    lengthened = share * problem.design.nnz > HEAVY and problem.penalty.piecewise
    settled, first = SETTLED, 0.0
    if whole and own:
        left = max(state.budget.goal, 0.0) / max(state.certificate.value, 1e-300)
        settled = min(settled, 0.5 * left)
    probing = state.sifts == 1 and tall(problem, len(chosen))
    trail = np.empty((1 + (PROBES if probing else EPOCHS), len(chosen)))
    for _ in range(MOST_ROUNDS):
        trail[0] = w[chosen]
        shift, epochs, first, before, change = kernels.cycles(
            problem.design.columns.record(), record, model.h, model.uniform,
            model.total, readonly(chosen), readonly(means), readonly(squares), w, r,
            trail[1:], settled, first,
        )  # fmt: skip
        state.pace = change / before if before > 0.0 else 0.0
        state.swept += 2.0 * epochs * share
        if state.budget.spent or change <= settled * first:
            break
        r += shift * model.h
        if lengthened and (own or rough):
            extrapolate(problem, model, record, chosen, means, trail, w, r)
        soon = own and change * state.pace ** (epochs / 2) <= settled * first
        if not (rough or soon):
            break
    return w[chosen], means


def leap(problem: Any, state: Any) -> LinearPoint | None:
    """Where all coefficients go at once, each as if there were no other.

    Two passes, and no column has to be laid out. None where columns depend so much on
    each other that the step would have to be cut short.
    """
    point, head = state.point, slice(problem.split)
    state.leaping = False
    step = problem.displaced(point)
    tail = -point.loss_gradient[problem.split :]
    direction = np.concatenate([step, tail])
    line = problem.line(point, direction)
    _, slope, curvature = problem.response.along(point.z, line.dz, 0.0)
    dearer = problem.regularizer.cost(point.x[head] + step) - point.cost
    if not -(slope + dearer) >= LEAP * curvature > 0.0:
        return None
    following: LinearPoint = line.point(min(1.0, -(slope + dearer) / curvature))
    sizes = problem.norms[head]
    left = np.max(sizes * np.abs(problem.displaced(following)))
    pace = float(left / np.max(sizes * np.abs(step)))
    state.leaping = pace < SPRINT
    state.pace = pace if state.leaping else pace**2  # an epoch does as much as two
    state.swept += 2.0
    return following


def gained(state: Any, certificate: float, swept: float) -> float:
    """By how many factors e a pass of sweeps has divided the certificate, since these
    were its value and the passes before.
    """
    passes = state.swept - swept
    if not passes > 0.0:
        return float(state.gain)
    factor = certificate / max(state.certificate.value, 1e-300)
    return math.log(max(factor, 1.0)) / (passes + 2.0)


def pays(problem: LinearProblem, state: Any, columns: Array) -> bool:
    """Whether epochs are likely to end before a Gram matrix is made.

    The pace of the last ones tells, or what they have gained: where many rows make
    columns nearly orthogonal, or a ridge is large, each divides what is left by a large
    number.
    """
    k, (_, p) = len(columns), problem.design.shape
    cost = problem.design.gram_cost(columns) + solving(problem, k)
    cost += problem.design.layout_cost(columns)
    epoch = 2.0 * k / p
    if not state.sifts:
        return cost > 2.0 * (1.0 + EPOCHS * epoch)
    if state.swept > 2.0 * cost:
        return False
    left = math.log(max(state.certificate.value / max(state.budget.goal, 1e-14), 1.0))
    if SURE * left < state.gain * cost:
        return True
    if not state.pace < 1.0:
        return False
    rate = -math.log(max(state.pace, 1e-3))
    epochs = left / rate
    if state.leaping:
        return 2.0 * epochs < cost
    epochs /= EXTRA
    passes = problem.design.columns_cost + 2.0 * (1.0 + epochs / EPOCHS)
    return passes + epochs * epoch < cost


def tall(problem: LinearProblem, count: int) -> bool:
    """Whether rows are so many that this many columns are nearly independent."""
    return bool(4 * count < problem.design.shape[0])


def solving(problem: LinearProblem, k: int) -> float:
    """Cost of solving on a Gram matrix of k columns, in passes."""
    return (40.0 + k / 60.0) * k**2 / max(problem.design.nnz, 1)


def _moments(problem: Any, model: Model, chosen: Array) -> tuple[Array, Array]:
    """Weighted means of columns, and weighted sums of their squares."""
    if problem.response.loss.quadratic and 2 * len(chosen) > problem.split:
        squares = model.total * problem.variances[chosen]
        squares[problem.steady[chosen]] = 0.0
        return means_of(problem, model.h, chosen), squares
    return kernels.moments(  # type: ignore[no-any-return]
        problem.design.columns.record(), model.h, model.total, readonly(chosen),
        problem.fit_intercept,
    )  # fmt: skip
