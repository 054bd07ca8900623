"""Preconditioned conjugate gradients that can be asked how far they have come."""

import math
from typing import Any

import numpy as np

from ._base import Array, Budget
from .preconditioners import Preconditioner

EPS = float(np.finfo(float).eps)


class Conjugate:
    """Conjugate gradients on ``H d = -g``, from zero, as far as they have come.

    Nocedal & Wright (2006), Numerical Optimization, algorithm 5.3.

    Parameters
    ----------
    g : ndarray of shape (size,)
        The gradient.
    metric : Preconditioner
        Built where H is.
    share : float
        Of the squared residual, in the norm of the metric's inverse: what may be left.
    scales : ndarray of shape (size,)
        Bounds of the diagonal of H, by which a direction counts as flat.

    Attributes
    ----------
    d : ndarray of shape (size,)
        The solution so far.
    count : int
        Products with H.
    over : bool
        Whether no more is left, or a direction without curvature was met.
    """

    def __init__(
        self, g: Array, metric: Preconditioner, share: float, scales: Array
    ) -> None:
        self.metric, self.scales = metric, scales
        self.d, self.r = np.zeros_like(g), -g
        self.p = metric.solve(self.r).copy()
        self.energy = self.first = float(self.r @ self.p)
        self.goal = self.energy * share
        self.count, self.over = 0, False

    @property
    def depth(self) -> float:
        """Logarithm of what was there relative to what is left, at least a rounding."""
        left = max(self.energy, EPS * self.first)
        return math.log(self.first / left) if left > 0.0 else 0.0

    def advance(self, product: Any, most: int, budget: Budget) -> None:
        """Go on until it is over, with `most` products in all."""
        while not (self.over or self.count >= most or budget.spent):
            hp = product(self.p)
            self.count += 1
            curvature = float(self.p @ hp)
            if curvature <= 1e-15 * float((self.p * self.p) @ self.scales):
                self.over = True  # flat or downhill: go on with what there is
                return
            step = self.energy / curvature
            self.d += step * self.p
            self.r = self.r - step * hp
            y = self.metric.solve(self.r)
            following = float(self.r @ y)
            self.over = following <= self.goal
            self.p = y + (following / self.energy) * self.p
            self.energy = following
