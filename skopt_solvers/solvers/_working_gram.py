"""The Gram matrix of a working set, kept from one step to the next."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..problems.linear import LinearProblem
from ._base import Array, State
from ._model import Model, means_of

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
    """

    columns: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    gram: Array = field(default_factory=lambda: np.zeros((0, 0)))
    h: Array = field(default_factory=lambda: np.zeros(0))
    means: Array = field(default_factory=lambda: np.zeros(0))


def refresh(state: Any, problem: LinearProblem, model: Model, columns: Array) -> None:
    """Bring the Gram matrix up to date, unless it is good enough as it is."""
    k, h, known = len(state.columns), model.h, None
    grown = k and np.array_equal(state.columns, columns[:k])
    if grown and np.abs(h - state.h).sum() <= STALE * state.h.sum():
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
