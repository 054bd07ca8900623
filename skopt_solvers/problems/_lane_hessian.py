"""The Hessian of a loss of several predictions."""

from typing import Any

import numpy as np

from .._compile import readonly
from .._matrices import diagonal
from ..designs import Design
from ..kernels import losses as kernels

Array = np.ndarray


def lane_hessian(
    design: Design, response: Any, shares: Array, columns: Array, shift: Array,
    ones: bool,
) -> Array:  # fmt: skip
    """In some columns, less the `shift` of each, then the intercepts; lanes innermost.

    One Gram matrix serves all lanes where samples have equal predictions, as at the
    null model. Elsewhere there is one for each pair of lanes. The rest follows from
    these, for shares sum to one: nothing cancels.
    """
    weights, lanes = response.weights, response.lanes
    numbers, k = (columns, shift, ones), len(columns) + ones
    size, first = k * lanes, shares[0]
    if np.array_equal(first, shares[-1]) and (shares == first).all():
        gram = design.bordered(weights, *numbers)
        between = _between(first, response.loss.coupled)
        return (gram[:, None, :, None] * between[:, None]).reshape(size, size)
    if not response.loss.coupled:
        total = np.zeros((k, lanes, k, lanes))
        for a in range(lanes):
            total[:, a, :, a] = design.bordered(weights * shares[:, a], *numbers)
        return total.reshape(size, size)
    known = readonly(shares), readonly(weights)

    def pairs(rows: slice) -> Array:
        return kernels.lane_pairs(*known, rows.start, rows.stop)  # type: ignore[no-any-return]

    grams = design.grams(pairs, lanes * (lanes - 1) // 2, *numbers)
    return kernels.lane_blocks(readonly(grams), k, lanes)  # type: ignore[no-any-return]


def _between(shares: Array, coupled: float) -> Array:
    """One sample's Hessian."""
    if not coupled:
        return np.diag(shares)
    total = -coupled * np.outer(shares, shares)
    diagonal(total)[:] = 0.0
    diagonal(total)[:] = -total.sum(axis=1)
    return np.asarray(total)
