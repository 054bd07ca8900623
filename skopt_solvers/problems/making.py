"""From arrays and parts to the problem of fitting them."""

from typing import Any

import numpy as np

from ..designs import Design, as_design
from ..penalties._base import BasePenalty
from .linear import LinearProblem
from .responses import as_response

Array = np.ndarray


def without_empty_columns(design: Design, penalty: BasePenalty) -> Design:
    """The design without columns that have no entries, if that changes nothing else."""
    return design.slim() if design.sparse and penalty.uniform else design


def linear_problem(
    X: Any,
    y: Array,
    loss: Any,
    penalty: BasePenalty,
    *,
    sample_weight: Array | None = None,
    fit_intercept: bool = True,
    lanes: int = 0,
    offset: Array | None = None,
) -> LinearProblem:
    """The problem of fitting `loss` and `penalty` to arrays or sparse matrices.

    The predictions that the loss sees are those of the model plus `offset`.
    """
    design = as_design(X)
    n = design.shape[0]
    weights = np.ones(n) if sample_weight is None else np.asarray(sample_weight)
    least, most = weights.min(), weights.max()
    if weights.shape == (n,) and 0.0 < least == most < np.inf:
        weights = np.full(n, 1.0 / n)
    else:
        weights = weights.astype(np.float64) / weights.max()
        weights /= weights.sum()
    response = as_response(loss, np.asarray(y, np.float64), weights, lanes, offset)
    return LinearProblem(design, response, penalty, fit_intercept)
