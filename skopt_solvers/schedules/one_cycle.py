"""One rise, one fall."""

from typing import Any, ClassVar, cast

import numpy as np

from skopt_solvers.schedules._base import Factors, Kinds, Schedule, Updates
from skopt_solvers.schedules._kinds import HORIZON, Choice, Number


def _room(owner: Any) -> float:
    return 0.5 if owner.three_phase else 1.0


class OneCycle(Schedule):
    """Up from ``1 / div`` to 1, then down to ``1 / (div * final_div)``.

    ``factor(k) = first + (last - first) * shape(passed / length)`` in each phase, with
    ``shape(x) = (1 - cos(pi * x)) / 2`` or ``x``. The factors between the phases are
    ``1/div, 1, 1/(div*final_div)`` at ``k = 0, pct_start*total - 1, total - 1``; with
    `three_phase` ``1/div, 1, 1/div, 1/(div*final_div)`` at ``k = 0, pct_start*total -
    1, 2*pct_start*total - 2, total - 1``.

    Parameters
    ----------
    total : float > 0 or None, default=None
        Updates (or epochs) in the cycle; None is the whole run.
    pct_start : float in [0, 1], default=0.3
        Share of `total` on the way up; at most 0.5 with `three_phase`.
    div : float >= 1, default=25
        Highest over first factor.
    final_div : float >= 1, default=1e4
        First over last factor.
    three_phase : bool, default=False
        Fall back to the first factor symmetrically, then to the last.
    anneal : {"cos", "linear"}, default="cos"
        The shape between the knots.
    per : {"update", "epoch"}, default="update"
        Unit of `total`; the shape moves with every update.

    Notes
    -----
    Equals ``torch.optim.lr_scheduler.OneCycleLR(cycle_momentum=False)``, including the
    ``- 1`` in the knots that optax has not: torch cycles the momentum too, unless told
    otherwise. On purpose it stays at its end; torch raises after `total` steps.

    References
    ----------
    Smith & Topin (2018), Super-convergence, arXiv:1708.07120: straight lines and
    three phases; the cosine and the two phases are torch's defaults.

    Examples
    --------
    >>> from skopt_solvers.schedules import OneCycle
    >>> cycle = OneCycle(total=8, pct_start=0.5, div=4, final_div=10, anneal="linear")
    >>> cycle.factors(range(1, 10)).round(3)
    array([0.25 , 0.5  , 0.75 , 1.   , 0.756, 0.512, 0.269, 0.025, 0.025])
    """

    parameters: ClassVar[Kinds] = {
        "three_phase": Choice((True, False)),
        "total": HORIZON,
        "pct_start": Number(0, _room),
        "div": Number(1),
        "final_div": Number(1),
        "anneal": Choice(("cos", "linear")),
    }

    def __init__(
        self,
        total: float | None = None,
        pct_start: float = 0.3,
        div: float = 25,
        final_div: float = 1e4,
        three_phase: bool = False,
        anneal: str = "cos",
        per: str = "update",
    ) -> None:
        self.total = cast(float, total)  # None until bound
        self.pct_start = pct_start
        self.div = div
        self.final_div = final_div
        self.three_phase = three_phase
        self.anneal = anneal
        self.per = per

    def at(self, k: Updates) -> Factors:
        ends, values = self._knots()
        phase = np.searchsorted(ends[:-1], k, side="left")
        start = np.append(0.0, ends)[phase]
        length = ends[phase] - start
        x = np.ones(k.shape)  # a phase without updates is over
        np.divide(k - start, length, out=x, where=length > 0)
        return self._between(values[phase], values[phase + 1], np.minimum(x, 1))

    def _between(self, first: Factors, last: Factors, x: Factors) -> Factors:
        # Rounded as in torch: the last factor is a difference of numbers near 1.
        if self.anneal == "linear":
            return first + (last - first) * x
        wave: Factors = np.cos(np.pi * x)
        return last + (first - last) / 2 * (wave + 1)

    def _knots(self) -> tuple[Factors, Factors]:
        """Last update of each phase; the factors before, between and after them."""
        low, last = 1 / self.div, 1 / (self.div * self.final_div)
        top = self.pct_start * self.total - 1
        if self.three_phase:
            return np.array([top, 2 * top, self.total - 1]), np.array(
                [low, 1, low, last]
            )
        return np.array([top, self.total - 1]), np.array([low, 1, last])
