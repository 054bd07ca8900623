"""Callbacks: called after every iteration; a returned string ends the run."""

import pickle
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Checkpoint", "Printer", "Progress", "ProgressBar", "TimeLimit"]


@dataclass(slots=True, repr=False)
class Progress:
    """What a callback sees.

    Attributes
    ----------
    n_iter : int
        Iterations done; 0 for the start.
    seconds : float
        Time since the start.
    state : State
        The solver's state; ``state.point.x`` is the current iterate.
    problem : Problem
        What is being minimised.
    history : History
        All iterations so far.
    """

    n_iter: int
    seconds: float
    state: Any
    problem: Any
    history: Any

    def __repr__(self) -> str:
        text = f"iteration {self.n_iter:5d}  objective {self.objective:.8g}"
        if self.certificate == self.certificate:  # NaN while a run is stochastic
            text += f"  certificate {self.certificate:.2e}"
        return f"{text}  {self.seconds:.2f} s"

    @property
    def objective(self) -> float:
        """Current value of the objective."""
        return float(self.history.objective[-1])

    @property
    def certificate(self) -> float:
        """Current certificate; may be an estimate, NaN in stochastic runs."""
        return float(self.history.certificate[-1])

    @property
    def learning_rate(self) -> float:
        """Current learning rate or step length; NaN where there is none."""
        return float(self.history.learning_rate[-1])


class Printer:
    """Print a line every `every` iterations.

    Parameters
    ----------
    every : int, default=1
        Iterations between two lines.
    """

    def __init__(self, every: int = 1) -> None:
        self.every = every

    def __call__(self, progress: Progress) -> None:
        if progress.n_iter % self.every == 0:
            print(progress)


class ProgressBar:
    """One line, rewritten, for runs that take longer than `delay` seconds.

    Parameters
    ----------
    delay : float, default=1.0
        Seconds before anything is shown; short fits stay silent.
    stream : text stream, default=None
        Where to write; None for standard error. Nothing is written unless it is a
        terminal.
    """

    def __init__(self, delay: float = 1.0, stream: Any = None) -> None:
        self.delay = delay
        self.stream = stream
        self._shown = 0.0

    def __call__(self, progress: Progress) -> None:
        stream = self.stream or sys.stderr
        if progress.n_iter == 0:
            self._shown = self.delay
        if progress.seconds < self._shown or not stream.isatty():
            return
        self._shown = progress.seconds + 0.1
        stream.write(f"\r{progress} of {progress.state.budget.max_iter} iterations ")
        stream.flush()


class TimeLimit:
    """Stop after some seconds.

    Parameters
    ----------
    seconds : float
        Time after which the run ends, counted from its start.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self, progress: Progress) -> str | None:
        if progress.seconds >= self.seconds:
            return f"the time limit of {self.seconds:g} s was reached"
        return None


class Checkpoint:
    """Write the current iterate to a file, for a later warm start.

    Parameters
    ----------
    path : str or Path
        A pickle of ``{"x": ..., "n_iter": ..., "objective": ...}``, replaced each time
        as a whole, so that an interrupted write leaves the last one.
    every : float, default=10.0
        Seconds between two writes.
    """

    def __init__(self, path: str | Path, every: float = 10.0) -> None:
        self.path = path
        self.every = every
        self._written = 0.0

    def __call__(self, progress: Progress) -> None:
        if progress.n_iter and time.monotonic() - self._written < self.every:
            return
        self._written = time.monotonic()
        content = {
            "x": progress.state.point.x,
            "n_iter": progress.n_iter,
            "objective": progress.objective,
        }
        partial = Path(f"{self.path}.partial")
        partial.write_bytes(pickle.dumps(content))
        partial.replace(self.path)
