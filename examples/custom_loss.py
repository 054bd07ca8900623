"""How is a loss of one's own written? Does it fit every solver?

An expectile is to the mean what a quantile is to the median: errors on one side weigh
more. Three scalar functions are enough; `gap` adds the duality gap, `max_curvature`
helps with step sizes.
"""

from sklearn.datasets import load_diabetes
from sklearn.preprocessing import scale

from skopt_solvers import AdvancedLinearRegressor
from skopt_solvers.losses import Loss
from skopt_solvers.penalties import L1, L2


class Expectile(Loss):
    """Half the squared error, times `level` where the target is above."""

    max_curvature = 1.0

    def __init__(self, level=0.9):
        self.level = level

    def value(self, y, p):
        return 0.5 * self.curvature(y, p) * (p - y) ** 2

    def slope(self, y, p):
        return self.curvature(y, p) * (p - y)

    def curvature(self, y, p):
        return self.level if y > p else 1.0 - self.level

    def gap(self, y, p, q):
        # the conjugate is q y + q**2 / (2 c), c the curvature on the side of q
        c = self.level if q < 0.0 else 1.0 - self.level
        return max(self.value(y, p) + 0.5 * q * q / c - q * (p - y), 0.0)


X, y = load_diabetes(return_X_y=True)
X, y = scale(X), scale(y)
for penalty in (L2(0.01), L1(0.01)):
    for loss in ("squared", Expectile()):
        for solver in ("auto", "proximal_gradient"):
            model = AdvancedLinearRegressor(loss, penalty, solver).fit(X, y)
            print(
                f"{model.loss_!s:10s} {penalty!s:15s} "
                f"{type(model.solver_).__name__:18s} "
                f"{model.certificate_kind_} {model.certificate_:.0e}, "
                f"bmi {model.coef_[2]:.3f}, intercept {model.intercept_:.3f}"
            )
