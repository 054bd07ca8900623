"""What a run returns: where it ended, why, how good that is, and how it got there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np

from .problems._base import Certificate, Counts

__all__ = ["History", "Result", "Status"]


class Status(Enum):
    """Why a run ended; the value is the message.

    Where several reasons hold at once, the first in this order is given.
    """

    NON_FINITE = "the objective became infinite or NaN"
    SEPARABLE = "there is no minimum: the loss falls for ever in some direction"
    CONVERGED = "the certificate reached tol"
    CALLBACK = "a callback asked to stop"
    INTERRUPTED = "interrupted from the keyboard"
    TIME = "the time limit was reached"
    STALLED = "no further progress is possible at this floating-point precision"
    MAX_ITER = "max_iter iterations were done"
    EVALUATIONS = "max_evaluations evaluations were done"
    DONE = "max_iter iterations were done, and no tolerance was asked for"
    SPENT = "max_evaluations evaluations were done, and no tolerance was asked for"
    SETTLED = "the search came to rest, and no tolerance was asked for"

    @property
    def success(self) -> bool:
        """Whether the run did what it was asked for."""
        wanted = {Status.CONVERGED, Status.CALLBACK, *_WITHOUT_TOLERANCE.values()}
        return self in wanted

    @property
    def without_tolerance(self) -> "Status":
        """What this is called where no tolerance was asked for."""
        return _WITHOUT_TOLERANCE.get(self, self)


_WITHOUT_TOLERANCE = {
    Status.MAX_ITER: Status.DONE,
    Status.EVALUATIONS: Status.SPENT,
    Status.STALLED: Status.SETTLED,
}


@dataclass(repr=False)
class History:
    """One entry per iteration, the start included.

    Stochastic solvers look at the objective after 1, 2, 4, 8, ... epochs, because that
    costs a pass over the data; after every epoch where a callback watches.

    Attributes
    ----------
    objective : list of float
        Value of the objective, penalty included.
    certificate : list of float
        Certificate at this iteration; an estimate while far from the tolerance, NaN
        where a stochastic solver does not compute it.
    seconds : list of float
        Time since the start of the run.
    learning_rate : list of float
        Learning rate or step length, NaN where there is none.
    iteration : list of int
        Iterations (epochs) done.
    """

    objective: list[float] = field(default_factory=list)
    certificate: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    iteration: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.objective)

    def __repr__(self) -> str:
        if not self.objective:
            return "History(empty)"
        first, last = self.objective[0], self.objective[-1]
        return f"History({len(self)} entries, objective {first:.6g} -> {last:.6g})"

    def append(
        self,
        objective: float,
        certificate: float,
        seconds: float,
        rate: float,
        iteration: int,
    ) -> None:
        """Add one iteration."""
        self.objective.append(float(objective))
        self.certificate.append(float(certificate))
        self.seconds.append(float(seconds))
        self.learning_rate.append(float(rate))
        self.iteration.append(iteration)

    @classmethod
    def joined(cls, histories: "Sequence[History]") -> "History":
        """Runs made one after the other, as one of the sum of their objectives.

        The certificate is the worst of all; a run that is yet to come counts with its
        first entry.
        """
        first = [h for h in histories if len(h)]
        objectives = [h.objective[0] for h in first]
        certificates = [h.certificate[0] for h in first]
        whole, before, done = cls(), 0.0, 0
        for k, history in enumerate(first):
            for i in range(len(history)):
                objectives[k] = history.objective[i]
                certificates[k] = history.certificate[i]
                seconds = before + history.seconds[i]
                worst = float(np.max(certificates))  # NaN where any is
                rate = history.learning_rate[i]
                epoch = done + history.iteration[i]
                whole.append(sum(objectives), worst, seconds, rate, epoch)
            before += history.seconds[-1]
            done += history.iteration[-1]
        return whole


@dataclass(repr=False)
class Result:
    """The outcome of a run.

    Attributes
    ----------
    x : ndarray of shape (size,)
        The solution: that of the certificate if converged, else the best iterate. Of an
        estimator it is the solver's vector, with the intercept at the mean of the
        columns, and without columns of sparse data that have no entries.
    objective : float
        Objective at x.
    certificate : Certificate
        How far from optimal x is at most.
    status : Status
        Why the run ended.
    message : str
        The status in words, or the callback's reason.
    n_iter : int
        Iterations (epochs, generations) done.
    seconds : float
        Time taken.
    history : History
        One entry per iteration.
    counts : Counts
        Evaluations, gradients and Hessians asked for.
    solver : Solver
        The solver; of several that went on from each other, the last.
    log : list of str
        What the solver tried, and why.
    direction : ndarray of shape (size,) or None
        Where the status is SEPARABLE: a direction in which the loss falls for ever, as
        a change of x.
    """

    x: np.ndarray
    objective: float
    certificate: Certificate
    status: Status
    message: str
    n_iter: int
    seconds: float
    history: History
    counts: Counts
    solver: Any = None
    log: list[str] = field(default_factory=list)
    direction: np.ndarray | None = None

    @property
    def success(self) -> bool:
        """Whether the run did what it was asked for."""
        return self.status.success

    def __repr__(self) -> str:
        certificate = f"{self.certificate.value:.2e} ({self.certificate.kind})"
        rows = [
            ("success", self.success),
            ("message", self.message),
            ("objective", f"{self.objective:.10g}"),
            ("certificate", certificate),
            ("n_iter", self.n_iter),
            ("seconds", f"{self.seconds:.3g}"),
            ("counts", self.counts),
            ("x", np.array2string(self.x, threshold=8, edgeitems=3)),
        ]
        return "\n".join(f"{name:>11s}: {value}" for name, value in rows)

    @property
    def fun(self) -> float:
        """The objective, under scipy's name."""
        return self.objective

    @property
    def nit(self) -> int:
        """Iterations, under scipy's name."""
        return self.n_iter

    @property
    def nfev(self) -> int:
        """Evaluations of the objective, under scipy's name."""
        return self.counts.evaluations

    @property
    def njev(self) -> int:
        """Gradients, under scipy's name."""
        return self.counts.gradients

    @property
    def nhev(self) -> int:
        """Hessians, under scipy's name."""
        return self.counts.hessians


NOT_YET = Certificate(math.nan, "not computed", exact=False)
