"""SLOPE: the sorted L1 norm."""

import math
from typing import Any

import numpy as np
from scipy.special import ndtri

from .._params import Number, validate
from ._blocks import BlockPenalty
from ._pieces import numbers, strength


class SLOPE(BlockPenalty):
    r"""The sorted L1 norm, :math:`\alpha \sum_i \lambda_i |w|_{(i)}` over the absolute
    coefficients in decreasing order.

    The larger a coefficient, the more it costs; equal ones form clusters. The prox is
    an isotonic regression of the sorted absolute values less :math:`s\lambda_i`, by
    pooling adjacent violators. A weight :math:`\lambda_i = 1` for all is the lasso, a
    linear sequence OSCAR. With several predictions per sample each is sorted by itself.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, at least zero.
    lambdas : array-like of shape (n_features,), default=None
        The sequence, not increasing and at least zero; None for that of Benjamini and
        Hochberg, :math:`\lambda_i = \Phi^{-1}(1 - i q / (2 p))`.
    q : float, default=0.1
        Target rate of false discoveries of that sequence, between 0 and 1.

    Raises
    ------
    ValueError
        At the start of a fit, for a parameter out of range or a sequence that is too
        short or increases.

    References
    ----------
    Bogdan, van den Berg, Sabatti, Su & Candès (2015), Ann. Appl. Stat. 9, equations
    (1.8) and (1.10), algorithm 3 for the prox.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers.penalties import SLOPE
    >>> record, out = SLOPE(lambdas=[2.0, 1.0]).record(n_columns=2), np.empty(2)
    >>> record.prox(np.array([4.0, -3.5]), 1.0, 0, out)
    >>> out
    array([ 2.25, -2.25])
    """

    whole = True
    sequence: Any = 0.0

    def __init__(self, alpha=1.0, lambdas=None, q=0.1):
        self.alpha = alpha
        self.lambdas = lambdas
        self.q = q

    def cost(self, w, j):
        sizes, total = np.sort(np.abs(w)), 0.0
        p = w.shape[0]
        for i in range(p):
            total += self.sequence[i] * sizes[p - 1 - i]
        return total

    def prox(self, z, step, j, out):
        order = np.argsort(-np.abs(z))
        means, ends = np.empty(z.shape[0]), np.empty(z.shape[0], np.int64)
        blocks = 0
        for i in range(z.shape[0]):
            mean = abs(z[order[i]]) - step * self.sequence[i]
            size = 1
            while blocks > 0 and means[blocks - 1] <= mean:  # pool
                blocks -= 1
                before = ends[blocks] - (ends[blocks - 1] if blocks > 0 else 0)
                mean = (size * mean + before * means[blocks]) / (size + before)
                size += before
            means[blocks], ends[blocks] = mean, i + 1
            blocks += 1
        i = 0
        for b in range(blocks):
            length = 0.0 if means[b] <= 0.0 else means[b]
            while i < ends[b]:
                out[order[i]] = math.copysign(length, z[order[i]])
                i += 1

    def gap(self, w, v, j):
        p = w.shape[0]
        tops, order = np.sort(np.abs(v)), np.argsort(-np.abs(w))
        room, top, sums, total = 0.0, 0.0, 0.0, 0.0
        for i in range(p):
            room += self.sequence[i]
            top += tops[p - 1 - i]
            if top > room * (1.0 + 1e-12):
                return math.inf
            f = order[i]
            sums += v[f] if w[f] > 0.0 else -v[f]
            fall = abs(w[f]) - (abs(w[order[i + 1]]) if i + 1 < p else 0.0)
            total += fall * max(room - sums, 0.0)
        return total

    def shrink(self, v, j):
        sizes, room, top, s = np.sort(np.abs(v)), 0.0, 0.0, 1.0
        for i in range(v.shape[0]):
            room += self.sequence[i]
            top += sizes[v.shape[0] - 1 - i]
            if s * top > room:
                s = room / top
        return s

    def record(self, dtype=np.float64, n_columns=1, **fields):
        sequence = np.asarray(strength(self, self.alpha) * self._lambdas(n_columns))
        fields = {"sequence": sequence.astype(dtype)} | fields
        return super().record(dtype, n_columns, **fields)

    def _lambdas(self, n_columns: int) -> np.ndarray:
        inside = Number(0.0, 1.0, open_low=True, open_high=True)
        validate(self, {"q": inside})
        if self.lambdas is None:
            ranks = np.arange(1, n_columns + 1)
            return np.asarray(ndtri(1.0 - ranks * self.q / (2 * n_columns)))
        lambdas = numbers(self, "lambdas", self.lambdas)
        fine = lambdas.shape == (n_columns,) and np.isfinite(lambdas).all()
        if not fine or (np.diff(lambdas, append=0.0) > 0).any():
            raise ValueError(
                "SLOPE needs lambdas to be a sequence of one number per column, shape "
                f"({n_columns},), that does not increase and ends at zero or above; "
                f"got {self.lambdas!r:.60}."
            )
        return lambdas

    def check(self, n_columns):
        self.record(n_columns=n_columns)

    def dual(self, n_columns):
        return True

    def free(self, n_columns):
        idle = strength(self, self.alpha) == 0 or not self._lambdas(n_columns).any()
        return np.full(n_columns, idle)

    @property
    def smooth(self):
        idle = self.lambdas is not None and not np.any(self.lambdas)
        return idle or strength(self, self.alpha) == 0
