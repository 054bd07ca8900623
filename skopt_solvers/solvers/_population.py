"""Searches that ask for a population of points and are told their values."""

from abc import abstractmethod
from typing import Any

import numpy as np

from ..problems._base import Problem
from ._base import Array
from ._derivative_free import DerivativeFree, SearchState


class PopulationSolver(DerivativeFree):
    r"""Base of the solvers that move by populations: `ask` for points, `tell` values.

    Points beyond the bounds are judged at the nearest point within them, plus a
    distance:

    .. math:: f(\operatorname{clip}(x)) + \frac{\delta}{n}
              \sum_j \frac{(x_j - \operatorname{clip}(x)_j)^2}{s_j^2}

    with the interquartile range :math:`\delta` of the values and the standard deviation
    :math:`s_j` of the points. A population that strays outside is drawn back, whatever
    its size; what is reported is within the bounds. With `n_jobs` the points of a
    population are evaluated side by side, which changes no result.
    """

    @abstractmethod
    def ask(self, state: SearchState) -> Array:
        """The points to be evaluated next, shape (m, n)."""

    @abstractmethod
    def tell(self, state: SearchState, points: Array, values: Array) -> None:
        """Learn from the values of the points that were asked for."""

    def step(self, problem: Problem, state: Any) -> None:
        points = self.ask(state)
        values = state.evaluate(points)
        if not state.over:
            self.tell(state, points, values + distance(state, points, values))


def distance(state: SearchState, points: Array, values: Array) -> Array | float:
    """What each point beyond the bounds has to pay."""
    if not state.bounded:
        return 0.0
    beyond = points - state.repair(points)
    if not beyond.any():
        return 0.0
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0
    low, high = np.quantile(finite, [0.25, 0.75])
    price = max(high - low, 1e-15 * abs(high), 1e-300)
    spread = np.maximum(points.std(axis=0), 1e-300)
    return price * np.mean((beyond / spread) ** 2, axis=1)  # type: ignore[no-any-return]
