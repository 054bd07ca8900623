"""L-BFGS on linear models: samples first, the dual first, and both metrics."""

import numpy as np
import pytest
import scipy.sparse as sp
from problems import DESIGNS
from scipy.special import expit

from skopt_solvers.losses import (
    Logistic,
    Poisson,
    PseudoHuber,
    Squared,
    SquaredHinge,
)
from skopt_solvers.penalties import L2, NoPenalty
from skopt_solvers.problems import linear_problem
from skopt_solvers.problems._excerpts import excerpt, spread
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, Newton, _small
from skopt_solvers.solvers.preconditioners import Cholesky, Rows


def tall(n=4000, p=4, design="dense", loss=None, penalty=None, intercept=True):
    """Rows sorted by class, a rare column, one far from zero."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p)) * 10.0 ** np.arange(p)
    X[:, 0] += 3.0
    X[:, 1] *= rng.random(n) < 0.01
    score = X[:, 0] - 0.02 * X[:, 2] - 3.0
    y = np.sort(np.where(rng.random(n) < expit(score), 1.0, -1.0))
    X = X[np.argsort(score + rng.logistic(size=n))]
    loss = loss or Logistic()
    y = y if loss.labels else rng.poisson(np.exp(0.3 * (y + 1))) * 1.0
    return linear_problem(
        DESIGNS[design](X), y, loss, penalty or L2(1e-3), fit_intercept=intercept,
        sample_weight=np.arange(n) % 3 + 0.5,
    )  # fmt: skip


def wide(n=40, p=90, intercept=True, ridges=None, loss=None):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, p)) + rng.normal(size=(n, 1))
    X[rng.random(X.shape) < 0.5] = 0.0
    y = np.where(rng.random(n) < 0.5, 1.0, -1.0)
    return linear_problem(
        sp.csr_array(X), y, loss or Logistic(), L2(1e-3, weights=ridges),
        fit_intercept=intercept, sample_weight=np.arange(n) % 3 + 0.5,
    )  # fmt: skip


@pytest.mark.parametrize("loss", [Logistic(), SquaredHinge(), Poisson()], ids=repr)
@pytest.mark.parametrize(
    ("design", "penalty"), [("fortran", None), ("csr", NoPenalty()), ("csc", None)]
)
def test_samples_lead_to_the_same_optimum(design, penalty, loss, monkeypatch):
    monkeypatch.setattr(_small, "WORK", 0.0)
    made = tall(20_000, design=design, loss=loss, penalty=penalty)
    result = run(LBFGS(tol=1e-9), made)
    assert result.success, result
    assert any("sample of" in line for line in result.log)
    made = tall(20_000, design=design, loss=loss, penalty=penalty)
    best = run(Newton(tol=1e-10), made)
    assert result.objective == pytest.approx(best.objective, rel=1e-8)


def test_copies_have_no_curvature_between_them_in_the_hessian_of_a_sample():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(8000, 6))
    X[:, 5] = X[:, 0] + X[:, 1]
    X[:, 4] *= rng.random(8000) < 0.001  # rare
    y = np.where(X[:, 0] + rng.normal(size=8000) > 0, 1.0, -1.0)
    problem = linear_problem(X, y, Logistic(), L2(1e-5), fit_intercept=False)
    point = problem.at(problem.start())
    rough = problem.rough_hessian(excerpt(problem, 800), point)
    exact, null = problem.hessian(point), np.array([1.0, 1.0, 0.0, 0.0, 0.0, -1.0])
    assert null @ rough @ null == pytest.approx(3e-5, rel=1e-6)
    np.testing.assert_allclose(np.diag(rough), np.diag(exact), rtol=0.3)
    assert rough[4, 4] == pytest.approx(exact[4, 4])


def test_columns_that_a_sample_misses_have_their_own_diagonal():
    rng = np.random.default_rng(0)
    names = rng.integers(0, 300, size=5000)  # most of them in no row of 40
    X = sp.csr_array((np.ones(5000), (np.arange(5000), names)), shape=(5000, 300))
    y = np.where(rng.random(5000) < 0.5, 1.0, -1.0)
    problem = linear_problem(X, y, Logistic(), L2(1e-7), fit_intercept=False)
    point, part = problem.at(problem.start()), excerpt(problem, 40)
    sampled = part.design.square_tdot(np.ones(part.design.shape[0])) > 0
    assert np.count_nonzero(sampled) < 150
    rough, exact = problem.rough_hessian(part, point), problem.hessian(point)
    missed = np.flatnonzero(~sampled)
    np.testing.assert_allclose(np.diag(rough)[missed], np.diag(exact)[missed])


@pytest.mark.parametrize("C", [1.0, 1e4])
@pytest.mark.parametrize(
    ("columns", "factor"), [("independent", False), ("dependent", True)]
)
def test_a_hessian_is_formed_where_its_diagonal_does_not_suffice(columns, factor, C):
    rng = np.random.default_rng(0)
    n, p = 20_000, 90
    X = rng.normal(size=(n, p))
    if columns == "dependent":
        X[:, 60:] = X[:, :60] @ rng.normal(size=(60, 30))
        X = np.cumsum(X, axis=1)
    y = np.where(X[:, :5].sum(axis=1) + 3 * rng.logistic(size=n) > 0, 1.0, -1.0)
    problem = linear_problem(X, y, Logistic(), L2(1 / (C * n)), fit_intercept=False)
    result = run(LBFGS(), problem)
    assert result.success
    assert result.n_iter <= 40
    assert any("Cholesky" in line for line in result.log) == factor


def test_a_sample_of_all_rows_is_the_problem():
    made = tall(n=1024)
    whole = excerpt(made, 1024)
    x = np.linspace(-1.0, 1.0, made.size)
    assert whole.at(x).objective == pytest.approx(made.at(x).objective, rel=1e-12)
    np.testing.assert_allclose(
        made.rough_hessian(whole, made.at(x)), made.hessian(made.at(x)), rtol=1e-9,
        atol=1e-9,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("n", "count", "run"), [(10, 3, 1), (100, 50, 8), (9, 9, 1), (17, 16, 8)]
)
def test_samples_are_rows_from_everywhere(n, count, run):
    rows = spread(n, count, run)
    assert len(np.unique(rows)) == len(rows)
    assert rows[0] >= 0
    assert rows[-1] < n
    assert abs(len(rows) - count) < run + 1


def test_a_rough_hessian_has_the_diagonal_of_rare_columns():
    made = tall()
    point = made.at(np.full(made.size, 0.01))
    rough, exact = made.rough_hessian(excerpt(made, 200), point), made.hessian(point)
    assert rough[1, 1] == pytest.approx(exact[1, 1], rel=1e-9)
    ratio = np.sqrt(np.diag(rough) / np.diag(exact))
    assert ratio.max() / ratio.min() < 1.3 / 0.7
    metric = Cholesky(part=excerpt(made, 200))
    metric.build(made, point)
    assert not metric.exact
    assert metric.cost(made) > 0


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("ridges", [None, "unequal"])
def test_rows_are_the_hessian_where_all_of_them_enter(intercept, ridges):
    ridges = np.linspace(0.5, 2.0, 90) if ridges else None
    made = wide(intercept=intercept, ridges=ridges)
    point = made.at(np.linspace(-0.1, 0.1, made.size))
    metric = Rows()
    metric.build(made, point)
    assert metric.exact
    v = np.cos(np.arange(made.size))
    back = made.hessian(point) @ metric.solve(v)
    np.testing.assert_allclose(back, v, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("loss", [Logistic(), SquaredHinge(), Squared()], ids=repr)
def test_more_columns_than_rows(loss, intercept):
    """Few rows enter the metric at once, or span a small model where all coefficients
    share a ridge; many are visited in the dual first."""
    for n, p, own in ((40, 130, False), (40, 130, True), (500, 600, True)):
        ridges = np.linspace(0.5, 2.0, p) if own else None
        made = wide(n, p, intercept=intercept, loss=loss, ridges=ridges)
        result = run(LBFGS(tol=1e-8), made)
        assert result.success, result
        plain = run(LBFGS(preconditioner="diagonal", tol=1e-8, max_iter=5000), made)
        assert result.objective == pytest.approx(plain.objective, rel=1e-6)
        assert any("dual" in line for line in result.log) == (n == 500)
        assert any("span" in line for line in result.log) == (ridges is None)


def test_a_start_of_ones_own_is_kept():
    made = tall()
    best = run(LBFGS(tol=1e-9), made)
    again = run(LBFGS(tol=1e-7), made, best.x)
    assert again.n_iter == 0
    assert not any("sample" in line for line in again.log)
    assert run(LBFGS(tol=1e-9, start=None), made).success


@pytest.mark.parametrize("intercept", [True, False])
def test_the_slopes_of_a_newton_step_certify_in_the_hessian_s_metric(intercept):
    """Columns of large numbers: the gradient's own square says little there."""
    made = tall(penalty=L2(1e-6), intercept=intercept)
    result = run(LBFGS(tol=1e-10), made)
    assert result.success, result
    assert result.certificate.kind == "duality gap"
    best = run(Newton(tol=1e-13), tall(penalty=L2(1e-6), intercept=intercept))
    assert result.objective <= best.objective * (1 + 1e-9)
    point = made.at(result.x)
    metric = Cholesky()
    metric.build(made, point)
    witness = made.linearised(point, metric.solve, 1e-10)
    gap = made.certificate(point, witness=witness)
    decrement = point.gradient @ metric.solve(point.gradient)
    assert gap.value * point.objective <= 0.6 * decrement + 1e-15


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("loss", [Logistic(), Poisson(), PseudoHuber()], ids=repr)
@pytest.mark.parametrize("penalty", [L2(1e-3), L2(1e-7)], ids=repr)
def test_a_newton_step_has_slopes_whose_sums_are_known(intercept, loss, penalty):
    made = tall(600, loss=loss, penalty=penalty, intercept=intercept)
    point = made.at(run(LBFGS(tol=1e-3), made).x)
    metric = Cholesky()
    metric.build(made, point)
    line = made.line(point, -metric.solve(point.gradient))
    line.at(1.0)
    end, witness = line.point(1.0), made.stepped(line, metric.product)
    pulled = made.pull_weighted(witness.slopes)
    terms = made.norms * (made.response.weights @ np.abs(witness.slopes))
    off = np.abs(witness.loss_gradient - pulled)
    assert np.all(off <= 1e-13 * terms + metric.blur(line.direction))
    assert witness.slopes is not end.slopes
    gap = made.certificate(end, witness=witness).value * end.objective
    best = run(Newton(tol=1e-13), made).objective
    assert end.objective - best <= gap + 1e-14
    assert gap <= made.certificate(point, witness=point).value * point.objective


def test_a_fit_ends_where_a_newton_step_certifies_itself(monkeypatch):
    """A gradient less: that of the last point is not asked for."""
    monkeypatch.setattr(_small, "WORK", 0.0)
    results = {}
    for able in (True, False):
        if not able:
            monkeypatch.setattr(LBFGS, "_by_step", lambda *_: False)
        results[able] = run(LBFGS(tol=1e-8), tall(20_000, loss=Poisson()))
    assert results[True].success and results[False].success
    assert results[True].counts.gradients < results[False].counts.gradients
    least = min(each.objective for each in results.values())
    assert results[True].objective <= least * (1 + 1e-8)


@pytest.mark.parametrize("loss", [Logistic(), Poisson(), Squared()], ids=repr)
@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("n", [40, 50_000])
def test_jets_where_a_constant_is_best_are_those_at_hand(loss, flat, n):
    made = tall(n, loss=loss)
    z = np.zeros(n) if flat else np.sin(np.arange(n) / 7.0)
    c, jets = made.response.balanced(z)
    assert c == made.response.balance(z)
    if jets is not None:
        for known, found in zip(jets, made.response.jets(z + c), strict=True):
            assert np.array_equal(known, found)
    assert jets is not None or not flat


@pytest.mark.parametrize("C", [1e-6, 1.0, 1e4])
def test_columns_of_any_size_are_certified(C):
    """Numbers from 0.01 to 1e9, a rare column, and one that repeats another."""
    rng = np.random.default_rng(0)
    X = np.abs(rng.normal(size=(3000, 6))) * 10.0 ** np.array([-2, 0, 2, 5, 9, 9])
    X[:, 4] *= rng.random(3000) < 0.01
    X = np.column_stack([X, X[:, 3]])
    y = np.where(rng.random(3000) < expit(X[:, 1] - 1e-9 * X[:, 5]), 1.0, -1.0)
    for intercept in (True, False):
        made = linear_problem(
            X, y, Logistic(), L2(1.0 / (C * 3000)), fit_intercept=intercept
        )
        result = run(LBFGS(), made)
        assert result.success, result
        assert result.certificate.kind == "duality gap"
