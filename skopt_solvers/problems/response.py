"""Loss, targets and sample weights together, as functions of the predictions z."""

import math
from abc import abstractmethod
from copy import copy
from functools import cached_property
from typing import Any, Self

import numpy as np

from .._compile import readonly
from ..kernels import losses as kernels
from ..losses import Loss, VectorLoss
from ._response import BaseResponse

Array = np.ndarray

SOME, MANY = 3000, 10  # samples, and times as many from which their constant is first
ROUNDS, FLAT = 200, 1e-300  # and slopes that lead on for ever
IDLE = 5  # Newton steps that only move rounding errors about
ULPS = 4 * np.finfo(float).eps  # of a constant: steps below are rounding errors
EXACT = 1e-15  # share of the slopes that their sum is off by as they are rounded
LONG = 50.0  # times as much if there are many, at most


class Response(BaseResponse):
    """The weighted mean loss as a function of the predictions."""

    differentiable = True

    def __init__(self, loss: Any, y: Array, weights: Array) -> None:
        self.loss = loss
        self.y = readonly(np.ascontiguousarray(y, np.float64))
        self.weights = readonly(weights)
        self.record = loss.record()

    @abstractmethod
    def jets(self, z: Array) -> tuple[float, Array, Array | None]:
        """Mean loss; slopes; curvatures where a sample has one prediction."""

    @abstractmethod
    def along(self, z: Array, dz: Array, t: float) -> tuple[float, float, float]:
        """Mean loss at ``z + t dz`` and its first two derivatives in t."""

    @abstractmethod
    def gap(self, z: Array, slopes: Array, scale: float) -> float:
        """Mean Fenchel-Young gap of the slopes times `scale`."""

    def room(self, slopes: Array) -> float:
        """The share of `slopes` that makes them slopes of all samples together."""
        return 1.0

    @abstractmethod
    def balanced(self, z: Array) -> tuple[Array, Any]:
        """The constant c for which the weighted slopes at ``z + c`` sum to zero, and
        the jets there if they are at hand.
        """

    def balance(self, z: Array) -> Array:
        """That constant alone."""
        return self.balanced(z)[0]

    def value(self, z: Array) -> float:
        return self.jets(z)[0]

    @cached_property
    def equal(self) -> float:
        """The weight that all samples have, 0 if there is none."""
        weights = self.weights
        same = len(weights) > 0 and weights.min() == weights.max()
        return float(weights[0]) if same else 0.0

    def under(self, weights: Array) -> Self:
        other = copy(self)
        other.weights = readonly(weights)
        vars(other).pop("equal", None)
        return other

    def take(self, rows: Array) -> Self:
        """Some samples, with the weights that they have among all."""
        other = self.under(self.weights[rows])
        other.y = readonly(self.y[rows])
        return other

    def weigh(self, rows: Array) -> Array:
        """Each sample's row times its weight."""
        if self.equal:
            return rows * self.equal
        return rows * self.weights.reshape(-1, *(1,) * len(self.shape))

    @property
    def max_curvature(self) -> float:
        return float(self.loss.max_curvature)


class SingleResponse(Response):
    """One prediction per sample."""

    loss: Loss
    lanes = 1
    shape = ()

    @abstractmethod
    def jets(self, z: Array) -> tuple[float, Array, Array]:
        """Mean loss, slopes and curvatures."""

    @abstractmethod
    def information(self, z: Array) -> Array:
        """The curvatures where targets are what z makes expect."""

    def balanced(self, z: Array) -> tuple[Array, Any]:
        """Newton's method kept in a bracket: the mean slope increases with c."""
        straight = self.loss.pieces(self.y)
        if straight is not None:
            return _quantile(straight[0] - z, *straight[1:], self.weights), None
        c, low, high, last, slow = self._about(z), -math.inf, math.inf, 0.0, 0
        exact = _exact(len(z))
        for _ in range(ROUNDS):
            known, at = self.jets(z + c), c
            _, slopes, curvatures = known
            total = self.weights @ slopes
            size = self.weights @ np.abs(slopes)
            if abs(total) <= exact * size < math.inf or size <= FLAT:
                break
            low, high = (low, c) if total > 0 else (c, high)
            bend = self.weights @ curvatures
            step = -total / bend if bend > 0 else -math.copysign(math.inf, total)
            if abs(step) <= ULPS * abs(c):
                break
            reach = math.inf if self.loss.quadratic else 10.0 + abs(c)
            step = _kept(step, reach, total)
            # where e**c rules all steps are of one
            slow = slow + 1 if abs(step) > abs(last) / 2.0 > 0.0 else 0
            last, inside = step, math.isfinite(high - low)
            following = c + (step if inside else step * 2.0**slow)
            if not low < following < high or (slow and inside):
                following = (low + high) / 2
            if following == c or not math.isfinite(following):
                break
            c = following
        return np.asarray(c), known if at == c else None

    def _about(self, z: Array) -> float:
        """Near the answer: that of the mean target, or of some of many samples."""
        if z.min(initial=math.inf) == z.max(initial=-math.inf):
            mean = self.weights @ self.y / (self.weights.sum() or 1.0)
            mean = np.clip(mean, self.y.min(axis=0), self.y.max(axis=0))
            return float(self.loss.start(mean)) - float(z[0])
        rows = np.arange(0, len(z), max(len(z) // SOME, 1))
        if len(z) < MANY * SOME or not self.weights[rows].any():
            return 0.0
        return float(self.take(rows).balance(z[rows]))


class ScalarResponse(SingleResponse):
    """A sum over samples, each with one prediction."""

    def jets(self, z: Array) -> tuple[float, Array, Array]:
        return kernels.jets(self.record, self.y, self.weights, readonly(z))  # type: ignore[no-any-return]

    def along(self, z: Array, dz: Array, t: float) -> tuple[float, float, float]:
        given = self.y, self.weights, z, dz
        found = kernels.along(self.record, *map(readonly, given), t)
        if math.isnan(sum(found)) and not self.weights.all():
            rows = np.flatnonzero(self.weights)
            given = tuple(readonly(each[rows]) for each in given)  # type: ignore
            found = kernels.along(self.record, *given, t)
        return found  # type: ignore[no-any-return]

    def gap(self, z: Array, slopes: Array, scale: float) -> float:
        return kernels.gaps(  # type: ignore[no-any-return]
            self.record, self.y, self.weights, readonly(z), readonly(slopes), scale
        )

    def information(self, z: Array) -> Array:
        y = readonly(self.loss.expected(self.y, z))
        return kernels.jets(self.record, y, self.weights, readonly(z))[2]  # type: ignore[no-any-return]


def _exact(n: int) -> float:
    """The share of the sizes of n slopes that their sum may be off by."""
    return EXACT * max(1.0, min(0.1 * math.sqrt(n), LONG))


def _kept(step: float, reach: float, total: float) -> float:
    """Newton's step, not longer than `reach`; that long where it is no number."""
    if math.isnan(step):
        return -math.copysign(reach, total)
    return max(min(step, reach), -reach)


def _quantile(kinks: Array, below: Array, above: Array, weights: Array) -> Array:
    """Where a sum of losses with these kinks and slopes is smallest."""
    order = np.argsort(kinks, kind="stable")
    rising = np.cumsum((weights * (below + above))[order])
    first = np.searchsorted(rising, weights @ below)
    return np.asarray(kinks[order[min(first, len(order) - 1)]])


class LaneResponse(Response):
    """K predictions per sample."""

    loss: VectorLoss

    def __init__(self, loss: Any, y: Array, weights: Array, lanes: int) -> None:
        super().__init__(loss, y, weights)
        self.lanes = lanes
        self.shape = (lanes,)

    def jets(self, z: Array) -> tuple[float, Array, None]:
        value, slopes = kernels.lane_jets(
            self.record, self.y, self.weights, readonly(z)
        )
        return value, slopes, None

    def along(self, z: Array, dz: Array, t: float) -> tuple[float, float, float]:
        return kernels.lane_along(  # type: ignore[no-any-return]
            self.record, self.y, self.weights, readonly(z), readonly(dz), t
        )

    def gap(self, z: Array, slopes: Array, scale: float) -> float:
        return kernels.lane_gaps(  # type: ignore[no-any-return]
            self.record, self.y, self.weights, readonly(z), readonly(slopes), scale
        )

    def bend(self, shares: Array, v: Array, weights: Array) -> Array:
        """Each sample's Hessian, of these `shares`, times v and a weight."""
        parts = readonly(shares), float(self.loss.coupled), readonly(v)
        return kernels.lane_bend(*parts, readonly(weights))  # type: ignore[no-any-return]

    def information(self, z: Array) -> None:
        """No one number; Hessians do not depend on the targets anyway."""

    def rests(self, shares: Array) -> Array:
        """``1 - coupled * s`` of the shares s."""
        if not self.loss.coupled:
            return np.ones_like(shares)
        return kernels.lane_rests(readonly(shares))  # type: ignore[no-any-return]

    def shares(self, z: Array) -> Array:
        """Each sample's s, its Hessian being ``diag(s) - coupled * s s'``."""
        return kernels.lane_shares(self.record, readonly(z))  # type: ignore[no-any-return]

    def balanced(self, z: Array) -> tuple[Array, Any]:
        """Damped Newton on the K means; the flat direction (1, ..., 1) stays."""
        flat = self.loss.labels and bool((z == z[0]).all())
        if flat and len(z) > SOME:  # a sample for each class says as much
            classes = self.under(self._totals())
            classes.y = readonly(np.arange(self.lanes, dtype=np.float64))
            return classes.balance(z[: self.lanes]), None
        c = self._popular() - z[0] if flat else 0.0 * z[0]
        value, slopes, _ = self.jets(z + c)
        best, least, idle = c, math.inf, 0
        for _ in range(50):
            total = self.weights @ slopes
            off = float(np.abs(total).max())
            best, least, idle = (c, off, 0) if off < least else (best, least, idle + 1)
            known = _exact(len(z)) * (self.weights @ np.abs(slopes)).max()
            if off <= known or idle > IDLE or not off < math.inf:
                break
            s = self.shares(z + c)
            bend = np.diag(self.weights @ s) - self.loss.coupled * s.T @ self.weigh(s)
            step = -np.linalg.lstsq(bend, total, rcond=1e-14)[0]
            step *= min(1.0, 5.0 / max(np.abs(step).max(), 1e-300))
            following, slopes, _ = self.jets(z + c + step)
            if following > value * (1 + 1e-14):
                break
            c, value = c + step, following
        return best, None

    def _totals(self) -> Array:
        """The classes' weights."""
        return np.bincount(self.y.astype(np.intp), self.weights, self.lanes)

    def _popular(self) -> Array:
        """Logarithms of the classes' weights: the answer where predictions are flat."""
        logs = np.log(np.maximum(self._totals(), 1e-13))
        return np.asarray(logs - logs.mean())
