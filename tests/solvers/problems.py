"""Small problems of every kind, named."""

import numpy as np
import scipy.sparse as sp

from skopt_solvers.losses import (
    Huber,
    Logistic,
    Multinomial,
    Poisson,
    ScorerLoss,
    Squared,
    SquaredHinge,
)
from skopt_solvers.penalties import L1, L2, Box, ElasticNet, GroupLasso, NoPenalty
from skopt_solvers.problems import linear_problem

LOSSES = {
    "squared": Squared(),
    "logistic": Logistic(),
    "squared_hinge": SquaredHinge(),
    "huber": Huber(),
    "joint_scale": Huber(scale="joint"),
    "poisson": Poisson(),
    "multinomial": Multinomial(),
}
PENALTIES = {
    "none": NoPenalty(),
    "l1": L1(0.03),
    "l2": L2(0.03),
    "elastic_net": ElasticNet(0.03),
    "weighted": L1(0.03, weights=[0.0, 1.0, 2.0, 1.0]),
    "positive": ElasticNet(0.03, positive=True),
    "box": Box(-0.3, 0.2),
    "groups": GroupLasso(0.03, groups=[0, 1, 0, 1]),
}
DESIGNS = {
    "dense": np.ascontiguousarray,
    "fortran": np.asfortranarray,
    "csr": sp.csr_array,
    "csc": sp.csc_array,
}


def data(loss, n=60, seed=0):
    """A noisy design with a mean and unequal scales, and targets in the domain."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4)) * np.array([1.0, 3.0, 0.3, 1.0]) + [0.5, 0.0, 2.0, 0.0]
    X[rng.random(X.shape) < 0.3] = 0.0
    score = X @ np.array([1.0, -0.3, 0.0, 0.5]) + rng.normal(size=n)
    targets = {
        "Logistic": np.where(score > np.median(score), 1.0, -1.0),
        "SquaredHinge": np.where(score > np.median(score), 1.0, -1.0),
        "Poisson": rng.poisson(np.exp(0.3 * score)).astype(float),
        "Multinomial": np.digitize(score, [-0.5, 1.5]).astype(float),
    }
    return X, targets.get(type(loss).__name__, score)


def make(loss, penalty, design="dense", dtype=np.float64, intercept=True, weights=None):
    """The problem with these parts."""
    X, y = data(LOSSES[loss])
    return linear_problem(
        DESIGNS[design](X.astype(dtype)), y, LOSSES[loss], PENALTIES[penalty],
        sample_weight=weights, fit_intercept=intercept,
    )  # fmt: skip


def make_score(scoring="balanced_accuracy"):
    """A linear model under a score, of which nothing but values is known."""
    X, y = data(Logistic())
    return linear_problem(X, y, ScorerLoss(scoring), L2(0.03))
