"""Which problems are measured: a suite is a list of data sets and kinds of fits.

Data sets with a name in `made.MADE` are made on the spot; all others come from a folder
with a module ``load`` that defines ``load(name) -> X, y`` and
``extras(name) -> dict``.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from made import MADE
from problems import Problem

SMALL = ("breast_cancer", "digits")
GENERATED = ("wide 200 x 10,000", "tall 50,000 x 200", "text 20,000 x 30,000", *SMALL)
SHARES = (10, 100)
STRENGTHS = (1.0, 100.0)


@dataclass(frozen=True)
class Cell:
    """One row of a table: a kind of fit on a data set, at one strength."""

    kind: str
    data: str
    strength: str


def _cells(kind: str, *names: str) -> list[Cell]:
    if kind in ("l2 logistic", "softmax"):
        marks = [f"C={C:g}" for C in STRENGTHS]
    elif kind in ("poisson", "squared hinge"):
        marks = ["C=1"]
    else:
        marks = [f"/{share}" for share in SHARES]
    return [Cell(kind, name, mark) for name in names for mark in marks]


_REGRESSION = ("leukemia", "riboflavin", "meltingpoint", "imdb:rating")
_LARGE = ("mice_snp", "ng20_bigram")
SUITES: dict[str, list[Cell]] = {
    "l1": [
        *_cells("lasso", *_REGRESSION, *_LARGE, "half 5,000 x 300", *GENERATED),
        *_cells("elastic net", *_REGRESSION, *_LARGE, "half 5,000 x 300", *GENERATED),
        *_cells("lasso", "crowd 500 x 5,000"),
        *_cells("elastic net", "crowd 500 x 5,000"),
        *_cells("lasso", "hashed 5,000 x 2^20"),
        *_cells("l1 logistic", "leukemia", "imdb", "a9a", "gisette_valid", "farm_ads"),
        *_cells("l1 logistic", "hashed 5,000 x 2^20", *GENERATED),
    ],
    "smooth": [
        *_cells("l2 logistic", "a9a", "w8a", "imdb", "gisette_valid", "kddcup99"),
        *_cells("l2 logistic", "farm_ads", "clicks 30,000 names", *GENERATED),
        *_cells("l2 logistic", "redundant 10,000 x 300", "independent 10,000 x 300"),
        *_cells("l2 logistic", "hashed 5,000 x 2^20"),
        *_cells("squared hinge", "a9a", "imdb", "hashed 5,000 x 2^20", *GENERATED),
        *_cells("softmax", "mnist10k", "news20", "usps", "digits"),
        *_cells("softmax", "letters 15,000 x 16", "topics 20,000 x 30,000"),
        *_cells("poisson", "fremtpl2", "fremtpl2:dense", "tall 50,000 x 200"),
    ],
    "groups": [
        Cell("group lasso", "mice_snp", "/10"),
        Cell("logistic group lasso", "splice", "/10"),
        Cell("group lasso", "birthwt", "/10"),
        Cell("group lasso", "blocks 500 x 10,000", "/10"),
    ],
}


class Library:
    """Data sets by name, one kept at a time."""

    def __init__(self, folder: str | None) -> None:
        self.extras: Callable[[str], dict[str, Any]] | None = None
        self.load: Callable[[str], Any] | None = None
        self.name, self.kept = "", None
        if folder:
            sys.path.insert(0, folder)
            import load  # type: ignore[import-not-found]

            self.load, self.extras = load.load, load.extras

    def has(self, name: str) -> bool:
        """Whether it can be had."""
        return name in MADE or self.load is not None

    def get(self, name: str) -> Any:
        """``X, y``, sparse X by columns or rows as it comes."""
        if name != self.name:
            self.kept = MADE[name]() if name in MADE else self._loaded(name)
            self.name = name
        return self.kept

    def _loaded(self, name: str) -> Any:
        assert self.load is not None
        base = name.removesuffix(":dense")
        X, y = self.load(base)
        if base != name:
            X = np.asfortranarray(X.toarray())
        return X, y

    def more(self, name: str) -> dict[str, Any]:
        """What else is stored with a set."""
        return {} if self.extras is None or name in MADE else self.extras(name)


def problem(cell: Cell, library: Library) -> Problem:
    """The problem of a cell; penalised columns as they come, no intercept."""
    X, y = library.get(cell.data)
    more = library.more(cell.data.partition(":")[0])
    make = _MAKERS[cell.kind]
    if not sp.issparse(X):
        X = np.asfortranarray(X)
    elif cell.kind in _BY_COLUMNS:
        X = sp.csc_matrix(X)
    else:
        X = sp.csr_matrix(X)
    return make(cell, X, y, more)


def available(suite: str, library: Library) -> Iterator[Cell]:
    """The cells whose data can be had."""
    return (cell for cell in SUITES[suite] if library.has(cell.data))


def _labels(y: np.ndarray) -> np.ndarray:
    """Two classes: those that there are, or above and below the median."""
    bound = np.median(y) if len(np.unique(y)) > 2 else y.min()
    return np.where(y > bound, 1.0, -1.0)


def _share(cell: Cell) -> float:
    return float(cell.strength.removeprefix("/"))


def _lasso(cell: Cell, X: Any, y: np.ndarray, more: dict[str, Any]) -> Problem:
    y = y - y.mean()
    l1 = float(np.abs(X.T @ y).max()) / len(y) / _share(cell)
    l2 = l1 if cell.kind == "elastic net" else 0.0
    return Problem(cell.data, cell.kind, cell.strength, X, y, "squared", l1, l2)


def _l1_logistic(cell: Cell, X: Any, y: np.ndarray, more: dict[str, Any]) -> Problem:
    y = _labels(y)
    l1 = float(np.abs(X.T @ y).max()) / (2 * len(y)) / _share(cell)
    return Problem(cell.data, cell.kind, cell.strength, X, y, "logistic", l1)


def _ridge(cell: Cell, X: Any, y: np.ndarray, more: dict[str, Any]) -> Problem:
    l2 = 1.0 / (float(cell.strength.removeprefix("C=")) * len(y))
    loss = {"l2 logistic": "logistic", "squared hinge": "squared_hinge"}[cell.kind]
    return Problem(cell.data, cell.kind, cell.strength, X, _labels(y), loss, 0.0, l2)


def _softmax(cell: Cell, X: Any, y: np.ndarray, more: dict[str, Any]) -> Problem:
    l2 = 1.0 / (float(cell.strength.removeprefix("C=")) * len(y))
    y = np.unique(y, return_inverse=True)[1]
    return Problem(cell.data, cell.kind, cell.strength, X, y, "multinomial", 0.0, l2)


def _poisson(cell: Cell, X: Any, y: np.ndarray, more: dict[str, Any]) -> Problem:
    l2 = 1.0 / (float(cell.strength.removeprefix("C=")) * len(y))
    weights = more.get("exposure")
    if weights is None:  # no counts: make some
        X = X / X.std(axis=0)
        means = np.exp(np.clip(y / y.std(), -3, 3))
        y = np.random.default_rng(6).poisson(means).astype(float)
    else:
        y = y / weights
    return Problem(
        cell.data, cell.kind, cell.strength, X, y, "poisson", 0.0, l2, weights,
        intercept=True,
    )  # fmt: skip


def _group(cell: Cell, X: Any, y: np.ndarray, more: dict[str, Any]) -> Problem:
    width = {"mice_snp": 5}.get(cell.data, 10)
    groups = more.get("groups", np.arange(X.shape[1]) // width)
    groups = np.unique(groups, return_inverse=True)[1]
    loss, half = "squared", 1.0
    if cell.kind == "logistic group lasso":
        y, loss, half = _labels(y), "logistic", 0.5
    else:
        y = y - y.mean()
    pull = np.bincount(groups, weights=np.square(X.T @ y) * half**2)
    top = float(np.sqrt(pull / np.bincount(groups)).max()) / len(y)
    return Problem(cell.data, cell.kind, cell.strength, X, y, loss, top / _share(cell),
                   groups=groups)  # fmt: skip


_MAKERS = {
    "lasso": _lasso,
    "elastic net": _lasso,
    "l1 logistic": _l1_logistic,
    "l2 logistic": _ridge,
    "squared hinge": _ridge,
    "softmax": _softmax,
    "poisson": _poisson,
    "group lasso": _group,
    "logistic group lasso": _group,
}
_BY_COLUMNS = ("lasso", "elastic net", "l1 logistic", "group lasso")
