"""Searches of scipy, some iterations at a time."""

from abc import abstractmethod
from typing import Any

import numpy as np

from ..problems._base import Problem
from ._base import Array
from ._derivative_free import DerivativeFree, SearchState

LARGEST = 1e100  # in place of infinite values: its square and cube are numbers


class Spent(BaseException):
    """Neither time nor evaluations are left; scipy would swallow an Exception."""


class Broken(BaseException):
    """An exception of the function, carried past scipy, which would rewrap it."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class ScipySearch(DerivativeFree):
    """Base of the searches that scipy does: `advance` runs it for some iterations.

    All that scipy has to remember is in ``state.memory``, and values it would ask for
    again are given back to it, so going on costs no evaluation.
    """

    @abstractmethod
    def advance(self, state: SearchState) -> bool:
        """Some iterations; False where the search has come to rest."""

    def step(self, problem: Problem, state: Any) -> None:
        try:
            state.stalled = not self.advance(state)
        except Spent:
            state.stalled = False
        except Broken as broken:
            raise broken.error from broken.error.__cause__


def judged(state: SearchState, points: Array) -> Array:
    """Finite values of points; raises `Spent` after the last."""
    try:
        values = state.evaluate(points)
    except Exception as error:
        raise Broken(error) from error
    if state.over:
        raise Spent
    return np.minimum(values, LARGEST)  # type: ignore[no-any-return]
