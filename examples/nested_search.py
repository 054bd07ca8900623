"""How are solvers, their parameters and their schedules searched over?"""

import warnings

from scipy.stats import loguniform
from sklearn.datasets import load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skopt_solvers import AdvancedLinearClassifier, AdvancedLogisticRegression
from skopt_solvers.penalties import L1, L2, ElasticNet
from skopt_solvers.schedules import StepDecay
from skopt_solvers.solvers import LBFGS, SGD, Adam, Newton

warnings.simplefilter("ignore", ConvergenceWarning)  # ten epochs are few
X, y = load_wine(return_X_y=True)


def pipeline(model):
    return Pipeline([("scale", StandardScaler()), ("m", model)])


def report(question, search):
    search.fit(X, y)
    tried, score = len(search.cv_results_["params"]), search.best_score_
    print(f"{question}: the best of {tried} has accuracy {score:.4f} with")
    print(f"  {search.best_params_}")


# a solver is a parameter like any other
solvers = [LBFGS(), Newton(), Adam(max_iter=10), SGD(max_iter=10)]
logistic = AdvancedLogisticRegression(random_state=0)
grid = {"m__solver": solvers, "m__C": [0.01, 1.0]}
report("which solver", GridSearchCV(pipeline(logistic), grid, n_jobs=2))

# and so are its own parameters, and those of its schedule
adam = Adam(schedule=StepDecay(), max_iter=10)
space = {
    "m__solver__learning_rate": loguniform(1e-3, 1.0),
    "m__solver__batch_size": [8, 32],
    "m__solver__schedule__gamma": [0.1, 0.5],
}
logistic.set_params(solver=adam)
random = RandomizedSearchCV(pipeline(logistic), space, n_iter=8, random_state=0)
report("which rate", random)

# losses and penalties are objects too
linear = AdvancedLinearClassifier(loss="squared_hinge")
grid = {
    "m__penalty": [L1(0.01), L2(0.01), ElasticNet(0.01, l1_ratio=0.3)],
    "m__loss": ["squared_hinge", "logistic"],
}
report("which model", GridSearchCV(pipeline(linear), grid))
