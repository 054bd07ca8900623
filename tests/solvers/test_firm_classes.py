"""Softmaxes whose ridge is firm, or whose columns are alike in no way."""

import numpy as np
import pytest
import scipy.sparse as sp

from skopt_solvers.losses import Multinomial
from skopt_solvers.penalties import L2
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, NewtonCG
from skopt_solvers.solvers._auto import choose


def softmax(strength, n=2400, p=240, lanes=40, shared=0.0, store=np.asarray):
    rng = np.random.default_rng(0)
    X = np.sqrt(1.0 - shared) * rng.normal(size=(n, p))
    X += np.sqrt(shared) * rng.normal(size=(n, 1))
    y = np.argmax(X @ rng.normal(size=(p, lanes)) / 8 + rng.gumbel(size=(n, lanes)), 1)
    y[:lanes] = np.arange(lanes)
    return linear_problem(store(X), y.astype(float), Multinomial(), L2(strength))


@pytest.mark.parametrize("store", [np.asarray, sp.csr_array])
def test_a_firm_ridge_asks_for_gradients_alone(store):
    made = softmax(10.0, store=store)
    solver = choose(made)
    assert isinstance(solver, LBFGS)
    result = run(solver, made)
    assert result.success and result.n_iter <= 8
    assert result.log == ["metric: Identity"]
    best = run(NewtonCG(tol=1e-10), softmax(10.0))
    assert result.objective <= best.objective * (1.0 + 1e-6)


@pytest.mark.parametrize(("shared", "way"), [(0.0, NewtonCG), (0.6, LBFGS)])
def test_blocks_of_classes_are_for_columns_that_are_alike(shared, way):
    made = softmax(1e-4, shared=shared)
    solver = choose(made)
    assert isinstance(solver, way)
    result = run(solver, made)
    assert result.success
    other = run(NewtonCG(tol=1e-9), softmax(1e-4, shared=shared))
    assert result.objective <= other.objective * (1.0 + 1e-6)
