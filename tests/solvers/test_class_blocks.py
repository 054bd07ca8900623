"""The metric of class blocks: what it approximates, and how exactly."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_digits

from skopt_solvers.losses import Multinomial
from skopt_solvers.penalties import L2
from skopt_solvers.problems import _class_blocks, _second_order, linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, NewtonCG
from skopt_solvers.solvers.preconditioners import Blocks

STORAGES = {
    "dense": np.asarray,
    "fortran": np.asfortranarray,
    "csr": sp.csr_array,
    "float32": lambda X: X.astype(np.float32),
}
P, LANES = 30, 5


@pytest.fixture
def wide(monkeypatch):
    """No problem is so narrow that the whole Hessian takes the place of blocks."""
    monkeypatch.setattr(_second_order, "MOST", 0)


def problem(storage="dense", intercept=True, n=300):
    rng = np.random.default_rng(0)
    X = rng.normal(1.0, size=(n, P)) * np.geomspace(0.1, 10.0, P)
    X[:, 3] = 2.0  # constant
    X[rng.random(X.shape) < 0.2] *= 0.0 if storage == "csr" else 1.0
    y = np.argmax(X @ rng.normal(size=(P, LANES)) + 9 * rng.gumbel(size=(n, LANES)), 1)
    y[:LANES] = np.arange(LANES)
    weights = rng.integers(0, 3, n) + (np.arange(n) < LANES)
    return linear_problem(
        STORAGES[storage](X), y.astype(float), Multinomial(), L2(0.01),
        sample_weight=weights, fit_intercept=intercept,
    )  # fmt: skip


def somewhere(made, size):
    x = made.null.x + size * np.random.default_rng(1).normal(size=made.size)
    return made.at(x)


def own_block(made, point, k):
    """The rows and columns of class k in the Hessian."""
    own = slice(k, None, LANES)
    whole = made.loss_hessian(point, np.arange(P)) + np.diag(made.ridge(point.x))
    return whole[own, own]


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("size", [0.0, 0.03])
def test_blocks_of_few_samples_are_the_hessians_own(storage, intercept, size):
    made = problem(storage, intercept)
    point = somewhere(made, size)
    for k, block in enumerate(made.class_blocks(point)):
        expected = own_block(made, point, k)
        tol = 1e-9 * np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
        assert (np.abs(block - expected) <= tol + 1e-12).all()


def test_blocks_of_many_samples_keep_the_diagonal(monkeypatch):
    monkeypatch.setattr(_class_blocks, "SAMPLE", 150)
    made = problem()
    point = somewhere(made, 0.03)
    for k, block in enumerate(made.class_blocks(point)):
        expected = own_block(made, point, k)
        np.testing.assert_allclose(np.diag(block), np.diag(expected), 1e-9)
        scale = np.sqrt(np.diag(block))
        assert np.abs((block - expected) / np.outer(scale, scale)).max() < 0.5


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("intercept", [True, False])
def test_blocks_of_heavy_samples_lack_the_others_products_only(
    storage, intercept, monkeypatch
):
    """Where most probabilities are near zero and one, few samples are taken at all."""
    monkeypatch.setattr(_class_blocks, "SAMPLE", 290)
    made = problem(storage, intercept)
    point = somewhere(made, 2.0)
    heavy = made.heavy_rows(point)
    assert heavy is not None
    D = made.response.weigh(point.curvatures)
    assert heavy.any(axis=0).all()
    assert (D[~heavy] <= _class_blocks.LIGHT * D.max()).all()
    X = problem_matrix(made)
    for k, block in enumerate(made.class_blocks(point, heavy)):
        expected = own_block(made, point, k)
        light = D[~heavy[:, k], k, None] * np.abs(X[~heavy[:, k]])
        missing = np.abs(X[~heavy[:, k]]).T @ light
        scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
        assert (np.abs(block - expected) <= missing + 1e-5 * scale).all()
        np.testing.assert_allclose(np.diag(block), np.diag(expected), 1e-6)


def problem_matrix(made):
    """The centred columns, and a constant one where there is an intercept."""
    lanes = np.arange(P + made.fit_intercept)
    out = np.zeros((made.design.shape[0], len(lanes)))
    for j in lanes:
        unit = np.zeros(made.size)
        unit[j * LANES] = 1.0
        out[:, j] = made.push(unit)[:, 0]
    return out


def test_the_metric_is_symmetric_and_divides_what_classes_share_by_the_ridge():
    made = problem()
    metric, rng = Blocks(), np.random.default_rng(2)
    metric.build(made, somewhere(made, 0.03))
    u, v = rng.normal(size=(2, made.size))
    assert u @ metric.solve(v) == pytest.approx(v @ metric.solve(u), rel=1e-9)
    assert v @ metric.solve(v) > 0
    sums, shared = (x.reshape(-1, LANES).sum(axis=1) for x in (metric.solve(v), v))
    np.testing.assert_allclose(sums[:-1], shared[:-1] / 0.01, rtol=1e-9)
    assert sums[-1] == pytest.approx(0.0, abs=1e-12 * np.abs(metric.solve(v)).max())


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("sample", [40, 2000])
def test_lbfgs_ends_certified_around_blocks(storage, sample, monkeypatch, wide):
    monkeypatch.setattr(_class_blocks, "SAMPLE", sample)
    made = problem(storage)
    result = run(LBFGS(tol=1e-9), made)
    assert result.success and "metric: Blocks" in result.log
    assert result.certificate.kind == "duality gap"


@pytest.mark.parametrize("intercept", [True, False])
def test_where_blocks_do_not_last_conjugate_gradients_go_on(intercept):
    """Pixels as they come and a weak ridge: probabilities are near zero and one."""
    X, y = load_digits(return_X_y=True)
    made = [
        linear_problem(X, y, Multinomial(), L2(1e-5), fit_intercept=intercept)
        for _ in range(2)
    ]
    result = run(LBFGS(), made[0])
    assert result.success, result
    assert "conjugate gradients" in result.log[-1]
    assert result.n_iter < 150
    best = run(NewtonCG(tol=1e-9), made[1])
    assert result.objective == pytest.approx(best.objective, rel=2e-6)


@pytest.mark.parametrize("storage", STORAGES)
def test_blocks_of_heavy_samples_serve_conjugate_gradients(storage, monkeypatch, wide):
    """A weak ridge and many samples, few of which are near a boundary in the end."""
    monkeypatch.setattr(_class_blocks, "SAMPLE", 1000)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1500, 60)) @ rng.normal(size=(60, 60))
    y = np.argmax(X @ rng.normal(size=(60, LANES)), axis=1).astype(float)
    used = []
    build = Blocks.build

    def watched(self, problem, point):
        build(self, problem, point)
        used.append(point)

    monkeypatch.setattr(Blocks, "build", watched)
    made = [
        linear_problem(STORAGES[storage](X), y, Multinomial(), L2(1e-7))
        for _ in range(2)
    ]
    result = run(LBFGS(), made[0])
    assert result.success, result
    assert "conjugate gradients" in result.log[-1]
    count = len(used)
    assert count > 3
    best = run(NewtonCG(tol=1e-9), made[1])
    assert best.success and len(used) > count  # it finds them by itself
    assert result.objective == pytest.approx(best.objective, rel=2e-6)


@pytest.mark.parametrize("solver", [LBFGS(tol=1e-8), NewtonCG(tol=1e-8)])
def test_what_all_classes_share_at_the_start_goes_away(solver, monkeypatch, wide):
    monkeypatch.setattr(_class_blocks, "SAMPLE", 1000)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1500, 40)) @ rng.normal(size=(40, 40))
    y = np.argmax(X @ rng.normal(size=(40, LANES)), axis=1).astype(float)
    made = [linear_problem(X, y, Multinomial(), L2(1e-5)) for _ in range(2)]
    shared = np.repeat(rng.normal(size=41), LANES)
    result = run(solver, made[0], made[0].start() + shared)
    best = run(NewtonCG(tol=1e-9), made[1])
    assert result.success, result
    assert result.objective == pytest.approx(best.objective, rel=2e-8)


def test_a_class_that_nothing_bends_makes_no_sample_heavy(monkeypatch):
    monkeypatch.setattr(_class_blocks, "SAMPLE", 290)
    made = problem()
    point = somewhere(made, 2.0)
    x = point.x.copy()
    x[made.split] = -800.0  # the first class is out of question
    point = made.at(x)
    heavy = made.heavy_rows(point)
    assert heavy is not None and not heavy[:, 0].any()
    metric = Blocks()
    metric.build(made, point)
    assert np.isfinite(metric.solve(point.gradient)).all()


@pytest.mark.parametrize("size", [0.0, 0.3])
def test_all_pairs_of_intercepts_at_once(size):
    made = problem()
    point, none = somewhere(made, size), np.zeros(0, np.int64)
    found = made.loss_hessian(point, none)
    for a in range(LANES):
        for b in range(LANES):
            own = made.bordered(point.pair(a, b), none)
            np.testing.assert_allclose(found[a, b], own[0, 0], rtol=1e-12, atol=1e-300)
