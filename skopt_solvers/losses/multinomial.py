"""Log loss of K classes: the true softmax."""

import numpy as np

from .._math import exp, relative_entropy
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
        top = p.max()
        total = 0.0
        for k in range(p.shape[0]):
            total += exp(p[k] - top)
        log_total = np.log(total) + top
        gap = 0.0
        for k in range(p.shape[0]):
            a = q[k] + (1.0 if k == int(y) else 0.0)
            a = max(a, 0.0) if a > -1e-13 else a  # rounding is forgiven
            log_pi = p[k] - log_total
            gap += relative_entropy(a, exp(log_pi), log_pi)
        return gap

    def check(self, y: np.ndarray) -> None:
        whole = (y >= 0) & (y < np.inf) & (y == np.floor(y))
        reject(self, y, ~whole, "0, 1, 2, ...")
