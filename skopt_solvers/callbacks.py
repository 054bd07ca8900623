"""Callbacks: called after every iteration; a returned string ends the run."""

import math
import pickle
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from ._bars import Bar, make_bar, visible
from ._params import Number, Optional, Whole, validate

__all__ = [
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "Observer",
    "Printer",
    "Progress",
    "ProgressBar",
    "TimeLimit",
    "as_callbacks",
]


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
        The solver's state; ``state.point.x`` is the current iterate, read-only.
    problem : Problem
        What is being minimised.
    solver : Solver
        What minimises it.
    history : History
        All iterations so far.
    """

    n_iter: int
    seconds: float
    state: Any
    problem: Any
    history: Any
    solver: Any

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


class Observer(ABC):
    """A callback that is told when a run is over, however it ended."""

    @abstractmethod
    def __call__(self, progress: Progress) -> str | None:
        """Called after every iteration; a returned string ends the run."""

    @abstractmethod
    def end(self) -> None:
        """Called when a run is over."""

    def hold_out(
        self, y: Any, weights: Any, classes: bool, rng: np.random.Generator
    ) -> Any:
        """Called when a fit begins: the weights of the samples to learn from.

        `y` holds targets, or classes as numbers from 0.
        """
        return weights

    def release(self) -> None:  # noqa: B027
        """Called when a fit is over, after all of its runs."""


Callback = Callable[[Progress], "str | None"]


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


class ProgressBar(Observer):
    """One line that shows how far a fit is, or how far a path or search of many fits.

    Drawn by tqdm where that is installed (extra `progress`), in terminals and in
    notebooks, and as plain text otherwise. Nothing is written where output goes to a
    file or a pipe, nor by worker processes.

    Parameters
    ----------
    delay : float, default=1.0
        Seconds before anything is shown; short fits stay silent.
    stream : text stream, default=None
        Where to write; None for standard error, or the cell of a notebook.
    runs : int, default=None
        Number of fits of a path or search: one bar counts those that are done. It is
        shared by all clones of an estimator in this process; use it in a ``with``
        statement to end its line also when fewer were made.

    Examples
    --------
    >>> import io
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.callbacks import ProgressBar
    >>> file = io.StringIO()
    >>> bar = ProgressBar(delay=0.0, stream=file)
    >>> result = minimize(lambda x: x @ x, np.ones(2), callbacks=bar)
    >>> file.getvalue()  # no terminal
    ''
    """

    def __init__(
        self, delay: float = 1.0, stream: Any = None, runs: int | None = None
    ) -> None:
        self.delay = delay
        self.stream = stream
        self.runs = runs
        validate(self, {"delay": Number(0.0), "runs": Optional(Whole(1))})
        self._bar: Bar | None = None
        self._begun: float | None = None
        self._done = 0

    def __call__(self, progress: Progress) -> None:
        if self._begun is None:
            self._begun = time.monotonic() - progress.seconds
        if self._bar is None:
            waiting = time.monotonic() - self._begun < self.delay
            if waiting or not visible(self.stream):
                return
            unit = "iterations" if self.runs is None else "fits"
            self._bar = make_bar(type(progress.solver).__name__, unit, self.stream)
        note = f"objective {progress.objective:.6g}"
        if progress.certificate == progress.certificate:
            note += f"  certificate {progress.certificate:.1e}"
        if self.runs is None:
            self._bar.show(progress.n_iter, progress.state.budget.max_iter, note)
        else:
            self._bar.show(self._done, max(self.runs, self._done), note)

    def end(self) -> None:
        """A run is over: so is the line, or one of its fits."""
        self._done += 1
        if self._bar is not None and self.runs is not None:
            self._bar.show(self._done, max(self.runs, self._done), "")
        if self.runs is None or self._done == self.runs:
            self.close()

    def close(self) -> None:
        """End the line, and be as new."""
        if self._bar is not None:
            self._bar.close()
        self._bar, self._begun, self._done = None, None, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: Any) -> None:
        self.close()

    def __deepcopy__(self, memo: Any) -> "ProgressBar":
        """Clones of an estimator share the bar of a search, and no other."""
        if self.runs is not None:
            return self
        return type(self)(self.delay, self.stream)

    def __reduce__(self) -> Any:
        """Streams and lines stay in this process."""
        return type(self), (self.delay, None, self.runs)


class EarlyStopping(Observer):
    r"""Hold some samples out, and stop when their loss no longer falls.

    After iteration k the loss falls if the held-out samples' mean loss :math:`V_k` is
    below :math:`(1 - \tau) \min_{i < k} V_i`. A run ends when it did not for `patience`
    iterations, and its answer is the iterate with the smallest V, also where it ends
    otherwise.

    Goes with any solver. Iterations in the midst of a decay of the learning rate that
    others are to follow (automatic rates do 1, 2, 4, ... epochs each) are not judged.

    Cost per iteration: predictions of all samples. Those held out keep their place in
    X, with weight zero.

    Parameters
    ----------
    validation_fraction : float, default=0.1
        Share of the samples that are held out, more than 0 and less than 1; of each
        class the same.
    patience : int, default=5
        Iterations (epochs) to wait for a smaller loss.
    threshold : float, default=1e-4
        :math:`\tau`, the relative decrease that counts, from 0 to 1.

    Attributes
    ----------
    losses : list of (int, float)
        Iterations and losses of the last run.
    best_iteration : int
        The iteration of the smallest one.

    Raises
    ------
    ValueError
        When a parameter is out of range, or there are no samples to hold out: in
        `minimize`, ``partial_fit`` and paths.

    References
    ----------
    Prechelt (1998), Early stopping - but when?, section 2, the third class of criteria.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import scale
    >>> from skopt_solvers import AdvancedLogisticRegression
    >>> from skopt_solvers.callbacks import EarlyStopping
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> rule = EarlyStopping(validation_fraction=0.2, patience=3)
    >>> model = AdvancedLogisticRegression(C=1e4, callbacks=rule, random_state=0)
    >>> model.fit(scale(X), y).result_.message
    'the loss of held-out samples did not fall for 3 iterations'
    """

    def __init__(
        self,
        validation_fraction: float = 0.1,
        patience: int = 5,
        threshold: float = 1e-4,
    ) -> None:
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.threshold = threshold
        share, open_share = Number(0.0, 1.0), Number(0.0, 1.0, True, True)
        ranges = {"validation_fraction": open_share, "threshold": share}
        validate(self, {**ranges, "patience": Whole(1)})
        self._held: Any = None
        self.losses: list[tuple[int, float]] = []
        self.best_iteration = self._fell = 0

    def hold_out(
        self, y: Any, weights: Any, classes: bool, rng: np.random.Generator
    ) -> Any:
        """Draw the samples to hold out, by scikit-learn's `train_test_split`."""
        from sklearn.model_selection import train_test_split  # slow to import

        rows = np.flatnonzero(weights)
        _, out = train_test_split(
            rows,
            test_size=self.validation_fraction,
            random_state=int(rng.integers(2**31)),
            stratify=y[rows] if classes else None,
        )
        self._held = np.zeros_like(weights)
        self._held[out] = weights[out] / weights[out].sum()
        return np.where(self._held > 0, 0.0, weights)

    def release(self) -> None:
        """The samples are samples like all others again."""
        self._held = None

    def __call__(self, progress: Progress) -> str | None:
        if self._held is None:
            raise ValueError(
                "EarlyStopping holds out samples of a fit; there are none in minimize, "
                "partial_fit, paths and cross-validation. Use it in callbacks of an "
                "estimator that is fitted."
            )
        state = progress.state
        if progress.n_iter == 0:
            self.losses, self.best_iteration, self._fell = [], 0, 0
        if not state.settled:
            return None
        loss = progress.problem.held_out(state.point.x, self._held)
        lowest = min((value for _, value in self.losses), default=math.inf)
        needed = lowest - self.threshold * abs(lowest) if self.losses else math.inf
        self.losses.append((progress.n_iter, loss))
        if loss < lowest:
            self.best_iteration, state.chosen = progress.n_iter, state.point
        if loss < needed:
            self._fell = progress.n_iter
        waited = progress.n_iter - self._fell
        if waited < self.patience:
            return None
        return f"the loss of held-out samples did not fall for {waited} iterations"

    def end(self) -> None:
        """Nothing is to be closed."""


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


def as_callbacks(callbacks: Any, verbose: int = 0) -> list[Callback]:
    """The callables in `callbacks`, and what `verbose` adds to them."""
    found: Sequence[Any] = [] if callbacks is None else callbacks
    if callable(callbacks):
        found = [callbacks]
    if not isinstance(found, (list, tuple)) or not all(map(callable, found)):
        raise ValueError(
            f"callbacks must be None, a callable or a list of them; got {callbacks!r}."
        )
    shown: list[Callback] = [ProgressBar()] if verbose == 1 else []
    shown = [Printer()] if verbose > 1 else shown
    return [*found, *shown]
