"""What is minimised: data, a loss and the strengths of a penalty."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logsumexp, xlogy

Answer = tuple[Any, Any]  # coefficients (lanes, p) or (p,), and the intercept


@dataclass
class Problem:
    """Minimise ``mean loss + l1 * |w|_1 + l2 / 2 * |w|^2``, all peers alike.

    With `groups`, an array with the number of each column's group, the first penalty is
    ``l1 * sum_g sqrt(size_g) * |w_g|_2``.
    """

    data: str
    kind: str
    strength: str
    X: Any
    y: np.ndarray
    loss: str
    l1: float = 0.0
    l2: float = 0.0
    weights: np.ndarray | None = None
    groups: np.ndarray | None = None
    intercept: bool = False

    @property
    def name(self) -> str:
        """What tells it from all others."""
        return f"{self.kind}, {self.data}, {self.strength}"

    @property
    def n(self) -> int:
        return len(self.y)

    @property
    def inverse(self) -> float:
        """The parameter C of scikit-learn."""
        return 1.0 / (self.n * (self.l1 + self.l2))

    def objective(self, answer: Answer) -> float:
        """Its value in float64, by plain numpy."""
        w, b = answer
        w = np.atleast_2d(np.asarray(w, np.float64))
        z = np.asarray(self.X @ w.T) + np.asarray(b, np.float64)
        losses = LOSSES[self.loss](self.y, z if len(w) > 1 else z[:, 0])
        mean = float(np.average(losses, weights=self.weights))
        return mean + self.l1 * self._norm(w) + 0.5 * self.l2 * float((w**2).sum())

    def _norm(self, w: np.ndarray) -> float:
        if self.groups is None:
            return float(np.abs(w).sum())
        squares = np.bincount(self.groups, weights=(w**2).sum(axis=0))
        return float(np.sqrt(squares * np.bincount(self.groups)).sum())


def _softmax(y: np.ndarray, z: np.ndarray) -> np.ndarray:
    return logsumexp(z, axis=1) - z[np.arange(len(y)), y]


# Poisson less its smallest value, so that a relative error means something
LOSSES = {
    "squared": lambda y, z: 0.5 * (y - z) ** 2,
    "logistic": lambda y, z: np.logaddexp(0.0, -y * z),
    "squared_hinge": lambda y, z: np.maximum(0.0, 1.0 - y * z) ** 2,
    "poisson": lambda y, z: np.exp(z) - y * z - y + xlogy(y, y),
    "multinomial": _softmax,
}
