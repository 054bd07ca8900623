"""Where epochs of coordinate descent are going: Anderson's extrapolation."""

from typing import Any

import numpy as np
from scipy import linalg

from .._compile import Record, readonly
from .._matrices import diagonal
from ..kernels.penalties import costs
from ..problems.linear import LinearProblem
from ._model import Model

Array = np.ndarray

TINY = 1e-12  # added to the products of changes, relative to their trace


def limit(trail: Array) -> Array | None:
    """The combination of iterates, one per row, whose last changes cancel best.

    Epochs are linear maps once signs are settled, so that changes shrink along few
    directions (Bertrand & Massias 2021, AISTATS, algorithm 1).
    """
    changes = np.diff(trail, axis=0)
    products = changes @ changes.T
    diagonal(products)[:] += TINY * np.trace(products)
    try:
        shares = linalg.solve(products, np.ones(len(products)), assume_a="pos")
    except (linalg.LinAlgError, ValueError):
        return None
    total = float(shares.sum())
    if not (np.isfinite(shares).all() and total):
        return None
    return np.asarray((shares / total) @ trail[1:])


def extrapolate(
    problem: LinearProblem, model: Model, record: Record, columns: Array, means: Array,
    trail: Array, w: Array, r: Array,
) -> None:  # fmt: skip
    """Move w and the residual r to the limit of a trail, if that is better.

    Zeros remain, and what would change its sign stays where it is.
    """
    here, to = w[columns], limit(trail)
    if to is None:
        return
    record_: Any = record
    np.clip(to, record_.low[columns], record_.high[columns], out=to)
    to = np.where(to * here > 0.0, to, here)
    change = to - here
    dz = problem.design.dot_columns(columns, change) - float(means @ change)
    there, beyond = w.copy(), r - model.h * dz
    there[columns] = to
    if _value(model, record, there, beyond) < _value(model, record, w, r):
        w[:], r[:] = there, beyond


def _value(model: Model, record: Record, w: Array, r: Array) -> float:
    """The model and the penalty."""
    inverse = np.divide(r, model.h, out=np.zeros_like(r), where=model.h > 0)
    return 0.5 * float(r @ inverse) + float(costs(record, readonly(w), 1))
