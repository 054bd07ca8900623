"""Penalties that are concave on each side of zero: zeros stay, large values go free."""

import math
from abc import abstractmethod
from typing import Any

import numpy as np

from .._compile import Record
from .._params import Flag, validate
from ._base import Penalty
from ._pieces import positive_numbers, strength
from .l1 import L1


class Folded(
    Penalty,
    native=(
        *Penalty.native_names, "half_cost", "half_prox", "half_slope", "half_curvature",
    ),
):  # fmt: skip
    r"""The same on both sides of zero, and concave there but for a ridge.

    A subclass says what happens at :math:`a = |w|`; signs and bounds are done here. A
    coefficient w is stationary where minus the gradient of the loss is

    .. math:: \operatorname{sign}(w)\, \Omega'(|w|) \quad (w \ne 0), \qquad
              \text{at most } \Omega'(0+) \text{ in size} \quad (w = 0).

    References
    ----------
    Fan & Li (2001), J. Am. Stat. Assoc. 96, section 2, for what such penalties are for.
    """

    convex = False
    concave = True
    alpha: Any
    weights: Any
    positive: Any
    level: Any = 0.0

    @abstractmethod
    def half_cost(self, a, j):
        """Cost of a coefficient of size `a`."""

    @abstractmethod
    def half_prox(self, a, step, j):
        """The prox at ``z = a >= 0``, a global minimiser."""

    @abstractmethod
    def half_slope(self, a, j):
        """Slope of the cost at a > 0, its limit for a = 0; infinite for a jump."""

    @abstractmethod
    def half_curvature(self, a, j):
        """Second derivative of the cost at a > 0."""

    @abstractmethod
    def arrays(self, n_columns: int) -> dict[str, np.ndarray]:
        """What natives know of each column, zero where it costs nothing; checked."""

    @abstractmethod
    def hold(self, levels: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Up to which slope zero is its own prox; at least a good lower bound."""

    def cost(self, w, j):
        if self.positive and w < 0.0:
            return math.inf
        return self.half_cost(abs(w), j)

    def prox(self, z, step, j):
        if self.positive and z < 0.0:
            return 0.0
        return math.copysign(self.half_prox(abs(z), step, j), z)

    def violation(self, w, g, j):
        if w == 0.0:
            pull = -g if self.positive else abs(g)
            excess = pull - self.half_slope(0.0, j)
            return 0.0 if excess <= 0.0 else excess
        if self.positive and w < 0.0:
            return math.inf
        return abs(math.copysign(self.half_slope(abs(w), j), w) + g)

    def slope(self, w, j):
        return math.copysign(self.half_slope(abs(w), j), w)

    def curvature(self, w, j):
        return self.half_curvature(abs(w), j)

    def levels(self, n_columns: int) -> np.ndarray:
        """The strength in each column, checked."""
        validate(self, {"positive": Flag()})
        weights = positive_numbers(self, self.weights, n_columns)
        return np.full(n_columns, strength(self, self.alpha)) * weights

    def record(
        self, dtype: Any = np.float64, n_columns: int = 1, **fields: Any
    ) -> Record:
        arrays = {
            name: np.ascontiguousarray(values, dtype)
            for name, values in self.arrays(n_columns).items()
        }
        return super().record(dtype, n_columns, **(arrays | fields))

    def check(self, n_columns: int) -> None:
        self.arrays(n_columns)

    def free(self, n_columns: int) -> np.ndarray:
        costly = np.any(list(self.arrays(n_columns).values()), axis=0)
        return ~costly & (not self.positive)

    def relaxed(self, steps: np.ndarray) -> L1:
        return self.lasso(self.hold(self.levels(len(steps)), steps))

    def lasso(self, slopes: np.ndarray) -> L1:
        """The lasso with these slopes, and the same bound."""
        return L1(1.0, weights=slopes, positive=self.positive)
