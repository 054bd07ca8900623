"""The laws of losses of one prediction."""

import math
from typing import Any

import numpy as np

from .._compile import readonly
from ..kernels import dual
from ..kernels import losses as kernels
from ..losses import Loss
from ._laws import (
    ROUNDING,
    Array,
    check_derivative,
    check_parameters,
    check_record,
    equal,
    obeys,
)

ONE = readonly(np.ones(1))
POINTS = np.concatenate([[-30.0], np.linspace(-8.0, 8.0, 41) + 0.0137, [30.0]])
TARGETS = np.array([-3.7, -1.0, 0.0, 0.25, 1.0, 2.0, 3.3, 17.0])
FAR_POINTS = np.array([-1e300, -1e6, -1e3, 0.0, 1e3, 1e6, 1e300])
FAR_TARGETS = np.array([-1e300, -1e6, -1.0, 0.0, 1e-300, 1.0, 1e6, 1e300])


class _Curve:
    """The compiled loss of the prediction p for one target."""

    def __init__(self, loss: Loss, y: float) -> None:
        self.record, self.y = loss.record(), readonly(np.array([y]))

    def jet(self, p: float) -> tuple[float, float, float]:
        z = readonly(np.array([p]))
        value, slope, bend = kernels.jets(self.record, self.y, ONE, z)
        return value, slope[0], bend[0]

    def jets(self, p: Array) -> Array:
        """Values, slopes and curvatures."""
        flat = np.array([self.jet(each) for each in np.ravel(p)])
        return flat.T.reshape(3, *np.shape(p))

    def value(self, p: Array) -> Array:
        return self.jets(p)[0]

    def slope(self, p: Array) -> Array:
        return self.jets(p)[1]

    def bend(self, p: Array) -> Array:
        return self.jets(p)[2]

    def gap(self, p: float, q: float) -> float:
        z, slope = readonly(np.array([p])), readonly(np.array([q]))
        return float(kernels.gaps(self.record, self.y, ONE, z, slope, 1.0))


def _allowed(loss: Any, targets: Array) -> Array:
    def allows(y: float) -> bool:
        try:
            loss.check(np.array([y]))
        except ValueError:
            return False
        return True

    targets = np.array([-1.0, 1.0]) if loss.labels else targets
    found = np.array([y for y in targets if allows(y)])
    obeys(loss, "it allows some target", len(found) > 0)
    return found


def check_loss(loss: Loss) -> None:
    """Raise AssertionError for the first law that a loss of one prediction breaks.

    The laws: `slope` and `curvature` are derivatives; convex, at least zero, with
    minimum zero; no curvature beyond `max_curvature`; `gap` is that of Fenchel and
    Young, infinite for what is no slope; `respond` solves its equation; `pieces` give
    its value; far predictions
    give no NaN, and NaN gives NaN; compiled code equals Python; `clone` and `pickle`
    work.

    Parameters
    ----------
    loss : Loss
        Tested with targets that its `check` allows.

    Raises
    ------
    AssertionError
        With the part, the law and the numbers.

    Examples
    --------
    >>> from skopt_solvers.losses import Huber
    >>> from skopt_solvers.testing import check_loss
    >>> check_loss(Huber(delta=0.5))
    """
    check_parameters(loss)
    for y in _allowed(loss, TARGETS):
        curve = _Curve(loss, y)
        _check_shape(loss, curve, y)
        _check_minimum(loss, curve, y)
        _check_python(loss, curve, y)
        _check_pieces(loss, curve, y)
        if loss.dual:
            _check_gap(loss, curve, y)
            _check_gap_domain(loss, curve, y)
            _check_respond(loss, curve, y)
    for y in _allowed(loss, FAR_TARGETS):
        _check_far(loss, _Curve(loss, y), y)


def _check_shape(loss: Loss, curve: _Curve, y: float) -> None:
    value, slope, bend = curve.jets(POINTS)
    at = {"y": y, "p": POINTS}
    obeys(loss, "its values are at least zero", value >= -ROUNDING * (1 + y * y), **at)
    law = "its slope is the derivative of its value"
    check_derivative(loss, law, curve.value, curve.slope, POINTS, y=y)
    law = "its curvature is the derivative of its slope"
    check_derivative(loss, law, curve.slope, curve.bend, POINTS, y=y)
    if loss.convex:
        rising = np.diff(slope) >= -ROUNDING * np.abs(slope[1:])
        obeys(loss, "it is convex: slopes increase", rising, y=y, p=POINTS[1:])
        obeys(loss, "it is convex: no negative curvature", bend >= 0, found=bend, **at)
    below = bend <= loss.max_curvature * (1 + ROUNDING)
    obeys(loss, "max_curvature bounds its curvature", below, found=bend, **at)
    if loss.quadratic:
        equal(loss, "the curvature of a quadratic loss is constant", bend, bend[0], 0.0)


def _check_minimum(loss: Loss, curve: _Curve, y: float) -> None:
    low, high = -700.0, 700.0
    for _ in range(200):
        middle = (low + high) / 2
        if curve.jet(middle)[1] > 0:
            high = middle
        else:
            low = middle
    least = min(curve.jet(low)[0], curve.jet(high)[0])
    equal(loss, "its smallest value is zero", least, 0.0, 1e-9 * (1 + abs(y)), y=y)


def _check_python(loss: Loss, curve: _Curve, y: float) -> None:
    record = loss.record()
    compiled = curve.jets(POINTS)
    terms = (1 + np.abs(POINTS)) * (1 + abs(y))  # they may cancel, or be contracted
    for k, name in enumerate(("value", "slope", "curvature")):
        plain = np.array([getattr(record, name)(y, p) for p in POINTS.tolist()])
        tol = 1e-13 * (np.abs(plain) + (terms if k == 0 else 1 + abs(y)))
        law = f"its compiled {name} equals Python's"
        equal(loss, law, compiled[k], plain, tol, y=y, p=POINTS)
    check_record(loss, record)


def _check_pieces(loss: Loss, curve: _Curve, y: float) -> None:
    pieces = loss.pieces(np.array([y]))
    if pieces is None:
        return
    kink, below, above = np.ravel(pieces)
    r = POINTS - kink
    expected = above * np.maximum(r, 0.0) + below * np.maximum(-r, 0.0)
    law, tol = "its pieces make up its value", ROUNDING * (1 + np.abs(r))
    equal(loss, law, curve.value(POINTS), expected, tol, y=y, p=POINTS)


def _check_gap(loss: Loss, curve: _Curve, y: float) -> None:
    """``value(p) - value(u) - slope(u) (p - u)`` is the gap at the slope at u."""
    points = POINTS[::3]
    value, slope, _ = curve.jets(points)
    p, u = np.meshgrid(points, points, indexing="ij")
    q = np.broadcast_to(slope, p.shape)
    found = np.array([curve.gap(*each) for each in zip(p.flat, q.flat, strict=True)])
    expected = value[:, None] - value[None, :] - q * (p - u)
    size = np.add.outer(value, value) + np.abs(q) * (np.abs(p) + np.abs(u) + abs(y))
    at = {"y": y, "p": p, "q": q}
    found, tol = found.reshape(p.shape), ROUNDING * (1 + size)
    equal(loss, "its gap is Fenchel and Young's", found, expected, tol, **at)
    obeys(loss, "its gap is at least zero", found >= 0, found=found, **at)


def _check_gap_domain(loss: Loss, curve: _Curve, y: float) -> None:
    for end in (-700.0, 700.0):
        slope, before = curve.jet(end)[1], curve.jet(end / 2)[1]
        for share in (0.0, 0.3, 0.9):  # zero is a slope, so all in between are
            gap = curve.gap(1.7, share * before)
            law = "its gap is finite at a share of a slope"
            obeys(loss, law, math.isfinite(gap), y=y, q=share * before, found=gap)
        if abs(slope - before) <= 1e-9 * (1 + abs(slope)):
            beyond = slope + math.copysign(0.1 * (1 + abs(slope)), end)
            gap = curve.gap(1.7, beyond)
            law = "its gap is infinite beyond its steepest slope"
            obeys(loss, law, gap == math.inf, y=y, q=beyond, found=gap)


def _check_respond(loss: Loss, curve: _Curve, y: float) -> None:
    """The slope t at v that ``v + q t = z`` asks for, from any z and stiffness q."""
    z = np.array([-30.0, -3.0, -0.4, 0.0, 0.7, 2.0, 30.0])
    slopes, moved = np.empty((2, len(z)))
    for q in (1e-3, 1.0, 1e3):
        targets = readonly(np.repeat(curve.y, len(z), axis=0))
        dual.calm(curve.record, targets, q, readonly(z), slopes, moved)
        at = {"y": y, "z": z, "q": q}
        size = np.abs(z) + np.abs(moved) + np.abs(q * slopes)
        tol = 1e-9 * size + 1e-14 * q * (1 + abs(y))
        law = "its response solves v + q t = z"
        equal(loss, law, moved + q * slopes, z, tol, **at)
        gaps = [curve.gap(*each) for each in zip(moved, slopes, strict=True)]
        size = 1.0 + np.abs(slopes) * (np.abs(moved) + abs(y))
        law = "its response is a slope where it ends"
        obeys(loss, law, gaps <= 1e-9 * size, found=np.array(gaps), **at)


def _check_far(loss: Loss, curve: _Curve, y: float) -> None:
    jets = curve.jets(FAR_POINTS)
    at = {"y": y, "p": FAR_POINTS}
    for name, found in zip(("value", "slope", "curvature"), jets, strict=True):
        law = f"far predictions give no NaN {name}"
        obeys(loss, law, ~np.isnan(found), found=found, **at)
    obeys(loss, "far predictions have values above zero", jets[0] > -math.inf, **at)
    shown = np.isnan(curve.jet(math.nan)[:2])
    obeys(loss, "a prediction of NaN stays visible", shown, y=y)
