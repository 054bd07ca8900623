"""What a regularizer is: a penalty laid out over the flat coefficients of a problem."""

from abc import ABC, abstractmethod

import numpy as np

from .._compile import Record, readonly
from ..kernels import penalties as kernels
from ..penalties import Penalty
from ..penalties._base import BasePenalty

Array = np.ndarray


class Regularizer(ABC):
    """A penalty as a function of all coefficients at once.

    `w` and `g` below are flat, `lanes` coefficients per column; g is the gradient of
    the loss, which the slopes of the penalty are to cancel.

    Attributes
    ----------
    record : Record
        The compiled penalty.
    free : ndarray of shape (n_columns,)
        Which columns are not penalised.
    """

    record: Record

    def __init__(self, penalty: BasePenalty, n_columns: int, lanes: int) -> None:
        penalty.check(n_columns)
        self.lanes = lanes
        self.free = readonly(penalty.free(n_columns))

    @abstractmethod
    def cost(self, w: Array) -> float:
        """The penalty."""

    @abstractmethod
    def prox(self, z: Array, steps: Array) -> Array:
        """The prox, each coefficient with its own step, as `metric` allows them."""

    @abstractmethod
    def metric(self, scales: Array) -> Array:
        """Positive `scales`, made larger where the prox needs them to be equal."""

    @abstractmethod
    def violations(self, w: Array, g: Array) -> Array:
        """How far each coefficient is from its condition of optimality."""

    @abstractmethod
    def shrinkage(self, g: Array) -> float:
        """Largest s in [0, 1] for a feasible ``-s g`` where columns are not free."""

    @abstractmethod
    def gap(self, w: Array, g: Array, scale: float) -> float:
        """Fenchel-Young gap at ``-scale * g`` where columns are not free."""

    @abstractmethod
    def slopes(self, w: Array) -> Array:
        """Gradient, for smooth penalties."""

    @abstractmethod
    def curvatures(self, w: Array) -> Array:
        """Diagonal of the Hessian, for smooth penalties."""

    @abstractmethod
    def along(self, w: Array, d: Array, t: float) -> tuple[float, float, float]:
        """Value, slope and curvature in t at ``w + t d``, for smooth penalties."""


class Separable(Regularizer):
    """A sum over coefficients; those of a column share a penalty."""

    def __init__(self, penalty: Penalty, n_columns: int, lanes: int) -> None:
        super().__init__(penalty, n_columns, lanes)
        self.record = penalty.record(n_columns=n_columns)

    def cost(self, w: Array) -> float:
        return kernels.costs(self.record, readonly(w), self.lanes)  # type: ignore[no-any-return]

    def prox(self, z: Array, steps: Array) -> Array:
        return kernels.proxes(self.record, readonly(z), readonly(steps), self.lanes)  # type: ignore[no-any-return]

    def metric(self, scales: Array) -> Array:
        return scales

    def violations(self, w: Array, g: Array) -> Array:
        return kernels.violations(self.record, readonly(w), readonly(g), self.lanes)  # type: ignore[no-any-return]

    def shrinkage(self, g: Array) -> float:
        g, sign = readonly(g), -1.0
        return kernels.shrinkage(self.record, g, sign, self.free, self.lanes)  # type: ignore[no-any-return]

    def gap(self, w: Array, g: Array, scale: float) -> float:
        w, g = readonly(w), readonly(g)
        return kernels.gaps(self.record, w, g, self.free, -scale, self.lanes)  # type: ignore[no-any-return]

    def slopes(self, w: Array) -> Array:
        return kernels.slopes(self.record, readonly(w), self.lanes)  # type: ignore[no-any-return]

    def curvatures(self, w: Array) -> Array:
        return kernels.curvatures(self.record, readonly(w), self.lanes)  # type: ignore[no-any-return]

    def along(self, w: Array, d: Array, t: float) -> tuple[float, float, float]:
        return kernels.along(self.record, readonly(w), readonly(d), t, self.lanes)  # type: ignore[no-any-return]
