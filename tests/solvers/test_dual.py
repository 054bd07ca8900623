"""Dual coordinate descent: every loss that has a dual, hinge among them."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import DESIGNS, data
from sklearn.svm import SVC

from skopt_solvers import AdvancedLinearClassifier
from skopt_solvers.losses import Hinge, Huber, Logistic, Poisson, Squared, SquaredHinge
from skopt_solvers.penalties import L1, L2, NoPenalty
from skopt_solvers.problems import IncompatibleProblem, linear_problem
from skopt_solvers.result import Status
from skopt_solvers.run import run
from skopt_solvers.solvers import DualCoordinateDescent, Newton
from skopt_solvers.testing import check_solver

SMOOTH = [Squared(), Huber(), Logistic(), SquaredHinge(), Poisson()]


def problem(loss, penalty=None, design="dense", intercept=True, weights=None):
    X, y = data(SquaredHinge() if isinstance(loss, Hinge) else loss)
    return linear_problem(
        DESIGNS[design](X), y, loss, penalty or L2(0.1),
        sample_weight=weights, fit_intercept=intercept,
    )  # fmt: skip


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("loss", SMOOTH, ids=repr)
def test_the_optimum_of_smooth_losses_is_newtons(loss, intercept):
    weights = np.arange(60) % 4 / 2.0  # some are zero
    ridges = L2(0.1, weights=[1.0, 0.5, 3.0, 1.0])
    for penalty, design in [(None, "dense"), (ridges, "csr"), (ridges, "fortran")]:
        made = problem(loss, penalty, design, intercept, weights)
        solver = DualCoordinateDescent(tol=1e-9, max_iter=5000)
        check_solver(solver, made)
        best = run(Newton(tol=1e-12), made)
        found = run(solver, made)
        np.testing.assert_allclose(found.x, best.x, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("design", DESIGNS)
def test_hinge_is_certified(design):
    check_solver(DualCoordinateDescent(tol=1e-6), problem(Hinge(), design=design))


@pytest.mark.parametrize("C", [0.01, 1.0, 30.0])
def test_hinge_is_libsvms(C):
    """The intercept is free in libsvm as it is here."""
    X, y = data(SquaredHinge())
    ours = AdvancedLinearClassifier(
        "hinge", "l2", "dual_coordinate_descent", alpha=1 / (C * len(y)), tol=1e-7,
        max_iter=100_000,
    ).fit(X, y)  # fmt: skip
    theirs = SVC(C=C, kernel="linear", tol=1e-10).fit(X, y)
    made = linear_problem(X, y, Hinge(), L2(1 / (C * len(y))))
    packed = (made.pack(m.coef_[0], m.intercept_[0]) for m in (ours, theirs))
    values = [made.value(each) for each in packed]
    assert values[0] <= values[1] * (1 + 1e-6)
    assert values[1] <= values[0] * (1 + 1e-5)  # where libsvm stops


def test_what_has_no_dual_is_refused():
    for made in (
        problem(Squared(), L1(0.1)),
        problem(Squared(), NoPenalty()),
        problem(Squared(), L2(0.1, weights=[0.0, 1.0, 1.0, 1.0])),
        problem(Squared(), L2(0.1, positive=True)),
    ):
        check_solver(DualCoordinateDescent(), made)
    with pytest.raises(IncompatibleProblem, match="DualCoordinateDescent"):
        run(Newton(), problem(Hinge()))


def test_a_short_run_keeps_the_certificate_of_its_slopes():
    made = problem(Logistic(), L2(1e-2))
    result = run(DualCoordinateDescent(tol=1e-14, max_iter=40), made)
    assert not result.success
    anew = made.certificate(made.at(result.x))
    assert 3 * result.certificate.value < anew.value


def test_a_second_run_begins_where_the_first_ended():
    made = problem(Logistic())
    first = run(DualCoordinateDescent(tol=1e-8), made)
    again = run(DualCoordinateDescent(tol=1e-6), made, first.x)
    assert again.n_iter == 0
    assert run(DualCoordinateDescent(tol=1e-10), made, first.x).success


@given(
    n=st.integers(1, 15),
    p=st.integers(1, 20),
    alpha=st.sampled_from([1e-3, 1.0, 1e6]),
    scale=st.sampled_from([1e-6, 1.0, 1e3]),
    loss=st.sampled_from([*SMOOTH, Hinge()]),
    seed=st.integers(0, 1000),
    intercept=st.booleans(),
    sparse=st.booleans(),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_hostile_shapes(n, p, alpha, scale, loss, seed, intercept, sparse):
    """Empty rows and columns, repeated rows, one class only."""
    rng = np.random.default_rng(seed)
    X = rng.integers(-1, 2, size=(n, p)) * scale
    y = rng.choice([-1.0, 1.0], size=n) if loss.labels else rng.integers(0, 4, n) * 1.0
    X = sp.csr_array(X) if sparse else X
    made = linear_problem(X, y, loss, L2(alpha), fit_intercept=intercept)
    result = run(DualCoordinateDescent(tol=1e-4, max_iter=3000), made)
    assert np.isfinite(result.x).all()
    bounded = alpha * (1.0 / scale**2) > 1e-6  # else thousands of epochs
    if bounded:
        endless = intercept and np.ptp(y) == 0 and result.status is Status.SEPARABLE
        assert result.success or endless, result
