"""The Gram matrix of a working set, kept from one step to the next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._matrices import diagonal
from ..problems._linear_point import QuadraticPoint
from ..problems.linear import LinearPoint, LinearProblem
from ._base import Array, State
from ._model import Model, means_of
from ._working_set import pushed

DAMPING, MOST_DAMPING = 1e-3, 1e3  # of the largest curvature, after a step cut short
SHORT = 0.1  # share of a step from which on its model was good enough
SLOW = 0.3  # share of the violation after a step for which its model was too old
CANCELLED = 1e-7  # of the null model's loss; below it losses come from residuals
SAVED = 2.0  # passes that a Gram matrix of all columns spares
MANY = 12  # times the columns wanted that all of them may be, to be taken at once
BLURRED = 1e-13  # of the null model's loss: rounding errors, to be below the tolerance
PRODUCTS = 5e6  # that take no longer than some calls
STALE = 0.05  # relative change of the curvatures up to which a Gram matrix is kept


@dataclass
class GramState(State):
    """A state with the Gram matrix of the columns of its working set.

    Attributes
    ----------
    columns : ndarray of shape (k,)
        The columns, in the order in which they came.
    gram : ndarray of shape (k, k)
        Their Gram matrix, weighted by h and centred at `means`.
    h : ndarray of shape (n,)
        The weights.
    means : ndarray of shape (k,)
        Means of the columns, weighted by h; zeros without an intercept.
    damping : float
        Share of the largest curvature that is added to the model. Where all samples of
        a column lie in the tail of the loss, its curvature is next to nothing, and
        grows as soon as the column moves.
    """

    columns: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    gram: Array = field(default_factory=lambda: np.zeros((0, 0)))
    h: Array = field(default_factory=lambda: np.zeros(0))
    means: Array = field(default_factory=lambda: np.zeros(0))
    damping: float = 0.0

    def learn(self) -> None:
        """Trust the model less after a step cut short, more after a whole one."""
        if 0.0 < self.rate < SHORT:
            self.damping = max(10.0 * self.damping, DAMPING)
            self.h = np.zeros_like(self.h)  # nor is the Gram matrix to be trusted
        elif self.rate == 1.0:
            self.damping = self.damping / 10.0 if self.damping > DAMPING else 0.0

    def outdated(self, model: Model, left: float, before: float) -> bool:
        """Whether a Gram matrix kept too long left the violation; it is given up."""
        if left <= SLOW * before or self.h is model.h:
            return False
        self.h = np.zeros_like(self.h)
        return True

    @property
    def hopeless(self) -> bool:
        """Whether no other model would help a step that did not move."""
        return not self.rate > 0.0 or self.damping >= MOST_DAMPING

    def added(self, problem: LinearProblem, columns: Array) -> Array:
        """What the damping adds to the curvatures of some columns."""
        if not self.damping:
            return np.zeros(len(columns))
        point: Any = self.point
        return self.damping * problem.scales(point)[columns]  # type: ignore[no-any-return]

    def damped(self, problem: LinearProblem) -> Array:
        """The Gram matrix with what the damping adds."""
        if not self.damping:
            return self.gram
        gram = self.gram.copy()
        diagonal(gram)[:] += self.added(problem, self.columns)
        return gram


def tiny(problem: LinearProblem, state: Any, most: int) -> bool:
    """Whether to begin with a Gram matrix of all columns, at `most` so many, as it
    costs no more than to choose among them.
    """
    response, size = problem.response, problem.split
    one = response.loss.quadratic and not response.shape and not state.n_iter
    return bool(one and size <= most and size * problem.design.nnz <= PRODUCTS)


def reached(problem: LinearProblem, state: Any, finish: Callable[[], None]) -> bool:
    """Whether to `finish` on all columns at once was enough; if not, nothing moved."""
    before, certificate = state.point, state.certificate
    finish()
    state.certify(problem)
    if state.certificate.exact and state.certificate.value <= state.budget.goal:
        return True
    state.point, state.certificate, state.finishing = before, certificate, False
    return False


def refresh(state: Any, problem: LinearProblem, model: Model, columns: Array) -> None:
    """Bring the Gram matrix up to date, unless it is good enough as it is."""
    k, h, known = len(state.columns), model.h, None
    grown = k and np.array_equal(state.columns, columns[:k])
    if grown and (h is state.h or np.abs(h - state.h).sum() <= STALE * state.h.sum()):
        if k == len(columns):
            return
        h, known = state.h, state.gram
    means = means_of(problem, h, columns)
    shift = np.zeros(problem.n_columns)
    shift[columns] = means
    state.gram = problem.design.gram(h, columns, shift, known)
    if len(problem.constant):
        dead = np.isin(columns, problem.constant)
        state.gram[dead], state.gram[:, dead] = 0.0, 0.0
    state.columns, state.h, state.means = columns, h, means


def landed(
    problem: LinearProblem, state: Any, model: Model, columns: Array, x: Array
) -> LinearPoint:
    """The point x on a quadratic loss, from where coefficients of `columns` moved.

    The Gram matrix of all columns tells the loss and its gradient without a pass over
    the data, unless so little is left of the loss that rounding errors would show.
    """
    point = state.point
    same = state.h is model.h or np.array_equal(state.h, model.h)
    if len(state.columns) == problem.split and same:
        change = x[state.columns] - point.x[state.columns]
        bent, gradient = state.gram @ change, np.zeros(problem.size)
        fall = model.shift**2 * model.total  # of the intercept, which ends at its best
        fall -= (2.0 * point.loss_gradient[state.columns] + bent) @ change
        loss = point.loss - 0.5 * float(fall)
        gradient[state.columns] = point.loss_gradient[state.columns] + bent
        blurred = max(CANCELLED, BLURRED / max(state.budget.goal, BLURRED))
        if loss > blurred * problem.null.loss:
            return QuadraticPoint(problem, x, loss, gradient)
    return LinearPoint(problem, x, pushed(problem, x, columns))
