"""What a penalty is: a cost of each coefficient by itself, or of blocks of them."""

import math
from abc import abstractmethod
from copy import copy
from typing import Any, ClassVar, Self

import numpy as np

from .._compile import Compiled, Record
from .._params import Adjustable


class BasePenalty(Adjustable, Compiled):
    """What the families of penalties share.

    Attributes
    ----------
    convex : bool
        Whether `cost` is convex; certificates are duality gaps only then.
    piecewise : bool
        Whether the record holds arrays ``level``, ``ridge``, ``low`` and ``high``.
    concave : bool
        Whether `cost` is concave in the size of a coefficient, with the tangent
        ``lasso(slopes)``.
    blocked : bool
        Whether it is a penalty of blocks of coefficients, a `BlockPenalty`.
    smooth : bool
        Whether it has derivatives everywhere.
    """

    convex: ClassVar[bool] = True
    piecewise: ClassVar[bool] = False
    concave: ClassVar[bool] = False
    blocked: ClassVar[bool] = False

    @property
    def adjustable(self) -> bool:
        """Whether it has a strength ``alpha``."""
        return "alpha" in self._get_param_names()

    def at(self, alpha: float) -> Self:
        """The same penalty with the strength `alpha`."""
        if not self.adjustable:
            raise ValueError(
                f"{type(self).__name__} has no strength alpha that could be varied; "
                "use a penalty that has one, such as L1 or ElasticNet."
            )
        other = copy(self)
        other.alpha = alpha  # type: ignore[attr-defined]
        return other

    @property
    def smooth(self) -> bool:
        return False

    @property
    def selective(self) -> bool:
        """Whether zeros are optimal where it is strong and not smooth."""
        return True

    @property
    def elastic(self) -> bool:
        """Whether it is piecewise, without any bounds."""
        return False

    @property
    def finite(self) -> bool:
        """Whether it is finite everywhere, as far as is known."""
        return self.elastic

    @property
    def uniform(self) -> bool:
        """Whether it is the same for all columns, and zero is best of those alone."""
        return False

    def dual(self, n_columns: int) -> bool:
        """Whether `gap` and `shrink` certify optimality."""
        return False

    def free(self, n_columns: int) -> np.ndarray:
        """Which columns are not penalised at all."""
        return np.zeros(n_columns, bool)

    def check(self, n_columns: int) -> None:
        """Raise ValueError when a parameter is out of range."""

    def named(self, names: np.ndarray | None, design: Any) -> Self:
        """The same penalty, with columns known by number where it knows their names."""
        return self

    def relaxed(self, steps: np.ndarray) -> "BasePenalty | None":
        """A convex penalty whose solution is where the search of this one begins.

        It should leave zeros where prox steps of these lengths do. None for no such.
        """
        return None

    def record(
        self, dtype: Any = np.float64, n_columns: int = 1, **fields: Any
    ) -> Record:
        """The compiled form of this penalty for `n_columns` coefficients."""
        return super().record(dtype, **fields)


class Penalty(
    BasePenalty,
    native=(
        "cost",
        "prox",
        "violation",
        "gap",
        "shrink",
        "slope",
        "curvature",
        "glide",
    ),
):
    """A sum over coefficients of `cost(w, j)`, ``j`` being the column.

    A subclass writes `cost`, `prox` and `violation` as scalar functions in the numba
    subset of Python; the rest is for penalties that can do more.

    Attributes
    ----------
    smooth : bool
        Whether `slope` and `curvature` are defined everywhere.
    """

    @abstractmethod
    def cost(self, w, j):
        """Penalty of the coefficient `w` of column `j`."""

    @abstractmethod
    def prox(self, z, step, j):
        """``argmin_w cost(w, j) + (w - z)**2 / (2 step)``."""

    @abstractmethod
    def violation(self, w, g, j):
        """Distance of ``-g`` from the subdifferential of `cost` at `w`."""

    def gap(self, w, v, j):
        """Fenchel-Young gap ``cost(w) + conjugate(v) - w v``, at least zero."""
        return math.inf

    def shrink(self, v, j):
        """Largest s in [0, 1] for which the conjugate of ``s v`` is finite."""
        return 1.0

    def slope(self, w, j):
        """Derivative of `cost`, for penalties that are smooth, or are not convex."""
        return math.nan

    def curvature(self, w, j):
        """Second derivative of `cost`, for the same."""
        return math.nan

    def glide(self, w, g, step, k, j):
        """`w` after k times ``w = prox(w - step * g, step, j)``."""
        for _ in range(k):
            new = self.prox(w - step * g, step, j)
            if new == w:
                break
            w = new
        return w

    def in_units(self, scale: np.ndarray, height: float) -> Record:
        """The compiled form of ``u -> cost(scale * u) / height``."""
        own = self.record(n_columns=len(scale))
        return _InUnits(own, scale, height).record(n_columns=len(scale))

    def shared_ridge(self, record: Record) -> tuple[float, Record, float]:
        """The ridge that all columns of `record` share, and the record of the rest.

        Third how much that rest is: 0 for nothing, else its largest ridge, inf where
        there is more in it than ridges.
        """
        return 0.0, record, math.inf


class _InUnits(Penalty):
    """A penalty of coefficients that are measured in units of their own."""

    def __init__(self, penalty, scale, height):
        self.penalty = penalty
        self.scale = scale
        self.height = height

    def cost(self, w, j):
        return self.penalty.cost(self.scale[j] * w, j) / self.height

    def prox(self, z, step, j):
        d = self.scale[j]
        return self.penalty.prox(d * z, d * d * step / self.height, j) / d

    def violation(self, w, g, j):
        d, slope = self.scale[j], self.scale[j] / self.height
        return slope * self.penalty.violation(d * w, g / slope, j)
