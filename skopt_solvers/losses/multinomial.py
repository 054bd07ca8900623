"""Log loss of K classes: the true softmax."""

import numpy as np

from .._math import exp, log, relative_entropy
from ._base import VectorLoss, reject


class Multinomial(VectorLoss):
    r"""Log loss of K classes, :math:`\log \sum_k e^{p_k} - p_y`.

    No constant is dropped. With the class probabilities :math:`\pi` (softmax of p) the
    gradient is :math:`\pi - e_y` and the Hessian
    :math:`\operatorname{diag}(\pi) - \pi\pi'`, whose largest eigenvalue is at most 1/2.
    For slopes :math:`q = \pi' - e_y` the Fenchel-Young gap is the Kullback-Leibler
    divergence of :math:`\pi'` from :math:`\pi`.

    Domain: class indices 0 ... K-1. Estimators encode any labels.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers.losses import Multinomial
    >>> round(float(Multinomial().value(0, np.zeros(4))), 6)
    1.386294
    """

    max_curvature = 0.5
    likelihood = "fixed"

    def value(self, y, p):
        top = p.max()
        total = 0.0
        for k in range(p.shape[0]):
            total += exp(p[k] - top)
        return np.log(total) + top - p[int(y)]

    def shares(self, p, out):
        top = p[0]
        for k in range(1, p.shape[0]):
            top = max(top, p[k])
        for k in range(p.shape[0]):  # a loop of its own: it is vectorised
            out[k] = exp(p[k] - top)
        total = 0.0
        for k in range(p.shape[0]):
            total += out[k]
        for k in range(p.shape[0]):
            out[k] /= total
        return np.log(total) + top

    def slopes(self, y, p, out):
        label = int(y)
        value = self.shares(p, out) - p[label]
        out[label] -= 1.0
        return value

    def curve(self, p, v, out):
        self.shares(p, out)
        mean = 0.0
        for k in range(p.shape[0]):
            mean += out[k] * v[k]
        for k in range(p.shape[0]):
            out[k] *= v[k] - mean

    def gap(self, y, p, q):
        z, slopes, values = np.empty((len(p), 1)), np.empty((len(p), 1)), np.empty(1)
        z[:, 0], slopes[:, 0] = p, q
        self.gap_all(np.full(1, y), z, slopes, values, 1)
        return values[0]

    def shares_all(self, p, out, values, count):
        total = np.zeros(count)
        for i in range(count):
            values[i] = p[0, i]
        for k in range(1, p.shape[0]):
            for i in range(count):
                values[i] = max(values[i], p[k, i])
        for k in range(p.shape[0]):
            for i in range(count):
                out[k, i] = exp(p[k, i] - values[i])
                total[i] += out[k, i]
        for i in range(count):
            values[i] += log(total[i])
            total[i] = 1.0 / total[i]
        for k in range(p.shape[0]):
            for i in range(count):
                out[k, i] *= total[i]

    def slopes_all(self, y, p, out, values, count):
        self.shares_all(p, out, values, count)
        for i in range(count):
            label = int(y[i])
            values[i] -= p[label, i]
            out[label, i] -= 1.0

    def gap_all(self, y, p, q, values, count):
        out, totals = np.empty(p.shape), np.empty(count)
        self.shares_all(p, out, totals, count)
        values[:count] = 0.0
        for k in range(p.shape[0]):
            for i in range(count):
                a = q[k, i] + (1.0 if k == y[i] else 0.0)
                a = max(a, 0.0) if a > -1e-13 else a  # rounding is forgiven
                values[i] += relative_entropy(a, out[k, i], p[k, i] - totals[i])

    def check(self, y: np.ndarray) -> None:
        whole = (y >= 0) & (y < np.inf) & (y == np.floor(y))
        reject(self, y, ~whole, "0, 1, 2, ...")
