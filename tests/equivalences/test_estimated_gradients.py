"""Gradients from values: right, counted, within bounds, and the same for one seed."""

import itertools

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der

from skopt_solvers import minimize
from skopt_solvers.penalties import L1, Box
from skopt_solvers.problems import SPSA, FiniteDifferences, FunctionProblem, Oracle
from skopt_solvers.solvers import SGD, Adagrad, Adam, GradientDescent

START = np.array([-1.2, 1.0, 0.3])
NOWHERE = np.full(3, -np.inf), np.full(3, np.inf)


class Signs:
    """A generator that draws these signs, in turn."""

    def __init__(self, signs):
        self.signs = iter(signs)

    def choice(self, values, size):
        assert values == [-1.0, 1.0]
        return np.array(next(self.signs)).reshape(size)


@pytest.mark.parametrize(("estimator", "error", "calls"), [
    (None, 1e-5, 4), (FiniteDifferences(), 1e-5, 4),
    (FiniteDifferences("3-point"), 1e-8, 7),
    (FiniteDifferences(rel_step=1e-3), 1.0, 4),
])  # fmt: skip
def test_differences_are_right_and_counted(estimator, error, calls):
    problem = FunctionProblem(rosen, START, estimator)
    point = problem.at(START)
    for _ in range(2):  # asked twice, found once
        np.testing.assert_allclose(point.loss_gradient, rosen_der(START), atol=error)
    assert problem.counts.evaluations == calls
    assert problem.counts.gradients == 1


def test_differences_stay_within_bounds():
    def fun(x):
        assert (x >= 1.0).all() and (x <= 3.0).all()
        return np.sum(np.log(x))

    result = minimize(
        fun, [3.0, 2.0], penalty=Box(1.0, 3.0), solver="gradient_descent"
    )
    np.testing.assert_allclose(result.x, 1.0)
    assert result.success


def test_spsa_is_spalls_formula():
    rng, k = np.random.default_rng(3), 4
    found = SPSA(0.1).estimate(rosen, START, 0.0, NOWHERE, k, rng)
    signs = np.random.default_rng(3).choice([-1.0, 1.0], size=3)
    c = 0.1 / (k + 1) ** 0.101
    slope = (rosen(START + c * signs) - rosen(START - c * signs)) / (2 * c)
    np.testing.assert_allclose(found, slope / signs, rtol=1e-14)


def test_spsa_has_the_gradient_as_its_mean():
    signs = list(itertools.product([-1.0, 1.0], repeat=3))
    estimator = SPSA(1e-4, draws=len(signs))
    found = estimator.estimate(rosen, START, 0.0, NOWHERE, 0, Signs(signs))
    np.testing.assert_allclose(found, rosen_der(START), rtol=1e-5)


@pytest.mark.parametrize("draws", [1, 3])
def test_spsa_costs_two_values_a_draw(draws):
    problem = FunctionProblem(rosen, START, SPSA(draws=draws))
    assert problem.at(START).loss_gradient.shape == (3,)
    assert problem.counts.evaluations == 1 + 2 * draws


@pytest.mark.parametrize("solver", [SGD(0.02), Adam(0.3), Adagrad(0.5)], ids=str)
@pytest.mark.parametrize("penalty", [None, L1(0.5)])
def test_any_rule_can_use_it_and_a_seed_decides(solver, penalty):
    solver.set_params(schedule=lambda k: (1 + k / 50) ** -0.602, max_iter=1500)
    xs = [
        minimize(
            lambda x: np.sum((x - 3) ** 2), np.zeros(5), jac=SPSA(), solver=solver,
            penalty=penalty, random_state=seed,
        ).x
        for seed in (0, 0, 1)
    ]  # fmt: skip
    np.testing.assert_array_equal(xs[0], xs[1])
    assert (xs[0] != xs[2]).any()
    np.testing.assert_allclose(xs, 3.0 if penalty is None else 2.75, atol=0.05)


def test_a_certificate_never_rests_on_an_estimate():
    """One unlucky direction along a level set would certify anything."""
    fun = lambda x: x[0] - x[1]  # noqa: E731
    problem = FunctionProblem(fun, np.zeros(2), SPSA(), rng=Signs([[1.0, 1.0]]))
    point = problem.at(np.zeros(2))
    assert not point.loss_gradient.any()
    assert problem.certificate(point).value >= 0.5


@pytest.mark.parametrize("jac", [None, False, FiniteDifferences(), SPSA()])
def test_certificates_from_values_are_not_cheap(jac):
    assert Oracle.CERTIFICATE not in FunctionProblem(rosen, START, jac).provides
    assert Oracle.CERTIFICATE in FunctionProblem(rosen, START, rosen_der).provides


@pytest.mark.parametrize(("jac", "hint"), [
    ("2-point", "such as SPSA"), (SPSA, "write SPSA"), (3.0, "3.0"),
    (SPSA(c=0.0), "c=0.0"), (SPSA(draws=0), "draws=0"), (SPSA(gamma=-1.0), "gamma"),
    (FiniteDifferences("complex"), "complex"), (FiniteDifferences(rel_step=0.0), "rel"),
])  # fmt: skip
def test_what_is_no_gradient(jac, hint):
    with pytest.raises(ValueError, match=hint):
        minimize(rosen, START, jac=jac)


def test_noisy_values_are_no_obstacle():
    rng = np.random.default_rng(0)
    result = minimize(
        lambda x: np.sum((x - 3) ** 2) + 1e-3 * rng.normal(), np.zeros(4),
        jac=SPSA(c=0.1), random_state=0,
        solver=SGD(0.05, schedule=lambda k: (1 + k / 50) ** -0.602, max_iter=800),
    )  # fmt: skip
    np.testing.assert_allclose(result.x, 3.0, atol=0.1)


def test_a_descent_on_differences_ends_certified():
    result = minimize(lambda x: np.sum((x - 3) ** 2), START, solver=GradientDescent())
    assert result.success
    np.testing.assert_allclose(result.x, 3.0, atol=1e-3)
