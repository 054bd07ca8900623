"""Whether classes can be separated by a linear function, with the function as proof.

Without a penalty the log loss then has no minimum: along a separating direction it only
falls (Albert & Anderson 1984, Biometrika 71). Separation may be *complete*, all margins
positive, or *quasi-complete*, some of them zero.
"""

from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

__all__ = ["separates", "separating_direction"]

Array = np.ndarray

ROUNDING = 1e-9  # margins below this share of the terms that they sum count as zero
POSITIVE = 1e-6  # and beyond this share as positive
ACCURACY = 1e-10  # the tightest tolerance of HiGHS


def separating_direction(
    X: Any, y: Any, sample_weight: Any = None, fit_intercept: bool = True
) -> Array | None:
    r"""A direction along which no class's log loss ever grows, or None.

    Of two classes it is d with :math:`\sigma_i (x_i d + d_0) \ge 0` for all samples and
    greater than zero for some, where :math:`\sigma_i` is 1 for the larger label and -1
    for the other; of more, one row of coefficients per class with
    :math:`x_i (d_{y_i} - d_k) \ge 0` for all classes k. Found by the linear program of
    Konis (2007, "Linear programming algorithms for detecting separated data"), and
    checked against X before it is returned.

    Parameters
    ----------
    X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
        Samples.
    y : array-like of shape (n_samples,)
        Labels.
    sample_weight : array-like of shape (n_samples,), default=None
        Samples of weight zero do not count.
    fit_intercept : bool, default=True
        Whether the direction has an intercept.

    Returns
    -------
    ndarray of shape (n_features + 1,) or (n_classes, n_features + 1), or None
        Coefficients, then the intercept, which is missing if `fit_intercept` is False;
        the largest entry is 1 in absolute value. None if the classes overlap.

    Examples
    --------
    >>> from skopt_solvers._separation import separating_direction
    >>> separating_direction([[0.0], [0.0], [1.0]], [0, 1, 1]).round(2) + 0.0
    array([1., 0.])
    >>> separating_direction([[0.0], [1.0], [2.0]], [0, 1, 0]) is None
    True
    """
    X = sp.csr_array(X, dtype=np.float64)
    labels, codes = np.unique(np.asarray(y), return_inverse=True)
    if sample_weight is not None:
        kept = np.flatnonzero(np.asarray(sample_weight) > 0)
        X, codes = X[kept], codes[kept]
    if len(labels) < 2:
        return None
    scale = np.sqrt(X.multiply(X).mean(axis=0))
    scale[scale == 0] = 1.0
    rows = _with_intercept(X @ sp.diags_array(1.0 / scale), fit_intercept)
    scale = np.append(scale, np.ones(rows.shape[1] - len(scale)))
    found = _solve(_contrasts(rows, codes, len(labels)))
    if found is None:
        return None
    direction = found.reshape(-1, len(scale)) / scale
    direction /= np.abs(direction).max()
    proof = separates(_contrasts(_with_intercept(X, fit_intercept), codes, len(labels)),
                      direction.ravel())  # fmt: skip
    return (direction[0] if len(direction) == 1 else direction) if proof else None


def separates(rows: Any, direction: Array) -> bool:
    """Whether all of ``rows @ direction`` are at least zero and some are positive."""
    margins = rows @ direction
    terms = abs(rows) @ np.abs(direction)
    return bool(
        np.all(margins >= -ROUNDING * terms) and np.any(margins > POSITIVE * terms)
    )


def _with_intercept(X: sp.csr_array, fit_intercept: bool) -> sp.csr_array:
    ones = sp.csr_array(np.ones((X.shape[0], int(fit_intercept))))
    return sp.hstack([X, ones], format="csr")


def _contrasts(rows: sp.csr_array, codes: Array, n_classes: int) -> sp.csr_array:
    """What must be at least zero times the direction: own class less each other one."""
    if n_classes == 2:
        return sp.diags_array(2.0 * codes - 1.0) @ rows
    blocks = []
    for k in range(n_classes):
        mine = rows[codes == k]
        for other in (c for c in range(n_classes) if c != k):
            unit = np.zeros((1, n_classes))
            unit[0, k], unit[0, other] = 1.0, -1.0
            blocks.append(sp.kron(unit, mine, format="csr"))
    return sp.vstack(blocks, format="csr")


def _solve(rows: sp.csr_array) -> Array | None:
    """``argmax sum(rows @ d)`` with ``rows @ d >= 0`` and d in a box."""
    size = np.asarray(abs(rows).max(axis=1).todense()).ravel()
    rows = sp.diags_array(1.0 / np.where(size > 0, size, 1.0)) @ rows
    answer = linprog(
        -np.asarray(rows.mean(axis=0)).ravel(),
        A_ub=-rows,
        b_ub=np.zeros(rows.shape[0]),
        bounds=(-1.0, 1.0),
        method="highs",
        options={"primal_feasibility_tolerance": ACCURACY},
    )
    if answer.x is None or not np.abs(answer.x).max() > POSITIVE:
        return None
    return np.where(np.abs(answer.x) > ROUNDING, answer.x, 0.0)  # type: ignore[no-any-return]
