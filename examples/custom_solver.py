"""How is a stochastic rule of one's own written, and how does it compare?

A rule says how one coordinate moves; batches, sparse data, penalties, schedules and
softmax are not its business. `begin` gives the numbers that hold for a whole update.
"""

import math
import warnings

from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from skopt_solvers import AdvancedLogisticRegression
from skopt_solvers.schedules import CosineAnnealing
from skopt_solvers.solvers import SGD, Adam, StochasticSolver


class SignMomentum(StochasticSolver):
    """Every coordinate moves by the learning rate, against the sign of its momentum."""

    slots = 1  # numbers to keep for each coordinate

    def __init__(
        self, learning_rate="auto", momentum=0.9, schedule=None, batch_size=32,
        preconditioner="auto", tol=1e-3, max_iter=50,
    ):  # fmt: skip
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.schedule = schedule
        self.batch_size = batch_size
        self.preconditioner = preconditioner
        self.tol = tol
        self.max_iter = max_iter

    def begin(self, rate, t, memory):
        return rate, self.momentum

    def move(self, c, g, w, slots, f):
        rate, momentum = c
        m = momentum * slots[0, f] + (1.0 - momentum) * g
        slots[0, f] = m
        # how far it goes, and how far per unit of gradient: the step of the prox
        return math.copysign(rate, m), rate / (abs(m) + 1e-8)

    def automatic(self, facts, batch):
        return 0.1 / facts.row_sum


X, y = load_digits(return_X_y=True)
warnings.simplefilter("ignore", ConvergenceWarning)  # ten epochs are few
for solver in (SGD(momentum=0.9), Adam(), SignMomentum()):
    solver.set_params(schedule=CosineAnnealing(), max_iter=10)
    for l1_ratio in (0.0, 1.0):
        model = AdvancedLogisticRegression(
            0.1, l1_ratio=l1_ratio, solver=solver, random_state=0
        ).fit(X, y)
        print(f"{type(solver).__name__:13s} l1_ratio {l1_ratio:g}: objective "
              f"{model.result_.objective:.4f}, accuracy {model.score(X, y):.4f}, "
              f"zeros {(model.coef_ == 0).sum()}")  # fmt: skip
