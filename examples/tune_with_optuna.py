"""How are learning rate and schedule tuned, by optuna where it is installed?"""

import importlib.util
import warnings

from scipy.stats import loguniform
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import RandomizedSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skopt_solvers import AdvancedLogisticRegression
from skopt_solvers.schedules import CosineAnnealing, LinearDecay, StepDecay
from skopt_solvers.solvers import Adam

warnings.simplefilter("ignore", ConvergenceWarning)  # five epochs are few
X, y = load_breast_cancer(return_X_y=True)
SCHEDULES = {"cosine": CosineAnnealing(), "linear": LinearDecay(), "step": StepDecay()}
RATE = 1e-3, 1.0
TRIALS = 12

model = AdvancedLogisticRegression(solver=Adam(max_iter=5), random_state=0)
pipeline = Pipeline([("scale", StandardScaler()), ("m", model)])


def by_optuna():
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def quality(trial):
        rate = trial.suggest_float("learning_rate", *RATE, log=True)
        schedule = SCHEDULES[trial.suggest_categorical("schedule", sorted(SCHEDULES))]
        pipeline.set_params(m__solver__learning_rate=rate, m__solver__schedule=schedule)
        return cross_val_score(pipeline, X, y, cv=3, scoring="neg_log_loss").mean()

    sampler = optuna.samplers.TPESampler(seed=0)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(quality, n_trials=TRIALS)
    return study.best_params, study.best_value


def by_scikit_learn():
    space = {
        "m__solver__learning_rate": loguniform(*RATE),
        "m__solver__schedule": list(SCHEDULES.values()),
    }
    search = RandomizedSearchCV(
        pipeline, space, n_iter=TRIALS, cv=3, scoring="neg_log_loss", random_state=0
    ).fit(X, y)
    return search.best_params_, search.best_score_


installed = importlib.util.find_spec("optuna") is not None
print("by", "optuna" if installed else "RandomizedSearchCV: optuna is not installed")
best, score = by_optuna() if installed else by_scikit_learn()
print(f"the best of {TRIALS} has a log loss of {-score:.4f} with {best}")
