"""Linear models: a design, a response and a penalty."""

import math
from collections.abc import Callable, Iterator
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg.blas import daxpy

from .._compile import readonly
from .._matrices import diagonal
from .._threads import one_blas_thread
from ..designs import Design
from ..penalties._base import BasePenalty
from ._base import Certificate, Counts, Oracle, Point, Problem
from ._class_blocks import SAMPLE, class_blocks, heavy_rows
from ._dual import Ascent, linearised, stepped
from ._dual_lanes import LaneAscent
from ._excerpts import bend_flat, excerpts, rough_hessian, sample, sizes
from ._frames import Frame, Moved, Own
from ._gap import Slopes, certify, floor_of, loose, refined
from ._linear_point import LinearLine, LinearPoint, NullPoint
from ._parallel import mapped
from ._recession import recession
from ._regularizer import Regularizer
from ._response import BaseResponse
from ._row_metric import RowMetric
from ._second_order import (
    Rough,
    exactly,
    hessian_cost,
    hessian_diagonal,
    loss_hessian,
    narrow,
)
from ._span import Span, span_of
from ._sweep import LinearSweep
from ._units import Past
from .regularizer import regularizer_of

Array = np.ndarray


class LinearProblem(Problem):
    r"""Minimise :math:`\sum_i s_i \ell(y_i, x_i w + b) + \sum_j \Omega_j(w_j)`.

    The sample weights s sum to one and the intercept b is not penalised. The flat
    vector x holds the p coefficients, ``lanes`` numbers each, and then the intercept
    *at the weighted mean of the columns*: columns are centred without touching X, which
    leaves w as it is and removes the correlation with the intercept.

    Parameters
    ----------
    design : Design
        The matrix X, n x p.
    response : Response
        Loss, targets and sample weights.
    penalty : Penalty
        Penalty of each coefficient.
    fit_intercept : bool, default=True
        Whether there is an intercept.
    """

    def __init__(
        self,
        design: Design,
        response: BaseResponse,
        penalty: BasePenalty,
        fit_intercept: bool = True,
    ) -> None:
        self.design = design
        self.response: Any = response
        self.fit_intercept = fit_intercept
        self.n_columns = design.shape[1]
        self.lanes = response.lanes
        self.split = self.n_columns * self.lanes
        self.size = self.split + self.lanes * fit_intercept
        mean = np.zeros(self.n_columns)
        if fit_intercept:
            with one_blas_thread():
                mean = design.mean(response.weights)
        self.mean = readonly(mean)
        self._penalise(penalty)

    def _penalise(self, penalty: BasePenalty) -> None:
        """Everything that depends on the penalty."""
        self.penalty = penalty
        self.regularizer = regularizer_of(penalty, self.n_columns, self.lanes)
        self.record = self.regularizer.record
        self.smooth = penalty.smooth
        self.free = self.regularizer.free
        convex = penalty.convex and penalty.dual(self.n_columns)
        self.dual = bool(self.response.loss.dual and convex)
        self.counts = Counts()
        self.constant = self._constant()

    def with_penalty(self, penalty: BasePenalty) -> "LinearProblem":
        """The same data under another penalty; all that the data cost is kept."""
        other = copy(self)
        own = ("provides", "bounds", "null", "row_bend", "loose")
        known = {name: vars(other).pop(name, None) for name in own}
        other._penalise(penalty)
        null = known["null"]
        same = np.array_equal(other.constant, self.constant)
        if null is not None and same and np.array_equal(other._base, self._base):
            other.null = null.under(other)
        return other

    def __str__(self) -> str:
        loss, penalty = type(self.response.loss).__name__, type(self.penalty).__name__
        return f"a linear model with {loss} loss and {penalty} penalty"

    @cached_property
    def provides(self) -> Oracle:
        able = Oracle.VALUE | Oracle.PROX
        if not self.penalty.blocked:
            able |= Oracle.SEPARABLE
        elif not self.penalty.whole:  # type: ignore[attr-defined]
            able |= Oracle.BLOCKS
        if not self.response.differentiable:
            return able
        loss = self.response.loss
        single = self.response.separable and not self.response.shape
        classes = self.response.shape and loss.coupled
        if (single or classes) and loss.convex and self._held:
            able |= Oracle.DUAL
        if single and loss.kinked:
            straight = loss.pieces(self.response.y) is not None
            return able | Oracle.PIECES if straight and self.penalty.elastic else able
        able |= Oracle.GRADIENT | Oracle.CERTIFICATE
        if self.response.separable:
            able |= Oracle.ROWS | Oracle.SUM
        if self.penalty.elastic:
            able |= Oracle.ORTHANTS
        if self.penalty.concave:
            able |= Oracle.CONCAVE
        if self.smooth:
            able |= Oracle.SMOOTH | Oracle.HESSIAN | Oracle.HESSIAN_VECTOR
        return able if self.response.shape else able | Oracle.COLUMNS

    @property
    def _held(self) -> bool:
        """Whether the penalty is a ridge on every coefficient."""
        if not (self.smooth and self.penalty.piecewise):
            return False
        return bool(np.all(self.regularizer.record.ridge > 0))  # type: ignore[attr-defined]

    # -- coordinates ---------------------------------------------------------------

    def coefficients(self, x: Array) -> Array:
        """The coefficients in x, of shape (p,) or (p, lanes)."""
        return x[: self.split].reshape(self.n_columns, *self.response.shape)

    def unpack(self, x: Array) -> tuple[Array, Array]:
        """Coefficients and intercept in the user's units."""
        w = self.coefficients(x)
        return w.copy(), self.offset(x, w)

    def pack(self, w: Array, b: Array | float) -> Array:
        """The flat vector of coefficients and an intercept in the user's units."""
        if not self.fit_intercept:
            return np.array(w, np.float64).ravel()
        centred = np.atleast_1d(b + self.mean @ w)
        return np.concatenate([np.ravel(w), centred]).astype(np.float64)

    def offset(self, x: Array, w: Array) -> Array:
        """What is added to ``X @ w``: the intercept in the user's units."""
        if not self.fit_intercept:
            return np.zeros(self.response.shape)
        return x[self.split :].reshape(self.response.shape) - self.mean @ w

    def push(self, x: Array) -> Array:
        """Predictions of x."""
        w = self.coefficients(x)
        if len(self.constant):
            w = w.copy()
            w[self.constant] = 0.0
        if not w.any():  # needs no pass over the data
            z = np.zeros((self.design.shape[0], *self.response.shape))
        else:
            z = self.design.dot(w)
        if self.fit_intercept:
            z += self.offset(x, w)
        return z

    def pull(self, rows: Array) -> Array:
        """The adjoint of `push`: sums over samples, of the size of x."""
        total = rows.sum() if rows.ndim == 1 else np.ones(len(rows)) @ rows  # faster
        columns = self.design.tdot(rows)
        if not self.fit_intercept:
            return columns.ravel()
        columns = columns - np.multiply.outer(self.mean, total)
        columns[self.constant] = 0.0
        return np.concatenate([columns.ravel(), np.atleast_1d(total)])

    def pull_weighted(self, rows: Array) -> Array:
        """As `pull`, of rows times the weights of their samples."""
        equal = self.response.equal
        if equal:
            return equal * self.pull(rows)  # type: ignore[no-any-return]
        return self.pull(self.response.weigh(rows))

    def _constant(self) -> Array:
        """Constant columns that no penalty holds: without effect beside an intercept.

        Once centred they are rounding errors, which must not be scaled up and fitted.
        """
        if not self.fit_intercept:
            return np.zeros(0, np.int64)
        steps = np.ones(self.split)
        held = self.regularizer.prox(1e8 * steps, steps) != 1e8
        held = held.reshape(self.n_columns, -1).any(axis=1)
        if held.all():
            return np.zeros(0, np.int64)
        return np.flatnonzero(~held & self.steady)

    def frame(self, shift: Array) -> Frame:
        """Coordinates in which the intercept is at `shift` of the columns."""
        if not self.fit_intercept:
            return Own()
        return Moved(self.mean - shift, self.response.shape)

    def elastic(self) -> tuple[Array, Array]:
        numbers = self.record.level, self.record.ridge  # type: ignore[attr-defined]
        level, ridge = (self.padded(np.repeat(each, self.lanes)) for each in numbers)
        return level, ridge

    def user_frame(self) -> Frame:
        return self.frame(np.zeros(self.n_columns))

    def padded(self, columns: Array) -> Array:
        """`columns` (one number per coefficient) with zeros for the intercept."""
        out = np.zeros(self.size)
        out[: self.split] = columns
        return out

    # -- oracles -------------------------------------------------------------------

    @property
    def _base(self) -> Array:
        """Coefficients nearest to zero, and no intercept."""
        return self.feasible(np.zeros(self.size))

    @cached_property
    def null(self) -> NullPoint:
        """The best model without any column."""
        x = self._base
        z, jets = self.push(x), None
        if self.fit_intercept:
            shift, jets = self.response.balanced(z)
            x[self.split :] += shift
            z = z + shift
        return NullPoint(self, x, z, jets)

    @cached_property
    def floor(self) -> float:
        return floor_of(self)

    def start(self) -> Array:
        if self.response.differentiable:
            return self.null.x.copy()
        return np.clip(np.zeros(self.size), *self.bounds)

    def at(self, x: Array) -> LinearPoint:
        null = vars(self).get("null")
        if null is not None and np.array_equal(x, null.x):
            return null.held()  # type: ignore[no-any-return]
        return LinearPoint(self, x, self.push(x))

    def values(self, points: Array, n_jobs: int | None = None) -> Iterator[float]:
        # threads share the data, and kernels let go of the interpreter
        for value in mapped(self.value, points, n_jobs, prefer="threads"):
            self.counts.evaluations += 1
            yield value

    def value(self, x: Array) -> float:
        """The objective at x."""
        loss: float = self.response.value(self.push(x))
        if not self.response.penalised:
            return loss
        return loss + self.regularizer.cost(x[: self.split])

    def held_out(self, x: Array, weights: Array) -> float:
        """The loss at x, without penalty, under other weights of the samples."""
        return float(self.response.under(weights).value(self.push(x)))

    @property
    def units(self) -> Array:
        """What changes predictions by one, on average; small between close bounds."""
        quarter = (self.bounds[1] - self.bounds[0]) / 4
        return np.minimum(1.0 / self.norms, np.where(quarter > 0, quarter, np.inf))

    def line(self, point: Point, direction: Array) -> LinearLine:
        assert isinstance(point, LinearPoint)
        return LinearLine(self, point, direction)

    def combine(self, a: Point, b: Point, t: float) -> LinearPoint:
        assert isinstance(a, LinearPoint)
        assert isinstance(b, LinearPoint)
        return LinearPoint(self, a.x + t * (b.x - a.x), a.z + t * (b.z - a.z))

    @cached_property
    def row_bend(self) -> float:
        ridge = self.ridge(np.zeros(self.size))[: self.split : self.lanes]
        ridge, weights = np.maximum(ridge, 1e-300), self.response.weights
        if np.unique(ridge).size == 1 and weights.min() == weights.max():
            return float(weights[0] * self.design.energy / ridge[0]) / len(weights)
        return float(np.sum((self.variances + self.mean**2) / ridge)) / len(weights)

    @cached_property
    def hessian_cost(self) -> float:
        return hessian_cost(self)

    @property
    def narrow(self) -> bool:
        """Whether predictions bend each other, and their Hessian costs little."""
        return narrow(self)

    def prox(self, z: Array, steps: Array) -> Array:
        head = self.regularizer.prox(z[: self.split], steps[: self.split])
        return np.append(head, z[self.split :]) if self.fit_intercept else head

    def displaced(self, point: Point, other: Regularizer | None = None) -> Array:
        """How far a prox step of its own length would move each coefficient.

        Nothing moves at an optimum of a convex problem; of another, nothing moves where
        no coefficient by itself has a better value as far as bounds of curvature tell.
        `other` stands for another penalty than the problem's own.
        """
        steps, w = 1.0 / self.scales(point)[: self.split], point.x[: self.split]
        z = w - steps * point.loss_gradient[: self.split]
        return (other or self.regularizer).prox(z, steps) - w

    def certificate(
        self, point: Point, tol: float = math.inf, witness: Any = None
    ) -> Certificate:
        assert isinstance(point, LinearPoint)
        return certify(self, point, witness or point, tol)

    def refined(self, point: Point) -> LinearPoint | None:
        assert isinstance(point, LinearPoint)
        return refined(self, point) if Oracle.HESSIAN in self.provides else None

    def recession(self, x: Array, thorough: bool) -> Array | None:
        return recession(self, x, thorough)

    @cached_property
    def variances(self) -> Array:
        """Weighted mean of each centred column's square."""
        squares = self.design.mean_square(self.response.weights)
        return np.maximum(squares - self.mean**2, 0.0)

    @cached_property
    def steady(self) -> Array:
        """Which columns are constant, up to rounding."""
        squares: Array = self.variances + self.mean**2
        return self.variances <= 1e-14 * squares

    @cached_property
    def norms(self) -> Array:
        """Length of each coordinate's column; 1 for constant columns."""
        lengths = np.sqrt(np.where(self.steady, 1.0, self.variances))
        lengths = np.repeat(lengths, self.lanes)
        return np.concatenate([lengths, np.ones(self.size - self.split)])

    @cached_property
    def loose(self) -> Array:
        """Coordinates that no penalty holds, the intercept among them."""
        return loose(self, self.free)

    def scales(self, point: Point) -> Array:
        assert isinstance(point, LinearPoint)
        bend = self.response.max_curvature
        if not math.isfinite(bend):
            bend = float(np.max(point.curvatures))
        scales = np.square(self.norms) * bend + self.ridge(point.x)
        scales[: self.split] = self.regularizer.metric(scales[: self.split])
        return scales

    def sweep(
        self,
        rule: Any,
        batch_size: int | None,
        preconditioned: bool,
        rng: np.random.Generator,
        past: Past | None = None,
    ) -> LinearSweep:
        return LinearSweep(self, rule, batch_size, preconditioned, rng, past)

    def ascent(self, x: Array, rough: bool = False) -> Ascent | LaneAscent:
        """The dual problem, from x on; epochs in single precision if that may do."""
        return LaneAscent(self, x) if self.response.shape else Ascent(self, x, rough)

    def linearised(self, point: LinearPoint, solve: Any, goal: float) -> LinearPoint:
        """Dual slopes of a Newton step from a point."""
        return linearised(self, point, solve, goal)

    def stepped(self, line: LinearLine, product: Any) -> LinearPoint:
        """Dual slopes of the Newton step along a line."""
        return stepped(self, line, product)

    @property
    def sampled(self) -> bool:
        """Whether there are excerpts."""
        return any(sizes(self))

    def excerpts(self) -> Iterator["LinearProblem"]:
        return excerpts(self)

    def sample(self, count: int) -> "LinearProblem":
        """The problem of about `count` rows that weigh as much as all do."""
        return sample(self, count)

    def rough_hessian(self, part: "LinearProblem", point: LinearPoint) -> Array:
        """The Hessian with correlations of the rows of `part` only."""
        self.counts.hessians += 1
        return rough_hessian(self, part, point)

    def span(self, single: bool = False) -> Span | None:
        """This model in the span of its rows, if all coefficients share a ridge."""
        return span_of(self, single)

    def heavy_rows(self, point: LinearPoint, most: int = SAMPLE) -> Array | None:
        """Which samples bend each class, if that is few of many."""
        return heavy_rows(self, point, most)

    def class_blocks(
        self, point: LinearPoint, heavy: Array | None = None
    ) -> Iterator[Array]:
        """The Hessian's block of each class, roughly."""
        self.counts.hessians += 1
        return class_blocks(self, point, heavy)

    def row_metric(
        self, point: LinearPoint, most: int, rough: bool = False
    ) -> RowMetric:
        """The Hessian's inverse through the rows that matter most, or all if few."""
        self.counts.hessians += 1
        return RowMetric(self, point, most, rough)

    def ridge(self, x: Array) -> Array:
        """Second derivative of a smooth penalty in each coordinate; else zeros."""
        if not self.smooth:
            return np.zeros(self.size)
        return self.padded(self.regularizer.curvatures(x[: self.split]))

    def loss_hessian(self, point: Slopes, columns: Array) -> Array:
        """Hessian of the loss in some columns, then the intercept; lanes innermost."""
        self.counts.hessians += 1
        return loss_hessian(self, point, columns)

    def bordered(self, d: Array, columns: Array) -> Array:
        """Gram matrix of the centred columns and the constant, d of either sign."""
        if np.min(d, initial=0.0) < 0.0:
            rest = self.bordered(np.maximum(-d, 0.0), columns)
            rises = np.max(d) > 0.0
            return self.bordered(np.maximum(d, 0.0), columns) - rest if rises else -rest
        d = self.response.weights * d
        total = self.design.bordered(d, columns, self.mean[columns], self.fit_intercept)
        if len(self.constant):
            dead = np.flatnonzero(np.isin(columns, self.constant))
            total[dead] = total[:, dead] = 0.0
        return total

    def hessian(self, point: Point) -> Array:
        assert isinstance(point, LinearPoint)
        total = self.loss_hessian(point, np.arange(self.n_columns))
        if self.response.shape:
            bend_flat(total, np.append(self.free, self.fit_intercept), self.lanes)
        diagonal(total)[:] += self.ridge(point.x)
        return total

    def diagonal(self, point: Point) -> Array:
        assert isinstance(point, LinearPoint)
        return hessian_diagonal(self, point)

    def rough(self) -> "Rough | None":
        return Rough.of(self)

    def hessian_vector(
        self, point: Point, through: Any = None
    ) -> Callable[[Array], Array]:
        assert isinstance(point, LinearPoint)
        bend = through.at(point) if through is not None else exactly(self, point)
        ridge = self.ridge(point.x)[: self.split]
        one = float(ridge[0]) if len(ridge) and np.ptp(ridge) == 0.0 else None

        def product(v: Array) -> Array:
            self.counts.gradients += 1
            out = np.ascontiguousarray(bend(v))
            if one is not None:  # in place
                daxpy(v, out, self.split, one)
            else:
                out[: self.split] += ridge * v[: self.split]
            return out

        return product
