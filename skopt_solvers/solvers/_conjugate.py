"""Preconditioned conjugate gradients that can be asked how far they have come."""

import math
from typing import Any

import numpy as np
from scipy.linalg.blas import daxpy

from ._base import Array, Budget
from .preconditioners import Preconditioner

EPS = float(np.finfo(float).eps)
FLAT = 1e-15  # of the bound of a curvature


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
        self.largest = float(np.max(scales, initial=0.0))
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
        """Go on until it is over, with `most` products in all.

        In place: on wide softmaxes vectors take as long as products do.
        """
        d, r, p = self.d, self.r, self.p
        while not (self.over or self.count >= most or budget.spent):
            hp = product(p)
            self.count += 1
            curvature = float(p @ hp)
            if self._flat(curvature):
                self.over = True  # or downhill: go on with what there is
                return
            step = self.energy / curvature
            daxpy(p, d, a=step)
            daxpy(hp, r, a=-step)
            y = self.metric.solve(r)
            following = float(r @ y)
            self.over = following <= self.goal
            p *= following / self.energy
            p += y
            self.energy = following

    def aim(self, share: float) -> None:
        """Ask for so much of what is left now."""
        self.goal = share * self.energy
        self.over |= share >= 1.0

    @property
    def left(self) -> float:
        """By how much the depth must grow."""
        return math.log(max(self.energy / max(self.goal, 1e-300), 1.0))

    def _flat(self, curvature: float) -> bool:
        """Whether p has none to speak of; what costs a vector is asked for last."""
        p, scales = self.p, self.scales
        if curvature > FLAT * float(p @ p) * self.largest:
            return False
        return curvature <= FLAT * float((p * p) @ scales)
