"""Values that no fit can take: NaN, infinite and missing ones."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.sparse as sp

from . import _remedies as remedies
from ._finding import Finding
from ._numbers import numbers

Array = np.ndarray


def non_finite(X: Any, y: Any, sample_weight: Any, refused: bool) -> Iterator[Finding]:
    """Values that are not finite in X, y or the weights.

    Where X was refused by steps in front of the model, whole rows must go; otherwise
    what is missing in X can be filled in.
    """
    named = {"X": X, "y": y, "sample_weight": sample_weight}
    tables = {name: _stored(v) for name, v in named.items() if v is not None}
    counts = {}
    for name, values in tables.items():
        counts[f"NaN in {name}"] = int(np.isnan(values).sum())
        counts[f"infinite in {name}"] = int(np.isinf(values).sum())
    found = {name: count for name, count in counts.items() if count}
    if not found:
        return
    fatal = [v for name, v in tables.items() if name != "X"]
    fatal += [_by_row(X)] if refused else []
    rows = np.flatnonzero(np.logical_and.reduce([_complete(v) for v in fatal]))
    kept = None if len(rows) == len(_complete(fatal[0])) else rows
    message = "a fit needs numbers: no sum over these is one."
    remedy = remedies.whole_rows(kept) if refused else remedies.finite(kept)
    yield Finding("values that are not finite", message, found, remedy)


def _stored(values: Any) -> Array:
    """What is stored, as floats; zeros where nothing can be missing."""
    stored = values.data if sp.issparse(values) else np.asarray(values)
    if stored.dtype.kind not in "fO":
        return np.zeros(stored.shape)
    return numbers(stored, text=0.0)


def _by_row(X: Any) -> Array:
    """One number a row: NaN if anything in it is not finite."""
    if sp.issparse(X):
        X = sp.csr_array(X, dtype=np.float64)
        return np.asarray(X @ np.zeros(X.shape[1]))
    return np.where(np.isfinite(_stored(X)), 0.0, np.nan).sum(axis=1)


def _complete(values: Array) -> Array:
    return np.isfinite(values.reshape(len(values), -1)).all(axis=1)
