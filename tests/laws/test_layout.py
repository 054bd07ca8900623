"""Another order of memory holds the same numbers."""

import numpy as np
import pytest

from skopt_solvers.designs import as_design
from skopt_solvers.designs._layout import SIDE, SMALL, by_rows

SHAPES = [(1, 1), (0, 5), (5, 0), (400, 260), (SMALL, 2), (3, SMALL), (SIDE, 4 * SMALL)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("wanted", [None, np.float64, np.float32])
def test_rows_are_those_of_numpy(shape, dtype, wanted):
    X = np.random.default_rng(0).normal(size=shape).astype(dtype)
    for stored in (X, np.asfortranarray(X), np.repeat(X, 2, axis=1)[:, ::2]):
        found = by_rows(stored, wanted)
        assert found.flags.c_contiguous and found.dtype == np.dtype(wanted or dtype)
        assert np.array_equal(found, X.astype(wanted or dtype))
    assert np.shares_memory(by_rows(X), X) or not X.size


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_designs_hold_their_array_in_every_layout(order, dtype):
    X = np.random.default_rng(0).normal(size=(420, 300))
    X = np.asarray(X, dtype, order=order)
    design = as_design(X)
    assert np.array_equal(design.rows.X, X)
    assert np.array_equal(design.columns.X, X.T)
    assert np.array_equal(design.table(), X.T.astype(float))
    rough = design.rough_rows
    assert (rough is None) == (dtype == np.float32)
    assert rough is None or np.array_equal(rough.X, X.astype(np.float32))
