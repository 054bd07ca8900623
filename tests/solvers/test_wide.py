"""More columns than rows: working sets, continuation and the exact finish."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Lasso

from skopt_solvers import AdvancedLinearClassifier
from skopt_solvers.losses import Huber, Logistic, Poisson, Squared, SquaredHinge
from skopt_solvers.penalties import L1, L2, ElasticNet, Penalty
from skopt_solvers.problems import linear_problem
from skopt_solvers.problems._gap import FLOOR
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, CoordinateDescent, NewtonCG
from skopt_solvers.solvers._working_set import largest_first
from skopt_solvers.testing import check_solver


def wide(n=50, p=1500, seed=0, correlated=True):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    if correlated:
        X += 2 * rng.normal(size=(n, 1))
        X[:, 10:20] = X[:, :10]  # equal columns
        X[:, 30] = 1.0  # a constant one
    return X, X[:, :5] @ np.array([3.0, -2.0, 1.0, 1.0, -1.0]) + rng.normal(size=n)


def strongest(X, y):
    return np.max(np.abs((X - X.mean(0)).T @ (y - y.mean()))) / len(y)


@pytest.mark.parametrize("share", [1.1, 10.0, 100.0, 1000.0])
@pytest.mark.parametrize("design", [np.asfortranarray, sp.csc_array, sp.csr_array])
def test_lasso_of_any_strength(design, share):
    X, y = wide()
    problem = linear_problem(design(X), y, Squared(), L1(strongest(X, y) / share))
    result = run(CoordinateDescent(tol=1e-10), problem)
    assert result.success, result
    again = problem.certificate(problem.at(result.x))
    assert again.value <= 1e-9
    assert result.n_iter < 60


@pytest.mark.parametrize("share", [3.0, 30.0])
def test_lasso_as_scikit_learn(share):
    X, y = wide(correlated=False)
    alpha = strongest(X, y) / share
    problem = linear_problem(X, y, Squared(), L1(alpha))
    ours = run(CoordinateDescent(tol=1e-12), problem)
    theirs = Lasso(alpha, tol=1e-12, max_iter=100_000).fit(X, y)
    at_theirs = problem.at(problem.pack(theirs.coef_, theirs.intercept_))
    assert ours.objective <= at_theirs.objective * (1 + 1e-12)
    np.testing.assert_allclose(
        problem.unpack(ours.x)[0], theirs.coef_, rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize(
    "loss", [Logistic(), SquaredHinge(), Huber(), Poisson()], ids=str
)
@pytest.mark.parametrize("share", [3.0, 30.0])
def test_other_losses(loss, share):
    X, score = wide()
    y = np.where(score > np.median(score), 1.0, -1.0) if loss.labels else score
    y = np.round(np.exp(0.1 * score)) if isinstance(loss, Poisson) else y
    made = linear_problem(X, y, loss, L1(1.0))
    alpha = np.max(np.abs(made.null.loss_gradient)) / share
    for penalty in (L1(alpha), ElasticNet(alpha, 0.7)):
        check_solver(CoordinateDescent(tol=1e-9), linear_problem(X, y, loss, penalty))


def test_strongest_penalty_needs_no_iteration():
    X, y = wide()
    problem = linear_problem(X, y, Squared(), L1(1.01 * strongest(X, y)))
    result = run(CoordinateDescent(), problem)
    assert result.n_iter == 0
    assert not problem.unpack(result.x)[0].any()


class Cubed(Penalty):
    """A user's penalty that is no quadratic on pieces: ``alpha (|w| + |w|**3)``."""

    def __init__(self, alpha=0.1):
        self.alpha = alpha

    def cost(self, w, j):
        return self.alpha * (abs(w) + abs(w) ** 3)

    def prox(self, z, step, j):
        t = step * self.alpha
        a = max(abs(z) - t, 0.0)  # 3 t w**2 + w - a = 0
        w = 2.0 * a / (1.0 + (1.0 + 12.0 * t * a) ** 0.5)
        return w if z > 0.0 else -w

    def violation(self, w, g, j):
        if w == 0.0:
            return max(abs(g) - self.alpha, 0.0)
        slope = self.alpha * (1.0 + 3.0 * w * w)
        return abs(g + (slope if w > 0.0 else -slope))


def test_a_penalty_of_ones_own():
    X, y = wide(correlated=False)
    problem = linear_problem(X, y, Squared(), Cubed(0.3))
    result = run(CoordinateDescent(tol=1e-7), problem)
    assert result.certificate.kind == "violation"
    assert result.success, result.certificate


@given(
    n=st.integers(1, 12),
    p=st.integers(1, 40),
    share=st.floats(1.0, 1e4),
    seed=st.integers(0, 10_000),
    intercept=st.booleans(),
    scale=st.sampled_from([1e-6, 1.0, 1e6]),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_hostile_shapes(n, p, share, seed, intercept, scale):
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, size=(n, p)) * scale
    y = rng.integers(-3, 4, size=n) * 1.0
    alpha = np.max(np.abs(X.T @ y), initial=0.0) / n / share
    problem = linear_problem(X, y, Squared(), L1(alpha), fit_intercept=intercept)
    result = run(CoordinateDescent(tol=1e-6, max_iter=300), problem)
    if alpha > 0:
        assert result.success, result
    assert np.isfinite(result.x).all()


@example([0.0, 5e-324], 1)
@settings(deadline=None)
@given(
    st.lists(st.floats(0.0, 1e300), min_size=1, max_size=80),
    st.integers(1, 90),
)
def test_the_largest_come_first(sizes, count):
    sizes = np.array(sizes)
    found = largest_first(sizes, count)
    assert sorted(found) == list(range(len(sizes)))
    first = np.sort(sizes)[::-1][:count]
    np.testing.assert_array_equal(sizes[found[:count]], first)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("store", [np.asarray, sp.csr_array, np.float32])
@pytest.mark.parametrize(
    "loss", [Squared(), Logistic(), Poisson(), SquaredHinge(), Huber()], ids=repr
)
def test_in_the_span_of_the_rows_is_the_same_model(loss, store, intercept):
    X, y = wide(40, 150)
    X[5], X[7] = X[4], 0.0  # rows that are dependent
    if loss.labels:
        y = np.where(y > 0, 1.0, -1.0)
    y = np.round(np.abs(y)) if isinstance(loss, Poisson) else y
    weights = np.linspace(0.0, 1.0, 40)
    problem = linear_problem(
        store(X), y, loss, L2(0.02), sample_weight=weights, fit_intercept=intercept
    )
    inside = run(LBFGS(tol=1e-9), problem)
    assert any("span of the rows" in note for note in inside.log) and inside.success
    outside = run(NewtonCG(tol=1e-10), problem)
    np.testing.assert_allclose(inside.objective, outside.objective, rtol=2e-9)


@pytest.mark.parametrize("intercept", [True, False])
def test_from_a_span_in_single_precision_to_the_exact_one(intercept):
    X, y = wide(40, 150)
    problem = linear_problem(X, y, Squared(), L2(0.02), fit_intercept=intercept)
    rough, exact = problem.span(single=True), problem.span()
    v = np.random.default_rng(1).normal(size=rough.problem.size)
    w = exact.enter(rough, v)
    np.testing.assert_allclose(exact.leave(w), rough.leave(v), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("strength", [1e-1, 1e-2, 1e-3])
def test_where_single_precision_ends_the_exact_span_begins(strength):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 40)) @ rng.normal(size=(40, 600))
    X += 0.3 * rng.normal(size=X.shape)
    y = np.where(X[:, 0] + rng.normal(size=120) > 0, 1.0, -1.0)
    result = run(LBFGS(), linear_problem(X, y, SquaredHinge(), L2(strength)))
    notes = [note for note in result.log if "span of the rows" in note]
    first, second = (int(note.split()[1]) for note in notes)
    assert result.success and 3 * second < first


def test_rows_that_vanish_have_no_span():
    problem = linear_problem(np.zeros((20, 150)), np.ones(20), Squared(), L2(0.1))
    assert problem.span() is None and run(LBFGS(), problem).success


@pytest.mark.parametrize("scale", [1e-2, 1.0, 1e2])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_losses_that_bend_on_one_side_take_few_iterations(
    seed: int, intercept: bool, scale: float
) -> None:
    """Curvatures jump, so a Hessian is formed anew where that costs next to nothing."""
    rng = np.random.default_rng(seed)
    X = scale * rng.normal(size=(60, 500))
    y = np.where(X[:, 0] + X[:, 1] > 0, 1, -1)
    model = AdvancedLinearClassifier(
        "squared_hinge", alpha=1e-2 * scale**2, fit_intercept=intercept
    ).fit(X, y)
    assert model.certificate_ <= 1e-6 and model.n_iter_ <= 15


@pytest.mark.parametrize("loss", [Logistic(), SquaredHinge(), Poisson(), Huber()])
@given(
    seed=st.integers(0, 10_000), n=st.integers(2, 40), spread=st.floats(0.0, 6.0),
    offset=st.floats(-2.0, 6.0), strength=st.floats(-6.0, 1.0), intercept=st.booleans(),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
@example(seed=0, n=18, spread=6.0, offset=0.0, strength=-4.0, intercept=False)
def test_rough_products_of_rows_make_no_answer_worse(
    loss, seed, n, spread, offset, strength, intercept
):
    """Where single precision does not do, double takes over; nothing breaks."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 150)) * 10.0 ** rng.uniform(-spread, spread, 150)
    X += 10.0**offset * (rng.random(150) < 0.3)
    X[0] = X[-1]
    y = rng.poisson(2.0, size=n).astype(float)
    if loss.labels:
        y = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    problem = linear_problem(X, y, loss, L2(10.0**strength), fit_intercept=intercept)
    rough, exact = run(LBFGS(), problem), run(LBFGS(tol=1e-9), problem)
    assert rough.success or not exact.success
    if rough.success:
        # beside the null model's what is below the floor counts as zero
        unit = max(exact.objective, FLOOR * problem.null.objective)
        assert rough.objective <= exact.objective + 2e-6 * unit
