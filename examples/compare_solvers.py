"""Which solver is best on my own data?"""

import os
from pathlib import Path

from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skopt_solvers import AdvancedLogisticRegression, ProximalLasso, compare_solvers

folder = Path(os.environ.get("PICTURES", "."))
classifier = make_pipeline(StandardScaler(), AdvancedLogisticRegression())
tasks = {
    "logistic": (classifier, load_breast_cancer(return_X_y=True)),
    "lasso": (ProximalLasso(0.1), load_diabetes(return_X_y=True)),
}
for name, (model, (X, y)) in tasks.items():
    comparison = compare_solvers(model, X, y, test_size=0.25, max_time=0.5)
    print(f"\n{name}\n{comparison}")
    path = folder / f"compare_{name}.png"
    comparison.plot().figure_.savefig(path, dpi=100)
    print("fastest:", comparison.best, "; picture:", path)
