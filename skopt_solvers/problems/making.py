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
    weights = np.ones(design.shape[0]) if sample_weight is None else sample_weight
    weights = np.asarray(weights, np.float64) / np.max(weights)
    weights /= np.sum(weights)
    response = as_response(loss, np.asarray(y, np.float64), weights, lanes, offset)
    return LinearProblem(design, response, penalty, fit_intercept)
