"""What a response is: a loss with its targets, as a function of the predictions."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np

Array = np.ndarray


class BaseResponse(ABC):
    """A loss as a function of the predictions.

    Attributes
    ----------
    lanes : int
        Predictions per sample.
    shape : tuple
        Shape of one sample's predictions: () or (lanes,).
    differentiable : bool
        Whether there are slopes and curvatures.
    separable : bool
        Whether it is a sum over samples.
    penalised : bool
        Whether the penalty is part of the objective, beyond its bounds.
    """

    loss: Any
    y: Array
    weights: Array
    lanes: int
    shape: tuple[int, ...]
    differentiable: ClassVar[bool]
    separable: ClassVar[bool] = True
    penalised: bool = True

    @abstractmethod
    def value(self, z: Array) -> float:
        """The loss at z."""

    @abstractmethod
    def under(self, weights: Array) -> Self:
        """The same loss and targets under other weights, which sum to one."""
