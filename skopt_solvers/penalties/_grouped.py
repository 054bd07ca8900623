"""Penalties of groups of columns."""

from abc import abstractmethod
from copy import copy
from typing import Any, Self

import numpy as np

from .._compile import Record
from ._blocks import BlockPenalty
from ._groups import labels_of, resolved
from ._pieces import numbers, strength


class Grouped(BlockPenalty):
    """A penalty with a strength, groups of columns and a weight for each group.

    A subclass says in `levels` what its record holds, one number per group.
    """

    alpha: Any
    groups: Any
    weights: Any
    level: Any = 0.0
    finite = True
    _known: tuple[Any, np.ndarray] = None, np.zeros(0, np.int64)  # groups and labels

    @abstractmethod
    def levels(self, total: np.ndarray) -> dict[str, np.ndarray]:
        """The arrays of the record, from the strength times each group's weight."""

    def groups_of(self, n_columns: int) -> np.ndarray:
        groups, labels = self._known
        if groups is self.groups and len(labels) == n_columns:
            return labels
        return labels_of(self, self.groups, n_columns)

    def named(self, names: np.ndarray | None, design: Any) -> Self:
        other = copy(self)
        groups = resolved(self, self.groups, names, design)
        labels = labels_of(self, groups, design.shape[1])
        other.groups = None if self.groups is None else labels
        other._known = other.groups, labels
        return other

    def record(
        self, dtype: Any = np.float64, n_columns: int = 1, **fields: Any
    ) -> Record:
        levels = self._levels(n_columns)
        arrays = {name: np.asarray(value, dtype) for name, value in levels.items()}
        return super().record(dtype, n_columns, **(arrays | fields))

    def _levels(self, n_columns: int) -> dict[str, np.ndarray]:
        return self.levels(strength(self, self.alpha) * self._weights(n_columns))

    def _weights(self, n_columns: int) -> np.ndarray:
        """The weight of each group; the root of its size for None."""
        sizes = np.bincount(self.groups_of(n_columns))
        if self.weights is None:
            return np.sqrt(sizes)
        weights = numbers(self, "weights", self.weights)
        if weights.shape != sizes.shape:
            raise ValueError(
                f"{type(self).__name__} needs one weight per group, shape "
                f"({len(sizes)},); got shape {weights.shape}."
            )
        bad = ~(np.isfinite(weights) & (weights >= 0))
        if bad.any():
            where = int(np.flatnonzero(bad)[0])
            raise ValueError(
                f"{type(self).__name__} needs weights that are finite and at least "
                f"zero; weights[{where}] is {weights[where]}."
            )
        return weights

    def check(self, n_columns: int) -> None:
        self._levels(n_columns)

    def dual(self, n_columns: int) -> bool:
        return True

    def free(self, n_columns: int) -> np.ndarray:
        idle = strength(self, self.alpha) * self._weights(n_columns) == 0
        return np.asarray(idle[self.groups_of(n_columns)])

    @property
    def smooth(self) -> bool:
        idle = self.weights is not None and not np.any(self.weights)
        return idle or strength(self, self.alpha) == 0
