"""What must be the same: weights and repetition, intercept and constant, threads."""

import os
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp

from skopt_solvers.losses import Logistic, Multinomial, Poisson, Squared
from skopt_solvers.penalties import L1, L2, ElasticNet
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, CoordinateDescent, ProximalGradient

RNG = np.random.default_rng(3)
X = RNG.normal(size=(40, 6)) + 1.0
TARGETS = {
    Squared(): X[:, 0] + RNG.normal(size=40),
    Logistic(): np.where(X[:, 0] > RNG.normal(size=40) + 1, 1.0, -1.0),
    Poisson(): RNG.poisson(np.exp(0.5 * X[:, 0])).astype(float),
    Multinomial(): RNG.integers(0, 3, size=40).astype(float),
}


@pytest.mark.parametrize("loss", TARGETS, ids=str)
@pytest.mark.parametrize("penalty", [L1(0.02), L2(0.1), ElasticNet(0.05)], ids=str)
def test_weight_two_is_a_row_twice(loss, penalty):
    weights = RNG.integers(0, 4, size=40)
    y = TARGETS[loss]
    weighted = linear_problem(X, y, loss, penalty, sample_weight=weights)
    repeated = linear_problem(X.repeat(weights, 0), y.repeat(weights), loss, penalty)
    solver = ProximalGradient(tol=1e-12)
    answers = [run(solver, problem).x for problem in (weighted, repeated)]
    np.testing.assert_allclose(*answers, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("design", [np.asarray, sp.csr_array, sp.csc_array])
@pytest.mark.parametrize("loss", TARGETS, ids=str)
def test_the_intercept_is_an_unpenalised_column_of_ones(loss, design):
    ones = np.column_stack([X, np.ones(40)])
    weights = np.append(np.ones(6), 0.0)
    with_intercept = linear_problem(design(X), TARGETS[loss], loss, L2(0.1))
    with_column = linear_problem(
        design(ones), TARGETS[loss], loss, L2(0.1, weights), fit_intercept=False
    )
    a = run(LBFGS(tol=1e-12), with_intercept)
    b = run(LBFGS(tol=1e-12), with_column)
    np.testing.assert_allclose(a.objective, b.objective, rtol=1e-10)
    w, intercept = with_intercept.unpack(a.x)
    v = with_column.unpack(b.x)[0]
    np.testing.assert_allclose(w, v[:6], rtol=1e-4, atol=1e-5)
    centred = intercept - np.mean(intercept), v[6] - np.mean(v[6])
    if w.ndim == 1:  # softmax intercepts are determined up to a common constant
        centred = intercept, v[6]
    np.testing.assert_allclose(*centred, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_the_scale_of_the_target_changes_nothing(scale):
    y = TARGETS[next(iter(TARGETS))]
    wide = np.hstack([X, RNG.normal(size=(40, 200))])
    for solver in (CoordinateDescent(), ProximalGradient()):
        answers = [
            run(solver, linear_problem(wide, y * s, Squared(), L1(0.1 * s)))
            for s in (1.0, scale)
        ]
        assert answers[0].n_iter == answers[1].n_iter
        np.testing.assert_allclose(answers[0].x * scale, answers[1].x, rtol=1e-6)


BITS = """
import hashlib, sys, numpy as np
from skopt_solvers import AdvancedLogisticRegression, ProximalLasso
rng = np.random.default_rng(0)
X = rng.normal(size=(3000, 150)); y = X[:, 0] + rng.normal(size=3000)
models = [ProximalLasso(0.01), AdvancedLogisticRegression(),
          AdvancedLogisticRegression(solver="adam", max_iter=3, random_state=0),
          AdvancedLogisticRegression(solver="newton_cg")]
digest = hashlib.sha256()
for model in models:
    target = y if isinstance(model, ProximalLasso) else y > 0
    digest.update(model.fit(X, target).coef_.tobytes())
print(digest.hexdigest())
"""


def test_the_number_of_threads_changes_no_bit():
    digests = set()
    for threads in "1", "2", "2":
        names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        command = [sys.executable, "-W", "ignore", "-c", BITS]
        environment = {**os.environ, **dict.fromkeys(names, threads)}
        digests.add(subprocess.check_output(command, env=environment))
    assert len(digests) == 1
