"""Designs: the matrix X behind a few verbs, whatever its storage."""

from typing import Any

import numpy as np
import scipy.sparse as sp

from ._base import Columns, Design, Rows
from .dense import Dense, DenseColumns, DenseRows
from .sparse import Sparse, SparseColumns, SparseRows

__all__ = [
    "Columns",
    "Dense",
    "DenseColumns",
    "DenseRows",
    "Design",
    "Rows",
    "Sparse",
    "SparseColumns",
    "SparseRows",
    "as_design",
]


def as_design(X: Any) -> Design:
    """The design of an array or a sparse matrix; shares its memory where it can."""
    if isinstance(X, Design):
        return X
    if sp.issparse(X):
        kind = X.dtype if X.dtype in (np.float32, np.float64) else np.float64
        return Sparse(X.astype(kind, copy=False))
    X = np.asarray(X)
    kind = X.dtype if X.dtype in (np.float32, np.float64) else np.float64
    return Dense(X.astype(kind, copy=False))
