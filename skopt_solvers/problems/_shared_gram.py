"""One Gram matrix for all folds of a cross-validation."""

import threading

import numpy as np

from ..designs import Design

Array = np.ndarray


class SharedGram:
    """Gram matrices of the same design under weights that differ in a few rows.

    The matrix of all rows is made once; a fold's is that less the rows it leaves out,
    so that K folds cost two matrices in place of K. Rows that are left out weigh no
    more than those that remain, so next to nothing cancels.
    """

    def __init__(self, design: Design, weights: Array) -> None:
        self.design, self.weights = design, weights
        self.every = np.arange(design.shape[1])
        self.shift = design.tdot(weights / weights.sum())
        self._total: Array | None = None
        self._lock = threading.Lock()

    def of(self, weights: Array, mean: Array) -> Array:
        """``sum(s * outer(x - mean, x - mean)) / sum(s)`` for other weights s.

        `mean` is the mean of the columns under these weights, or zero.
        """
        absent = self.weights - weights
        few = np.count_nonzero(absent) < np.count_nonzero(weights)
        if few and absent.min() >= 0:
            gram = self._made(absent)
            np.subtract(self.total, gram, out=gram)
        else:
            gram = self._made(weights)
        gram /= weights.sum()
        if not mean.any():  # no intercept: about the origin
            centre = self.design.tdot(weights / weights.sum())
            return gram + self._cross(centre, self.shift)
        gram -= np.outer(mean - self.shift, mean - self.shift)
        return gram

    def _cross(self, centre: Array, shift: Array) -> Array:
        """What products about `shift` lack of those about the origin."""
        mixed = np.outer(centre, shift)
        return np.asarray(mixed + mixed.T - np.outer(shift, shift))

    @property
    def total(self) -> Array:
        """The matrix of all rows."""
        with self._lock:
            if self._total is None:
                self._total = self._made(self.weights)
            return self._total

    def _made(self, weights: Array) -> Array:
        return self.design.gram(weights, self.every, self.shift)
