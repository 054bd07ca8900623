"""How is a linear classifier fitted to F1 itself, rather than to the log loss?"""

import numpy as np
from sklearn.datasets import make_classification
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skopt_solvers import AdvancedLinearClassifier
from skopt_solvers.losses import ScorerLoss
from skopt_solvers.solvers import CMAES, NelderMead

X, y = make_classification(
    3000, 8, n_informative=5, weights=[0.9], flip_y=0.05, class_sep=0.7, random_state=1
)
X, X_test, y, y_test = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)


def report(name, **parts):
    model = AdvancedLinearClassifier(random_state=0, **parts)
    fitted = make_pipeline(StandardScaler(), model).fit(X, y)
    train, test = (f1_score(*p) for p in (
        (y, fitted.predict(X)), (y_test, fitted.predict(X_test))))  # fmt: skip
    print(f"{name:24s} F1 {train:.3f} in training, {test:.3f} on held-out data")


# the log loss of rare positives puts the threshold where F1 is low
report("logistic")
report("balanced logistic", class_weight="balanced")

# the score itself; each fit begins at the logistic solution
budget = {"max_evaluations": 1000}
report("F1 by CMA-ES", loss=ScorerLoss("f1"), solver=CMAES(**budget))
report("F1 by Nelder-Mead", loss=ScorerLoss("f1"), solver=NelderMead(**budget))


# or any function of y (-1 and +1) and the decisions, where more is better
def profit(y, decision):
    return float(np.mean((decision > 0) * np.where(y > 0, 5.0, -1.0)))


report("profit by CMA-ES", loss=ScorerLoss(profit), solver=CMAES(**budget))
