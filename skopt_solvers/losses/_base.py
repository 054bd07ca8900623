"""What a loss is: how wrong the prediction ``p`` is for the target ``y``."""

import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator

from .._compile import Compiled


class Loss(
    BaseEstimator,
    Compiled,
    native=("value", "slope", "curvature", "gap", "respond"),
):
    """A function of one prediction, at least zero and in general convex, per sample.

    A subclass writes `value`, `slope` and `curvature` as scalar functions of the target
    ``y`` and the prediction ``p`` in the numba subset of Python (``math``, arithmetic,
    ``if``), and `gap` where it wants certificates. Values are normalised so that the
    smallest one is zero: tolerances relative to the objective then mean something.

    Attributes
    ----------
    max_curvature : float
        Largest second derivative; infinite where there is none.
    quadratic : bool
        Whether `curvature` is the same everywhere.
    labels : bool
        Whether targets are the two classes -1 and +1.
    residual : bool
        Whether only the difference of prediction and target matters.
    link : {"identity", "log", "logit"}
        What predictions are of the expected target.
    likelihood : {"", "fixed", "free"}
        Whether it is half a deviance, and if so whether its dispersion is one or free.
    joint : bool
        Whether the scale of the residuals is fitted with the model.
    convex : bool
        Whether `curvature` is nowhere negative.
    dual : bool
        Whether `gap` is written, that is, whether fits get a duality gap.
    kinked : bool
        Whether the slope jumps somewhere: only the dual can be followed there.
    """

    max_curvature: ClassVar[float] = math.inf
    quadratic: ClassVar[bool] = False
    labels: ClassVar[bool] = False
    kinked: ClassVar[bool] = False
    lanes: ClassVar[bool] = False
    residual: ClassVar[bool] = False
    link: ClassVar[str] = "identity"
    likelihood: ClassVar[str] = ""
    whole: ClassVar[bool] = False

    @property
    def joint(self) -> bool:
        return False

    @abstractmethod
    def value(self, y, p):
        """Loss of prediction `p` for target `y`."""

    @abstractmethod
    def slope(self, y, p):
        """First derivative in `p`."""

    @abstractmethod
    def curvature(self, y, p):
        """Second derivative in `p`."""

    def gap(self, y, p, q):
        """Fenchel-Young gap ``value(y, p) + conjugate(y, q) - p q``, at least zero.

        `q` is a slope; the gap is zero where ``q = slope(y, p)`` and infinite where `q`
        is no slope of this loss.
        """
        return math.inf

    def respond(self, y, z, q, s, u):
        """The prediction v and slope t with ``v + q t = z + q s``, t a slope at v.

        This is the step of dual coordinate ascent: prediction z moves to v where the
        slope of its sample moves from s to t. `u` is a guess of v, at which the slope
        was s. Newton's method, kept in a bracket; convex losses only.
        """
        c, low, high, before = z + q * s, -math.inf, math.inf, math.inf
        v, t = u, self.slope(y, u)
        for _ in range(100):
            r = v + q * t - c
            if not abs(r) > 0.01 * abs(z - u) + 1e-15 * abs(c):
                break
            if r > 0.0:
                high, low = v, max(low, z) if z < v else low
            else:
                low, high = v, min(high, z) if z > v else high
            step = r / (1.0 + q * self.curvature(y, v))
            w = v - step
            # far up an exponential Newton's steps are of length one: halve them, or
            # the bracket
            if (not low < w < high or 2.0 * abs(step) > before) and high - low < 1e308:
                w = 0.5 * (low + high)
            if w == v or not abs(w) < math.inf:
                break
            before, v = abs(w - v), w
            t = self.slope(y, v)
        return v, t

    def falls(self, y: np.ndarray) -> np.ndarray | None:
        """For losses without a minimum: the side of the predictions to which each
        target's loss falls for ever, -1 or 1; 0 for targets that have a minimum.
        """
        return None

    def pieces(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """For losses that are straight but for one kink: where that is for each of the
        targets, how steeply the loss falls below it and how steeply it rises above.
        """
        return None

    @property
    def convex(self) -> bool:
        return True

    @property
    def dual(self) -> bool:
        return self.convex and type(self).gap is not Loss.gap

    def check(self, y: np.ndarray) -> None:
        """Raise ValueError when `y` holds a target outside the domain."""

    def start(self, mean: float) -> float:
        """A prediction near the best constant one, from the mean target."""
        return mean

    def predict(self, p: np.ndarray) -> np.ndarray:
        """The expected target at the linear predictions `p` (inverse link)."""
        return p

    def expected(self, y: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Targets in place of `y` that give `curvature` its expected value at `p`."""
        return y


class VectorLoss(
    BaseEstimator,
    Compiled,
    native=(
        "value", "slopes", "shares", "curve", "gap",
        "slopes_all", "shares_all", "gap_all",
    ),
):  # fmt: skip
    """A convex function of a vector of K predictions, per sample.

    `p`, `out`, `v` and `q` are rows of K numbers; `y` is the index of the class, or a
    row of K targets where `labels` is False. The Hessian at p is
    ``diag(s) - coupled * s s'`` for the shares s of `p`.

    Methods that end in ``_all`` do the same for the first `count` of several samples,
    which are columns of these arrays. They need not be written; where they are, loops
    can run along samples, and be vectorised whatever K is.

    Attributes
    ----------
    coupled : float
        How much predictions share one curvature: 1 for probabilities that sum to one,
        0 where each prediction is by itself.
    """

    max_curvature: ClassVar[float] = math.inf
    quadratic: ClassVar[bool] = False
    kinked: ClassVar[bool] = False
    residual: ClassVar[bool] = False
    coupled: ClassVar[float] = 1.0
    labels: ClassVar[bool] = True
    lanes: ClassVar[bool] = True
    likelihood: ClassVar[str] = ""
    link: ClassVar[str] = "identity"
    whole: ClassVar[bool] = False
    convex: ClassVar[bool] = True
    dual: ClassVar[bool] = True

    @abstractmethod
    def value(self, y, p):
        """Loss of the predictions `p` for class `y`."""

    @abstractmethod
    def slopes(self, y, p, out):
        """Write the gradient in `p` to `out`; return the value."""

    @abstractmethod
    def shares(self, p, out):
        """Write the shares of `p` to `out`.

        Returns the part of the value that does not depend on a label.
        """

    @abstractmethod
    def curve(self, p, v, out):
        """Write the Hessian at `p` times `v` to `out`."""

    @abstractmethod
    def gap(self, y, p, q):
        """Fenchel-Young gap of the predictions `p` and the slopes `q`."""

    def slopes_all(self, y, p, out, values, count):
        """As `slopes`; values are written, too."""
        for i in range(count):
            values[i] = self.slopes(y[i], p[:, i], out[:, i])

    def shares_all(self, p, out, values, count):
        """As `shares`; what that returns is written to `values`."""
        for i in range(count):
            values[i] = self.shares(p[:, i], out[:, i])

    def gap_all(self, y, p, q, values, count):
        """As `gap`, which is written to `values`."""
        for i in range(count):
            values[i] = self.gap(y[i], p[:, i], q[:, i])

    def check(self, y: np.ndarray) -> None:
        """Raise ValueError when `y` holds a target outside the domain."""

    def predict(self, p: np.ndarray) -> np.ndarray:
        """The expected targets at the linear predictions `p`."""
        return p


class WholeLoss(BaseEstimator, ABC):  # type: ignore[misc, unused-ignore]
    """A function of all predictions at once, without derivatives.

    It is plain Python. Solvers that ask for nothing but values can minimise it.

    Attributes
    ----------
    surrogate : Loss, str or None
        A loss with derivatives, whose solution is where a fit begins.
    penalised : bool
        Whether the penalty is added to this loss, and not to the surrogate alone.
    """

    surrogate: Any = None
    penalised: bool = True

    labels: ClassVar[bool] = True
    lanes: ClassVar[bool] = False
    whole: ClassVar[bool] = True
    convex: ClassVar[bool] = False
    dual: ClassVar[bool] = False

    @abstractmethod
    def value(self, y: np.ndarray, p: np.ndarray, weights: np.ndarray | None) -> float:
        """Loss of the predictions `p`, one per sample or a row of one per class.

        `y` holds -1 and +1, or the index of the class; `weights` have mean one, None
        where all are the same.
        """

    def check(self, y: np.ndarray) -> None:
        """Raise ValueError when `y` holds a target outside the domain."""


def reject(loss: Any, y: np.ndarray, bad: np.ndarray, allowed: str) -> None:
    """Raise when any target is `bad`, naming the first and what is allowed."""
    if bad.any():
        where = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"{type(loss).__name__} needs targets {allowed}; "
            f"y[{where}] is {float(y[where])}."
        )
