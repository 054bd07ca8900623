r"""Covariances of coefficients, by the theory of M-estimators.

The estimator solves :math:`\sum_i s_i (\ell_i' x_i + R w) = 0` with weights s that sum
to one and the ridge R. With :math:`H = \sum_i s_i \ell_i'' x_i x_i' + R`, the
covariance of n samples is :math:`H^{-1} M H^{-1} / n`, where M is that of one sample's
term: its model (nonrobust), or what the samples show (robust); White (1980),
MacKinnon & White (1985), Liang & Zeger (1986). A ridge draws the estimator towards
zero: its covariance is that around its own expectation, not around the truth.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import linalg

from .._compile import readonly
from ..problems import LinearProblem
from ..result import Result, Status

Array = np.ndarray

SINGULAR = 1e-12  # share of a column's square that the other columns leave over
CHANGED = 1e-6  # of the objective: far more than rounding
STEPS = 3  # Newton steps from the solution
CLOSE = 1e-8  # square of a step in standard errors: the next would show nothing
LANES = 64  # right-hand sides of one pass over the data


@dataclass(frozen=True)
class Fit:
    """A problem that was solved: all that inference needs.

    Attributes
    ----------
    problem : LinearProblem
        Data, loss and penalty.
    x : ndarray of shape (size,)
        The solution.
    total : float
        Sum of the sample weights: the number of samples, as weights repeat them.
    result : Result
        How the run ended.
    """

    problem: LinearProblem
    x: Array
    total: float
    result: Result

    @property
    def short(self) -> bool:
        """Whether the run ended for another reason than that x is near enough."""
        return self.result.status is not Status.CONVERGED

    @property
    def whole(self) -> "Fit":
        """The same with all of the user's columns, those without entries too."""
        problem, design = self.problem, self.problem.design
        if design.kept is None:
            return self
        w, b = problem.unpack(self.x)
        intercept = problem.fit_intercept
        full = LinearProblem(design.whole, problem.response, problem.penalty, intercept)
        return replace(self, problem=full, x=full.pack(design.spread(w), b))

    def checked(self) -> "Fit":
        """The same with all of the user's columns, if it is what it was.

        Raises ValueError where the loss falls for ever, or where the objective is
        another one now: the data are the user's, who may have changed them. A pass.
        """
        if self.result.status is Status.SEPARABLE:
            raise ValueError(
                "there is no optimum: the loss falls for ever along result_.direction, "
                "and the coefficients are only where the solver stopped. Add a ridge; "
                "where only an intercept runs away, use fit_intercept=False or other "
                "targets."
            )
        whole, then = self.whole, self.result.objective
        with np.errstate(all="ignore"):
            off = abs(whole.problem.at(whole.x).objective - then)
        size = max(abs(then), abs(self.problem.null.objective))
        if np.isfinite(then) and not off <= CHANGED * size:
            raise ValueError(
                "the training data were changed since the fit: call fit again."
            )
        return whole


class Covariance:
    """Covariances of the solution of one problem.

    Parameters
    ----------
    fit : Fit
        Of a smooth convex loss, without penalty or with a ridge.
    name : callable
        The name of a column, for error messages.
    """

    def __init__(self, fit: Fit, name: Callable[[int], str]) -> None:
        self.problem, self.total, self.name = fit.problem, fit.total, name
        self.response = self.problem.response
        self.point = self._nearer(fit)
        self.x = self.point.x

    def _nearer(self, fit: Fit) -> Any:
        """Some Newton steps on, so that errors hardly depend on the tolerance."""
        point = self.problem.at(fit.x)
        for _ in range(0 if fit.short else STEPS):
            try:
                step = self._inverse(point) @ point.gradient
            except ValueError:  # an observed Hessian that is not positive
                break
            following = self.problem.at(point.x - step)
            if not following.objective <= point.objective:
                break
            far = float(step @ point.gradient) * self.total
            point = following
            if far <= CLOSE:
                break
        return point

    # -- the kinds ---------------------------------------------------------------------

    def nonrobust(self) -> Array:
        """By the likelihood, at its expected information."""
        expected = self.point.expected
        data, inverse = self._data_hessian(expected), self._inverse(expected)
        spread = 1.0
        if self.response.loss.likelihood == "free":
            left = self._left(inverse, data)
            spread = self._pearson(expected.curvatures) * self.total / left
        return self._users(spread / self.total * inverse @ data @ inverse)

    def _pearson(self, information: Array) -> float:
        """Mean square of Pearson's residuals."""
        weights, squares = self.response.weights, self.point.slopes**2
        ratio = np.divide(squares, information, where=weights > 0,
                          out=np.zeros_like(squares))  # fmt: skip
        return float(weights @ ratio)

    def robust(self, kind: str) -> Array:
        """White's covariance, with a correction for small samples."""
        inverse = self._inverse(self.point)
        factor, reach = 1.0, np.ones(len(self.response.weights))
        if kind == "HC1":
            factor = self.total / self._left(inverse, self._data_hessian(self.point))
        if kind in ("HC2", "HC3"):
            rest = 1.0 - self._leverages(inverse)
            reach = np.maximum(rest, 1e-300) ** (-1.0 if kind == "HC2" else -2.0)
        meat = self._meat(reach)
        return self._users(factor / self.total * inverse @ meat @ inverse)

    def clustered(self, groups: Array) -> Array:
        """Of samples that depend on each other within groups."""
        inverse = self._inverse(self.point)
        sums = self._group_sums(groups)
        count = len(sums)
        left = self._left(inverse, self._data_hessian(self.point))
        factor = (self.total - 1.0) / left * count / (count - 1.0)
        return self._users(factor * inverse @ (sums.T @ sums) @ inverse)

    # -- their parts -------------------------------------------------------------------

    def _data_hessian(self, point: Any) -> Array:
        return self.problem.loss_hessian(point, np.arange(self.problem.n_columns))

    def _inverse(self, point: Any) -> Array:
        """The inverse of the Hessian, if there is one."""
        hessian = self.problem.hessian(point)
        diagonal = np.diag(hessian)
        scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
        scaled = hessian * np.outer(scale, scale)
        factor, failed = linalg.lapack.dpotrf(scaled, lower=1)
        pivots = np.diag(factor)
        low = np.flatnonzero(~(pivots**2 > SINGULAR)) if not failed else [failed - 1]
        if len(low):
            raise ValueError(self._singular(int(low[0])))
        inverse = linalg.cho_solve((factor, True), np.diag(scale)) * scale[:, None]
        return np.asarray(inverse)

    def _singular(self, coordinate: int) -> str:
        column = coordinate // self.problem.lanes
        what = "the intercept"
        if column < self.problem.n_columns:
            what = f"the coefficient of {self.name(column)}"
        return (
            f"there is no covariance: the data do not determine {what}. Its column is "
            "constant, a combination of others, or separates classes; leave it out, or "
            "add a ridge."
        )

    def _left(self, inverse: Array, data: Array) -> float:
        """Samples beyond the number of parameters, which a ridge makes smaller."""
        parameters = float(np.sum(inverse * data))
        left = self.total - parameters
        if not left > 1e-9 * self.total:
            raise ValueError(
                "there are no more samples than parameters, so nothing tells their "
                f"spread: {self.total:g} samples and {parameters:.4g} parameters. Use "
                "cov_type='HC0', or add a ridge."
            )
        return left

    @cached_property
    def _drift(self) -> Array:
        """The pull of the ridge, which every sample's term contains."""
        return self.problem.ridge(self.x) * self.x

    def _meat(self, reach: Array) -> Array:
        """``sum s reach u u'`` of the samples' terms u."""
        problem, slopes = self.problem, self._slopes
        weights, lanes = self.response.weights, problem.lanes
        size = problem.size // lanes
        meat = np.empty((size, lanes, size, lanes))
        columns = np.arange(problem.n_columns)
        for a in range(lanes):
            for b in range(lanes):
                bend = reach * slopes[:, a] * slopes[:, b]
                meat[:, a, :, b] = problem.bordered(bend, columns)
        flat = meat.reshape(problem.size, problem.size)
        pull = problem.pull(self.response.weigh(self._like(reach[:, None] * slopes)))
        cross = np.outer(pull, self._drift)
        rest = float(weights @ reach) * np.outer(self._drift, self._drift)
        return flat + cross + cross.T + rest

    @property
    def _slopes(self) -> Array:
        return self.point.slopes.reshape(-1, self.problem.lanes)

    def _like(self, rows: Array) -> Array:
        """`rows` of shape (n, lanes) in the shape of predictions."""
        return rows.reshape(-1, *self.response.shape)

    def _leverages(self, inverse: Array) -> Array:
        """Each sample's share in its own prediction."""
        root = linalg.cholesky(inverse, lower=True)
        squares = np.zeros(len(self.response.weights))
        for start in range(0, root.shape[1], LANES):
            squares += sum(self.problem.push(readonly(column)) ** 2
                           for column in root[:, start : start + LANES].T)  # fmt: skip
        return self.point.curvatures * squares / self.total

    def _group_sums(self, groups: Array) -> Array:
        """Sums of the samples' terms in each group."""
        weights = self.response.weights
        labels, codes = np.unique(groups[weights > 0], return_inverse=True)
        if len(labels) < 2:
            raise ValueError(f"groups needs two groups or more; got {len(labels)}.")
        rows = np.flatnonzero(weights > 0)[np.argsort(codes, kind="stable")]
        codes = np.sort(codes)
        parts = weights[rows, None] * self._slopes[rows]
        shares = np.bincount(codes, weights[rows])
        sums = np.outer(shares, self._drift)
        edges = np.searchsorted(codes, np.arange(0, len(labels) + LANES, LANES))
        for block, (begin, end) in enumerate(pairwise(edges)):
            if begin < end:
                first = block * LANES
                here, some = slice(begin, end), sums[first : first + LANES]
                inside = codes[here] - first
                some += self._block(rows[here], inside, parts[here], len(some))
        return sums

    def _block(self, rows: Array, codes: Array, parts: Array, count: int) -> Array:
        """The same of a few groups, from their rows alone."""
        problem, lanes = self.problem, self.problem.lanes
        each = np.zeros((len(rows), count, lanes))
        each[np.arange(len(rows)), codes] = parts
        totals = each.sum(axis=0)
        pull = problem.design.take(rows).tdot(readonly(each.reshape(len(rows), -1)))
        columns: Array = pull.reshape(-1, count, lanes).transpose(1, 0, 2)
        if problem.fit_intercept:
            columns = columns - problem.mean[:, None] * totals[:, None, :]
            columns[:, problem.constant] = 0.0
            columns = np.concatenate([columns, totals[:, None, :]], axis=1)
        return columns.reshape(count, -1)

    def _users(self, covariance: Array) -> Array:
        """In the user's units: lane after lane, each with its intercept at the end."""
        problem, lanes = self.problem, self.problem.lanes
        size = problem.size // lanes
        each = covariance.reshape(size, lanes, size, lanes).transpose(1, 0, 3, 2)
        each = np.ascontiguousarray(each)
        if problem.fit_intercept:  # taken to where the columns are zero
            each[:, -1] -= np.einsum("j,ajbk->abk", problem.mean, each[:, :-1])
            each[..., -1] -= np.einsum("j,abkj->abk", problem.mean, each[..., :-1])
        return each.reshape(problem.size, problem.size)
