"""How is a loss of one's own written? Does it fit every solver?

``log(cosh(p - y))`` is squared near the target and absolute far from it. Three scalar
functions are enough; `gap` adds the duality gap, `max_curvature` helps with step sizes.
"""

import math

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import scale

from skopt_solvers import AdvancedLinearRegressor
from skopt_solvers.losses import Loss
from skopt_solvers.penalties import L1, L2


class LogCosh(Loss):
    """``log(cosh(p - y))``, with slope ``tanh(p - y)``."""

    max_curvature = 1.0

    def value(self, y, p):
        r = abs(p - y)
        return r + math.log1p(math.exp(-2.0 * r)) - math.log(2.0)

    def slope(self, y, p):
        return math.tanh(p - y)

    def curvature(self, y, p):
        return 1.0 - math.tanh(p - y) ** 2

    def gap(self, y, p, q):
        # the conjugate is q y + ((1 + q) log(1 + q) + (1 - q) log(1 - q)) / 2
        if abs(q) > 1.0:
            return math.inf
        above = (1.0 + q) * math.log(1.0 + q) if q > -1.0 else 0.0
        below = (1.0 - q) * math.log(1.0 - q) if q < 1.0 else 0.0
        return max(self.value(y, p) + q * (y - p) + 0.5 * (above + below), 0.0)


X, y = load_diabetes(return_X_y=True)
X, y = scale(X), scale(y)
y[np.arange(0, len(y), 20)] += 30.0  # gross errors, which a robust loss ignores
for penalty in (L2(0.01), L1(0.01)):
    for loss in ("squared", LogCosh()):
        for solver in ("auto", "proximal_gradient"):
            model = AdvancedLinearRegressor(loss, penalty, solver).fit(X, y)
            print(
                f"{model.loss_!s:10s} {penalty!s:15s} "
                f"{type(model.solver_).__name__:18s} "
                f"{model.certificate_kind_} {model.certificate_:.0e}, "
                f"bmi {model.coef_[2]:.3f}, intercept {model.intercept_:.3f}"
            )
