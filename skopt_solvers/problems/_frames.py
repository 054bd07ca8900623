"""Coordinates other than a problem's own: where the intercept is taken."""

from abc import ABC, abstractmethod

import numpy as np

Array = np.ndarray


class Frame(ABC):
    """A linear change of coordinates that leaves penalised ones as they are."""

    @abstractmethod
    def enter(self, x: Array) -> Array:
        """A copy of x in these coordinates."""

    @abstractmethod
    def leave(self, u: Array) -> Array:
        """A copy of u in the problem's coordinates."""

    @abstractmethod
    def gradient(self, g: Array) -> Array:
        """A copy of the gradient g in these coordinates."""


class Own(Frame):
    """The problem's coordinates."""

    def enter(self, x: Array) -> Array:
        return x.copy()

    def leave(self, u: Array) -> Array:
        return u.copy()

    def gradient(self, g: Array) -> Array:
        return g.copy()


class Moved(Frame):
    """The intercept at other columns' centres.

    Parameters
    ----------
    apart : ndarray of shape (n_columns,)
        From these centres to the problem's.
    shape : tuple
        Shape of one column's coefficients.
    """

    def __init__(self, apart: Array, shape: tuple[int, ...]) -> None:
        self.apart, self.shape = apart, shape

    def enter(self, x: Array) -> Array:
        u = x.reshape(-1, *self.shape).copy()
        u[-1] -= self.apart @ u[:-1]
        return u.ravel()

    def leave(self, u: Array) -> Array:
        x = u.reshape(-1, *self.shape).copy()
        x[-1] += self.apart @ x[:-1]
        return x.ravel()

    def gradient(self, g: Array) -> Array:
        h = g.reshape(-1, *self.shape).copy()
        h[:-1] += np.multiply.outer(self.apart, h[-1])
        return h.ravel()
