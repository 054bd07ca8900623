"""Data that anybody can have: generated, or shipped with scikit-learn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    make_classification,
    make_regression,
)
from sklearn.preprocessing import OneHotEncoder, scale

Data = tuple[Any, np.ndarray]


def wide(n: int = 200, p: int = 10_000) -> Data:
    """Few rows, correlated columns."""
    rng = np.random.default_rng(0)
    X = np.asfortranarray(rng.normal(size=(n, p)) + rng.normal(size=(n, 1)))
    return X, X[:, :20] @ rng.normal(size=20) + rng.normal(size=n)


def tall(n: int = 50_000, p: int = 200) -> Data:
    """Many rows, scales that differ."""
    rng = np.random.default_rng(1)
    X = np.asfortranarray(rng.normal(size=(n, p)) * 10.0 ** rng.uniform(-1, 1, size=p))
    return X, (X / X.std(0))[:, :40] @ rng.normal(size=40) + rng.normal(size=n)


def narrow(X: Any) -> Any:
    """With indices as scikit-learn's lasso takes them."""
    X.indices, X.indptr = X.indices.astype(np.int32), X.indptr.astype(np.int32)
    return X


def text(n: int = 20_000, p: int = 30_000, words: int = 60) -> Data:
    """Rows of words with frequencies as in language, of unit length."""
    rng = np.random.default_rng(2)
    columns = np.minimum(rng.zipf(1.3, size=n * words) - 1, p - 1)
    rows = np.repeat(np.arange(n), words)
    X = sp.csc_array((np.ones(n * words), (rows, columns)), shape=(n, p))
    X = narrow(sp.csc_array(sp.diags_array(1 / sp.linalg.norm(X, axis=1)) @ X))
    return X, X @ rng.normal(size=p) * 5 + 0.3 * rng.normal(size=n)


def images(n: int = 10_000, p: int = 800) -> Data:
    """Dense, and a fifth of it not zero: most of the middle, little of the edges."""
    rng = np.random.default_rng(6)
    ink = np.exp(-(np.linspace(-2, 2, p) ** 2)) * rng.uniform(0.2, 0.8, size=(n, 1))
    X = np.where(rng.random((n, p)) < 0.9 * ink, rng.integers(1, 256, (n, p)), 0.0)
    return X, X @ rng.normal(size=p) / 255 + rng.normal(size=n)


def shipped(load: Callable[..., Any]) -> Data:
    """A data set of scikit-learn, standardised."""
    X, y = load(return_X_y=True)
    return np.asfortranarray(scale(X)), y.astype(float)


def half(n: int = 5000, p: int = 300) -> Data:
    """Columns that are nearly orthogonal, half of which matter."""
    rng = np.random.default_rng(7)
    X = np.asfortranarray(rng.normal(size=(n, p)))
    return X, X[:, : p // 2] @ rng.normal(size=p // 2) + 5 * rng.normal(size=n)


def redundant(n: int = 10_000, p: int = 300) -> Data:
    """Columns a fifth of which are combinations of others."""
    informative, copies = p // 3, p // 5
    return make_classification(  # type: ignore[no-any-return]
        n, p, n_informative=informative, n_redundant=copies, random_state=0
    )


def independent(n: int = 10_000, p: int = 300) -> Data:
    """Columns that are all alike."""
    rng = np.random.default_rng(0)
    X, w = rng.normal(size=(n, p)), 2 * rng.normal(size=p) / np.sqrt(p)
    return X, X @ w + rng.logistic(size=n) > 0


def crowd(n: int = 500, p: int = 5000) -> Data:
    """A third of many columns matters, more than there are rows."""
    X, y = make_regression(n, p, n_informative=p // 3, noise=10.0, random_state=0)
    return np.asfortranarray(X), y


def clicks(n: int = 30_000) -> Data:
    """One-hot columns of many rare names, some of which say the same twice."""
    rng = np.random.default_rng(8)
    sizes = (5000, 4000, 300, 3000, 50)
    names = np.stack([rng.zipf(1.3, size=n) % size for size in sizes], axis=1)
    names[:, 3] = names[:, 0] // 2
    X = sp.csr_matrix(OneHotEncoder().fit_transform(names))
    return X, X @ rng.normal(size=X.shape[1]) - 2 + rng.logistic(size=n) > 0


def hashed(n: int = 5000, words: int = 30_000, p: int = 2**20) -> Data:
    """Texts as `HashingVectorizer` makes them: most of a million columns are empty."""
    rng = np.random.default_rng(9)
    shares = np.arange(1.0, words + 1) ** -1.05
    chosen = rng.choice(words, p=shares / shares.sum(), size=(n, 60))
    places = rng.choice(p, size=words, replace=False)
    rows = np.repeat(np.arange(n), 60)
    X = sp.csr_matrix((np.ones(n * 60), (rows, places[chosen].ravel())), shape=(n, p))
    X.sum_duplicates()
    X = narrow(sp.csr_matrix(sp.diags_array(1 / sp.linalg.norm(X, axis=1)) @ X))
    w = np.zeros(p)
    w[places[:2000]] = rng.normal(size=2000)
    z = X @ w
    return X, z / z.std() + rng.normal(size=n)


def letters(n: int = 15_000, p: int = 16, classes: int = 26) -> Data:
    """Many classes, few columns."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, p))
    scores = X @ rng.normal(size=(p, classes)) + rng.gumbel(size=(n, classes))
    return np.asfortranarray(X), scores.argmax(axis=1)


def topics(classes: int = 20) -> Data:
    """Texts of several classes."""
    X, _ = text()
    rng = np.random.default_rng(4)
    scores = 20 * (X @ rng.normal(size=(X.shape[1], classes)))
    return X, (scores + rng.gumbel(size=scores.shape)).argmax(axis=1)


def blocks(n: int = 500, p: int = 10_000) -> Data:
    """Groups of ten columns, five of which matter."""
    rng = np.random.default_rng(5)
    X = np.asfortranarray(rng.normal(size=(n, p)))
    return X, X[:, :50] @ rng.normal(size=50) + rng.normal(size=n)


MADE: dict[str, Callable[[], Data]] = {
    "wide 200 x 10,000": wide,
    "tall 50,000 x 200": tall,
    "text 20,000 x 30,000": text,
    "images 10,000 x 800": images,
    "breast_cancer": lambda: shipped(load_breast_cancer),
    "digits": lambda: shipped(load_digits),
    "letters 15,000 x 16": letters,
    "topics 20,000 x 30,000": topics,
    "blocks 500 x 10,000": blocks,
    "half 5,000 x 300": half,
    "clicks 30,000 names": clicks,
    "redundant 10,000 x 300": redundant,
    "independent 10,000 x 300": independent,
    "crowd 500 x 5,000": crowd,
    "hashed 5,000 x 2^20": hashed,
}
