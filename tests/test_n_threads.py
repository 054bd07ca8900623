"""Several threads give the same bits as one, and are where they are wanted only."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.sparse as sp
from joblib import Parallel, delayed

from skopt_solvers import AdvancedLogisticRegression, _threads
from skopt_solvers._threads import in_chunks, in_parts, n_threads, threads
from skopt_solvers.designs import as_design


@pytest.fixture
def small_is_large(monkeypatch):
    monkeypatch.setattr(_threads, "LARGE", 1)


STORAGES = {
    "csr": sp.csr_array, "csc": sp.csc_array,
    "C": lambda X: X.toarray(order="C"), "F": lambda X: X.toarray(order="F"),
    "single": lambda X: X.toarray().astype(np.float32),
}  # fmt: skip
every_storage = pytest.mark.parametrize("storage", STORAGES)


def data(seed=0):
    rng = np.random.default_rng(seed)
    X = sp.random_array((300, 70), density=0.1, rng=rng, format="csr")
    return X, rng.integers(0, 4, 300)


def passes(X):
    rng = np.random.default_rng(1)
    design = as_design(X)
    return [
        design.dot(rng.normal(size=70)), design.dot(rng.normal(size=(70, 3))),
        design.tdot(rng.normal(size=300)), design.tdot(rng.normal(size=(300, 13))),
        design.square_tdot(rng.random(300)),
        design.gram(rng.random(300), np.arange(0, 70, 2), rng.normal(size=70)),
        design.gram(np.ones(300), np.arange(70), np.zeros(70)),
        design.cross_gram(rng.random(70)),
    ]  # fmt: skip


@pytest.mark.usefixtures("small_is_large")
@pytest.mark.parametrize("number", [1, 2, 3, 7])
@every_storage
def test_passes_are_the_same_to_the_last_bit(number, storage):
    X = STORAGES[storage](data()[0])
    with threads(1):
        alone = passes(X)
    with threads(number):
        assert n_threads() == number
        for one, many in zip(alone, passes(X), strict=True):
            np.testing.assert_array_equal(one, many)


@pytest.mark.usefixtures("small_is_large")
@pytest.mark.parametrize("number", [2, 3, 7])
@every_storage
def test_fits_are_the_same_to_the_last_bit(number, storage):
    X, y = data()
    X = STORAGES[storage](X)
    alone = AdvancedLogisticRegression(n_threads=1).fit(X, y).coef_
    many = AdvancedLogisticRegression(n_threads=number).fit(X, y).coef_
    np.testing.assert_array_equal(alone, many)


@pytest.mark.usefixtures("small_is_large")
@pytest.mark.parametrize("number", [1, 2, 3, 7])
@pytest.mark.parametrize("sizes", [[0, 0, 5, 0], [9], [], [1] * 40, [0, 100, 0, 1]])
def test_chunks_are_all_lines_once(number, sizes):
    starts = np.cumsum([0, *sizes]).astype(np.uint32)
    seen = np.zeros(len(sizes), int)
    with threads(number):
        in_chunks(lambda some: np.add.at(seen, some, 1), starts)
    np.testing.assert_array_equal(seen, 1)


def test_small_data_stay_with_one_thread():
    with threads(7):
        found = []
        in_chunks(found.append, np.arange(100, dtype=np.uint32))
    assert found == [slice(0, 99)]


@pytest.mark.usefixtures("small_is_large")
def test_an_error_in_any_thread_is_raised():
    def fail(some):
        if some.stop == 40:
            raise ArithmeticError("last")

    with threads(3), pytest.raises(ArithmeticError, match="last"):
        in_chunks(fail, np.arange(41, dtype=np.uint32))


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_a_worker_of_joblib_has_one_thread(backend):
    found = Parallel(2, backend=backend)(delayed(n_threads)() for _ in range(2))
    assert found == [1, 1]


@pytest.mark.usefixtures("small_is_large")
def test_two_threads_may_fit_at_once():
    X, y = data()
    alone = AdvancedLogisticRegression(n_threads=1).fit(X, y).coef_
    with ThreadPoolExecutor(2) as pool:
        fits = pool.map(
            lambda _: AdvancedLogisticRegression(n_threads=3).fit(X, y), range(4)
        )
        for fit in fits:
            np.testing.assert_array_equal(fit.coef_, alone)


@pytest.mark.usefixtures("small_is_large")
def test_a_fork_has_threads_of_its_own():
    X, _ = data()
    with threads(3):
        before = passes(X)
        with multiprocessing.get_context("fork").Pool(1) as pool:
            after = pool.apply_async(passes, (X,)).get(60)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("number", [0, -1, 1.5, "all"])
def test_other_numbers_are_refused(number):
    X, y = data()
    with pytest.raises(ValueError, match="n_threads"):
        AdvancedLogisticRegression(n_threads=number).fit(X, y)


@pytest.mark.usefixtures("small_is_large")
@pytest.mark.parametrize("number", [1, 2, 3, 7])
@pytest.mark.parametrize("size, most", [(0, 8), (1, 8), (5, 8), (100, 8), (9, 1)])
def test_parts_come_in_order_and_do_not_depend_on_threads(number, size, most):
    with threads(number):
        parts = in_parts(lambda some: np.arange(size)[some], size, 2.0, most)
    assert len(parts) == max(1, min(most, size))
    np.testing.assert_array_equal(np.concatenate(parts), np.arange(size))
