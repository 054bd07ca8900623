"""How is a penalty of one's own written, with a rigorous certificate?

Twice as costly to be negative: ``up * w`` for w > 0, ``-down * w`` for w < 0. The first
three methods are all that is needed to fit; the last three give a duality gap.
"""

import math

from sklearn.datasets import load_diabetes
from sklearn.preprocessing import scale

from skopt_solvers import AdvancedLinearRegressor
from skopt_solvers.penalties import Penalty


class Asymmetric(Penalty):
    """``max(up * w, -down * w)``."""

    def __init__(self, up=1.0, down=2.0):
        self.up = up
        self.down = down

    def cost(self, w, j):
        return max(self.up * w, -self.down * w)

    def prox(self, z, step, j):
        return z - min(max(z, -step * self.down), step * self.up)

    def violation(self, w, g, j):
        if w != 0.0:
            return abs(g + (self.up if w > 0.0 else -self.down))
        return max(-g - self.up, g - self.down, 0.0)

    def gap(self, w, v, j):
        # the conjugate is zero on [-down, up] and infinite elsewhere
        if v > self.up * (1.0 + 1e-12) or v < -self.down * (1.0 + 1e-12):
            return math.inf
        return max(self.cost(w, j) - w * v, 0.0)

    def shrink(self, v, j):
        bound = self.up if v > 0.0 else self.down
        return bound / abs(v) if abs(v) > bound else 1.0

    def dual(self, n_columns):
        return self.up > 0 and self.down > 0


X, y = load_diabetes(return_X_y=True)
X = scale(X)
for up, down in [(2.0, 2.0), (2.0, 8.0), (8.0, 2.0)]:
    for solver in ("coordinate_descent", "proximal_gradient"):
        model = AdvancedLinearRegressor(penalty=Asymmetric(up, down), solver=solver)
        model.fit(X, y)
        print(f"up {up:g} down {down:g} {solver:18s} {model.certificate_kind_} "
              f"{model.certificate_:.0e}: {model.coef_.round(1)}")  # fmt: skip
