"""Which columns of a sparse matrix have entries, and the matrix without the others."""

from typing import Any

import numpy as np
import scipy.sparse as sp

Array = np.ndarray

FEWEST = 2000  # columns below which there is nothing to gain
DENSE = 8  # entries a column, on average, with which few columns can be empty


def used_columns(X: Any) -> Array | None:
    """The columns of a CSR or CSC matrix that have entries, if these are few of many.

    Hashed features come with a million columns, most of which no sample uses.
    """
    p = X.shape[1]
    if p < FEWEST or not 0 < X.nnz < DENSE * p:
        return None
    if X.format == "csc":
        used = X.indptr[1:] != X.indptr[:-1]
    else:
        used = np.zeros(p, bool)
        used[X.indices] = True
    kept = np.flatnonzero(used)
    return kept if 2 * len(kept) < p else None


def only(X: Any, kept: Array) -> Any:
    """``X[:, kept]`` where all other columns are empty; memory is shared where it can
    be.
    """
    shape = X.shape[0], len(kept)
    if X.format == "csc":
        starts = np.append(X.indptr[kept], X.indptr[-1:])
        return _canonical(sp.csc_array((X.data, X.indices, starts), shape=shape))
    places = np.empty(X.shape[1], np.int32)
    places[kept] = np.arange(len(kept), dtype=np.int32)
    return _canonical(sp.csr_array((X.data, places[X.indices], X.indptr), shape=shape))


def _canonical(X: Any) -> Any:
    """The order of columns is what it was: nobody need look."""
    X.has_canonical_format = True
    return X
