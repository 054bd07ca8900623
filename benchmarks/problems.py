"""What is fitted: a name, data and an objective that all peers minimise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.preprocessing import scale


@dataclass
class Task:
    """Minimise ``mean loss + alpha * (|w|_1 or |w|^2/2)``, without an intercept."""

    name: str
    kind: str  # "lasso", "l1 logistic" or "l2 logistic"
    X: Any
    y: np.ndarray
    alpha: float

    def objective(self, w: np.ndarray) -> float:
        """Value at the coefficients w, in float64 by plain numpy."""
        w = np.ravel(w).astype(np.float64)
        z = self.X @ w
        if self.kind == "lasso":
            return 0.5 * np.mean((self.y - z) ** 2) + self.alpha * np.abs(w).sum()
        loss = np.mean(np.logaddexp(0.0, -self.y * z))
        if self.kind == "l1 logistic":
            return loss + self.alpha * np.abs(w).sum()
        return loss + 0.5 * self.alpha * w @ w


def wide(n: int = 200, p: int = 10_000) -> tuple[Any, np.ndarray]:
    """Few rows, correlated columns."""
    rng = np.random.default_rng(0)
    X = np.asfortranarray(rng.normal(size=(n, p)) + rng.normal(size=(n, 1)))
    return X, X[:, :20] @ rng.normal(size=20) + rng.normal(size=n)


def tall(n: int = 50_000, p: int = 200) -> tuple[Any, np.ndarray]:
    """Many rows, scales that differ."""
    rng = np.random.default_rng(1)
    X = np.asfortranarray(rng.normal(size=(n, p)) * 10.0 ** rng.uniform(-1, 1, size=p))
    return X, (X / X.std(0))[:, :40] @ rng.normal(size=40) + rng.normal(size=n)


def text(n: int = 20_000, p: int = 30_000, words: int = 60) -> tuple[Any, np.ndarray]:
    """Rows of words with frequencies as in language, of unit length."""
    rng = np.random.default_rng(2)
    columns = np.minimum(rng.zipf(1.3, size=n * words) - 1, p - 1)
    rows = np.repeat(np.arange(n), words)
    X = sp.csc_array((np.ones(n * words), (rows, columns)), shape=(n, p))
    X = sp.csc_array(sp.diags_array(1 / sp.linalg.norm(X, axis=1)) @ X)
    # scikit-learn's lasso refuses wider indices
    X.indices, X.indptr = X.indices.astype(np.int32), X.indptr.astype(np.int32)
    return X, X @ rng.normal(size=p) * 5 + 0.3 * rng.normal(size=n)


def shipped(load: Callable[..., Any]) -> tuple[Any, np.ndarray]:
    """A data set of scikit-learn, standardised; the last half of the classes is +1."""
    X, y = load(return_X_y=True)
    return np.asfortranarray(scale(X)), np.where(y > y.max() / 2, 1.0, -1.0)


def tasks() -> Iterator[Task]:
    """All cells, at two strengths each."""
    sources = {"wide 200x10000": wide(), "tall 50000x200": tall(), "text": text()}
    sources["breast_cancer"] = shipped(load_breast_cancer)
    sources["digits"] = shipped(load_digits)
    for name, (X, score) in sources.items():
        centred, n = score - score.mean(), len(score)
        labels = np.where(centred > 0, 1.0, -1.0)
        strongest = np.max(np.abs(X.T @ centred)) / n
        half = np.max(np.abs(X.T @ labels)) / n / 2
        for share in (10, 100):
            cell = f"{name} /{share}"
            yield Task(cell, "lasso", X, centred, strongest / share)
            yield Task(cell, "l1 logistic", X, labels, half / share)
        for C in (1.0, 100.0):
            yield Task(f"{name} C={C:g}", "l2 logistic", X, labels, 1 / (C * n))
