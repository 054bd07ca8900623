"""The interior-point method, against linear programs and libsvm."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import DESIGNS, data
from scipy.optimize import linprog
from sklearn.svm import SVC

from skopt_solvers import AdvancedLinearClassifier
from skopt_solvers.losses import Hinge, Quantile, Squared, SquaredHinge
from skopt_solvers.penalties import L1, L2, Box, ElasticNet, NoPenalty
from skopt_solvers.problems import IncompatibleProblem, linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import InteriorPoint
from skopt_solvers.testing import check_solver

PENALTIES = [
    NoPenalty(),
    L1(0.05),
    L1(0.05, weights=[0.0, 1.0, 2.0, 1.0]),
    L2(0.1),
    ElasticNet(0.1, 0.5),
]


def problem(loss, penalty, design="dense", intercept=True, weights=None):
    X, y = data(SquaredHinge() if isinstance(loss, Hinge) else Squared())
    return linear_problem(
        DESIGNS[design](X), y, loss, penalty,
        sample_weight=weights, fit_intercept=intercept,
    )  # fmt: skip


def linear_program(X, y, weights, quantile, alpha):
    """The smallest objective, by the simplex method of HiGHS."""
    n, p = X.shape
    s = weights / weights.sum()
    cost = np.concatenate(
        [np.full(2 * p, alpha), [0.0, 0.0], quantile * s, (1 - quantile) * s]
    )
    one = np.ones((n, 1))
    rows = np.hstack([X, -X, one, -one, np.eye(n), -np.eye(n)])
    return linprog(cost, A_eq=rows, b_eq=y, bounds=(0, None), method="highs-ds").fun


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("penalty", PENALTIES, ids=repr)
@pytest.mark.parametrize("loss", [Quantile(0.5), Quantile(0.1), Hinge()], ids=repr)
def test_every_problem_is_certified(loss, penalty, intercept):
    weights = np.arange(60) % 4 / 2.0  # some are zero
    for design, s in [("dense", None), ("csr", weights), ("fortran", weights)]:
        made = problem(loss, penalty, design, intercept, s)
        check_solver(InteriorPoint(tol=1e-9), made)


@given(
    n=st.integers(2, 40),
    p=st.integers(1, 12),
    seed=st.integers(0, 10_000),
    quantile=st.sampled_from([0.01, 0.3, 0.5, 0.95]),
    alpha=st.sampled_from([0.0, 1e-3, 0.1, 10.0]),
    ties=st.booleans(),
    scale=st.sampled_from([1e-6, 1.0, 1e6]),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_optimum_is_that_of_the_linear_program(
    n, p, seed, quantile, alpha, ties, scale
):
    """More columns than rows, copies, constants, exact fits and ties among them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-2, 3, size=p)
    y = rng.standard_cauchy(n)
    if ties:
        X, y = np.round(rng.normal(size=(n, p))), np.round(y)
    weights = rng.integers(0, 3, size=n) + 1.0
    best = scale * linear_program(X, y, weights, quantile, alpha)
    made = linear_problem(
        X, scale * y, Quantile(quantile), L1(alpha), sample_weight=weights
    )
    result = run(InteriorPoint(tol=1e-8), made)
    floor = 1e-10 * made.null.objective
    assert result.objective >= best * (1 - 1e-7) - floor
    assert result.success, f"{result.message}, {result.certificate}, best {best}"
    assert result.objective <= best * (1 + 1e-7) + floor


def test_coefficients_that_are_out_are_zero():
    made = problem(Quantile(0.5), L1(0.1))
    result = run(InteriorPoint(), made)
    w, _ = made.unpack(result.x)
    assert 0 < np.count_nonzero(w) < 4
    assert not np.any(
        made.unpack(run(InteriorPoint(), problem(Quantile(), L1(9))).x)[0]
    )


@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
def test_hinge_is_libsvms(C):
    X, y = data(SquaredHinge())
    ours = AdvancedLinearClassifier("hinge", alpha=1 / (C * len(y)), tol=1e-8)
    ours.fit(X, y)
    assert isinstance(ours.solver_, InteriorPoint)
    theirs = SVC(C=C, kernel="linear", tol=1e-10).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-3, atol=1e-4)


def test_offsets_move_the_kinks():
    X, y = data(SquaredHinge())
    offset = np.sin(np.arange(len(y)))
    one = linear_problem(X, y, Hinge(), L2(0.1), offset=offset)
    column = np.column_stack([X, offset])
    other = linear_problem(column, y, Hinge(), L2(0.1, weights=[1, 1, 1, 1, 0]))
    w, b = one.unpack(run(InteriorPoint(tol=1e-10), one).x)
    packed = other.at(other.pack(np.append(w, 1.0), b))
    assert packed.objective == pytest.approx(one.at(one.pack(w, b)).objective)
    assert (
        one.at(one.pack(w, b)).objective
        < linear_problem(X, y, Hinge(), L2(0.1), offset=offset).null.objective
    )


@pytest.mark.parametrize("penalty", [Box(-0.1, 0.1), L1(0.1, positive=True)], ids=repr)
def test_bounds_are_refused(penalty):
    with pytest.raises(IncompatibleProblem, match="one kink a sample"):
        run(InteriorPoint(), problem(Quantile(), penalty))
    with pytest.raises(IncompatibleProblem, match="one kink a sample"):
        run(InteriorPoint(), problem(Squared(), L1(0.1)))


def test_rows_of_a_sparse_design_without_entries():
    X = sp.csr_array((20, 3))
    y = np.arange(20.0)
    made = linear_problem(X, y, Quantile(0.25), NoPenalty())
    assert run(InteriorPoint(), made).objective == pytest.approx(
        made.null.objective, rel=1e-6
    )
