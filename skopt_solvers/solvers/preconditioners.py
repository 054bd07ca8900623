"""Metrics in which a problem looks round: approximate inverses of its Hessian."""

import math
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from scipy.linalg import lapack

from .._matrices import diagonal
from ..problems._base import Oracle, Point, Problem
from ..problems._cholesky import damped_cholesky
from ..problems._class_blocks import SAMPLE
from ..problems._row_metric import KEPT, kept

__all__ = ["Blocks", "Cholesky", "Diagonal", "Identity", "Preconditioner", "Rows"]

Array = np.ndarray

LEAST, MOST = 1e-12, 1e8  # damping of a unit diagonal
ROUNDING = 1e-7  # the least in single precision
SINGLE = 5e-6  # share of the diagonal that is ridge, from which that may do
FEW = 1000  # rows that a class's block is made of, more or less
SMALL, LARGEST = 100, 2000  # coordinates whose Hessian is formed anyway, or at all
FACTORS = 700.0  # squared columns per row up to which factors cost less than passes
COSTLY = 60.0  # evaluations: what blocks cost, and as often as they help (measured)
BLUR = 2e-15  # of the size of its terms, that a product with a Hessian may be off by


class Preconditioner(ABC):
    """An approximation of the Hessian that is cheap to invert.

    Attributes
    ----------
    exact : bool
        Whether it was the Hessian itself where it was built.
    factored : bool
        Whether it is close to the Hessian in all directions, so that decrements say how
        far the optimum is.
    """

    exact = False
    factored = False

    @abstractmethod
    def build(self, problem: Problem, point: Point) -> None:
        """Form it at a point."""

    @abstractmethod
    def solve(self, v: Array) -> Array:
        """The inverse times v."""

    @abstractmethod
    def cost(self, problem: Problem) -> float:
        """Cost of `build`, in evaluations of value and gradient."""

    def weight(self, problem: Problem) -> float:
        """Cost of `solve`, in products with the Hessian, if any to speak of."""
        return 0.0


class Identity(Preconditioner):
    """No preconditioning."""

    def build(self, problem: Problem, point: Point) -> None:
        pass

    def solve(self, v: Array) -> Array:
        return v

    def cost(self, problem: Problem) -> float:
        return math.inf


class Diagonal(Preconditioner):
    """A bound of the diagonal: undoes the scales of the columns.

    Parameters
    ----------
    here : bool, default=False
        Whether it is to be the diagonal at the point itself, if that is a good metric.
    floor : bool, default=False
        Whether what is smaller than the mean is to count as that: without curvature but
        a ridge, many columns are all alike then, which conjugate gradients make use of.
    """

    def __init__(self, here: bool = False, floor: bool = False) -> None:
        self.here, self.floor = here, floor

    def build(self, problem: Problem, point: Point) -> None:
        scales = problem.diagonal(point) if self.here else problem.scales(point)
        if self.floor:
            scales = np.maximum(scales, scales.mean())
        self.inverse = 1.0 / np.maximum(scales, 1e-300)

    def solve(self, v: Array) -> Array:
        return self.inverse * v

    def cost(self, problem: Problem) -> float:
        return math.inf


class Cholesky(Preconditioner):
    """The Hessian itself, scaled to a unit diagonal and factored.

    Where it is not positive definite (collinear columns, a non-convex function), a
    multiple of the identity is added, the smallest of 1e-12 x 30**k that does.

    Parameters
    ----------
    damping : float, default=0.0
        Added to the unit diagonal from the start.
    part : Problem, default=None
        A problem of some of the samples, whose correlations stand for those of all.
    """

    factored = True

    def __init__(self, damping: float = 0.0, part: Any = None) -> None:
        self.damping, self.part = damping, part
        self.exact = part is None

    def build(self, problem: Problem, point: Point) -> None:
        hessian = self._hessian(problem, point)
        if self.exact:
            self.matrix = hessian.copy()
        self.scale, self.factor = factor(hessian, self.damping)

    def solve(self, v: Array) -> Array:
        return self.scale * solved(self.factor, self.scale * v)

    def product(self, v: Array) -> Array:
        """The Hessian where it was built, if exact, times v."""
        return np.asarray(self.matrix @ v)

    def blur(self, v: Array) -> Array:
        """What rounding errors may have made of that."""
        return np.asarray(BLUR * (np.abs(self.matrix) @ np.abs(v)))

    def _hessian(self, problem: Any, point: Point) -> Array:
        if self.part is None:
            return problem.hessian(point)  # type: ignore[no-any-return]
        return problem.rough_hessian(self.part, point)  # type: ignore[no-any-return]

    def cost(self, problem: Any) -> float:
        if self.part is None:
            return problem.hessian_cost  # type: ignore[no-any-return]
        share = self.part.design.nnz / problem.design.nnz
        return 1.5 + self.part.hessian_cost * share  # type: ignore[no-any-return]


class Rows(Preconditioner):
    """Woodbury's formula on the rows of a linear model that matter most.

    Exact where the rows are few. For models with many columns and a ridge on each.

    Parameters
    ----------
    most : int, default=KEPT
        Rows in use, those with any curvature, up to which all are taken.
    rough : bool, default=False
        Whether products of all rows may be in single precision.
    """

    def __init__(self, most: int = KEPT, rough: bool = False) -> None:
        self.most, self.rough = most, rough

    def build(self, problem: Any, point: Point) -> None:
        self.metric = problem.row_metric(point, self.most, self.rough)
        self.exact = self.factored = self.metric.exact

    def solve(self, v: Array) -> Array:
        return self.metric.solve(v)  # type: ignore[no-any-return]

    def cost(self, problem: Any) -> float:
        return rows_cost(problem, len(self.metric.rows))

    def weight(self, problem: Any) -> float:
        return solving(problem, len(self.metric.rows))


def rows_cost(problem: Any, rows: int) -> float:
    """Cost of a metric of some rows, in evaluations."""
    n, entries = problem.design.shape[0], max(problem.design.nnz, 1)
    products = 0.0 if kept(n, rows) else 1.0 + 0.1 * rows * rows / n
    return products + rows**3 / (120.0 * entries)


def solving(problem: Any, rows: int) -> float:
    """Cost of solving with a factor of some rows, in products with the Hessian."""
    return 0.4 * rows**2 / max(problem.design.nnz, 1)  # type: ignore[no-any-return]


class Blocks(Preconditioner):
    """A Cholesky factor for each class of a softmax, of its own block of the Hessian.

    Where all classes move alike nothing changes but the ridge, which is divided by.

    Parameters
    ----------
    most : int, default=SAMPLE
        Samples that bend a class up to which all of these are taken.

    Attributes
    ----------
    rows : int
        Samples that each class's block is made of, at most.
    """

    def __init__(self, most: int = SAMPLE) -> None:
        self.most = most

    def build(self, problem: Any, point: Point) -> None:
        self.lanes = problem.lanes
        ridge = problem.ridge(point.x)
        held = float(np.min(ridge[: problem.split], initial=math.inf))
        rows = ridge.reshape(-1, self.lanes)[:, :1]
        self.alike = np.where(rows > 0.0, 1.0 / np.maximum(rows, 1e-300), 0.0)
        heavy, self.factors = problem.heavy_rows(point, self.most), []
        n = problem.design.shape[0]
        self.rows = min(n, SAMPLE) if heavy is None else int(heavy.sum(axis=0).max())
        for each in problem.class_blocks(point, heavy):
            rough = heavy is not None
            single = rough and held > SINGLE * float(diagonal(each).max())
            self.factors.append(factor(each, single=single))

    def solve(self, v: Array) -> Array:
        rows = v.reshape(-1, self.lanes)
        mean = rows.mean(axis=1, keepdims=True)
        rows = rows - mean
        for k, (scale, triangle) in enumerate(self.factors):
            rows[:, k] = scale * solved(triangle, scale * rows[:, k])
        rows += mean * self.alike - rows.mean(axis=1, keepdims=True)
        return rows.ravel()

    def cost(self, problem: Any) -> float:
        return COSTLY

    def weight(self, problem: Any) -> float:
        return 0.5 * problem.size / problem.design.shape[0]  # type: ignore[no-any-return]


def blocked(problem: Any) -> bool:
    """Whether classes have blocks of their own that are worth their factors."""
    if Oracle.ROWS not in problem.provides or Oracle.COLUMNS in problem.provides:
        return False
    n, p = problem.design.shape
    worth = problem.size > SMALL and p <= LARGEST and p * p <= FACTORS * n
    return bool(worth and problem.response.loss.coupled and not problem.narrow)


def classes_cost(problem: Any, rows: int = FEW) -> float:
    """Cost of blocks of the classes from so many rows, in products with the Hessian."""
    n, p = problem.design.shape
    return p * (rows + p / 3.0) / (6.0 * n)  # type: ignore[no-any-return]


def solved(triangle: Array, v: Array) -> Array:
    """The solution of a system whose lower Cholesky factor is known."""
    if triangle.dtype == np.float32:
        return np.asarray(lapack.spotrs(triangle, v.astype(np.float32), lower=1)[0])
    return np.asarray(lapack.dpotrs(triangle, v, lower=1)[0])


def factor(
    matrix: Array, damping: float = 0.0, single: bool = False
) -> tuple[Array, Array]:
    """One over the root of the diagonal, and the Cholesky factor in these units.

    The matrix is overwritten; `damping` is added to the unit diagonal, and multiples of
    the identity until it is positive definite. The factor may be a `single` one.
    """
    unit = diagonal(matrix)
    sizes = np.abs(unit)
    scale = 1.0 / np.sqrt(np.where(sizes > 0, sizes, 1.0))
    matrix *= scale
    matrix *= scale[:, None]
    unit[unit == 0] = 1.0
    triangle = None
    if np.isfinite(unit).all():
        least = max(damping, ROUNDING if single else LEAST)
        matrix = matrix.astype(np.float32) if single else matrix
        triangle = damped_cholesky(matrix, 1.0, least, MOST)
    return scale, np.eye(len(matrix)) if triangle is None else triangle
