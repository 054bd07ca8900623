"""Nearly independent columns need neither samples nor a factor to begin with."""

import numpy as np
import pytest

from skopt_solvers.losses import Logistic
from skopt_solvers.penalties import L2
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS
from skopt_solvers.solvers._beginnings import independent


def problem_of(correlation, n=4000, p=20, scales=1.0, noise=1.0):
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(n, 1))
    X = np.sqrt(1 - correlation) * rng.normal(size=(n, p))
    X = (X + np.sqrt(correlation) * shared) * scales
    y = np.sign(X[:, 0] / np.std(X[:, 0]) + noise * rng.normal(size=n))
    return linear_problem(X, y, Logistic(), L2(1e-4))


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_units_do_not_matter(scale):
    scales = np.where(np.arange(20) % 2, scale, 1.0)
    plain, tied = problem_of(0.0, scales=scales), problem_of(0.7, scales=scales)
    assert independent(plain, plain.start())
    assert not independent(tied, tied.start())


def test_it_is_nearly_the_largest_eigenvalue():
    for correlation in (0.0, 0.03, 0.5, 0.9):
        problem = problem_of(correlation)
        hessian = problem.hessian(problem.null)
        unit = np.sqrt(np.diag(hessian))
        top = np.linalg.eigvalsh(hessian / np.outer(unit, unit))[-1]
        assert independent(problem, problem.start()) == (top < 4.0)


def test_wide_samples_are_left_out_and_the_end_is_the_same():
    problem = problem_of(0.0, n=20_000, p=200)
    result = run(LBFGS(tol=1e-9), problem)
    assert result.log[0] == "start: columns are nearly independent"
    other = run(LBFGS(tol=1e-9, preconditioner="cholesky", start=None), problem)
    assert result.success and other.success
    assert result.objective == pytest.approx(other.objective, rel=2e-9)
    tied = run(LBFGS(tol=1e-9), problem_of(0.5, n=20_000, p=200))
    assert tied.success and "a sample" in tied.log[0]
