"""Without a factor of the rows where that is nearer: the same end, by another way."""

import numpy as np
import pytest

from skopt_solvers.designs import as_design
from skopt_solvers.losses import Logistic, Squared, SquaredHinge
from skopt_solvers.penalties import L2
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, NewtonCG
from skopt_solvers.solvers._wide import apart, factor_cost, few_systems


def model(strength, loss=None, shared=0.0, n=400, p=500, intercept=True, order="C"):
    """Rows that have a share in common, and noisy classes."""
    rng = np.random.default_rng(0)
    X = np.sqrt(1.0 - shared) * rng.normal(size=(n, p))
    X = np.asarray(X + np.sqrt(shared) * rng.normal(size=(n, 1)), order=order)
    y = np.where(X[:, :5].sum(axis=1) + rng.logistic(size=n) > 0, 1.0, -1.0)
    loss = loss or Logistic()
    return linear_problem(X, y, loss, L2(strength), fit_intercept=intercept)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    ("strength", "shared", "way"),
    [
        (10.0, 0.0, "strong ridge"),
        (1e-2, 0.0, "dual"),
        (1e-5, 0.0, "dual"),
        (1e-2, 0.6, "dual"),
    ],
)
def test_the_ridge_and_the_rows_tell_which_way_is_nearer(
    strength, shared, way, intercept, order
):
    given = dict(shared=shared, intercept=intercept, order=order)
    made = model(strength, **given)
    result = run(LBFGS(), made)
    assert result.success and way in result.log[0], result.log
    assert len(result.log) == 1  # no factor besides
    best = run(NewtonCG(tol=1e-10), model(strength, **given))
    assert result.objective <= best.objective * (1.0 + 1e-6)


def test_what_is_spent_in_vain_is_a_share_of_the_factor():
    """Rows whose samples seem apart, but the dual creeps: the factor takes over."""
    rng = np.random.default_rng(0)
    n = p = 400
    X = rng.normal(size=(n, p)) * np.where(np.arange(n) % 20 == 0, 300.0, 1.0)[:, None]
    y = np.where(rng.random(n) < 0.5, 1.0, -1.0)
    made = linear_problem(X, y, Logistic(), L2(1e-7), fit_intercept=False)
    assert apart(made.design)
    result = run(LBFGS(), made)
    assert result.success, result
    if "left" in result.log[0]:
        assert int(result.log[0].split()[3]) <= factor_cost(made)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_rows_are_apart_in_any_units(scale):
    rng = np.random.default_rng(0)
    X, units = rng.normal(size=(300, 400)), scale ** rng.random((300, 1))
    assert apart(as_design(X * units))
    assert not apart(as_design((X + 0.5) * units))


@pytest.mark.parametrize("n", [40, 150])
def test_a_factor_of_few_rows_comes_at_once(n):
    result = run(LBFGS(), model(1e-2, n=n, p=3000, shared=0.6))
    assert result.success and "span" in result.log[0]


def test_rows_that_are_not_apart_are_given_up_sooner():
    made = model(1e-9, shared=0.6)
    result = run(LBFGS(), made)
    assert result.success and "left" in result.log[0] and "span" in result.log[1]
    assert int(result.log[0].split()[3]) <= 0.2 * factor_cost(made)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("p", [400, 500])
@pytest.mark.parametrize(
    ("strength", "shared"), [(1e-2, 0.6), (1e-4, 0.6), (1e-2, 0.0)]
)
def test_losses_that_are_flat_on_one_side_go_by_the_rows_in_use(
    strength, shared, p, intercept
):
    given = dict(loss=SquaredHinge(), shared=shared, p=p, intercept=intercept)
    result = run(LBFGS(), model(strength, **given))
    assert result.success and result.n_iter <= 100
    assert ("Newton" in result.log[-1]) == (shared > 0), result.log
    assert not any("span" in note or "Cholesky" in note for note in result.log)
    best = run(NewtonCG(tol=1e-10), model(strength, **given))
    assert result.objective <= best.objective * (1.0 + 1e-6)


def test_which_losses_are_flat_on_one_side():
    assert few_systems(model(1.0, SquaredHinge()))
    assert not few_systems(model(1.0, Logistic()))


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("p", [400, 500])
@pytest.mark.parametrize("strength", [1.0, 1e-2, 1e-4, 1e-9])
def test_squared_losses_are_one_system(strength, p, intercept):
    given = dict(loss=Squared(), p=p, intercept=intercept)
    made = model(strength, **given)
    result = run(LBFGS(), made)
    assert result.success
    assert ("Newton" in result.log[0]) == (strength > 1e-9)
    assert result.n_iter <= 3 or strength == 1e-9
    best = run(LBFGS(preconditioner="cholesky", tol=1e-10), model(strength, **given))
    unit = max(best.objective, 1e-9 * made.null.objective)
    assert result.objective <= best.objective + 1e-6 * unit
