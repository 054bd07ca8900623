"""The Hessian of a linear model with a ridge, inverted through its heaviest rows."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import lapack

from .._compile import readonly
from .._matrices import diagonal
from ..kernels.dual import squares
from ._cholesky import damped_cholesky

if TYPE_CHECKING:
    from ..designs import Design
    from ._linear_point import LinearPoint
    from .linear import LinearProblem

Array = np.ndarray

KEPT = 1000  # rows whose products are computed once, however many are in use
ALL = 5000  # the same if a third is in use: 200 MB, and as much for each copy
MOST = 800  # rows that do otherwise
ROUNDING = 1e-16  # of the diagonal: less than its last digit, but it grows where needed
FIRM = 0.03  # ridge, in mean squares of rows, from which single products are exact
REST = 0.1  # of the leverage of all rows that may be left to the diagonal


def kept(n: int, rows: int) -> bool:
    """Whether the products of all n rows are computed once, with so many in use."""
    return n <= KEPT or (n <= ALL and 3 * rows >= n)


class RowMetric:
    r"""``L + U' U``, L diagonal and U of scaled rows, inverted by Woodbury's formula,

    .. math:: L^{-1} - L^{-1} U' (I + U L^{-1} U')^{-1} U L^{-1}.

    Rows enter U in the order of their leverage; the others add their squares to L.
    Where no more than `most` have any curvature, all of these enter: then it is exact.
    The intercept is one more column of ones, taken where all columns are zero. Products
    of all rows may be `rough`, in single precision, where the ridge is firm.
    """

    def __init__(
        self, problem: "LinearProblem", point: "LinearPoint", most: int, rough: bool
    ) -> None:
        self.problem, self.frame = problem, problem.user_frame()
        design, p = problem.design, problem.n_columns
        d = problem.response.weigh(point.curvatures)
        ridge = problem.ridge(point.x)[:p]
        self.rows = heaviest(problem, d, ridge, most)
        rest = d.copy()
        rest[self.rows] = 0.0
        self.exact = not rest.any()
        scales = ridge if self.exact else ridge + design.square_tdot(readonly(rest))
        self.inverse = 1.0 / np.maximum(scales, 1e-300)
        whole = len(self.rows) == len(d)
        self.among = None if whole else self.rows  # those of the part
        self.part = design
        if 2 * len(self.rows) < len(d):
            self.part, self.among = design.take(self.rows), None
        self.root = np.sqrt(d[self.rows])
        once = self.exact and kept(len(d), len(self.rows))
        if once and ridge.min() == ridge.max():
            among = products(design, float(ridge[0]), rough)
            among = among if whole else among[np.ix_(self.rows, self.rows)]
            system = among * self.inverse[0]
        else:
            system = self.part.cross_gram(readonly(self.inverse))
            if self.among is not None:
                system = system[np.ix_(self.among, self.among)]
        if problem.fit_intercept:
            total = max(float(rest.sum()), 1e-8 * float(d.sum()), 1e-300)
            self.inverse = np.append(self.inverse, 1.0 / total)
            system += 1.0 / total
        system *= self.root
        system *= self.root[:, None]
        diagonal(system)[:] += 1.0
        # products of large rows swamp the ones
        factor = damped_cholesky(system, np.diag(system).copy(), ROUNDING)
        self.factor = np.eye(len(system)) if factor is None else factor

    def solve(self, v: Array) -> Array:
        """The inverse times v."""
        p = self.problem.n_columns
        y = self.inverse * self.frame.gradient(v)
        rows = self.part.dot(readonly(y[:p])) + (y[p] if len(y) > p else 0.0)
        rows = rows if self.among is None else rows[self.among]
        if len(rows):
            rows = self.root * lapack.dpotrs(self.factor, self.root * rows, lower=1)[0]
        total = rows.sum()
        if self.among is not None:
            every = np.zeros(self.part.shape[0])
            every[self.among] = rows
            rows = every
        back = self.part.tdot(readonly(rows))
        if len(y) > p:
            back = np.append(back, total)
        return self.frame.leave(y - self.inverse * back)


def products(design: "Design", ridge: float, rough: bool) -> Array:
    """Those of all rows, which are kept."""
    known, firm = "row_products" in vars(design), FIRM * design.energy
    if known or not (rough and ridge * design.shape[0] ** 2 >= firm):
        return design.row_products
    found = design.rough_products(False)
    return design.row_products if found is None else found[0]


def heaviest(problem: "LinearProblem", d: Array, ridge: Array, most: int) -> Array:
    """Rows with the largest ``d_i x_i' diag(1/ridge) x_i``, in order of storage."""
    n = problem.design.shape[0]
    used = np.flatnonzero(d)
    if len(used) <= most:
        return used
    weights = readonly(1.0 / np.maximum(ridge, 1e-300))
    leverage = d * squares(problem.design.rows.record(), weights, n)
    order = np.argsort(-leverage, kind="stable")
    left = leverage.sum() - np.cumsum(leverage[order])
    return np.sort(order[: min(MOST, int(np.sum(left > REST)) + 1)])
