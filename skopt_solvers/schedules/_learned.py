"""Schedules that learn from the objective while a run goes on."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skopt_solvers.schedules._base import Factors, Schedule, Updates


@dataclass
class Learning:
    """What a run has taught so far."""

    factor: float = 1.0
    best: float = np.inf
    bad: int = 0
    resting: int = 0


class LearnedSchedule(Schedule):
    """A factor for whole epochs, decided after looking at the objective.

    As a function of the update count the factor is 1; a solver multiplies it by what
    was learned. It stands for itself: not inside `Warmup`, `Chain` or `Product`.

    Attributes
    ----------
    learned : bool
        True.
    """

    learned: ClassVar[bool] = True
    picture = None

    def __init__(self, per: str = "epoch") -> None:
        self.per = per

    def at(self, k: Updates) -> Factors:
        return np.ones(k.shape)

    @property
    @abstractmethod
    def span(self) -> int:
        """Epochs between two decisions."""

    @abstractmethod
    def tries(self, past: Learning) -> list[float]:
        """The factors to be tried from here, of which the best one is kept."""

    @abstractmethod
    def learn(self, past: Learning, factor: float, objective: float) -> None:
        """Take note of the factor that was kept, and what it led to."""
