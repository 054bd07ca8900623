"""How stochastic rules walk through a problem: which kernel, in which units."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .._compile import Record, readonly
from ..kernels import stochastic as kernels
from ..kernels.rows import row_facts

if TYPE_CHECKING:
    from .function import FunctionProblem
    from .linear import LinearProblem

Array = np.ndarray

BLOCK = 32  # consecutive rows visited together: random single rows cost 2-8 times more
SAMPLE = 5000  # rows for the estimate of the largest eigenvalue


@dataclass(frozen=True)
class Facts:
    """Curvatures in the units of the sweep; automatic learning rates come from these.

    Attributes
    ----------
    top : float
        Largest eigenvalue of the full Hessian.
    mean_row, max_row : float
        Mean and largest curvature of a single sample's loss.
    row_sum : float
        Mean absolute sum of a row.
    spread : float
        Root mean square slope of the null model: the size of what is to be explained.
    bounded : bool
        Whether curvatures are bounded everywhere.
    """

    top: float
    mean_row: float
    max_row: float
    row_sum: float
    spread: float
    bounded: bool


class Sweep(ABC):
    """One epoch after another.

    Attributes
    ----------
    updates : int
        Updates per epoch.
    facts : Facts or None
        None where nothing is known about the curvature.
    """

    updates: int
    facts: Facts | None = None

    @abstractmethod
    def epoch(self, rule: Record, x: Array, slots: Array, rates: Array, t: int) -> int:
        """Go through the data once, updating x and slots; returns the update count."""


class FunctionSweep(Sweep):
    """One update an epoch, with the whole gradient."""

    updates = 1

    def __init__(self, problem: "FunctionProblem") -> None:
        self.problem = problem
        self.scale = readonly(np.ones(problem.size))
        self.shift = readonly(np.zeros(problem.size))

    def epoch(self, rule: Record, x: Array, slots: Array, rates: Array, t: int) -> int:
        g = np.array(self.problem.at(x.copy()).loss_gradient)
        c = rule.begin(float(rates[0]), t)  # type: ignore[attr-defined]
        kernels.advance(
            rule, self.problem.record, c, self.scale, self.shift, x, g, slots, len(x)
        )
        return t + 1


class LinearSweep(Sweep):
    """Batches of rows of a copy of the data, shuffled once, in permuted blocks."""

    def __init__(
        self,
        problem: "LinearProblem",
        batch_size: int,
        preconditioned: bool,
        rng: np.random.Generator,
    ) -> None:
        n = problem.design.shape[0]
        order = rng.permutation(n)
        self.problem, self.rng, self.batch = problem, rng, min(batch_size, n)
        self.design = problem.design.take(order)
        self.rows = self.design.rows.record()
        self.y = readonly(problem.response.y[order])
        self.weights = readonly(n * problem.response.weights[order])
        self.updates = math.ceil(n / self.batch)
        self._units(preconditioned)

    def epoch(self, rule: Record, x: Array, slots: Array, rates: Array, t: int) -> int:
        problem = self.problem
        self._recentre(x, problem.mean, self.shift)
        common = (
            self.rows, problem.response.record, problem.record, rule, self.y,
            self.weights, readonly(rates), self.batch, self._order(),
            self.scale, self.shift, problem.fit_intercept,
        )  # fmt: skip
        if not problem.response.shape:
            t = kernels.epoch(*common, x, np.zeros(problem.size), slots, t)
        else:
            X, spare = x.reshape(-1, problem.lanes), np.zeros((3, problem.lanes))
            t = kernels.lane_epoch(*common, X, np.zeros_like(X), slots, *spare, t)
        self._recentre(x, self.shift, problem.mean)
        return t

    def _recentre(self, x: Array, old: Array, new: Array) -> None:
        """Restate the intercept for columns centred elsewhere."""
        if self.problem.fit_intercept and old is not new:
            x[self.problem.split :] += (new - old) @ self.problem.coefficients(x)

    def _order(self) -> Array:
        """Rows: blocks of consecutive ones in random order; all at full batch."""
        n = len(self.y)
        rows = np.arange(n)
        if self.batch >= n:
            return readonly(rows)
        blocks = np.array_split(rows, max(n // BLOCK, 1))
        shuffled = self.rng.permutation(len(blocks))
        return readonly(np.concatenate([blocks[b] for b in shuffled]))

    def _units(self, preconditioned: bool) -> None:
        """Scale and centre of each column, and the facts in these units."""
        problem = self.problem
        bend = problem.response.max_curvature
        bounded = math.isfinite(bend)
        if not bounded:
            bend = float(np.max(problem.response.weights @ problem.null.curvatures))
        p = problem.n_columns
        scale, shift = np.ones(p + 1), readonly(np.zeros(p))
        if preconditioned:
            ridge = problem.ridge(problem.null.x)[: problem.split : problem.lanes]
            scale[:p] = 1.0 / (problem.norms[: problem.split : problem.lanes]
                               * math.sqrt(bend))  # fmt: skip
            scale[:p] = 1.0 / np.sqrt(1.0 / scale[:p] ** 2 + ridge)
            scale[p] = 1.0 / math.sqrt(bend)
            shift = problem.mean
        self.scale, self.shift = readonly(scale), shift
        self.facts = self._facts(bend, bounded)

    def _facts(self, bend: float, bounded: bool) -> Facts:
        p, n = self.problem.n_columns, len(self.y)
        scale = self.scale[:p]
        mean, largest, absolute = row_facts(self.rows, n, readonly(scale))
        centre = float(np.sum((scale * self.shift) ** 2))
        top = self._top_eigenvalue()
        slopes = self.problem.null.slopes.reshape(n, -1)
        squares = self.problem.response.weights @ np.sum(slopes**2, axis=1)
        spread = math.sqrt(float(squares) / (bend * self.problem.lanes))
        return Facts(
            top=bend * top,
            mean_row=bend * max(mean - centre, 0.0) + 1.0,
            max_row=bend * largest + 1.0,
            row_sum=absolute + self.scale[p],
            spread=spread or 1.0,
            bounded=bounded,
        )

    def _top_eigenvalue(self) -> float:
        """Power iteration on a sample of rows, in the units of the sweep."""
        sample = self.design.take(np.arange(min(len(self.y), SAMPLE)))
        scale, shift = self.scale[: self.problem.n_columns], self.shift
        v = np.random.default_rng(0).normal(size=len(scale))
        value = 1.0
        for _ in range(8):
            v /= max(float(np.linalg.norm(v)), 1e-300)
            z = sample.dot(scale * v) - (scale * shift) @ v
            v = scale * (sample.tdot(z) - shift * z.sum()) / len(z)
            value = float(np.linalg.norm(v))
        return max(1.1 * value, float(self.scale[-1] ** 2), 1e-300)
