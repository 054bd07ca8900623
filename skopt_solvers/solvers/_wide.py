"""What is tried before a factor is made: of all rows, or of a dear Hessian.

The factor costs as much whatever the ridge. Where that is strong, or rows have little
in common, some gradients or epochs in the dual are there before. Both tell from their
own pace whether they will be.
"""

from typing import Any

import numpy as np

from .._compile import readonly
from ..problems._excerpts import RUN
from ._base import Solver
from ._beginnings import PATIENCE as PATIENT
from ._beginnings import ascended, epoch_cost, firm, prospect, taken
from .newton_cg import WIDE

INSIDE = 3.0  # Hessians that a solution in the span of the rows takes, about
SMALL = 100  # columns whose factor costs next to nothing
WORTH = 12.0  # passes that this must cost for anything else to be tried
SHARE, FEWEST, MOST = 16, 50, 250  # of the rows whose products are looked at
FEW = 32  # the same where a look costs nearly as much as what it spares
LOOKS, STEEP = 6, 4.0  # power iterations; largest eigenvalue of rows that are apart
FAR = 10.0  # predictions that a sample of its class may have
WEAK = 1e9  # length of all rows, in ridges, beyond which products are cancelled
GENTLE = 2.0  # times that a row bends the loss, in ridges, up to which epochs are few
FIRST = 5.0  # epochs to the end where a row bends nothing
AROUND = 10.0  # evaluations that are made around a Hessian, about
UNSURE = 25.0  # passes that the factor must cost for that where rows are not apart
# of the cost of the factor: what the dual may take in any case, for paces grow
PATIENCE, DOUBT = 0.25, 0.07  # where rows are apart, and elsewhere


def factor_cost(problem: Any) -> float:
    """What products of all rows and a solution with them cost, in passes."""
    n, p = problem.design.shape
    products = problem.design.cross_cost(np.arange(p)) / 2  # in single precision
    return float(products + INSIDE * n**3 / (20.0 * max(problem.design.nnz, 1)))


def dear(problem: Any) -> bool:
    """Whether a factor of all rows costs so much that others are tried before.

    Of dense rows, no more than there are columns, if there is a dual.
    """
    if WIDE not in problem.provides or problem.design.sparse:
        return False
    n, p = problem.design.shape
    return n <= p and p > SMALL and factor_cost(problem) >= WORTH


def before_factors(
    problem: Any, state: Any, descent: Solver, hessian: bool
) -> None:
    """Go on without a factor while that promises to cost less.

    `descent` is who takes gradients; `hessian` says whether it would be that of a dear
    Hessian, where it is not one of rows.
    """
    if dear(problem):
        before_rows(problem, state, descent)
    elif hessian:
        before_hessian(problem, state)


def before_rows(problem: Any, state: Any, descent: Solver) -> None:
    """Go on without a factor of the rows."""
    if problem.response.loss.quadratic:
        return  # these go by products anyway
    cost = factor_cost(problem)
    if firm(problem):
        descended(problem, state, cost, descent)
        return
    lone = apart(problem.design)
    if lone or (cost >= UNSURE and not few_systems(problem)):
        least = PATIENCE if lone else DOUBT
        taken(state, *ascended(problem, state.point.x, state.budget, cost, least))


def before_hessian(problem: Any, state: Any) -> None:
    """Go on in the dual, without a Hessian.

    Of rows that bend the loss so little that epochs are few, however much columns
    depend on each other. Where these hardly do, gradients are as good. Sparse columns
    often add up to the intercept, which is slow to follow then.
    """
    slow = problem.design.sparse and problem.fit_intercept
    if WIDE not in problem.provides or slow:
        return
    gentle = problem.response.max_curvature * problem.row_bend <= GENTLE
    if gentle and not apart(problem.design, FEW):
        cost = problem.hessian_cost + AROUND
        taken(state, *ascended(problem, state.point.x, state.budget, cost))


def before_systems(problem: Any, state: Any) -> None:
    """Go on in the dual, without Newton's method, unless epochs are many and dear.

    That is known beforehand of rows that are no fewer than columns and all alike:
    nothing but each one's own loss holds their slopes then.
    """
    design = problem.design
    epochs = FIRST * (1.0 + problem.response.max_curvature * problem.row_bend)
    long = epochs * epoch_cost(design) > PATIENT and design.shape[0] >= design.shape[1]
    if long and apart(design):
        state.log.append(f"dual: not begun, with {epochs:.0f} epochs in prospect")
    else:
        taken(state, *ascended(problem, state.point.x, state.budget))


def few_systems(problem: Any) -> bool:
    """Whether Newton's method ends soon: a solution of few systems by products with the
    Hessian, or by a factor of the rows in use.

    One where the loss is quadratic, unless the ridge is so weak that a factor of the
    rows is not exact. Not many where losses of classes have no curvature on one side,
    as squared hinges, and the factor of the other samples costs less from step to step.
    """
    if problem.response.loss.quadratic:
        return bool(len(problem.response.y) * problem.row_bend <= WEAK)
    if not problem.response.loss.labels:
        return False
    far = np.full(len(problem.response.y), FAR)
    return not all(problem.response.jets(z)[2].all() for z in (far, -far))


def descended(problem: Any, state: Any, most: float, descent: Solver) -> None:
    """Iterations of a solver, as long as no more than `most` are in prospect."""
    inner = descent.init(problem, state.point.x, state.budget)
    goal, looks = max(state.budget.goal, 1e-15), [(0, inner.certificate.value)]
    while inner.n_iter < state.budget.max_iter and not state.budget.spent:
        if inner.certificate.value <= state.budget.goal or inner.stalled:
            break
        if prospect(looks, goal) > most and len(looks) > LOOKS:
            break
        descent.step(problem, inner)
        inner.n_iter += 1
        looks.append((inner.n_iter, min(looks[-1][1], inner.certificate.value)))
    taken(state, inner, f"start: {inner.n_iter} iterations with a strong ridge")


def apart(design: Any, most: int = MOST) -> bool:
    """Whether no combination of rows is much longer than the rows themselves.

    As power iteration tells on products of some of them, scaled to unit length.
    """
    n, p = design.shape
    runs = max(min(max(n // SHARE, FEWEST), n, most) // RUN, 1)
    firsts = np.linspace(0, n - min(RUN, n), runs).astype(np.int64)
    part = design.take((firsts[:, None] + np.arange(min(RUN, n))).ravel())
    products = part.cross_gram(readonly(np.ones(p)))
    scale = 1.0 / np.sqrt(np.maximum(np.diag(products), 1e-300))
    v = np.cos(np.arange(len(scale)) ** 2.0)  # no rows' own
    for _ in range(LOOKS):
        v = scale * (products @ (scale * (v / np.linalg.norm(v))))
        if not 0.0 < np.linalg.norm(v) < STEEP:
            return False
    return True
