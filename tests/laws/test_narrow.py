"""Gram matrices of few columns are those of the array, whoever makes them."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from skopt_solvers.designs import as_design, sparse
from skopt_solvers.designs._narrow import ROWS
from skopt_solvers.designs._side_by_side import LONGEST

STORAGES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "csr": sp.csr_array,
    "csc": sp.csc_array,
}


@given(
    n=st.sampled_from([1, 7, ROWS - 1, ROWS, ROWS + 1, 3 * ROWS + 5]),
    p=st.integers(1, 12), k=st.integers(1, 12), seed=st.integers(0, 9999),
    density=st.sampled_from([0.02, 0.4, 1.0]), zeros=st.sampled_from([0.0, 0.2, 0.9]),
    storage=st.sampled_from(list(STORAGES)), every=st.booleans(),
    weights=st.sampled_from(["equal", "others"]), wide=st.booleans(),
    dtype=st.sampled_from([np.float64, np.float32]), shifted=st.booleans(),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_they_are_those_of_the_array(
    n, p, k, seed, density, zeros, storage, every, weights, wide, dtype, shifted
):
    rng = np.random.default_rng(seed)
    X = (rng.normal(size=(n, p)) * (rng.random((n, p)) < density)).astype(dtype)
    columns = np.arange(p) if every else rng.permutation(p)[: min(k, p)]
    shift = rng.normal(size=p) if shifted else np.zeros(p)
    d = np.full(n, 0.3) if weights == "equal" else rng.random(n)
    d *= rng.random(n) >= zeros
    stored = STORAGES[storage](X)
    if wide and sp.issparse(stored):
        stored.indices = stored.indices.astype(np.int64)
        stored.indptr = stored.indptr.astype(np.int64)
    design, Z = as_design(stored), X.astype(float)[:, columns] - shift[columns]
    found = design.gram(d, columns, shift)
    assert_allclose(found, (Z * d[:, None]).T @ Z, rtol=1e-11, atol=1e-11)
    Z = np.column_stack([Z, np.ones(n)])
    found = design.bordered(d, columns, shift[columns], True)
    assert_allclose(found, (Z * d[:, None]).T @ Z, rtol=1e-11, atol=1e-11)


@given(
    n=st.sampled_from([1, 7, LONGEST - 1, LONGEST + 1, 2000]),
    p=st.integers(1, 9), count=st.integers(1, 7), seed=st.integers(0, 9999),
    storage=st.sampled_from(list(STORAGES)), ones=st.booleans(),
    dtype=st.sampled_from([np.float64, np.float32]), several=st.booleans(),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_so_are_several_side_by_side(n, p, count, seed, storage, ones, dtype, several):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)).astype(dtype)
    columns = rng.permutation(p)[: rng.integers(0, p + 1)] if several else np.arange(p)
    shift, D = rng.normal(size=len(columns)), rng.random((count, n))
    design = as_design(STORAGES[storage](X))
    found = design.grams(lambda rows: D[:, rows], count, columns, shift, ones)
    Z = X.astype(float)[:, columns] - shift
    Z = np.column_stack([Z, np.ones(n)]) if ones else Z
    for d, own in zip(D, found.T, strict=True):
        whole = (Z * d[:, None]).T @ Z
        assert_allclose(own, whole[np.tril_indices(len(whole))], rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("kind", [sp.csr_array, sp.csc_array])
@pytest.mark.parametrize("k", [61, 64])
def test_either_way_through_sparse_columns(kind, k, monkeypatch):
    rng = np.random.default_rng(k)
    X = sp.random_array((700, 80), density=0.3, rng=rng).toarray()
    columns, shift, d = rng.permutation(80)[:k], rng.normal(size=80), rng.random(700)
    Z = X[:, columns] - shift[columns]
    for cost in (0.0, np.inf):
        monkeypatch.setattr(sparse, "BLOCKS", cost)
        design = as_design(kind(X))
        assert design._crowded(columns) == (not cost)
        found = design.gram(d, columns, shift)
        assert_allclose(found, (Z * d[:, None]).T @ Z, rtol=1e-11, atol=1e-11)
        assert design.gram_cost(columns) > 0.0
