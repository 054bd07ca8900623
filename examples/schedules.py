"""How much does the schedule of the learning rate matter?"""

import warnings

from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

from skopt_solvers import AdvancedLogisticRegression
from skopt_solvers.schedules import (
    Constant,
    CosineAnnealing,
    ExponentialDecay,
    LinearDecay,
    OneCycle,
    Schedule,
    StepDecay,
    Warmup,
)
from skopt_solvers.solvers import SGD, Adam

SCHEDULES = [
    Constant(),
    StepDecay(gamma=0.1),  # three steps in a run, unless step_size says otherwise
    ExponentialDecay(gamma=0.8, per="epoch"),
    LinearDecay(),
    CosineAnnealing(),
    OneCycle(),
    Warmup(schedule=CosineAnnealing()),
    lambda k: 1 / (1 + 0.01 * k),  # any function of the number of updates done
]

warnings.simplefilter("ignore", ConvergenceWarning)  # fifteen epochs are few
X, y = load_digits(return_X_y=True)
X = scale(X)
exact = AdvancedLogisticRegression(0.1).fit(X, y).result_.objective
print(f"excess of the objective over {exact:.4f} after 15 epochs")
print(f"{'':40s}{'SGD':>10s}{'Adam':>10s}")
for schedule in SCHEDULES:
    excess = []
    for solver in (SGD(0.02, momentum=0.9, nesterov=True), Adam(0.02)):
        solver.set_params(schedule=schedule, max_iter=15)
        model = AdvancedLogisticRegression(0.1, solver=solver, random_state=0)
        excess.append(model.fit(X, y).result_.objective - exact)
    name = str(schedule) if isinstance(schedule, Schedule) else "a function"
    print(f"{name:40s}{excess[0]:10.1e}{excess[1]:10.1e}")
