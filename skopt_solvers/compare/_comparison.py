"""A comparison of solvers, and how it is shown."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._tables import html_table, text_table
from ..plotting import ConvergenceDisplay
from ..result import History
from ..solvers import Solver

PRECISIONS = (1e-2, 1e-4, 1e-6)
FLOOR = 1e-10  # optimal objectives below this share of the first one count as zero


@dataclass(frozen=True)
class Trial:
    """How one solver did.

    Attributes
    ----------
    name : str
        What it is called.
    solver : Solver
        The solver, with the `tol` and `max_iter` that were in force.
    history : History
        Objective against seconds; of several problems (one against the rest) the sum.
    n_iter : int
        Iterations or epochs done.
    objective : float
        Objective reached.
    certificate : float
        Certificate reached; of several problems the worst.
    certificate_kind : str
        What `certificate` is.
    message : str
        Why the fit ended.
    score : float
        Score on the rows held out; NaN if none were.
    """

    name: str
    solver: Solver
    history: History
    n_iter: int
    objective: float
    certificate: float
    certificate_kind: str
    message: str
    score: float

    def time_to(self, objective: float) -> float:
        """Seconds after which the objective was this low; infinite if it never was."""
        low = np.asarray(self.history.objective) <= objective
        return (
            float(self.history.seconds[int(np.argmax(low))]) if any(low) else math.inf
        )


class Comparison:
    """Several solvers on one problem: prints as a table, plots, becomes a frame.

    Attributes
    ----------
    trials : list of Trial
        The fastest to the highest precision first.
    excluded : dict of str to str
        Solvers that were left out, and why.
    auto : str
        What ``solver="auto"`` would have taken.
    precisions : tuple of float
        Relative distances to the lowest objective found.
    """

    def __init__(
        self,
        trials: Sequence[Trial],
        excluded: Mapping[str, str],
        auto: str,
        precisions: Sequence[float] = PRECISIONS,
    ) -> None:
        self.precisions = tuple(sorted(precisions, reverse=True))
        self.excluded = dict(excluded)
        self.auto = auto
        self.trials = list(trials)  # what ranks are relative to
        self.trials = sorted(trials, key=self._rank)

    @property
    def lowest(self) -> float:
        """The lowest objective that any solver reached."""
        values = [t.objective for t in self.trials if math.isfinite(t.objective)]
        return min(values, default=math.nan)

    @property
    def accuracy(self) -> float:
        """Certificate of the lowest objective: what precisions may be off by."""
        certificates = [
            t.certificate for t in self.trials if t.objective <= self.lowest
        ]
        return min(certificates, default=math.nan)

    @property
    def best(self) -> str:
        """The solver that was first at the highest precision reached by any."""
        if not self.trials:
            raise ValueError("no solver was compared.")
        return self.trials[0].name

    def times(self, trial: Trial) -> list[float]:
        """Seconds to each of `precisions`; infinite where one was not reached."""
        first = max((abs(t.history.objective[0]) for t in self.trials), default=0.0)
        unit = max(abs(self.lowest), FLOOR * first)
        return [trial.time_to(self.lowest + p * unit) for p in self.precisions]

    def plot(
        self,
        ax: Any = None,
        *,
        x: str = "seconds",
        y: str = "excess",
        n_named: int = 7,
    ) -> Any:
        """Objective against seconds, as a `ConvergenceDisplay`.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.
        x, y : str
            As in `ConvergenceDisplay.plot`.
        n_named : int, default=7
            The best so many have a colour and a name; the others are grey.
        """
        display = ConvergenceDisplay({t.name: t.history for t in self.trials})
        display.plot(ax, x=x, y=y, reference=self.lowest, n_named=n_named)
        if x == "seconds" and self.trials:
            display.ax_.set_xscale("log")
        return display

    def to_frame(self) -> Any:
        """The comparison as a `pandas.DataFrame`, one row per solver."""
        try:
            import pandas as pd
        except ImportError as reason:
            raise ImportError(
                "to_frame needs pandas, which is not installed: "
                "python -m pip install 'skopt-solvers[frame]'"
            ) from reason
        names = [f"seconds_to_{p:g}" for p in self.precisions]
        rows = [
            {
                **dict(zip(names, self.times(t), strict=True)),
                "seconds": t.history.seconds[-1],
                "n_iter": t.n_iter,
                "objective": t.objective,
                "certificate": t.certificate,
                "score": t.score,
                "message": t.message,
                "auto": t.name == self.auto,
            }
            for t in self.trials
        ]
        index = pd.Index([t.name for t in self.trials], name="solver")
        return pd.DataFrame(rows, index=index)

    def __len__(self) -> int:
        return len(self.trials)

    def __str__(self) -> str:
        return "\n".join([text_table(*self._table()), *self._notes()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table(*self._table(), self._notes())

    def _rank(self, trial: Trial) -> Any:
        return *reversed(self.times(trial)), trial.objective

    def _table(self) -> tuple[list[str], list[list[str]]]:
        scored = any(not math.isnan(t.score) for t in self.trials)
        header = ["solver", *(f"to {p:.0e}" for p in self.precisions), "seconds"]
        header += ["iterations", "objective", "certificate", *["score"] * scored, "end"]
        rows = []
        for t in self.trials:
            name = f"{t.name} (auto)" if t.name == self.auto else t.name
            times = [_seconds(s) for s in (*self.times(t), t.history.seconds[-1])]
            rows.append([name, *times, str(t.n_iter), f"{t.objective:.8g}",
                         f"{t.certificate:.1e}", *[f"{t.score:.4f}"] * scored,
                         t.message])  # fmt: skip
        return header, rows

    def _notes(self) -> list[str]:
        notes = [
            "Seconds until the objective was so close to the lowest found, "
            f"{self.lowest:.8g}, relative to it; compilation is not counted."
        ]
        if self.trials:
            kind = self.trials[0].certificate_kind
            notes.append(f"The {kind} of the lowest is {self.accuracy:.1e}.")
        notes.append(f"solver='auto' takes {self.auto}.")
        if self.excluded:
            notes.append(f"Left out: {', '.join(sorted(self.excluded))}.")
        return notes


def _seconds(seconds: float) -> str:
    """Three digits in a unit that suits."""
    if not math.isfinite(seconds):
        return "-"
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"
