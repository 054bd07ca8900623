"""What a design is: the matrix X behind a few verbs, whatever its storage."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property

import numpy as np

from .._compile import Compiled, readonly

Array = np.ndarray

TURN = 5.0  # passes that a copy takes in which columns, or rows, are contiguous


class Rows(
    Compiled,
    native=(
        "row_dot", "row_axpy", "row_sq", "row_abs", "row_dots", "row_axpys",
        "row_support",
    ),
    sums=True,
):  # fmt: skip
    """Row access for kernels; vectors and sums are float64 whatever X is."""

    @abstractmethod
    def row_dot(self, i, w):
        """``X[i] @ w``."""

    @abstractmethod
    def row_axpy(self, i, a, g):
        """``g += a * X[i]``."""

    @abstractmethod
    def row_sq(self, i, d):
        """``X[i]**2 @ d``."""

    @abstractmethod
    def row_abs(self, i, d, base):
        """``(abs(X[i] + base) - abs(base)) @ d``."""

    @abstractmethod
    def row_dots(self, i, w, out):
        """``out += X[i] @ w`` for a matrix w."""

    @abstractmethod
    def row_axpys(self, i, a, g):
        """``g += outer(X[i], a)``."""

    @abstractmethod
    def row_support(self, i):
        """The columns in which row i has entries."""


class Columns(
    Compiled, native=("col_dot", "col_axpy", "col_waxpy", "col_wsq"), sums=True
):
    """Column access for kernels; vectors and sums are float64 whatever X is."""

    @abstractmethod
    def col_dot(self, j, r):
        """``X[:, j] @ r``."""

    @abstractmethod
    def col_axpy(self, j, a, r):
        """``r += a * X[:, j]``."""

    @abstractmethod
    def col_waxpy(self, j, a, h, r):
        """``r += a * h * X[:, j]``."""

    @abstractmethod
    def col_wsq(self, j, h):
        """``X[:, j]**2 @ h``."""


class Design(ABC):
    """The matrix X, read only, and the passes over all of it.

    Vectors are float64; a matrix of K right-hand sides has shape (.., K).

    Attributes
    ----------
    whole : Design
        The user's matrix, of which this one may have only the columns with entries.
    kept : ndarray or None
        Which columns of that these are; None for all.
    """

    shape: tuple[int, int]
    dtype: np.dtype
    sparse: bool
    kept: Array | None = None
    _whole: "Design | None" = None

    @property
    def whole(self) -> "Design":
        return self._whole or self  # it holds no reference to itself

    def slim(self) -> "Design":
        """The same without columns that have no entries, where these are many."""
        return self

    def spread(self, w: Array) -> Array:
        """Coefficients of all of the user's columns: zero where there are no entries.

        `w` has one entry, or one row, for each column.
        """
        if self.kept is None:
            return w
        out = np.zeros((self.whole.shape[1], *w.shape[1:]), w.dtype)
        out[self.kept] = w
        return out

    def picked(self, w: Array) -> Array:
        """Those of the user's coefficients that belong to these columns."""
        return w if self.kept is None else w[self.kept]

    @abstractmethod
    def dot(self, w: Array) -> Array:
        """``X @ w`` for w of shape (p,) or (p, K)."""

    @abstractmethod
    def tdot(self, s: Array) -> Array:
        """``X.T @ s`` for s of shape (n,) or (n, K)."""

    @abstractmethod
    def square_tdot(self, d: Array) -> Array:
        """``(X**2).T @ d`` for d of shape (n,) or (n, K)."""

    def mean(self, weights: Array) -> Array:
        """``X.T @ weights``, at no cost where these are all the same."""
        return self.tdot(weights)

    def mean_square(self, weights: Array) -> Array:
        """``(X**2).T @ weights``, likewise."""
        return self.square_tdot(weights)

    @abstractmethod
    def gram(
        self, d: Array, columns: Array, shift: Array, known: Array | None = None
    ) -> Array:
        """``Z.T @ diag(d) @ Z`` for ``Z = X[:, columns] - shift[columns]``, d >= 0.

        `known` is that of the first columns, if it was computed before.
        """

    def bordered(
        self, d: Array, columns: Array, shift: Array, ones: bool
    ) -> Array:
        """As `gram`, where a column of ones may follow; the shift in their order."""
        k, every = len(columns), np.zeros(self.shape[1])
        every[columns] = shift
        gram = self.gram(d, columns, every)
        if not ones:
            return gram
        total, mass = np.empty((k + 1, k + 1)), d.sum()
        total[:k, :k] = gram
        total[:k, k] = total[k, :k] = self.tdot_columns(columns, d) - shift * mass
        total[k, k] = mass
        return total

    def grams(
        self,
        weights: Callable[[slice], Array],
        count: int,
        columns: Array,
        shift: Array,
        ones: bool,
    ) -> Array:
        """Several of these: an entry on or below the diagonal a line, one a column.

        `weights` gives those of some rows, a line for each of the `count` matrices.
        """
        low = np.tril_indices(len(columns) + ones)
        every = weights(slice(0, self.shape[0]))
        return np.array([self.bordered(d, columns, shift, ones)[low] for d in every]).T

    @abstractmethod
    def cross_gram(self, inverse: Array, shift: Array | None = None) -> Array:
        """``Z @ diag(inverse) @ Z.T`` for ``Z = X - shift``, inverse >= 0: products of
        rows. Columns of which the inverse is zero cost nothing.
        """

    @cached_property
    def row_products(self) -> Array:
        """Products of all pairs of rows; kept, for folds and strengths share them."""
        return readonly(self.cross_gram(readonly(np.ones(self.shape[1]))))

    @property
    def one_pass(self) -> bool:
        """Whether `curved` costs less than `dot` and `tdot`."""
        return False

    def curved(self, d: Array, w: Array, c: float) -> tuple[Array, float]:
        """``X.T @ r`` for ``r = d * (X @ w + c)``, and the sum of r."""
        rows = d * (self.dot(w) + c)
        return self.tdot(rows), float(rows.sum())

    @abstractmethod
    def lines(self, columns: Array) -> Array:
        """Some columns as the rows of a dense array of float64, a copy."""

    def table(self) -> Array:
        """All of them, with contiguous rows; no copy where X is stored like that."""
        return self.lines(np.arange(self.shape[1]))

    def rough_products(self, centred: bool) -> tuple[Array, Array] | None:
        """``Z @ Z.T`` in single precision and the shift, or None: it saves nothing.

        ``Z = X - shift``, which is the mean of the columns if they are to be `centred`.
        """
        return None

    @abstractmethod
    def cross_cost(self, columns: Array) -> float:
        """Cost of `cross_gram` with these columns, in passes; as measured."""

    @abstractmethod
    def gram_cost(self, columns: Array) -> float:
        """Cost of `gram`, in passes over the whole matrix; constants as measured."""

    def grams_cost(self, lanes: int, columns: Array) -> float:
        """Cost of `grams` for all pairs of lanes, in passes of so many lanes."""
        return lanes**2 / 2 * self.gram_cost(columns)

    def layout_cost(self, columns: Array) -> float:
        """Cost of what `gram` does once for the same columns, likewise."""
        return 0.0

    @property
    def columns_cost(self) -> float:
        """Cost of `columns` if it is asked for now, in passes; as measured."""
        return 0.0

    @abstractmethod
    def dot_columns(self, columns: Array, w: Array) -> Array:
        """``X[:, columns] @ w`` for w of shape (k,) or (k, K)."""

    @abstractmethod
    def dot_rows(self, rows: Array, columns: Array, w: Array) -> Array:
        """``X[rows][:, columns] @ w`` for w of shape (k, K)."""

    @abstractmethod
    def tdot_columns(self, columns: Array, s: Array) -> Array:
        """``X[:, columns].T @ s``."""

    @abstractmethod
    def take(self, rows: Array) -> "Design":
        """The design of these rows, copied in this order, ready for row access."""

    def single(self, shift: Array) -> Array | None:
        """``X - shift`` in single precision, if products with that cost less."""
        return None

    @property
    @abstractmethod
    def alike(self) -> bool:
        """Whether X is sparse and the entries of nearly all columns are of one size."""

    def forget(self) -> None:
        """Give up copies of columns, and products of rows, kept to be fast."""
        vars(self).pop("row_products", None)

    @abstractmethod
    def in_units(self, scale: Array, shift: Array) -> tuple["Design", Array]:
        """``(X - shift) * scale``, for a design made by `take`: its arrays are reused.

        Returns also what is left of the centring, in the new units: empty, unless X is
        sparse and its columns are not centred at zero.
        """

    @abstractmethod
    def batch_support(self, batch: int) -> float:
        """Columns with entries in `batch` consecutive rows, on average."""

    @property
    @abstractmethod
    def rows(self) -> Rows:
        """Row access; converts the storage the first time where it must."""

    @property
    def rough_rows(self) -> Rows | None:
        """The same of a copy in single precision, or None: it saves nothing."""
        return None

    @property
    @abstractmethod
    def columns(self) -> Columns:
        """Column access; converts the storage the first time where it must."""

    @property
    @abstractmethod
    def largest(self) -> float:
        """Largest absolute entry."""

    @property
    @abstractmethod
    def energy(self) -> float:
        """Sum of the squares of all entries: infinite or NaN as soon as one of them is,
        or would be when squared."""

    @property
    @abstractmethod
    def nnz(self) -> int:
        """Number of stored entries: the cost of one pass."""
