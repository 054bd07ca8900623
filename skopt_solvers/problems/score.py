"""A score of all predictions at once, as a function of the predictions z."""

from typing import Any, Self

import numpy as np

from .._compile import readonly
from ._response import BaseResponse

Array = np.ndarray


class ScoreResponse(BaseResponse):
    """A loss of all samples at once, of which nothing but values is known."""

    differentiable = False

    def __init__(self, loss: Any, y: Array, weights: Array, lanes: int) -> None:
        self.loss, self.penalised = loss, loss.penalised
        self.lanes = lanes if lanes > 2 else 1
        self.shape = (lanes,) if lanes > 2 else ()
        self._every = y
        kept = weights > 0  # a weight of zero is no row
        self._all = bool(kept.all())
        self._kept = kept
        self.y = readonly(np.ascontiguousarray(y[kept], np.float64))
        self.weights = readonly(weights)
        inside = weights[kept]
        uniform = inside.min() == inside.max()
        self._inside = None if uniform else readonly(len(inside) * inside)

    def under(self, weights: Array) -> Self:
        return type(self)(self.loss, self._every, weights, self.lanes)

    def value(self, z: Array) -> float:
        z = z if self._all else z[self._kept]
        return float(self.loss.value(self.y, z, self._inside))
