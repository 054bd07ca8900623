"""A separating direction is a proof; none is found where the classes overlap."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_iris

from skopt_solvers._separation import separates, separating_direction


def margins(X, y, direction, fit_intercept=True):
    """Own class's prediction less that of each other class."""
    X = np.column_stack([X, np.ones(len(X))]) if fit_intercept else np.asarray(X)
    d = np.stack([0 * direction, direction]) if direction.ndim == 1 else direction
    p = X @ d.T
    return p[np.arange(len(y)), y][:, None] - p


@given(
    n=st.integers(2, 25),
    p=st.integers(1, 4),
    n_classes=st.integers(2, 4),
    seed=st.integers(0, 10_000),
    intercept=st.booleans(),
    scale=st.sampled_from([1e-5, 1.0, 1e5]),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_direction_is_a_proof(n, p, n_classes, seed, intercept, scale):
    rng = np.random.default_rng(seed)
    X = rng.integers(-3, 4, size=(n, p)) * scale * 1.0
    y = np.unique(rng.integers(0, n_classes, size=n), return_inverse=True)[1]
    direction = separating_direction(X, y, fit_intercept=intercept)
    if direction is not None:
        m = margins(X, y, direction, intercept)
        assert m.min() >= -1e-8 * (1 + scale) and m.max() > 0


@given(p=st.integers(1, 5), k=st.integers(2, 4), seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_what_is_separable_is_found(p, k, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, p)) * 10.0 ** rng.integers(-4, 5, size=p)
    scores = np.column_stack([X / np.abs(X).max(axis=0), np.ones(30)]) @ rng.normal(
        size=(p + 1, k)
    )
    y = np.unique(scores.argmax(axis=1), return_inverse=True)[1]
    expected = y.max() > 0
    assert (separating_direction(X, y) is not None) == expected
    assert (separating_direction(sp.csc_matrix(X), y) is not None) == expected


def test_quasi_complete_separation():
    """A level of a factor that holds one class only."""
    X = np.array([[0.0], [0.0], [0.0], [1.0]])
    y = np.array([0, 1, 0, 1])
    np.testing.assert_allclose(separating_direction(X, y), [1.0, 0.0], atol=1e-12)


def test_overlap_in_both_directions_is_none():
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert separating_direction(X, [0, 1, 0, 1]) is None
    assert separating_direction(X, [0, 0, 1, 1], fit_intercept=False) is None
    assert separating_direction(X, [1, 1, 1, 1]) is None
    assert separating_direction(np.ones((4, 2)), [0, 1, 1, 1]) is None


def test_samples_without_weight_do_not_count():
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    y = [0, 1, 0, 1]
    assert separating_direction(X, y, sample_weight=[1, 0, 1, 1]) is not None


@pytest.mark.parametrize(
    ("loader", "expected"), [(load_breast_cancer, True), (load_iris, True)]
)
def test_shipped_data(loader, expected):
    X, y = loader(return_X_y=True)
    assert (separating_direction(X, y) is not None) == expected
    if loader is load_iris:  # versicolor and virginica overlap
        assert separating_direction(X[y > 0], y[y > 0]) is None


def test_a_near_miss_separates_nothing():
    rows = np.array([[1.0, 0.0], [-1e-3, 0.0]])
    assert not separates(rows, np.array([1.0, 0.0]))
    assert separates(abs(rows), np.array([1.0, 0.0]))
    assert not separates(0 * rows, np.array([1.0, 0.0]))
