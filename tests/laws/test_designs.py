"""Every verb of every storage equals the same verb of the dense array."""

import hashlib

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

from skopt_solvers._compile import kernel, readonly
from skopt_solvers.designs import Dense, Design, Sparse, as_design

N, P, LANES = 23, 9, 3
T = np.float64(0.3)


def numbers(n=N, p=P, dtype=np.float64):
    """Two thirds zeros, an empty row and an empty column, one column far from zero."""
    rng = np.random.default_rng(n * p)
    X = rng.standard_normal((n, p)) * (rng.random((n, p)) < 0.35)
    if n > 3 and p > 3:
        X[2], X[:, 1] = 0.0, 0.0
        X[:, 3] += 5.0
    return X.astype(dtype)


def frozen(X):
    X.flags.writeable = False
    return X


def strided(X):
    wide = np.full((2 * X.shape[0], 3 * X.shape[1]), np.nan, X.dtype)
    wide[::2, ::3] = X
    return wide[::2, ::3]


def wide_indices(X, kind):
    Y = kind(X)
    Y.indices, Y.indptr = Y.indices.astype(np.int64), Y.indptr.astype(np.int64)
    assert Y.indices.dtype == Y.indptr.dtype == np.int64
    return Y


def shuffled(X, kind):
    """Unsorted, with every entry in two parts and explicit zeros."""
    rng, coo = np.random.default_rng(0), sp.coo_array(kind(X))
    order = rng.permutation(3 * coo.nnz)
    rows, columns = np.tile(coo.row, 3)[order], np.tile(coo.col, 3)[order]
    data = np.concatenate([0.75 * coo.data, 0.25 * coo.data, 0 * coo.data])[order]
    lines, others = (rows, columns) if kind is sp.csr_array else (columns, rows)
    first = np.argsort(lines, kind="stable")
    length = X.shape[0] if kind is sp.csr_array else X.shape[1]
    starts = np.concatenate([[0], np.cumsum(np.bincount(lines, minlength=length))])
    Y = kind((data[first], others[first], starts), shape=X.shape)
    assert not Y.has_canonical_format or coo.nnz == 0
    return Y


def read_only_sparse(X, kind):
    Y = shuffled(X, kind)
    for array in (Y.data, Y.indices, Y.indptr):
        array.flags.writeable = False
    return Y


STORAGES = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "strided": strided,
    "reversed": lambda X: np.ascontiguousarray(X[::-1, ::-1])[::-1, ::-1],
    "read-only C": lambda X: frozen(X.copy()),
    "read-only F": lambda X: frozen(np.asfortranarray(X)),
    "csr_array": sp.csr_array,
    "csr_matrix": sp.csr_matrix,
    "csc_array": sp.csc_array,
    "csc_matrix": sp.csc_matrix,
    "coo_array": sp.coo_array,
    "coo_matrix": sp.coo_matrix,
    "lil_array": sp.lil_array,
    "bsr_array": sp.bsr_array,
    "dia_array": sp.dia_array,
    "csr int64": lambda X: wide_indices(X, sp.csr_array),
    "csc int64": lambda X: wide_indices(X, sp.csc_array),
    "csr shuffled": lambda X: shuffled(X, sp.csr_array),
    "csc shuffled": lambda X: shuffled(X, sp.csc_array),
    "csr read-only": lambda X: read_only_sparse(X, sp.csr_array),
    "csc read-only": lambda X: read_only_sparse(X, sp.csc_array),
}
SHAPES = [(N, P), (1, P), (N, 1), (1, 1), (5, 40)]
KERNELS = ["C", "F", "csr_array", "csc_array", "csr int64", "csc int64"]

every_storage = pytest.mark.parametrize("storage", STORAGES)
every_dtype = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def vectors(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def close(found, expected):
    """Up to rounding; sums are float64 whatever X is."""
    assert found.dtype == np.float64
    assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def parts(X):
    """The arrays behind a matrix of any storage."""
    if isinstance(X, np.ndarray):
        return [X]
    names = "data", "indices", "indptr", "row", "col", "rows", "offsets"
    return [np.asarray(getattr(X, name)) for name in names if hasattr(X, name)]


def digest(X):
    """Bytes and types of the caller's arrays."""
    values = [(str(a.dtype), a.shape, a.tolist()) for a in parts(X)]
    return hashlib.sha256(repr(values).encode()).hexdigest()


# -- passes over the whole matrix ------------------------------------------------------


@every_storage
@every_dtype
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_passes_equal_those_of_the_array(storage, dtype, shape):
    X = numbers(*shape, dtype)
    given = STORAGES[storage](X)
    before = digest(given)
    check_passes(as_design(given), X)
    assert digest(given) == before


@every_dtype
@pytest.mark.parametrize("order", ["C", "F"])
def test_large_passes_equal_those_of_the_array(order, dtype):
    X = np.asarray(numbers(1 << 14, 65, dtype), order=order)
    design, exact = as_design(X), X.astype(np.float64)
    close(design.dot(vectors(65)), exact @ vectors(65))
    close(design.tdot(vectors(1 << 14)), exact.T @ vectors(1 << 14))
    squares = np.abs(vectors(1 << 14))
    close(design.square_tdot(squares), (exact**2).T @ squares)


@every_dtype
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("weights", ["equal", "others"])
def test_rounding_errors_of_many_rows_do_not_add_up(order, dtype, weights):
    """Else centred constant columns would not be zero."""
    n = 1 << 18
    X = np.empty((n, 33), dtype, order=order)
    X[:] = np.linspace(0.1, 1e6, 33)
    s = np.full(n, 1.0 / n)
    if weights == "others":
        s = np.tile([0.5, 1.5], n // 2) / n
    exact = X[0].astype(np.float64)
    design = as_design(X)
    assert_allclose(design.mean(s), exact, rtol=2e-15)
    assert_allclose(design.mean_square(s), exact**2, rtol=2e-15)
    assert design.energy == pytest.approx(n * np.sum(exact**2), rel=1e-14)


def check_passes(design, X):
    exact, (n, p) = X.astype(np.float64), X.shape
    assert isinstance(design, Design)
    assert design.shape == X.shape and design.dtype == X.dtype
    assert design.nnz == (X.size if isinstance(design, Dense) else np.count_nonzero(X))
    assert design.energy == pytest.approx(np.sum(exact**2), rel=1e-5)
    for weights in (np.full(n, 0.3), np.abs(vectors(n))):
        close(design.mean(weights), exact.T @ weights)
        close(design.mean_square(weights), (exact**2).T @ weights)
    for k in ((), (LANES,), (2 * LANES,)):
        w, s, d = vectors(p, *k), vectors(n, *k), np.abs(vectors(n, *k))
        close(design.dot(w), exact @ w)
        close(design.tdot(s), exact.T @ s)
        close(design.square_tdot(d), (exact**2).T @ d)
    w, s = np.asfortranarray(vectors(p, LANES)), vectors(n, 2 * LANES)[:, ::2]
    close(design.dot(frozen(w)), exact @ w)
    close(design.tdot(s), exact.T @ s)
    check_gram(design, exact)
    check_cross_gram(design, exact)
    check_there_and_back(design, exact)
    rows = np.array([0, n - 1, n // 2, 0])
    some = np.random.default_rng(1).permutation(p)[: max(p - 3, 1)]
    w = vectors(len(some), 2 * LANES)
    close(design.dot_columns(some, w), exact[:, some] @ w)
    close(design.dot_columns(some[:1], w[:1]), exact[:, some[:1]] @ w[:1])
    close(design.dot_rows(rows, some, w), exact[np.ix_(rows, some)] @ w)
    taken = design.take(rows)
    assert taken.dtype == X.dtype and type(taken) is type(design)
    close(taken.dot(vectors(p)), exact[rows] @ vectors(p))
    close(taken.tdot(vectors(4)), exact[rows].T @ vectors(4))


def check_cross_gram(design, exact):
    inverse = np.linspace(0.0, 2.0, exact.shape[1])
    found = design.cross_gram(inverse)
    assert_allclose(found, (exact * inverse) @ exact.T, rtol=1e-12, atol=1e-12)


    for centred in (True, False):
        rough = design.rough_products(centred)
        assert (rough is None) == design.sparse
        if rough is not None:
            Z = exact - rough[1]
            assert_allclose(rough[1], centred * exact.mean(axis=0), atol=1e-12)
            assert_allclose(rough[0], Z @ Z.T, rtol=1e-5, atol=1e-5)


def check_there_and_back(design, exact):
    n, p = exact.shape
    d, w = np.maximum(vectors(n), 0.0), vectors(p)
    found, total = design.curved(d, w, 0.3)
    rows = d * (exact @ w + 0.3)
    close(found, exact.T @ rows)
    assert total == pytest.approx(rows.sum(), rel=1e-12, abs=1e-12)
    some = np.arange(p)[::-2]
    close(design.lines(some), exact[:, some].T)
    assert design.lines(some).flags.writeable


def check_gram(design, exact):
    n, p = exact.shape
    d, mean = np.abs(vectors(n)), exact.mean(axis=0)
    d[n // 3] = 0.0
    some = np.random.default_rng(0).permutation(p)[: max(p - 2, 1)]
    for columns in (np.arange(p), some, some[:1], some[:0]):
        for shift in (np.zeros(p), mean):
            Z = exact[:, columns] - shift[columns]
            found = design.gram(d, columns, shift)
            close(found, Z.T @ (d[:, None] * Z))
            assert_allclose(found, found.T, rtol=1e-13, atol=1e-13)


@every_storage
def test_the_order_of_questions_does_not_matter(storage):
    X, w, s = numbers(), vectors(P), vectors(N)
    first, second = as_design(STORAGES[storage](X)), as_design(STORAGES[storage](X))
    assert first.rows is first.rows and first.columns is first.columns
    close(first.tdot(s), X.T @ s)
    close(first.dot(w), X @ w)
    second.columns, second.rows  # noqa: B018
    close(second.dot(w), X @ w)
    close(second.tdot(s), X.T @ s)


OTHERS = [np.int64, np.int8, bool, np.longdouble]
OTHERS = [(s, d) for s in ("C", "F", "csr_array", "csc_array") for d in OTHERS]
OTHERS += [("C", np.float16), ("F", ">f8")]  # SciPy has no sparse ones of these


@every_storage
@every_dtype
def test_columns_that_were_asked_for_before(storage, dtype):
    """Some storages keep a copy of these, for those and for some of them."""
    X = numbers(dtype=dtype)
    design, exact = as_design(STORAGES[storage](X)), X.astype(np.float64)
    d, s, shift = np.abs(vectors(N)) + 0.1, vectors(N, seed=1), vectors(P, seed=2)
    for columns in ([5, 0, 3, 8], [0, 5], [8, 3], [1, 2], [5, 0, 3, 8, 2], [7], []):
        columns = np.array(columns, np.int64)
        Z = exact[:, columns] - shift[columns]
        close(design.gram(d, columns, shift), Z.T * d @ Z)
        for some in (columns, columns[::-1], columns[1:], columns[:1], np.arange(P)):
            w, W = vectors(len(some)), vectors(len(some), LANES)
            close(design.tdot_columns(some, s), exact[:, some].T @ s)
            close(design.dot_columns(some, w), exact[:, some] @ w)
            close(design.dot_columns(some, W), exact[:, some] @ W)


@pytest.mark.parametrize(("storage", "dtype"), OTHERS)
def test_other_numbers_become_float64(storage, dtype):
    X = (np.arange(12).reshape(4, 3) % 3).astype(dtype)
    design = as_design(STORAGES[storage](X))
    assert design.dtype == np.float64 and design.dtype.isnative
    close(design.dot(np.arange(3.0)), X.astype(float) @ np.arange(3.0))


# -- single rows and columns, in kernels and in Python ---------------------------------


@kernel
def ask_rows(rows, i, t, w, g, W, a, G, b):
    out = np.zeros(W.shape[1])
    rows.row_axpy(i, t, g)
    rows.row_dots(i, W, out)
    rows.row_axpys(i, a, G)
    return rows.row_dot(i, w), rows.row_sq(i, w), rows.row_abs(i, w, b), out


@kernel
def ask_columns(columns, j, t, r, h, one, two):
    columns.col_axpy(j, t, one)
    columns.col_waxpy(j, t, h, two)
    return columns.col_dot(j, r), columns.col_wsq(j, h)


@pytest.mark.parametrize("storage", KERNELS)
@every_dtype
@pytest.mark.parametrize("ask", [ask_rows, getattr(ask_rows, "py_func", ask_rows)])
def test_rows_equal_those_of_the_array(storage, dtype, ask):
    X = numbers(dtype=dtype)
    rows, exact = as_design(STORAGES[storage](X)).rows.record(), X.astype(np.float64)
    w, W, a = (
        readonly(vectors(P)),
        readonly(vectors(P, LANES)),
        readonly(vectors(LANES)),
    )
    b = readonly(vectors(P, seed=3))
    for i, x in enumerate(exact):
        g, G = vectors(P, seed=1), vectors(P, LANES, seed=1)
        expected = g + T * x, G + np.outer(x, a)
        found = ask(rows, i, T, w, g, W, a, G, b)
        answers = x @ w, x**2 @ w, (np.abs(x + b) - np.abs(b)) @ w
        assert_allclose(found[:3], answers, rtol=1e-12, atol=1e-12)
        assert_allclose(found[3], x @ W, rtol=1e-12, atol=1e-12)
        assert_allclose(g, expected[0], rtol=1e-13, atol=1e-13)
        assert_allclose(G, expected[1], rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("storage", KERNELS)
@every_dtype
@pytest.mark.parametrize("ask", [ask_columns, getattr(ask_columns, "py_func", None)])
def test_columns_equal_those_of_the_array(storage, dtype, ask):
    X = numbers(dtype=dtype)
    columns = as_design(STORAGES[storage](X)).columns.record()
    r, h = readonly(vectors(N)), readonly(np.abs(vectors(N, seed=2)))
    for j, x in enumerate(X.astype(np.float64).T):
        one, two = vectors(N, seed=1), vectors(N, seed=1)
        expected = one + T * x, two + T * h * x
        found = (ask or ask_columns)(columns, j, T, r, h, one, two)
        assert_allclose(found, (x @ r, x**2 @ h), rtol=1e-12, atol=1e-12)
        assert_allclose(one, expected[0], rtol=1e-13, atol=1e-13)
        assert_allclose(two, expected[1], rtol=1e-13, atol=1e-13)


@every_storage
def test_every_storage_has_the_same_records(storage):
    """One compilation each for dense and sparse, but for the width of the indices."""
    design = as_design(STORAGES[storage](numbers()))
    kinds = {type(design.rows).__name__, type(design.columns).__name__}
    sparse = isinstance(design, Sparse)
    assert kinds == ({"SparseRows", "SparseColumns"} if sparse else
                     {"DenseRows", "DenseColumns"})  # fmt: skip
    for record in (design.rows.record(), design.columns.record()):
        for array in record:
            assert not array.flags.writeable and array.flags.c_contiguous
            assert array.dtype.kind in "fu"


# -- memory ----------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["C", "F"])
@every_dtype
def test_contiguous_arrays_are_not_copied(order, dtype):
    X = np.array(numbers(dtype=dtype), order=order)
    design = as_design(X)
    assert np.shares_memory(design.X, X)
    own = design.rows.X if order == "C" else design.columns.X
    assert np.shares_memory(own, X)
    assert X.flags.writeable and not design.X.flags.writeable


@pytest.mark.parametrize("kind", [sp.csr_array, sp.csc_array, sp.csr_matrix])
@every_dtype
def test_sorted_sparse_matrices_are_not_copied(kind, dtype):
    for X in (kind(numbers(dtype=dtype)), wide_indices(numbers(dtype=dtype), kind)):
        design = as_design(X)
        own = design.rows if X.format == "csr" else design.columns
        for mine, given in ((own.data, X.data), (own.indices, X.indices),
                            (own.starts, X.indptr)):  # fmt: skip
            assert np.shares_memory(mine, given)
            assert given.flags.writeable


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_maps_are_read_where_they_are(tmp_path, order):
    X = numbers()
    shape = {"shape": X.shape, "order": order}
    made = np.memmap(tmp_path / "X", np.float64, "w+", **shape)
    made[:] = X
    made.flush()
    mapped = np.memmap(tmp_path / "X", np.float64, "r", **shape)
    design = as_design(mapped)
    assert np.shares_memory(design.X, mapped)
    check_passes(design, X)
    assert_array_equal(mapped, X)


@pytest.mark.parametrize("kind", [sp.csr_array, sp.csc_array])
def test_sparse_memory_maps(tmp_path, kind):
    X, mapped = numbers(), []
    source = shuffled(X, kind)
    for name in ("data", "indices", "indptr"):
        np.save(tmp_path / f"{name}.npy", getattr(source, name))
        mapped.append(np.load(tmp_path / f"{name}.npy", mmap_mode="r"))
    check_passes(as_design(kind(tuple(mapped), shape=X.shape)), X)


def test_designs_pass_through():
    design = as_design(numbers())
    assert as_design(design) is design
    listed = as_design(numbers().tolist())
    close(listed.dot(vectors(P)), numbers() @ vectors(P))


def test_infinite_and_missing_numbers_stay_visible():
    X = np.ones((3, 2))
    X[1, 0] = np.nan
    for each in (X, sp.csr_array(X), X.astype(np.float32)):
        assert np.isnan(as_design(each).dot(np.ones(2))).tolist() == [
            False,
            True,
            False,
        ]
        assert np.isnan(as_design(each).tdot(np.ones(3))).tolist() == [True, False]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", [np.asarray, sp.csr_array])
def test_squares_of_all_entries_may_overflow_without_a_word(kind, order):
    X = kind(np.full((2, 30), 1e154, order=order))
    assert not np.isfinite(as_design(X).energy)
