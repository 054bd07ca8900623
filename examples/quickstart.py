"""Both estimators, several solvers, a pipeline and a search, on scikit-learn's data."""

import time

from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skopt_solvers import AdvancedLogisticRegression, ProximalLasso
from skopt_solvers.schedules import CosineAnnealing
from skopt_solvers.solvers import LBFGS, SGD, Adam, Newton, NewtonCG

# stochastic solvers stop after max_iter epochs; tol is the gap that counts as success
ADAM = Adam(learning_rate=0.05, schedule=CosineAnnealing(), max_iter=30, tol=0.1)
SGD_ = SGD(momentum=0.9, max_iter=100, tol=0.1)
SMOOTH = ["auto", LBFGS(), Newton(), NewtonCG(), "proximal_gradient", SGD_, ADAM]
SPARSE = ["auto", "coordinate_descent", "proximal_gradient", SGD(tol=0.1)]


def scaled(model):
    return Pipeline([("scale", StandardScaler()), ("model", model)])


def compare(title, score, data, model, solvers):
    X, y = data
    print(f"\n{title}")
    print(f"{'solver':34s}{score:>9s} objective certificate iterations seconds  first")
    for solver in solvers:
        pipeline = scaled(model.set_params(solver=solver))
        first = -time.perf_counter()
        pipeline.fit(X, y)  # compiles, or loads what an earlier process compiled
        first += time.perf_counter()
        pipeline.fit(X, y)
        fitted = pipeline["model"]
        used, result = type(fitted.solver_).__name__, fitted.result_
        name = f"auto: {used}" if solver == "auto" else used
        print(
            f"{name:34s}{pipeline.score(X, y):9.4f} {result.objective:9.5g} "
            f"{fitted.certificate_:11.1e} {result.n_iter:10d} {result.seconds:7.4f} "
            f"{first:6.2f}"
        )


cancer = load_breast_cancer(return_X_y=True)
diabetes = load_diabetes(return_X_y=True)
logistic = AdvancedLogisticRegression(random_state=0)
compare("breast_cancer, ridge", "accuracy", cancer, logistic, SMOOTH)
lasso = AdvancedLogisticRegression(C=0.1, l1_ratio=1.0, random_state=0)
compare("breast_cancer, lasso", "accuracy", cancer, lasso, SPARSE)
compare("diabetes, lasso", "R2", diabetes, ProximalLasso(1.0, random_state=0), SPARSE)

grid = {"model__solver": [LBFGS(), Newton(), ADAM], "model__C": [0.1, 1.0]}
search = GridSearchCV(scaled(logistic), grid).fit(*cancer)
print(f"\nbest of {len(search.cv_results_['params'])} by cross-validation:")
print(f"{search.best_params_}, accuracy {search.best_score_:.4f}")
