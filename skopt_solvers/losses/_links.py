"""Losses whose predictions are not the expected target but a function of it."""

import math
from typing import ClassVar

import numpy as np

from ._base import Loss


class LogLink(Loss):
    """A loss whose prediction is the logarithm of the expected target."""

    link: ClassVar[str] = "log"

    def start(self, mean: float) -> float:
        return math.log(mean) if mean > 0 else -30.0

    def predict(self, p: np.ndarray) -> np.ndarray:
        return np.exp(p)

    def expected(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        return np.exp(p)  # curvatures are linear in y
