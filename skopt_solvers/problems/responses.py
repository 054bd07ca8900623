"""Which response a loss has."""

from typing import Any

import numpy as np

from ._offset import shifted
from .response import LaneResponse, ScalarResponse
from .scaled import ScaledResponse
from .score import ScoreResponse

Array = np.ndarray


def as_response(
    loss: Any, y: Array, weights: Array, lanes: int = 0, offset: Array | None = None
) -> Any:
    """The response of a loss; a vector loss has `lanes` classes at least."""
    loss.check(y)
    if offset is not None:
        loss, y = shifted(loss, y, offset)
    if loss.whole:
        return ScoreResponse(loss, y, weights, lanes)
    if loss.lanes:
        classes = int(np.max(y)) + 1 if loss.labels else y.shape[1]
        return LaneResponse(loss, y, weights, max(lanes, classes))
    if loss.joint:
        return ScaledResponse(loss, y, weights)
    return ScalarResponse(loss, y, weights)
