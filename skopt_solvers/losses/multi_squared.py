"""Half the squared distance of several predictions from several targets."""

from ._base import VectorLoss


class MultiSquared(VectorLoss):
    r"""Half the squared distance, :math:`\tfrac12 \lVert p - y \rVert^2`.

    The loss of K targets that one model predicts together: with a penalty of groups
    they share their features. No constant is dropped. Gradient ``p - y``, Hessian the
    identity; the Fenchel-Young gap is :math:`\tfrac12 \lVert p - y - q \rVert^2`.

    Domain: rows of K real targets.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers.losses import MultiSquared
    >>> float(MultiSquared().value(np.array([1.0, 0.0]), np.array([3.0, 1.0])))
    2.5
    """

    max_curvature = 1.0
    quadratic = True
    labels = False
    residual = True
    coupled = 0.0

    def value(self, y, p):
        total = 0.0
        for k in range(p.shape[0]):
            total += 0.5 * (p[k] - y[k]) * (p[k] - y[k])
        return total

    def slopes(self, y, p, out):
        total = 0.0
        for k in range(p.shape[0]):
            out[k] = p[k] - y[k]
            total += 0.5 * out[k] * out[k]
        return total

    def shares(self, p, out):
        for k in range(p.shape[0]):
            out[k] = 1.0
        return 0.0

    def curve(self, p, v, out):
        for k in range(p.shape[0]):
            out[k] = v[k]

    def gap(self, y, p, q):
        total = 0.0
        for k in range(p.shape[0]):
            total += 0.5 * (p[k] - y[k] - q[k]) * (p[k] - y[k] - q[k])
        return total
