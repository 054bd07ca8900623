"""Directions in which an objective without a minimum falls for ever.

Along d no sample's loss may grow, and some must fall: ``sign * (x_i d) >= 0`` for the
samples whose loss falls towards one side, and ``x_i d = 0`` for all others (Rockafellar
1970, theorem 27.3; Albert & Anderson 1984 for classes). The direction is the proof.
"""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from .._separation import separating_direction

if TYPE_CHECKING:
    from .linear import LinearProblem

Array = np.ndarray

FAR = (4.0, 8.0, 16.0, 30.0)  # margins from which samples seem to run away
FLAT = 1e-10  # eigenvalues below this share count as zero
ROUNDING = 1e-8  # margins below this share of the largest count as zero
MANY = 300  # free columns up to which null spaces are looked at on the way
LARGEST = 200_000  # entries up to which a linear program is solved at the end


def recession(problem: "LinearProblem", x: Array, thorough: bool) -> Array | None:
    """A direction that proves that there is no minimum, or None.

    Of the size of x, with a largest margin of one. Costs a pass over the data, and a
    Gram matrix where margins have run away; `thorough` at the end of a run, when
    classes are also given to a linear program, if they are not too many.
    """
    response = problem.response
    able = problem.smooth and response.separable and response.differentiable
    if not able or not (problem.free.any() or problem.fit_intercept):
        return None
    if response.shape and not response.loss.labels:
        return None
    margins: Margins = Rivals(problem) if response.shape else Sides(problem)
    if not margins.able:
        return None
    found = _followed(problem, margins, x, thorough)
    if found is None and thorough and response.loss.labels:
        found = _programmed(problem)
    return found


class Margins(ABC):
    """What must not become negative along a direction, and grows somewhere.

    Attributes
    ----------
    able : bool
        Whether any loss falls for ever, where coefficients are free.
    """

    able: bool

    @abstractmethod
    def of(self, z: Array) -> Array:
        """Of predictions z: at least zero, or minus infinity where z may not move."""

    @abstractmethod
    def proof(self, z: Array) -> Array:
        """The same of a direction; minus what moves where nothing may."""

    @abstractmethod
    def gram(self, stay: Array, columns: Array) -> Array:
        """Gram matrix of the differences whose margins `stay`, in some columns."""


class Sides(Margins):
    """Losses of one prediction that fall on one side."""

    def __init__(self, problem: "LinearProblem") -> None:
        response = problem.response
        signs = response.loss.falls(response.y)
        self.problem, self.counted = problem, response.weights > 0
        sides = np.unique([0.0] if signs is None else signs[self.counted])
        # the intercept alone goes one way
        self.able = bool(sides.any() and (problem.free.any() or len(sides) == 1))
        self.signs = np.zeros(len(self.counted)) if signs is None else signs

    def of(self, z: Array) -> Array:
        return np.where(self.signs != 0, self.signs * z, -np.inf)[self.counted]

    def proof(self, z: Array) -> Array:
        return np.where(self.signs != 0, self.signs * z, -np.abs(z))[self.counted]

    def gram(self, stay: Array, columns: Array) -> Array:
        bend = np.zeros(len(self.counted))
        bend[self.counted] = stay
        return self.problem.bordered(bend, columns)


class Rivals(Margins):
    """A softmax: each sample's own class less each other one."""

    def __init__(self, problem: "LinearProblem") -> None:
        response = problem.response
        self.problem, self.counted = problem, response.weights > 0
        self.able = bool(problem.free.any())

    @cached_property
    def codes(self) -> Array:
        return self.problem.response.y.astype(np.int64)[self.counted]  # type: ignore[no-any-return]

    @cached_property
    def others(self) -> Array:
        return np.arange(self.problem.lanes) != self.codes[:, None]

    def of(self, z: Array) -> Array:
        z = z[self.counted]
        own = z[np.arange(len(z)), self.codes]
        return np.asarray((own[:, None] - z)[self.others])

    def proof(self, z: Array) -> Array:
        return self.of(z)

    def gram(self, stay: Array, columns: Array) -> Array:
        lanes, n = self.problem.lanes, len(self.counted)
        pairs = np.zeros((n, lanes, lanes))  # own class, and the rivals that stay
        held = np.zeros(self.others.shape)
        held[self.others] = stay
        pairs[np.flatnonzero(self.counted), self.codes] = held
        size = len(columns) + self.problem.fit_intercept
        total = np.empty((size, lanes, size, lanes))
        for a in range(lanes):
            for b in range(lanes):
                bend = -(pairs[:, a, b] + pairs[:, b, a])
                if a == b:
                    bend = pairs[:, a].sum(axis=1) + pairs[:, :, a].sum(axis=1)
                total[:, a, :, b] = self.problem.bordered(bend, columns)
        return total.reshape(size * lanes, size * lanes)


def columns_of(problem: "LinearProblem", columns: Array) -> Any:
    """Some columns of the design as a matrix."""
    unit = np.ones(1)
    dot = problem.design.dot_columns
    return sp.csr_array(np.column_stack([dot(np.array([j]), unit) for j in columns]))


def _followed(
    problem: "LinearProblem", margins: Margins, x: Array, thorough: bool
) -> Array | None:
    """From where x has gone: all of it, or what samples that stay do not see."""
    free = _free(problem)
    x = np.where(free, x, 0.0)
    now = margins.of(problem.push(x))
    if np.all(now > 0):
        return x / float(np.max(now))
    if free.sum() > MANY and not thorough:
        return None
    for far in FAR if thorough else FAR[1:2]:
        stay = ~(now >= far)
        if not stay.all():
            found = _unseen(problem, margins, x, stay)
            if found is not None:
                return found
    return None


def _free(problem: "LinearProblem") -> Array:
    """Which entries of x have neither a penalty nor a constant column."""
    columns = problem.free.copy()
    columns[problem.constant] = False
    intercepts = np.ones(problem.size - problem.split, bool)
    return np.concatenate([np.repeat(columns, problem.lanes), intercepts])


def _unseen(
    problem: "LinearProblem", margins: Margins, x: Array, stay: Array
) -> Array | None:
    """The part of x that changes none of the margins that `stay`, if it is a proof."""
    free = np.flatnonzero(_free(problem))
    columns = np.unique(free[free < problem.split] // problem.lanes)
    units = problem.norms[free]
    gram = margins.gram(stay, columns) / np.outer(units, units)
    values, vectors = np.linalg.eigh(gram)
    unseen = vectors[:, values <= FLAT]
    d = np.zeros(problem.size)
    d[free] = unseen @ (unseen.T @ (units * x[free])) / units
    found = margins.proof(problem.push(d))
    top = float(np.max(found, initial=0.0))
    return d / top if top > 0 and found.min() >= -ROUNDING * top else None


def _programmed(problem: "LinearProblem") -> Array | None:
    """By linear programming."""
    response = problem.response
    columns = np.flatnonzero(problem.free)
    rivals = max(problem.lanes, 2) - 1
    if len(response.y) * len(columns) * rivals**2 > LARGEST or not len(columns):
        return None
    y = response.y[:, 0] if response.y.ndim > 1 else response.y
    found = separating_direction(
        columns_of(problem, columns), y, response.weights, problem.fit_intercept
    )
    if found is None:
        return None
    lanes = np.atleast_2d(found).T
    w = np.zeros((problem.n_columns, lanes.shape[1]))
    w[columns] = lanes[: len(columns)]
    b = lanes[len(columns) :].ravel()
    shape = response.shape
    return problem.pack(w.reshape(-1, *shape), b.reshape(shape) if len(b) else 0.0)
