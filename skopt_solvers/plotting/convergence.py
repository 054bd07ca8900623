"""How fits converged."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._pipelines import last_step
from ..result import History
from ._style import GREY, axes, every, legend, named, one_of, style, tidy

Array = np.ndarray

TICKS = 5  # of the axis across, at most: labels of microseconds are long
ACROSS = {"seconds": "seconds", "n_iter": "iterations (epochs)"}
UP = {
    "excess": "objective above the lowest",
    "objective": "objective",
    "certificate": "certificate",
}


class ConvergenceDisplay:
    """Objective or certificate of several fits, against time or iterations.

    Parameters
    ----------
    histories : mapping of str to History
        What to show, by name. Values without a logarithm (zero, NaN) are left out.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.
    figure_ : matplotlib Figure
        Its figure.
    lines_ : list of matplotlib Line2D
        One per history.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalLasso
    >>> from skopt_solvers.plotting import ConvergenceDisplay
    >>> X, y = load_diabetes(return_X_y=True)
    >>> names = ["coordinate_descent", "proximal_gradient"]
    >>> fits = {name: ProximalLasso(0.1, solver=name).fit(X, y) for name in names}
    >>> display = ConvergenceDisplay.from_estimators(fits, x="n_iter")
    >>> display.ax_.get_xlabel(), len(display.lines_)
    ('iterations (epochs)', 2)
    """

    def __init__(self, histories: Mapping[str, History]) -> None:
        self.histories = dict(histories)

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, name: str | None = None, ax: Any = None, **options: Any
    ) -> Self:
        """Show one fitted estimator; its history must have been recorded by `fit`.

        Parameters
        ----------
        estimator : fitted estimator or Pipeline
            Of a pipeline the last step is shown.
        name : str, default=None
            In the legend; None for the class of its solver.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.
        **options
            As in `plot`.
        """
        key = name or type(_last(estimator).solver_).__name__
        return cls.from_estimators({key: estimator}, ax=ax, **options)

    @classmethod
    def from_estimators(
        cls, estimators: Any, *, ax: Any = None, **options: Any
    ) -> Self:
        """Show several fitted estimators: a list of them, or a mapping with names."""
        fitted = {name: _last(each) for name, each in named(estimators).items()}
        histories = {name: _history(each.history_) for name, each in fitted.items()}
        return cls(histories).plot(ax=ax, **options)

    @classmethod
    def from_results(cls, results: Any, *, ax: Any = None, **options: Any) -> Self:
        """Show results of `minimize` or `run`: one, a list, or a mapping with names."""
        histories = {name: each.history for name, each in named(results).items()}
        return cls(histories).plot(ax=ax, **options)

    def plot(
        self,
        ax: Any = None,
        *,
        x: str = "seconds",
        y: str = "excess",
        reference: float | None = None,
        n_named: int = 14,
    ) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.
        x : {"seconds", "n_iter"}, default="seconds"
            The horizontal axis.
        y : {"excess", "objective", "certificate"}, default="excess"
            The vertical axis; "excess" is the objective minus `reference`, at
            least the rounding error of the objective.
        reference : float, default=None
            The optimal objective; None for the lowest in any of the histories.
        n_named : int, default=14
            The first so many have a colour and a name; the others are grey.

        Returns
        -------
        self
        """
        one_of("x", x, ACROSS)
        one_of("y", y, UP)
        new, ax = ax is None, axes(ax)
        if reference is None:
            reference = self.lowest
        self.lines_ = []
        for k, (name, history) in enumerate(self.histories.items()):
            across, up = _curve(history, x, y, reference)
            label = name if len(up) else f"{name} (none recorded)"
            others = len(self.histories) - n_named
            grey = {"color": GREY, "linewidth": 0.9, "zorder": 1.5}
            grey["label"] = f"{others} more" if k == n_named else f"_{label}"
            look = {"label": label, **style(k)} if k < n_named else grey
            (line,) = ax.plot(across, up, **look)
            line.set_markevery(every(len(up), k))
            self.lines_.append(line)
        ax.set(xlabel=ACROSS[x], ylabel=UP[y])
        shown = np.concatenate([line.get_ydata() for line in self.lines_] or [[]])
        if y != "objective" and len(shown):
            ax.set_yscale("log")
        ax.locator_params(axis="x", nbins=TICKS)
        if y == "excess" and new:
            ax.set_ylim(bottom=_bottom(shown, reference))
        tidy(ax)
        legend(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    @property
    def lowest(self) -> float:
        """The lowest objective that any history holds."""
        values = np.concatenate([h.objective for h in self.histories.values()] or [[]])
        finite = values[np.isfinite(values)]
        return float(np.min(finite, initial=np.inf)) if len(finite) else 0.0


def _bottom(excess: Array, reference: float) -> float | None:
    """Below all that can be told from rounding; curves that reach the optimum go on."""
    above = excess[excess > 1e3 * np.finfo(np.float64).eps * abs(reference)]
    if not len(above) or len(above) == len(excess):
        return None
    return float(min(above.min() / 3, above.max() * 1e-6))


def _last(estimator: Any) -> Any:
    """The fitted model itself, of a pipeline its last step."""
    model = last_step(estimator)
    check_is_fitted(model, "history_")
    return model


def _history(history: Any) -> History:
    """The history of a fit; of several problems, those of all one after the other."""
    return history if isinstance(history, History) else History.joined(history)


def _curve(history: History, x: str, y: str, reference: float) -> tuple[Array, Array]:
    """What can be drawn of a history."""
    up = np.array(history.certificate if y == "certificate" else history.objective)
    if y == "excess":  # less than rounding cannot be told from nothing
        up = np.maximum(up - reference, np.finfo(np.float64).eps * abs(reference))
    across = np.array(history.iteration if x == "n_iter" else history.seconds)
    shown = np.isfinite(up) & ((up > 0) | (y == "objective"))
    return across[shown], up[shown]
