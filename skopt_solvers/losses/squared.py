"""Half the squared error."""

from ._base import Loss


class Squared(Loss):
    r"""Half the squared error, :math:`\tfrac12 (p - y)^2`.

    No constant is dropped. Slope ``p - y``, curvature 1; the link is the identity. The
    conjugate is :math:`q^2/2 + q y`, so the Fenchel-Young gap is
    :math:`\tfrac12 (p - y - q)^2`.

    Domain: any real target.

    Examples
    --------
    >>> from skopt_solvers.losses import Squared
    >>> Squared().value(1.0, 3.0), Squared().slope(1.0, 3.0)
    (2.0, 2.0)
    """

    max_curvature = 1.0
    likelihood = "free"
    residual = True
    quadratic = True

    def value(self, y, p):
        return 0.5 * (p - y) * (p - y)

    def slope(self, y, p):
        return p - y

    def curvature(self, y, p):
        return 1.0

    def gap(self, y, p, q):
        return 0.5 * (p - y - q) * (p - y - q)
