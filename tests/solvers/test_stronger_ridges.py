"""Softmaxes with weak ridges come from stronger ones, and end where others do."""

import numpy as np
import pytest
import scipy.sparse as sp

from skopt_solvers.losses import Multinomial
from skopt_solvers.penalties import L2
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import NewtonCG, newton_cg

RIDGE = "stronger ridge"


def texts(alpha, n=300, p=3000, classes=4):
    """Rows of very different lengths, most of whose words are rare."""
    rng = np.random.default_rng(1)
    X = sp.random_array((n, p), density=0.01, rng=rng, format="csr")
    X = sp.diags_array(10.0 ** rng.normal(size=n)) @ X
    return linear_problem(X, rng.integers(0, classes, n), Multinomial(), L2(alpha))


def noted(result):
    return any(RIDGE in line for line in result.log)


def test_a_start_of_ones_own_is_not_left(monkeypatch):
    monkeypatch.setattr(newton_cg, "SHORT", 2.0)
    problem = texts(1e-3)
    best = run(NewtonCG(tol=1e-9), problem)
    near = run(NewtonCG(tol=1e-10), problem, best.x * 1.01)
    assert near.success and noted(best) and not noted(near)


@pytest.mark.parametrize("alpha", [1e-1, 1e-3, 1e-5])
def test_short_first_steps_ask_for_stronger_ridges(alpha, monkeypatch):
    problem = texts(alpha)
    plain = run(NewtonCG(tol=1e-8), problem)
    monkeypatch.setattr(newton_cg, "SHORT", 2.0)
    eased = run(NewtonCG(tol=1e-8), problem)
    assert noted(eased) and not noted(plain)
    assert eased.success and plain.success
    assert eased.objective == pytest.approx(plain.objective, rel=2e-8)
    limited = run(NewtonCG(tol=1e-8, max_iter=2), problem)
    assert limited.n_iter == 2 and not limited.success
