"""Without a Hessian, or without the dual, as sizes and rows tell beforehand."""

import numpy as np
import pytest
import scipy.sparse as sp

from skopt_solvers.losses import Logistic, Squared, SquaredHinge
from skopt_solvers.penalties import L2
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, DualCoordinateDescent, NewtonCG


def tall(loss, strength, falling=1.0, intercept=True, order="C", n=1500, p=300):
    """Columns that depend on each other, the more the faster their spectrum falls."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p)) * np.arange(1, p + 1) ** -falling
    X = np.asarray(X @ rng.normal(size=(p, p)) / np.sqrt(p), order=order)
    z = X[:, :5].sum(axis=1) + 0.3 * rng.logistic(size=n)
    y = z if isinstance(loss, Squared) else np.where(z > 0.2, 1.0, -1.0)
    return linear_problem(X, y, loss, L2(strength), fit_intercept=intercept)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("loss", [Logistic(), Squared(), SquaredHinge()], ids=repr)
def test_where_columns_depend_on_each_other_epochs_are_few(loss, order, intercept):
    made = tall(loss, 3e-3, intercept=intercept, order=order)
    result = run(LBFGS(), made)
    assert result.success and "dual" in result.log[0], result.log
    best = run(NewtonCG(tol=1e-10), tall(loss, 3e-3, intercept=intercept))
    assert result.objective <= best.objective * (1.0 + 1e-6)


@pytest.mark.parametrize(("strength", "falling"), [(1e-6, 1.0), (1.0, 0.0)])
def test_elsewhere_gradients_and_a_hessian_are_nearer(strength, falling):
    result = run(LBFGS(), tall(Logistic(), strength, falling))
    assert result.success and "dual" not in result.log[0], result.log


@pytest.mark.parametrize("loss", [Logistic(), SquaredHinge()], ids=repr)
@pytest.mark.parametrize(("strength", "begun"), [(1e-6, False), (1.0, True)])
def test_the_dual_is_not_begun_where_epochs_would_be_many(loss, strength, begun):
    rng = np.random.default_rng(0)
    X = sp.random(3000, 2100, 0.005, format="csr", random_state=0)
    y = np.where(rng.random(3000) < 0.5, 1.0, -1.0)
    result = run(LBFGS(), linear_problem(X, y, loss, L2(strength)))
    assert result.success and ("not begun" in result.log[0]) != begun, result.log


def test_epochs_in_single_precision_may_go_on_in_double():
    made = tall(Logistic(), 1e-2)
    best = run(NewtonCG(tol=1e-12), made).objective
    ascent, rng = made.ascent(made.start(), True), np.random.default_rng(0)
    assert ascent.rough and not made.ascent(made.start()).rough
    for _ in range(30):
        ascent.epoch(rng.permutation(ascent.runs))
    point = ascent.point()
    assert made.certificate(point, 0.0, ascent.witness()).value < 1e-9
    ascent.refine()
    for _ in range(30):
        ascent.epoch(rng.permutation(ascent.runs))
    assert not ascent.rough and ascent.w.dtype == np.float64
    assert ascent.point().objective <= best * (1.0 + 1e-12)


def test_a_fine_tolerance_takes_double_precision():
    result = run(DualCoordinateDescent(tol=1e-11), tall(Logistic(), 1e-2))
    assert result.success and result.certificate.value <= 1e-11


@pytest.mark.parametrize("weights", [None, np.arange(1500) % 3 + 1.0])
def test_a_row_bends_the_loss_by_its_square_in_ridges(weights):
    made = tall(Logistic(), 1e-2)
    X, y = made.design.X, made.response.y
    made = linear_problem(X, y, Logistic(), L2(1e-2), sample_weight=weights)
    shares = made.response.weights
    expected = float(shares @ np.square(X).sum(axis=1)) / 1e-2 / len(y)
    assert made.row_bend == pytest.approx(expected, rel=1e-9)
