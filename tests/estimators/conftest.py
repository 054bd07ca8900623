"""Data sets that scikit-learn ships, standardised."""

import numpy as np
import pytest
from shipped import load


@pytest.fixture(scope="session")
def cancer():
    return load("breast_cancer")


@pytest.fixture(scope="session")
def wine():
    return load("wine")


@pytest.fixture(scope="session")
def diabetes():
    return load("diabetes")


@pytest.fixture
def small():
    """60 samples, 5 columns: X, a real target, two classes, three classes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 5))
    y = X @ [1.0, 2.0, 0.0, 0.0, -1.0] + 1.0 + 0.1 * rng.normal(size=60)
    noisy = y + rng.normal(size=60)
    return X, y, (noisy > 1).astype(int), np.digitize(noisy, [0, 2])
