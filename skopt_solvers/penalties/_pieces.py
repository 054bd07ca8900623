"""Penalties that are one quadratic on each side of zero, between two bounds."""

import math
from abc import abstractmethod
from typing import Any

import numpy as np

from .._compile import Record
from .._math import clip, elastic_steps
from .._params import Flag, validate
from ._base import Penalty


class PieceWise(Penalty):
    r""":math:`\lambda_j |w| + \tfrac12 \beta_j w^2` for w in :math:`[l_j, u_j]`.

    None, L1, L2, elastic net, positive and box are this with other numbers, so kernels
    compile once for all of them. A subclass says the numbers in `pieces`.
    """

    piecewise = True
    level: Any = 0.0
    ridge: Any = 0.0
    low: Any = -math.inf
    high: Any = math.inf

    @abstractmethod
    def pieces(self, n_columns: int) -> dict[str, Any]:
        """Numbers ``level``, ``ridge``, ``low`` and ``high``: for all, or an array."""

    def record(
        self, dtype: Any = np.float64, n_columns: int = 1, **fields: Any
    ) -> Record:
        pieces = self.pieces(n_columns)
        arrays = {}
        for name, value in pieces.items():
            arrays[name] = np.empty(n_columns, dtype)
            arrays[name][:] = value
        return super().record(dtype, n_columns, **(arrays | fields))

    def in_units(self, scale: np.ndarray, height: float) -> Record:
        p = self.record(n_columns=len(scale))
        return self.record(
            n_columns=len(scale),
            level=p.level * scale / height,  # type: ignore[attr-defined]
            ridge=p.ridge * scale**2 / height,  # type: ignore[attr-defined]
            low=p.low / scale,  # type: ignore[attr-defined]
            high=p.high / scale,  # type: ignore[attr-defined]
        )

    def shared_ridge(self, record: Record) -> tuple[float, Record, float]:
        fields = record._asdict()
        ridge = fields["ridge"]
        shared = float(ridge.min(initial=math.inf)) if len(ridge) else 0.0
        fields["ridge"] = ridge - shared
        bounded = np.isfinite(fields["low"]).any() or np.isfinite(fields["high"]).any()
        rough = bounded or fields["level"].any()
        left = math.inf if rough else float(fields["ridge"].max(initial=0.0))
        return shared, self.record(n_columns=len(ridge), **fields), left

    def cost(self, w, j):
        if w < self.low[j] or w > self.high[j]:
            return math.inf
        if w == 0.0:
            return 0.0
        return self.level[j] * abs(w) + 0.5 * self.ridge[j] * w * w

    def prox(self, z, step, j):
        size = max(abs(z) - step * self.level[j], 0.0) / (1.0 + step * self.ridge[j])
        return min(max(math.copysign(size, z), self.low[j]), self.high[j])

    def violation(self, w, g, j):
        if w < self.low[j] or w > self.high[j]:
            return math.inf
        r = g + self.ridge[j] * w
        right = r + (self.level[j] if w >= 0.0 else -self.level[j])
        left = r + (self.level[j] if w > 0.0 else -self.level[j])
        up = -right if w < self.high[j] else 0.0
        down = left if w > self.low[j] else 0.0
        return max(up, down, 0.0) if r == r else r

    def gap(self, w, v, j):
        # u attains the conjugate, r0 is v less the slope of the ridge there; choices in
        # place of branches, for SIMD
        level, ridge = self.level[j], self.ridge[j]
        low, high = self.low[j], self.high[j]
        excess = abs(v) - level
        end = (high if v > 0.0 else low) if excess > 1e-12 * abs(v) else 0.0
        open_end = ridge == 0.0 and abs(end) == math.inf
        end = 0.0 if open_end else end
        u = math.copysign(max(excess, 0.0) / ridge, v) if ridge > 0.0 else end
        inside = min(max(u, low), high)
        own = ridge > 0.0 and inside == u and u != 0.0
        r0 = math.copysign(level, u) if own else v - ridge * inside
        d = w - inside
        rest = level * (abs(w) - abs(inside)) - r0 * d
        gap = 0.5 * ridge * d * d + max(rest, 0.0)
        return math.inf if w < low or w > high or open_end else gap

    def shrink(self, v, j):
        bound = self.high[j] if v > 0.0 else self.low[j]
        open_end = self.ridge[j] == 0.0 and abs(bound) == math.inf
        return self.level[j] / abs(v) if open_end and abs(v) > self.level[j] else 1.0

    def slope(self, w, j):
        return self.ridge[j] * w

    def curvature(self, w, j):
        return self.ridge[j]

    def glide(self, w, g, step, k, j):
        # one expression: branches would count references to the four arrays
        return clip(
            elastic_steps(w, g, self.level[j], self.ridge[j], step, k),
            self.low[j],
            self.high[j],
        )

    @property
    def smooth(self) -> bool:
        pieces = self._pieces()
        return _unbounded(pieces) and not _some(pieces["level"] != 0)

    @property
    def elastic(self) -> bool:
        return _unbounded(self._pieces())

    @property
    def uniform(self) -> bool:
        p = self._pieces()
        one = not any(np.ndim(number) for number in p.values())
        held = one and p["level"] + p["ridge"] > 0
        return bool(held and p["low"] <= 0.0 <= p["high"])

    def _pieces(self) -> dict[str, Any]:
        """The numbers for as many columns as there are weights."""
        several = (each for each in vars(self).values() if hasattr(each, "__len__"))
        return self.pieces(max(map(np.size, several), default=1))

    def check(self, n_columns: int) -> None:
        self.pieces(n_columns)

    def dual(self, n_columns: int) -> bool:
        p = self.pieces(n_columns)
        bare = (p["level"] == 0) & (p["ridge"] == 0)
        one_sided = (abs(p["low"]) < math.inf) != (abs(p["high"]) < math.inf)
        return not _some(bare & one_sided)

    def free(self, n_columns: int) -> np.ndarray:
        p = self.pieces(n_columns)
        unbounded = (abs(p["low"]) == math.inf) & (abs(p["high"]) == math.inf)
        free = np.empty(n_columns, bool)
        free[:] = unbounded & (p["level"] == 0) & (p["ridge"] == 0)
        return free


def _unbounded(pieces: dict[str, Any]) -> bool:
    return not any(_some(abs(pieces[end]) < math.inf) for end in ("low", "high"))


def _some(condition: Any) -> bool:
    """Whether it holds somewhere; numpy takes long over a single number."""
    return bool(condition if not getattr(condition, "ndim", 0) else condition.any())


def positive_numbers(owner: Any, weights: Any, n_columns: int) -> Any:
    """`weights` as an array of length `n_columns`, checked; one number for None."""
    if weights is None:
        return 1.0
    name = type(owner).__name__
    weights = numbers(owner, "weights", weights)
    if weights.shape != (n_columns,):
        raise ValueError(
            f"{name} needs one weight per column, shape ({n_columns},); "
            f"got shape {weights.shape}."
        )
    bad = ~(np.isfinite(weights) & (weights >= 0))
    if bad.any():
        where = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"{name} needs weights that are finite and at least zero; "
            f"weights[{where}] is {weights[where]}."
        )
    return weights


def numbers(owner: Any, name: str, value: Any) -> np.ndarray:
    """The parameter `name` of `owner` as a float64 array."""
    try:
        return np.asarray(value, np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"{type(owner).__name__} needs {name} to be numbers; got {name}={value!r}."
        ) from None


def lowest(owner: Any) -> float:
    """The lower bound that the parameter ``positive`` of `owner` sets."""
    positive = owner.positive
    if positive is not True and positive is not False:
        validate(owner, {"positive": Flag()})
    return 0.0 if positive else -math.inf


def strength(owner: Any, alpha: Any) -> float:
    """`alpha` as a float, checked to be a finite number of at least zero."""
    try:
        value = float(alpha)
    except (TypeError, ValueError):
        value = math.nan
    if not 0.0 <= value < math.inf:
        raise ValueError(
            f"{type(owner).__name__} needs a number alpha >= 0; got alpha={alpha!r}."
        )
    return value
