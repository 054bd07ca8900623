"""Descents on all of the data: against formulas, each other, and what they refuse."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV

from skopt_solvers import ProximalElasticNet, minimize
from skopt_solvers.losses import Logistic, Multinomial, Poisson, Squared
from skopt_solvers.penalties import L1, L2, Box, ElasticNet, NoPenalty
from skopt_solvers.problems import IncompatibleProblem, linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import (
    BFGS,
    OWLQN,
    SGD,
    Backtracking,
    ExactQuadratic,
    FixedStep,
    GradientDescent,
    ProximalGradient,
    as_step_size,
)
from skopt_solvers.solvers.owlqn import pseudo_gradient

STEPS = 60
RNG = np.random.default_rng(2)
X = RNG.normal(size=(30, 4)) + np.array([2.0, 0.0, -1.0, 0.0])
SCORE = X @ [0.5, -0.5, 0.2, 0.0] + RNG.normal(size=30)
TARGETS = {
    Squared(): SCORE,
    Logistic(): np.sign(SCORE - np.median(SCORE)),
    Poisson(): RNG.poisson(np.exp(0.3 * SCORE)).astype(float),
    Multinomial(): np.digitize(SCORE, [0.0, 1.0]).astype(float),
}


def path(solver, problem):
    points = []
    run(
        solver.set_params(tol=0.0, max_iter=STEPS),
        problem,
        callbacks=[lambda progress: points.append(progress.state.point.x.copy())],
        random_state=0,
    )
    return np.array(points)


# -- gradient descent --------------------------------------------------------------


def test_a_number_is_plain_gradient_descent():
    rng = np.random.default_rng(0)
    gradients = rng.normal(size=(STEPS, 5)) * 10.0 ** rng.uniform(-3, 1, (STEPS, 1))
    calls = iter([*gradients, np.zeros(5)])
    start, points = np.linspace(-1.0, 1.0, 5), []
    minimize(
        lambda x: 1.0, start, jac=lambda x: next(calls), max_iter=STEPS, tol=0.0,
        solver=GradientDescent(0.01),
        callbacks=lambda progress: points.append(progress.state.point.x.copy()),
    )  # fmt: skip
    expected = start - 0.01 * np.vstack([np.zeros(5), np.cumsum(gradients, axis=0)])
    np.testing.assert_allclose(points, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("penalty", [NoPenalty(), L1(0.1), L2(0.1), Box(-0.1, 0.1)])
@pytest.mark.parametrize("loss", TARGETS, ids=str)
def test_a_fixed_step_is_sgd_with_all_rows(loss, penalty, intercept):
    problem = linear_problem(X, TARGETS[loss], loss, penalty, fit_intercept=intercept)
    sgd = SGD(0.02, batch_size=30, preconditioner=None)
    paths = [path(s, problem) for s in (GradientDescent(0.02, None), sgd)]
    # a descent that does not move any more ends
    ours = np.vstack([paths[0], np.repeat(paths[0][-1:], STEPS, axis=0)])[: STEPS + 1]
    np.testing.assert_allclose(ours, paths[1], rtol=1e-12, atol=1e-13)


def test_fixed_steps_through_an_estimator_are_the_formula():
    y = SCORE
    net = ProximalElasticNet(
        0.0, solver=GradientDescent(0.02, None, tol=0.0, max_iter=STEPS)
    )
    with pytest.warns(UserWarning, match="max_iter"):
        net.fit(X, y)
    w, b = np.zeros(4), y.mean()
    for _ in range(STEPS):
        r = X @ w + b - y
        w, b = w - 0.02 * X.T @ r / 30, b - 0.02 * r.mean()
    np.testing.assert_allclose(net.coef_, w, rtol=1e-12)
    np.testing.assert_allclose(net.intercept_, b, rtol=1e-12)


@pytest.mark.parametrize("penalty", [NoPenalty(), ElasticNet(0.1)])
@pytest.mark.parametrize("loss", TARGETS, ids=str)
def test_without_momentum_proximal_gradient_is_gradient_descent(loss, penalty):
    problem = linear_problem(X, TARGETS[loss], loss, penalty)
    solvers = GradientDescent(Backtracking()), ProximalGradient(accelerated=False)
    np.testing.assert_array_equal(*(path(solver, problem) for solver in solvers))


@pytest.mark.parametrize("step_size", [Backtracking(0.3, 1.2), ExactQuadratic()])
@pytest.mark.parametrize("preconditioner", ["auto", None])
@pytest.mark.parametrize("penalty", [L1(0.1), L2(0.1), Box(-0.1, 0.1)])
@pytest.mark.parametrize("loss", TARGETS, ids=str)
def test_every_step_size_ends_at_the_optimum(loss, penalty, preconditioner, step_size):
    problem = linear_problem(X, TARGETS[loss], loss, penalty)
    assert run(GradientDescent(step_size, preconditioner, tol=1e-8), problem).success


def test_exact_steps_end_where_the_next_gradient_is_across():
    problem = linear_problem(X, SCORE, Squared(), NoPenalty())
    points = path(GradientDescent("exact_quadratic"), problem)[:6]
    metric = problem.scales(problem.null)
    for x, following in pairwise(points):
        old, new = problem.at(x).gradient, problem.at(following).gradient
        assert abs(old / metric @ new) <= 1e-9 * (old / metric @ old)


def test_exact_steps_for_functions_take_a_difference_of_gradients():
    A = np.diag([1.0, 10.0, 100.0])
    result = minimize(
        lambda x: 0.5 * x @ A @ x, np.ones(3), jac=lambda x: A @ x, max_iter=1, tol=0.0,
        solver=GradientDescent("exact_quadratic"),
    )  # fmt: skip
    g = A @ np.ones(3)
    np.testing.assert_allclose(result.x, 1.0 - (g @ g) / (g @ A @ g) * g, rtol=1e-9)


def test_step_sizes_can_be_searched():
    net = ProximalElasticNet(0.01, solver=GradientDescent(Backtracking(), tol=1e-3))
    grid = {"solver__step_size": ["exact_quadratic", Backtracking()]}
    assert GridSearchCV(net, grid, cv=2).fit(X, SCORE).best_score_ > 0
    inner = {"solver__step_size__shrink": [0.3, 0.7]}
    search = GridSearchCV(net, inner, cv=2).fit(X, SCORE)
    assert search.best_params_["solver__step_size__shrink"] in (0.3, 0.7)
    copy = clone(net.set_params(solver__step_size__growth=1.5))
    assert copy.solver.step_size.growth == 1.5


@pytest.mark.parametrize(("value", "hint"), [
    ("backtrack", "Did you mean 'backtracking'"), (FixedStep, "write FixedStep()"),
    (0.0, "rate"), (-1, "rate"), (np.nan, "rate"), (True, "True"), (None, "None"),
    (Backtracking(shrink=1.0), "shrink=1.0"), (Backtracking(growth=0.5), "growth=0.5"),
])  # fmt: skip
def test_step_sizes_that_are_none(value, hint):
    with pytest.raises(ValueError, match=hint.replace("(", r"\(").replace(")", r"\)")):
        as_step_size(value)
    with pytest.raises(ValueError):
        minimize(rosen, [0.0, 0.0], jac=rosen_der, solver=GradientDescent(value))


# -- quasi-Newton ------------------------------------------------------------------


def test_bfgs_learns_the_secant():
    seen = []

    def watch(progress):
        state = progress.state
        seen.append((state.point.x, state.point.gradient, state.inverse.copy()))

    minimize(rosen, [-1.2, 1.0, 0.5], jac=rosen_der, solver=BFGS(), callbacks=watch)
    assert len(seen) > 10
    for (x, g, _), (following, slopes, inverse) in pairwise(seen):
        s, u = following - x, slopes - g
        np.testing.assert_allclose(inverse @ u, s, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(inverse, inverse.T, rtol=1e-9, atol=1e-12)
        assert np.linalg.eigvalsh(inverse).min() > 0


@pytest.mark.parametrize("preconditioner", ["auto", None])
def test_bfgs_finds_the_inverse_of_a_quadratic(preconditioner):
    rng = np.random.default_rng(0)
    A = rng.normal(size=(8, 8))
    A = A @ A.T + np.eye(8)
    solver = BFGS(preconditioner, tol=1e-14)
    result = minimize(
        lambda x: 0.5 * x @ A @ x - x.sum(), np.zeros(8), jac=lambda x: A @ x - 1,
        solver=solver,
    )  # fmt: skip
    np.testing.assert_allclose(result.x, np.linalg.solve(A, np.ones(8)), rtol=1e-6)
    assert result.n_iter < 60


@pytest.mark.parametrize("penalty", [Box(-1.0, 1.0), L1(0.1, positive=True)])
def test_owlqn_refuses_bounds(penalty):
    problem = linear_problem(X, SCORE, Squared(), penalty)
    with pytest.raises(IncompatibleProblem, match="no bounds"):
        run(OWLQN(), problem)
    with pytest.raises(IncompatibleProblem, match="ProximalGradient"):
        minimize(rosen, [0.0, 0.0], jac=rosen_der, penalty=penalty, solver="owlqn")


@pytest.mark.parametrize(
    "penalty", [L1(0.1), ElasticNet(0.1), L1(0.1, weights=[0.0, 1.0, 2.0, 0.5])]
)
@pytest.mark.parametrize("loss", TARGETS, ids=str)
def test_owlqn_reaches_the_optimum_and_its_zeros(loss, penalty):
    problem = linear_problem(X, TARGETS[loss], loss, penalty)
    ours = run(OWLQN(tol=1e-10), problem)
    other = run(ProximalGradient(tol=1e-10), problem)
    assert ours.success
    assert abs(ours.objective - other.objective) <= 1e-9 * other.objective
    np.testing.assert_array_equal(ours.x == 0, other.x == 0)


def test_the_pseudo_gradient_is_the_steepest_one_sided_slope():
    x = np.array([1.0, -1.0, 0.0, 0.0, 0.0, 0.0])
    g = np.array([0.5, 0.5, 0.5, 2.0, -2.0, 0.3])
    level = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.0])
    expected = [1.5, -0.5, 0.0, 1.0, -1.0, 0.3]
    np.testing.assert_allclose(pseudo_gradient(x, g, level), expected)


def test_on_real_data_they_agree():
    data, target = load_diabetes(return_X_y=True)
    nets = [
        ProximalElasticNet(0.1, solver=solver, tol=1e-9).fit(data, target)
        for solver in ("owlqn", "coordinate_descent", "gradient_descent", "saga")
    ]
    for net in nets[1:]:
        np.testing.assert_allclose(net.coef_, nets[0].coef_, rtol=1e-3, atol=1e-2)
