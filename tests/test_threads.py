"""BLAS has one thread inside solvers, and its own number again afterwards."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_info

from skopt_solvers import AdvancedLogisticRegression
from skopt_solvers._compile.cache import PACKAGE
from skopt_solvers._threads import one_blas_thread
from skopt_solvers.designs import as_design


def blas_threads():
    return [each["num_threads"] for each in threadpool_info()
            if each["user_api"] == "blas"]  # fmt: skip


def test_the_limit_ends_with_its_last_holder():
    before = blas_threads()
    with one_blas_thread():
        with one_blas_thread():
            pass
        assert set(blas_threads()) <= {1}
    assert blas_threads() == before


def test_concurrent_fits_agree_and_give_the_threads_back():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 30))
    y = X[:, 0] + rng.normal(size=500) > 0
    before = blas_threads()
    alone = AdvancedLogisticRegression().fit(X, y).coef_
    with ThreadPoolExecutor(4) as pool:
        fits = pool.map(lambda _: AdvancedLogisticRegression().fit(X, y), range(8))
        for fit in fits:
            np.testing.assert_array_equal(fit.coef_, alone)
    assert blas_threads() == before


def test_no_kernel_starts_threads_of_its_own():
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "parallel=True" not in source
        assert "prange" not in source


def test_sparse_indices_are_unsigned_in_kernels():
    for index, unsigned in ((np.int32, np.uint32), (np.int64, np.uint64)):
        X = sp.csr_array(np.eye(3))
        X.indices, X.indptr = X.indices.astype(index), X.indptr.astype(index)
        record = as_design(X).rows.record()
        assert record.indices.dtype == record.starts.dtype == unsigned
