"""What is added to predictions before the loss sees them, as a loss of its own.

Nothing else of a problem knows of offsets: null model, certificates, line searches and
stochastic rules see the loss of ``p + offset`` as a function of p.
"""

from typing import Any

import numpy as np

from ..losses import Loss

Array = np.ndarray


def shifted(loss: Any, y: Array, offset: Array) -> tuple[Any, Array]:
    """The loss as a function of predictions without `offset`, and its targets."""
    if loss.lanes and loss.residual:
        return loss, y - (offset if offset.ndim == y.ndim else offset[:, None])
    if loss.lanes or loss.whole:
        raise ValueError(
            f"{type(loss).__name__} takes no offset: give one to a loss of one "
            "prediction per sample."
        )
    if loss.residual:  # only p - y matters
        return loss, y - offset
    return _Shifted(loss), np.column_stack([y, offset])


class _Shifted(Loss):
    """Another loss at ``p + offset``; a target is the pair of target and offset."""

    def __init__(self, loss: Loss) -> None:
        self.loss = loss

    def value(self, y, p):
        return self.loss.value(y[0], p + y[1])

    def slope(self, y, p):
        return self.loss.slope(y[0], p + y[1])

    def curvature(self, y, p):
        return self.loss.curvature(y[0], p + y[1])

    def gap(self, y, p, q):
        return self.loss.gap(y[0], p + y[1], q)

    def respond(self, y, z, q, s, u):
        v, t = self.loss.respond(y[0], z + y[1], q, s, u + y[1])
        return v - y[1], t

    @property
    def likelihood(self) -> str:  # type: ignore[override]
        return self.loss.likelihood

    def start(self, mean: Any) -> float:
        return float(self.loss.start(mean[0]) - mean[1])

    def expected(self, y: Array, p: Array) -> Array:
        offset = y[:, 1]
        return np.column_stack([self.loss.expected(y[:, 0], p + offset), offset])

    @property
    def max_curvature(self) -> float:  # type: ignore[override]
        return self.loss.max_curvature

    @property
    def convex(self) -> bool:
        return self.loss.convex

    @property
    def dual(self) -> bool:
        return self.loss.dual

    def falls(self, y: Array) -> Array | None:
        return self.loss.falls(y[:, 0])

    def pieces(self, y: Array) -> tuple[Array, Array, Array] | None:
        found = self.loss.pieces(y[:, 0])
        return None if found is None else (found[0] - y[:, 1], *found[1:])

    @property
    def kinked(self) -> bool:  # type: ignore[override]
        return self.loss.kinked
