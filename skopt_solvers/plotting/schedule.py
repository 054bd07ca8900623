"""What schedules do to the learning rate."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._params import Number, Whole, check_values
from .._pipelines import last_step
from ..schedules import as_schedule
from ._style import axes, every, legend, named, style, tidy

Array = np.ndarray

RESOLUTION = 2000  # updates that are drawn at most: no screen shows more


class ScheduleDisplay:
    """Learning rates against epochs.

    Parameters
    ----------
    curves : mapping of str to (ndarray, ndarray)
        Epochs and learning rates, by name.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.
    figure_ : matplotlib Figure
        Its figure.
    lines_ : list of matplotlib Line2D
        One per curve.

    Examples
    --------
    >>> from skopt_solvers.plotting import ScheduleDisplay
    >>> from skopt_solvers.schedules import Chain, Constant, CosineAnnealing, StepDecay
    >>> chain = Chain([Constant(), CosineAnnealing()], milestones=[3], per="epoch")
    >>> display = ScheduleDisplay.from_schedules([StepDecay(), chain], epochs=10)
    >>> [line.get_label() for line in display.lines_]
    ['StepDecay', 'Chain']
    """

    def __init__(self, curves: Mapping[str, tuple[Array, Array]]) -> None:
        self.curves = dict(curves)

    @classmethod
    def from_schedules(
        cls,
        schedules: Any,
        *,
        epochs: int = 10,
        updates_per_epoch: int = 100,
        learning_rate: float = 1.0,
        ax: Any = None,
    ) -> Self:
        """Show schedules as a run of so many epochs would follow them.

        Parameters
        ----------
        schedules : Schedule, callable, list or mapping of str to any of these
            What to show, with names or without.
        epochs, updates_per_epoch : int
            Length of the run; updates are ``n_samples / batch_size`` an epoch.
        learning_rate : float, default=1.0
            What the schedules multiply.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.
        """
        run = _Run(epochs, updates_per_epoch, learning_rate)
        curves = {name: run.curve(each) for name, each in named(schedules).items()}
        return cls(curves).plot(ax=ax)

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, name: str | None = None, ax: Any = None
    ) -> Self:
        """Show the learning rate at the end of each epoch of a fit, or a pipeline."""
        estimator = last_step(estimator)
        check_is_fitted(estimator, "history_")
        several = isinstance(estimator.history_, list)
        history = estimator.history_[0] if several else estimator.history_
        rates = np.array(history.learning_rate)
        key = name or type(estimator.solver_).__name__
        return cls({key: (np.arange(len(rates)), rates)}).plot(ax=ax)

    def plot(self, ax: Any = None, *, log: bool = False) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.
        log : bool, default=False
            Whether the vertical axis is logarithmic.

        Returns
        -------
        self
        """
        ax = axes(ax)
        self.lines_ = []
        for k, (name, (epochs, rates)) in enumerate(self.curves.items()):
            (line,) = ax.plot(epochs, rates, label=name, **style(k))
            line.set_markevery(every(len(rates), k))
            self.lines_.append(line)
        ax.set(xlabel="epochs", ylabel="learning rate")
        ax.set_yscale("log" if log else "linear")
        tidy(ax)
        legend(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self


class _Run:
    """The run that schedules are bound to."""

    def __init__(
        self, epochs: int, updates_per_epoch: int, learning_rate: float
    ) -> None:
        self.epochs, self.updates_per_epoch = epochs, updates_per_epoch
        self.learning_rate = learning_rate
        check_values(
            "ScheduleDisplay", epochs=(epochs, Whole(1)),
            updates_per_epoch=(updates_per_epoch, Whole(1)),
            learning_rate=(learning_rate, Number(0.0, open_low=True)),
        )  # fmt: skip

    def curve(self, schedule: Any) -> tuple[Array, Array]:
        updates = self.epochs * self.updates_per_epoch
        count = min(updates, RESOLUTION)
        t = np.unique(np.linspace(1, updates, count).astype(np.int64))
        bound = as_schedule(schedule).bound(updates, self.updates_per_epoch)
        return (t - 1) / self.updates_per_epoch, self.learning_rate * bound.factors(t)
