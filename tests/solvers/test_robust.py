"""L1 problems that are hard on floating point: the right answer, and no hang."""

import numpy as np
import pytest
import scipy.sparse as sp

from skopt_solvers.losses import Huber, Logistic, Poisson, Squared, SquaredHinge
from skopt_solvers.penalties import L1, ElasticNet, GroupLasso, NoPenalty
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import (
    BlockDescent,
    CoordinateDescent,
    ProximalGradient,
    _small,
)
from skopt_solvers.solvers._auto import choose

SHARES = [1.0, 10.0, 1e4]


def hostile(n=25, p=40, seed=0):
    """Columns of all sizes, equal ones, a constant one and one of zeros."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * 10.0 ** rng.uniform(-3, 3, size=p)
    X[:, 5:10] = X[:, :5]
    X[:, 10], X[:, 11] = 7.0, 0.0
    return X, X[:, 20:24] @ np.ones(4) + rng.normal(size=n)


def problem_of(X, y, share, loss=None, intercept=True, ratio=1.0):
    loss = loss or Squared()
    made = linear_problem(X, y, loss, L1(1.0), fit_intercept=intercept)
    strongest = np.max(np.abs(made.null.loss_gradient[: X.shape[1]]), initial=0.0)
    penalty = ElasticNet(strongest / ratio / share, ratio)
    return linear_problem(X, y, loss, penalty, fit_intercept=intercept)


def certified(problem, tol=1e-6):
    result = run(CoordinateDescent(tol=tol), problem)
    assert result.success, result
    assert problem.certificate(problem.at(result.x)).value <= tol * (1 + 1e-6)
    return result


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("intercept", [True, False])
def test_any_scale_of_the_target(scale, share, intercept):
    X, y = hostile()
    once, again = (
        certified(problem_of(X, s * y, share, intercept=intercept))
        for s in (1.0, scale)
    )
    assert again.objective == pytest.approx(scale**2 * once.objective, rel=3e-6)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("ratio", [1.0, 0.5])
@pytest.mark.parametrize("design", [np.asfortranarray, np.ascontiguousarray,
                                    sp.csr_array])  # fmt: skip
def test_separable_classes(share, ratio, design):
    X, score = hostile()
    y = np.where(score > np.median(score), 1.0, -1.0)
    X[:, 30] = y  # one column tells the classes apart
    certified(problem_of(design(X), y, share, Logistic(), ratio=ratio))


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (6, 1), (2, 30)])
@pytest.mark.parametrize("share", SHARES)
def test_smallest_shapes(shape, share):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=shape), rng.normal(size=shape[0])
    certified(problem_of(X, y, share, intercept=False))


@pytest.mark.parametrize("loss", [Squared(), Logistic()], ids=str)
@pytest.mark.parametrize("intercept", [True, False])
def test_no_penalty_and_columns_without_effect(loss, intercept):
    rng = np.random.default_rng(2)
    X = np.zeros((30, 4))
    y = np.where(rng.random(30) > 0.4, 1.0, -1.0)
    for strength in (0.0, 0.1):
        problem = linear_problem(X, y, loss, L1(strength), fit_intercept=intercept)
        result = run(CoordinateDescent(), problem)
        assert result.success, result
        assert result.n_iter <= 1
    X[:, 0] = rng.normal(size=30)
    free = linear_problem(X, y, loss, L1(0.0), fit_intercept=intercept)
    assert run(CoordinateDescent(), free).success


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_the_strongest_penalty_costs_the_check_only(share):
    X, y = hostile()
    problem = problem_of(X, y, share * (1 - 1e-9))
    result = run(choose(problem), problem)
    assert result.n_iter == 0
    assert problem.counts.gradients == 1


def heavy(seed, n=2000, p=8):
    """Columns whose largest entries are a million times the usual ones."""
    rng = np.random.default_rng(seed)
    X = rng.lognormal(sigma=4.0, size=(n, p)) * 10.0 ** np.linspace(-2, 6, p)
    X *= rng.random((n, p)) < 0.3
    score = np.log1p(X) @ rng.normal(size=p) + rng.logistic(size=n)
    return X, np.where(score > 0.5, 1.0, -1.0)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [3, 100, 10_000])
@pytest.mark.parametrize("intercept", [True, False])
def test_heavy_tails(seed, share, intercept):
    problem = problem_of(*heavy(seed), share, Logistic(), intercept)
    assert certified(problem).n_iter < 200


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [3, 100, 10_000])
@pytest.mark.parametrize("intercept", [True, False])
def test_heavy_tails_in_groups(seed, share, intercept):
    X, y = heavy(seed)
    groups = np.arange(X.shape[1]) // 2
    free = linear_problem(X, y, Logistic(), NoPenalty(), fit_intercept=intercept)
    pull = np.bincount(groups, free.null.loss_gradient[: X.shape[1]] ** 2)
    penalty = GroupLasso(np.sqrt(pull.max() / 2) / share, groups=groups)
    problem = linear_problem(X, y, Logistic(), penalty, fit_intercept=intercept)
    result = run(BlockDescent(), problem)
    assert result.success, result
    assert result.n_iter < 200


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [1000, 100_000])
def test_rare_columns_all_of_whose_samples_are_far_in_the_tail(seed, share):
    rng = np.random.default_rng(seed)
    X = (rng.random((5000, 150)) < np.geomspace(1e-3, 0.3, 150)).astype(float)
    score = X @ rng.normal(size=150) * 4.0
    score += 0.3 * rng.logistic(size=5000) - np.quantile(score, 0.97)
    y = np.where(score > 0, 1.0, -1.0)
    problem = problem_of(sp.csc_array(X), y, share, Logistic())
    assert certified(problem).n_iter < 200


@pytest.mark.parametrize("loss", [Logistic(), SquaredHinge(), Poisson(), Huber()],
                         ids=repr)  # fmt: skip
@pytest.mark.parametrize("design", [np.asfortranarray, sp.csr_array, sp.csc_array])
@pytest.mark.parametrize("positive", [True, False])
def test_samples_lead_to_the_same_optimum(loss, design, positive, monkeypatch):
    monkeypatch.setattr(_small, "WORK", 0.0)
    rng = np.random.default_rng(0)
    n, p = 5000, 12
    X = rng.normal(size=(n, p)) * 10.0 ** rng.uniform(-2, 2, size=p)
    X[:, 0] *= rng.random(n) < 0.01
    score = 2.0 * X[:, 1] / X[:, 1].std() - X[:, 2] / X[:, 2].std()
    y = score + rng.logistic(size=n)
    if loss.labels:
        y = np.where(y > 1.0, 1.0, -1.0)
    elif isinstance(loss, Poisson):
        y = rng.poisson(np.exp(0.3 * score)) * 1.0
    penalty, weights = L1(1e-3, positive=positive), np.arange(n) % 3 + 0.0
    whole = linear_problem(design(X), y, loss, penalty, sample_weight=weights)
    result = certified(whole, tol=1e-9)
    assert any("a sample of" in line for line in result.log)
    other = linear_problem(X, y, loss, penalty, sample_weight=weights)
    best = run(ProximalGradient(tol=1e-10, max_iter=100_000), other)
    assert result.objective == pytest.approx(best.objective, rel=1e-8)


@pytest.mark.parametrize("work", [0.0, _small.WORK])
def test_samples_of_one_class(work, monkeypatch):
    """Five of all are of the other class: no sample may have any of them."""
    monkeypatch.setattr(_small, "WORK", work)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20_000, 6)), np.full(20_000, -1.0)
    y[:5] = 1.0
    certified(problem_of(X, y, 30, Logistic()))
