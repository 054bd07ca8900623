"""Turning columns into rows gives what scipy's conversion gives, to the last bit."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_solvers.designs import _turn, as_design
from skopt_solvers.designs._turn import some_rows, turned
from skopt_solvers.designs.sparse import unsigned


def lines_of(X):
    return X.data, unsigned(X.indices), unsigned(X.indptr)


@st.composite
def matrices(draw):
    n, p = draw(st.integers(1, 60)), draw(st.integers(1, 12))
    density = draw(st.sampled_from([0.0, 0.05, 0.4, 1.0]))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < density)
    X = sp.csc_array(X.astype(draw(st.sampled_from([np.float32, np.float64]))))
    index = draw(st.sampled_from([np.int32, np.int64]))
    X.indices, X.indptr = X.indices.astype(index), X.indptr.astype(index)
    some = draw(st.lists(st.integers(0, p - 1), unique=True, max_size=p))
    return X, np.array(some, np.int64)


@pytest.mark.parametrize("place", [_turn.PLACE, 60])  # as it is, and many blocks
@given(matrices())
@settings(deadline=None, max_examples=60)
def test_rows_of_some_columns(place, made):
    X, some = made
    before, _turn.PLACE = _turn.PLACE, place
    try:
        for which in (np.arange(X.shape[1]), some):
            data, indices, heads = turned(lines_of(X), which, X.shape[0])
            expected = X[:, which].tocsr()
            expected.sort_indices()
            assert data.dtype == X.dtype
            np.testing.assert_array_equal(data, expected.data)
            np.testing.assert_array_equal(indices, expected.indices)
            np.testing.assert_array_equal(heads, expected.indptr)
    finally:
        _turn.PLACE = before


def test_many_blocks():
    X = sp.random_array((5000, 9), density=0.5, format="csc", rng=0)
    data, indices, heads = turned(lines_of(X), np.arange(9), 5000)
    there = sp.csr_array((data, indices.view(np.int32), heads.view(np.int32)))
    assert abs(there - X).nnz == 0
    back = turned((data, indices, heads), np.arange(5000), 9)
    for got, expected in zip(back, lines_of(X), strict=True):
        np.testing.assert_array_equal(got, expected)


@given(matrices(), st.integers(0, 99))
@settings(deadline=None, max_examples=60)
def test_some_rows(made, seed):
    X, _ = made
    rng, n = np.random.default_rng(seed), X.shape[0]
    rows = np.flatnonzero(rng.random(n) < 0.5)
    data, indices, heads = some_rows(lines_of(X), rows, n)
    assert data.dtype == X.dtype
    expected = sp.csc_array(X[rows])
    expected.sort_indices()
    np.testing.assert_array_equal(data, expected.data)
    np.testing.assert_array_equal(indices, expected.indices)
    np.testing.assert_array_equal(heads, expected.indptr)
    assert n < 2 or some_rows(lines_of(X), np.arange(n)[::-1], n) is None


@pytest.mark.parametrize("storage", [sp.csc_array, sp.csr_array])
@pytest.mark.parametrize("rows", [[1, 4, 5], [5, 1, 1], range(9)], ids=repr)
def test_rows_in_other_units(storage, rows):
    X = sp.random_array((9, 6), density=0.6, rng=1).toarray()
    scale = np.arange(1.0, 7.0)
    before = storage(X)
    part, _ = as_design(before).take(np.array(rows)).in_units(scale, np.zeros(6))
    there = X[list(rows)] * scale
    np.testing.assert_allclose(part.dot(np.eye(6)), there, rtol=1e-15)
    np.testing.assert_allclose(part.tdot(np.eye(len(rows))), there.T, rtol=1e-15)
    assert (before.toarray() == X).all()
