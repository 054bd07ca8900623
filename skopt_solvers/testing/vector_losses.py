"""The laws of losses of several predictions."""

import math
from typing import Any

import numpy as np

from .._compile import readonly
from ..kernels import losses as kernels
from ..losses import VectorLoss
from ._laws import OFFSETS, ROUNDING, STENCIL, Array, check_parameters, equal, obeys

ONE = readonly(np.ones(1))


class _Surface:
    """The compiled loss of K predictions for one class."""

    def __init__(self, loss: VectorLoss, y: Any) -> None:
        self.record, self.y = loss.record(), readonly(np.array([y], np.float64))

    def jet(self, p: Array) -> tuple[float, Array]:
        z = readonly(np.atleast_2d(p))
        value, slopes = kernels.lane_jets(self.record, self.y, ONE, z)
        return value, slopes[0]

    def curve(self, p: Array, v: Array) -> Array:
        z, v = readonly(np.atleast_2d(p)), readonly(np.atleast_2d(v))
        return kernels.lane_curve(self.record, z, v)[0]  # type: ignore[no-any-return]

    def shares(self, p: Array) -> Array:
        z = readonly(np.atleast_2d(p))
        return kernels.lane_shares(self.record, z)[0]  # type: ignore[no-any-return]

    def gap(self, p: Array, q: Array) -> float:
        z, slopes = readonly(np.atleast_2d(p)), readonly(np.atleast_2d(q))
        record, y = self.record, self.y
        return float(kernels.lane_gaps(record, y, ONE, z, slopes, 1.0))


def check_vector_loss(loss: VectorLoss) -> None:
    """Raise AssertionError for the first law that a loss of K predictions breaks.

    The laws are those of `check_loss`, along random directions.

    Parameters
    ----------
    loss : VectorLoss
        Tested with 2, 3 and 5 classes.

    Raises
    ------
    AssertionError
        With the part, the law and the numbers.

    Examples
    --------
    >>> from skopt_solvers.losses import Multinomial
    >>> from skopt_solvers.testing import check_vector_loss
    >>> check_vector_loss(Multinomial())
    """
    check_parameters(loss)
    for lanes in (2, 3, 5):
        rng = np.random.default_rng(lanes)
        targets = range(lanes) if loss.labels else rng.standard_normal((lanes, lanes))
        for size in (0.1, 1.0, 5.0):
            for k, y in enumerate(targets):
                p, u, d = size * rng.standard_normal((3, lanes))
                surface = _Surface(loss, y)
                _check_slopes(loss, surface, k, p, d / np.linalg.norm(d))
                _check_vector_gap(loss, surface, k, p, u)
                _check_vector_python(loss, surface, k, p, u)
        for k, y in enumerate(targets):
            _check_vector_far(loss, _Surface(loss, y), k, lanes)


def _check_slopes(
    loss: VectorLoss, surface: _Surface, y: int, p: Array, d: Array
) -> None:
    value, slopes = surface.jet(p)
    obeys(loss, "its values are at least zero", value >= 0, y=y, found=value)
    near = [surface.jet(p + 1e-3 * t * d) for t in OFFSETS]
    slope = STENCIL @ [each[0] for each in near] / 1e-3
    law = "its slopes are the gradient of its value"
    equal(loss, law, slopes @ d, slope, 1e-9 * (1 + abs(value)), y=y)
    bend = STENCIL @ np.array([each[1] for each in near]) / 1e-3
    curve = surface.curve(p, d)
    equal(loss, "curve is its Hessian times v", curve, bend, 1e-9, y=y)
    law = "it is convex and max_curvature bounds its Hessian"
    bounded = -ROUNDING <= d @ curve <= loss.max_curvature * (1 + ROUNDING)
    obeys(loss, law, bounded, y=y, found=d @ curve)


def _check_vector_gap(
    loss: VectorLoss, surface: _Surface, y: int, p: Array, u: Array
) -> None:
    value, slopes = surface.jet(p)
    other, q = surface.jet(u)
    found, tol = surface.gap(p, q), ROUNDING * (1 + value + other)
    expected = value - other - q @ (p - u)
    equal(loss, "its gap is Fenchel and Young's", found, expected, tol, y=y)
    obeys(loss, "its gap is at least zero", found >= 0, y=y, found=found)
    found = surface.gap(p, slopes)
    equal(loss, "its gap is zero at its own slopes", found, 0.0, tol, y=y)
    found = surface.gap(p, 0.3 * q)
    obeys(loss, "its gap is finite at a share of slopes", math.isfinite(found), y=y)


def _check_vector_python(
    loss: VectorLoss, surface: _Surface, y: int, p: Array, v: Array
) -> None:
    record, (slopes, bent, shares) = loss.record(), np.empty((3, len(p)))
    target = surface.y[0]
    value = record.slopes(target, p, slopes)  # type: ignore[attr-defined]
    record.curve(p, v, bent)  # type: ignore[attr-defined]
    record.shares(p, shares)  # type: ignore[attr-defined]
    alone = record.value(target, p)  # type: ignore[attr-defined]
    gap = record.gap(target, p, 0.3 * slopes)  # type: ignore[attr-defined]
    again, jet = surface.jet(p)
    plain = np.array([value, alone, gap, *slopes, *bent, *shares])
    own = [again, again, surface.gap(p, 0.3 * jet), *jet, *surface.curve(p, v)]
    compiled = np.array([*own, *surface.shares(p)])
    law = "compiled numbers equal Python's, and slopes returns the value"
    equal(loss, law, compiled, plain, 1e-13 * (1 + abs(value)), y=y)


def _check_vector_far(loss: VectorLoss, surface: _Surface, y: int, lanes: int) -> None:
    p = np.resize([1e300, -1e300, 0.0, 1e3, -1e3], lanes)
    value, slopes = surface.jet(p)
    numbers = np.array([value, *slopes])
    law = "far predictions give no NaN"
    obeys(loss, law, ~np.isnan(numbers), y=y, found=numbers)
    value, slopes = surface.jet(np.where(p == 0.0, p, math.nan))
    obeys(loss, "a prediction of NaN stays visible", math.isnan(value), y=y)
