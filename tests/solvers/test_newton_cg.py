"""Metrics and products of the conjugate gradients of Newton's method."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLogisticRegression,
    minimize,
)
from skopt_solvers._compile import readonly
from skopt_solvers.kernels.single import SPECK, bent, rounded, turned
from skopt_solvers.losses import Logistic, ModifiedHuber, Multinomial, SquaredHinge
from skopt_solvers.penalties import L2
from skopt_solvers.problems import linear_problem
from skopt_solvers.problems._second_order import SMALL
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, NewtonCG, newton_cg
from skopt_solvers.solvers._auto import choose
from skopt_solvers.solvers._base import Budget

STORAGE = [np.asfortranarray, np.ascontiguousarray, sp.csr_array, sp.csc_array]


class Fixed(L2):
    """A ridge whose strength is not to be varied."""

    adjustable = False


def data(n: int, p: int, density: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < density) + 0.3
    y = np.where(X[:, :3].sum(axis=1) + rng.normal(size=n) > 1.0, 1.0, -1.0)
    return X, y


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("storage", STORAGE)
@pytest.mark.parametrize("loss", [Logistic(), SquaredHinge(), Multinomial()], ids=repr)
def test_products_are_those_with_the_hessian(loss, storage, intercept):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 7)) * (rng.random((50, 7)) < 0.5)
    X[:, 2] = 3.0
    y = np.arange(50.0) % 3 if isinstance(loss, Multinomial) else np.sign(X[:, 0] + 0.1)
    weights = np.arange(50) % 3 + 0.0
    for penalty in (L2(0.1), L2(0.1, weights=[1, 0, 0, 2, 1, 1, 1])):
        problem = linear_problem(
            storage(X), y, loss, penalty,
            sample_weight=weights, fit_intercept=intercept,
        )  # fmt: skip
        point = problem.at(0.3 * rng.normal(size=problem.size))
        v = rng.normal(size=problem.size)
        if problem.response.shape:  # the Hessian has a bend along (1, ..., 1), besides
            v -= np.repeat(v.reshape(-1, 3).mean(axis=1), 3)
        exact = problem.hessian(point) @ v
        np.testing.assert_allclose(problem.hessian_vector(point)(v), exact, atol=1e-12)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("storage", STORAGE)
@pytest.mark.parametrize("loss", [Logistic(), SquaredHinge()])
def test_the_diagonal_is_that_of_the_hessian(
    loss: Any, storage: Any, intercept: bool
) -> None:
    X, y = data(40, 6)
    s = np.arange(40) % 3 + 0.5
    problem = linear_problem(
        storage(X), y, loss, L2(0.1), sample_weight=s, fit_intercept=intercept
    )
    point = problem.at(np.random.default_rng(0).normal(size=problem.size))
    expected = np.diag(problem.hessian(point))
    np.testing.assert_allclose(problem.diagonal(point), expected, rtol=1e-10)


@pytest.mark.parametrize("most", [3, 1000])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("ridges", [1.0, 5.0])
@pytest.mark.parametrize("loss", [SquaredHinge(), ModifiedHuber(), Logistic()])
def test_a_metric_of_rows(
    loss: Any, ridges: float, intercept: bool, most: int
) -> None:
    """Exact where it says so, also when some rows do not bend at all."""
    X, y = data(30, 50)
    weights = np.linspace(1.0, ridges, 50)
    problem = linear_problem(X, y, loss, L2(0.1, weights), fit_intercept=intercept)
    point = problem.at(0.4 * np.random.default_rng(1).normal(size=problem.size))
    metric = problem.row_metric(point, most)
    bent = np.count_nonzero(point.curvatures)
    assert metric.exact or bent > most
    assert isinstance(loss, Logistic) or bent < 30
    v = np.random.default_rng(2).normal(size=problem.size)
    product = problem.hessian_vector(point)(metric.solve(v))
    if metric.exact:
        np.testing.assert_allclose(product, v, atol=1e-6 * np.abs(v).max())
    assert v @ metric.solve(v) > 0


def test_no_row_bends() -> None:
    X, y = data(30, 50)
    problem = linear_problem(X, y, SquaredHinge(), L2(0.1), fit_intercept=False)
    far = np.linalg.lstsq(X, 9.0 * y, rcond=None)[0]
    point = problem.at(far)
    assert not point.curvatures.any()
    v = np.ones(50)
    np.testing.assert_allclose(problem.row_metric(point, 10).solve(v), 10.0 * v)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_rough_products_are_nearly_exact(offset: float, intercept: bool) -> None:
    X, y = data(2000, 30)
    assert X.size > SMALL
    X[:, 4] = 7.0
    X = X + offset * intercept
    problem = linear_problem(X, y, Logistic(), L2(0.1), fit_intercept=intercept)
    point, v = problem.at(problem.start()), np.linspace(-1.0, 1.0, problem.size)
    exact = problem.hessian_vector(point)(v)
    rough = problem.hessian_vector(point, problem.rough())(v)
    np.testing.assert_allclose(rough, exact, atol=1e-5 * np.abs(exact).max())


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_rough_products_are_none_where_single_precision_ends(scale: float) -> None:
    X, y = data(2000, 30)
    problem = linear_problem(X * scale, y, Logistic(), L2(0.1), fit_intercept=False)
    assert problem.rough() is None


@pytest.mark.parametrize(
    ("C", "solver"), [(1.0, "newton_cg"), (1.0, "auto"), (1e4, "auto"), (1e8, "auto")]
)
@pytest.mark.parametrize("loss", ["squared_hinge", "modified_huber"])
def test_separable_and_wide_with_next_to_no_ridge(
    loss: str, C: float, solver: str
) -> None:
    X, y = data(1200, 2500, density=0.05)
    X = sp.csr_array(np.where(X == 0.3, 0.0, X))
    model = AdvancedLinearClassifier(
        loss, alpha=1.0 / (C * len(y)), fit_intercept=False, solver=solver
    ).fit(X, y)
    assert model.certificate_ <= 1e-6
    tight = np.abs(y * (X @ model.coef_.ravel())).min()
    assert C == 1.0 or tight > 0.99


def test_float32_data_and_softmax() -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(900, 70))
    y = (X[:, :5] + rng.gumbel(size=(900, 5))).argmax(axis=1)
    fits = [AdvancedLogisticRegression(100.0, tol=1e-10, solver="newton_cg").fit(Z, y)
            for Z in (X, X.astype(np.float32), sp.csr_array(X))]  # fmt: skip
    for model in fits:
        assert model.certificate_ <= 1e-10
        np.testing.assert_allclose(model.coef_, fits[0].coef_, atol=1e-4)


@pytest.mark.parametrize("limit", [1, 5, 20])
def test_easier_problems_count_as_iterations(limit: int) -> None:
    X, y = data(1200, 2500, density=0.05)
    problem = linear_problem(X, y, SquaredHinge(), L2(1e-9), fit_intercept=False)
    result = run(LBFGS(max_iter=limit), problem)
    assert result.n_iter <= limit


def test_a_ridge_that_cannot_vary() -> None:
    """A penalty without a strength has no easier problems, and is solved as it is."""
    X, y = data(1200, 2500, density=0.05)
    problem = linear_problem(X, y, SquaredHinge(), Fixed(1e-4), fit_intercept=False)
    assert run(LBFGS(), problem).success


def words(scales: Any = None) -> Any:
    """Texts of several classes, columns of frequencies as those of words."""
    rng = np.random.default_rng(0)
    n, p = 2000, 3000
    columns = np.minimum(rng.zipf(1.3, size=n * 60) - 1, p - 1)
    X = sp.csr_array((np.ones(n * 60), (np.repeat(np.arange(n), 60), columns)), (n, p))
    X = sp.csr_array(sp.diags_array(1 / sp.linalg.norm(X, axis=1)) @ X)
    y = (20 * (X @ rng.normal(size=(p, 4))) + rng.gumbel(size=(n, 4))).argmax(axis=1)
    X = X if scales is None else sp.csr_array(X @ sp.diags_array(scales))
    return linear_problem(X, y, Multinomial(), L2(1 / (100 * n)), fit_intercept=False)


def products(problem: Any, trial: float, monkeypatch: Any) -> int:
    monkeypatch.setattr(newton_cg, "TRIAL", trial)
    result = run(NewtonCG(tol=1e-6), problem)
    assert result.success
    return result.counts.gradients


def test_columns_of_little_curvature_count_alike_where_that_helps(
    monkeypatch: Any,
) -> None:
    never, chosen = (products(words(), trial, monkeypatch) for trial in (np.inf, 24))
    assert chosen < 0.5 * never


def test_columns_of_all_scales_keep_their_own_diagonal(monkeypatch: Any) -> None:
    scales = 10.0 ** np.random.default_rng(1).uniform(-2, 2, size=3000)
    never, chosen = (
        products(words(scales), trial, monkeypatch) for trial in (np.inf, 24)
    )
    assert chosen < 1.3 * never


@pytest.mark.parametrize(
    ("n", "p", "solver"), [(4000, 800, "LBFGS"), (40_000, 70, "NewtonCG")]
)
def test_softmaxes_of_many_columns_alike_have_blocks(
    n: int, p: int, solver: str
) -> None:
    X = np.repeat(np.linspace(-1.0, 1.0, n)[:, None], p, axis=1)
    problem = linear_problem(X, np.arange(n) % 10, Multinomial(), L2(1e-3))
    assert type(choose(problem)).__name__ == solver


def test_wide_softmaxes_go_to_the_dual_where_ridges_are_strong() -> None:
    X, y = sp.eye_array(4000, 3000, format="csr"), np.arange(4000) % 3
    for alpha, solver in ((1e-4, "DualCoordinateDescent"), (1e-6, "NewtonCG")):
        problem = linear_problem(X, y, Multinomial(), L2(alpha), fit_intercept=False)
        assert type(choose(problem)).__name__ == solver


@pytest.mark.parametrize("looks", range(12))
def test_the_time_may_be_over_at_any_look(looks: int, monkeypatch: Any) -> None:
    left = iter([False] * looks)
    monkeypatch.setattr(Budget, "spent", property(lambda _: next(left, True)))
    problem, solver = words(), NewtonCG()
    state = solver.init(problem, problem.start(), Budget(tol=1e-6, max_iter=10))
    before = state.point.objective
    for _ in range(3):
        solver.step(problem, state)
    assert state.point.objective <= before


@settings(max_examples=60, deadline=None)
@given(
    weights=st.lists(st.sampled_from([2.0**k for k in range(-20, 20)]), min_size=1),
    start=st.sampled_from([1.0, -3.0, 2.0**20]),
)
def test_systems_solved_without_a_residual(weights: list[float], start: float) -> None:
    """Where a conjugate gradient step leaves exactly nothing of the gradient."""
    w = np.array(weights)
    result = minimize(
        lambda x: 0.5 * (w * x) @ x,
        np.full(len(w), start),
        jac=lambda x: w * x,
        hessp=lambda x, v: w * v,
        solver=NewtonCG(tol=1e-8),
    )
    assert result.success
    assert np.abs(w * result.x).max() <= 1e-6 * np.abs(w * start).max()


def clean(small):
    """Whether what is tiny has become zero."""
    return small.dtype == np.float32 and np.all((small == 0) | (np.abs(small) >= SPECK))


def test_products_in_single_precision_hold_no_denormal_numbers():
    """They take many times as long; what is so small beside others is nothing."""
    v = np.array([1e-3, -1e-4, 1e-25, -1e-42, 5e-324, 0.0, 1e-3])
    for scale in (1.0, 1e-200, 1e200):
        small = np.empty(len(v), np.float32)
        rounded(readonly(scale * v), scale, small)
        assert clean(small)
        np.testing.assert_allclose(small, v, rtol=1e-6, atol=1e-30)
    rows = 10.0 ** -np.arange(0.0, 60.0).reshape(20, 3)
    lanes = np.empty((3, 20), np.float32)
    turned(readonly(rows), lanes)
    assert clean(lanes)
    np.testing.assert_allclose(lanes, rows.T, rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize("coupled", [0.0, 1.0])
@pytest.mark.parametrize(("lanes", "n"), [(1, 5), (3, 1000), (26, 256)])
def test_curvatures_lane_by_lane(lanes, n, coupled):
    rng = np.random.default_rng(lanes)
    shares = rng.dirichlet(np.ones(lanes), n) ** rng.choice([1, 40], (n, 1))
    weights, z = rng.random(n), rng.normal(size=(n, lanes))
    mean = coupled * (shares * z).sum(axis=1, keepdims=True)
    expected = weights[:, None] * shares * (z - mean)
    small = np.empty((lanes, n), np.float32)
    turned(readonly(shares), small)
    got = z.T.astype(np.float32)
    bent(small, readonly(weights.astype(np.float32)), coupled, got)
    assert clean(got)
    np.testing.assert_allclose(got, expected.T, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(3000, 20), (1100, 60)])
@pytest.mark.parametrize("intercept", [True, False])
def test_rough_products_of_a_softmax(order, shape, intercept):
    rng = np.random.default_rng(5)
    X = np.asarray(rng.normal(size=shape), order=order)
    y = rng.integers(0, 4, len(X)).astype(float)
    weights = np.where(np.arange(len(X)) % 5, rng.random(len(X)), 0.0)
    problem = linear_problem(
        X, y, Multinomial(), L2(0.1), sample_weight=weights, lanes=4,
        fit_intercept=intercept,
    )  # fmt: skip
    point = problem.at(rng.normal(size=problem.size))
    for v in (rng.normal(size=problem.size), np.zeros(problem.size)):
        exact = problem.hessian_vector(point)(v)
        rough = problem.hessian_vector(point, problem.rough())(v)
        np.testing.assert_allclose(rough, exact, atol=1e-5 * np.abs(exact).max())
    assert np.isnan(problem.rough().at(point)(np.full(problem.size, np.nan))).all()
