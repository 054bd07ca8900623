"""How is a fit watched, limited in time, and stopped early?"""

import tempfile
import warnings
from pathlib import Path

from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from skopt_solvers import AdvancedLogisticRegression
from skopt_solvers.callbacks import Checkpoint, Printer, TimeLimit
from skopt_solvers.solvers import SGD, ProximalGradient

X, y = make_classification(5000, 100, n_informative=10, flip_y=0.2, random_state=0)
X, X_new, y, y_new = train_test_split(X, y, random_state=0)

print("a limit of time: the best iterate is kept, and the warning says how good it is")
slow = ProximalGradient(accelerated=False, tol=1e-15)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", ConvergenceWarning)
    model = AdvancedLogisticRegression(solver=slow, max_time=0.5).fit(X, y)
print(model.result_.status, "\n", caught[-1].message)

print("\na callback may print, save and stop; the string it returns is the reason")
with tempfile.TemporaryDirectory() as folder:
    checkpoint = Checkpoint(Path(folder) / "model.pickle", every=0.01)
    callbacks = [Printer(every=2), checkpoint, TimeLimit(60)]
    model = AdvancedLogisticRegression(callbacks=callbacks).fit(X, y)
    print(model.result_.message, "; saved:", *(f.name for f in Path(folder).iterdir()))


class EarlyStopping:
    """Stop when the error on other data has not fallen for a while."""

    def __init__(self, patience=3):
        self.patience = patience
        self.errors = []

    def __call__(self, progress):
        w, b = progress.problem.unpack(progress.state.point.x)
        self.errors.append(((X_new @ w + b > 0) != y_new).mean())
        if min(self.errors[-self.patience :]) > min(self.errors):
            return f"no better for {self.patience} epochs"
        return None


stop = EarlyStopping()
model = AdvancedLogisticRegression(1e3, solver=SGD(), callbacks=stop, random_state=0)
model.fit(X, y)
print(f"\n{model.result_.n_iter} epochs: {model.result_.message}")
print("errors:", *(f"{error:.3f}" for error in stop.errors))
