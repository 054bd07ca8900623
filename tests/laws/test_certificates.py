"""A certificate bounds what is left to gain, and can be read to the last digit."""

import math
from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp

from skopt_solvers.losses import (
    Huber,
    Logistic,
    Multinomial,
    Poisson,
    Squared,
    SquaredHinge,
)
from skopt_solvers.penalties import L1, L2, Box, ElasticNet, NoPenalty
from skopt_solvers.problems import linear_problem
from skopt_solvers.problems._gap import FLOOR
from skopt_solvers.run import run
from skopt_solvers.solvers import Newton, ProximalGradient

N, P, CLASSES = 40, 6, 3
LOSSES = {
    "squared": Squared(),
    "huber": Huber(0.7),
    "logistic": Logistic(),
    "hinge": SquaredHinge(),
    "poisson": Poisson(),
    "multinomial": Multinomial(),
}
SOME = np.array([0.0, 1.0, 0.5, 2.0, 0.0, 1.0])
PENALTIES = {
    "none": NoPenalty(),
    "l1": L1(0.05),
    "l1 some": L1(0.05, weights=SOME),
    "l1 positive": L1(0.05, positive=True),
    "l2": L2(0.1),
    "l2 some": L2(0.1, weights=SOME),
    "l2 positive": L2(0.1, positive=True),
    "net": ElasticNet(0.1, 0.4),
    "net some": ElasticNet(0.1, 0.4, weights=SOME),
    "box": Box(-0.3, 0.2),
    "half box": Box(0.0, np.inf),
    "some positive": L1(0.05, weights=SOME, positive=True),
}
NO_DUAL = {"half box", "some positive"}
# sparse, intercept, weighted: each loss and penalty meets two opposite settings
SETTINGS = [(False, True, False), (True, False, True), (True, True, True),
            (False, False, False)]  # fmt: skip


@cache
def data():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N, P)) * np.array([1.0, 0.3, 3.0, 1.0, 1.0, 1.0])
    X[rng.random((N, P)) < 0.3] = 0.0
    X[:, 2] += 1.0
    score = X @ np.array([1.0, -1.0, 0.3, 0.0, 0.5, 0.0]) + rng.standard_normal(N)
    weights = rng.random(N)
    weights[3] = 0.0
    return X, score, weights


def targets(name):
    score = data()[1]
    if name in ("logistic", "hinge"):
        return np.where(score > 0.3, 1.0, -1.0)
    if name == "poisson":
        return np.floor(np.exp(np.clip(score, -2.0, 2.0)))
    if name == "multinomial":
        return np.digitize(score, [-0.5, 0.8]).astype(float)
    return score


def problem(loss, penalty, sparse=False, intercept=True, weighted=False):
    X, _, weights = data()
    return linear_problem(
        sp.csr_array(X) if sparse else X,
        targets(loss),
        LOSSES[loss],
        PENALTIES[penalty],
        sample_weight=weights if weighted else None,
        fit_intercept=intercept,
    )


@cache
def optimum(loss, penalty, *setting):
    """The point of a long run, from a solver that looks at no duality gap to move."""
    made = problem(loss, penalty, *setting)
    smooth = made.penalty.smooth
    solver = Newton() if smooth else ProximalGradient()
    result = run(solver, made, tol=1e-14, max_iter=50 if smooth else 5000)
    return made, made.at(result.x)


def excess(made, point, best):
    """Objective above the optimum, in units of the certificate."""
    unit = max(point.objective, FLOOR * made.null.objective)
    return (point.objective - best.objective) / unit


def settings(loss, penalty):
    """Two of the four settings, opposite to each other."""
    first = (list(LOSSES).index(loss) + list(PENALTIES).index(penalty)) % 4
    return SETTINGS[first], SETTINGS[(first + 1) % 4]


every_pair = pytest.mark.parametrize(
    ("loss", "penalty"), [(a, b) for a in LOSSES for b in PENALTIES]
)


@every_pair
def test_certificates_bound_what_is_left(loss, penalty):
    for setting in settings(loss, penalty):
        made, best = optimum(loss, penalty, *setting)
        rng = np.random.default_rng(1)
        for size in (2.0, 1e-1, 1e-3, 1e-6):
            noise = size * rng.standard_normal(made.size)
            x = made.prox(best.x + noise, np.full(made.size, 1e-300))
            point = made.at(x)
            certificate = made.certificate(point)
            assert certificate.value >= 0 and certificate.exact
            if penalty in NO_DUAL:
                assert certificate.kind == "violation"
                assert certificate.value > 0
            else:
                assert certificate.kind == "duality gap"
                left = excess(made, point, best)
                assert certificate.value >= left * (1 - 1e-6) - 1e-14


@every_pair
def test_certificates_vanish_at_the_optimum(loss, penalty):
    for setting in settings(loss, penalty):
        made, best = optimum(loss, penalty, *setting)
        assert 0 <= made.certificate(best).value <= 1e-10
        again = made.at(best.x)  # no predictions carried along
        assert 0 <= made.certificate(again).value <= 1e-10


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("penalty", ["l1", "l2", "net some", "box"])
def test_certificates_close_in_as_points_do(loss, penalty):
    """Never far above what is left: quadratic in the distance, with smooth losses."""
    made, best = optimum(loss, penalty, *SETTINGS[0])
    direction = np.random.default_rng(2).standard_normal(made.size)
    steps = np.full(made.size, 1e-300)
    values = []
    for size in (1e-2, 1e-4, 1e-6):
        x = made.prox(best.x + size * direction, steps)
        values.append(made.certificate(made.at(x)).value)
    assert values[0] > 30 * values[1] > 900 * values[2]


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("penalty", [L1(0.1), ElasticNet(0.1, 0.7)], ids=repr)
def test_a_lasso_is_certified_to_the_last_digit(penalty, intercept):
    X, y, _ = data()
    made = linear_problem(X, y, Squared(), penalty, fit_intercept=intercept)
    result = run(ProximalGradient(), made, tol=1e-14, max_iter=20_000)
    assert result.success
    assert made.certificate(made.at(result.x)).value <= 1e-12


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("penalty", ["l1", "l2", "net", "none"])
def test_a_witness_gives_a_valid_bound(loss, penalty):
    """Slopes of any other point certify this one, never below what is left."""
    for setting in settings(loss, penalty):
        made, best = optimum(loss, penalty, *setting)
        rng = np.random.default_rng(3)
        for size in (1.0, 1e-2, 1e-5):
            x, y = best.x + size * rng.standard_normal((2, made.size))
            point, witness = made.at(x), made.at(y)
            found = made.certificate(point, witness=witness)
            assert found.kind == "duality gap" and found.exact
            left = excess(made, point, best)
            assert found.value >= left * (1 - 1e-6) - 1e-14
            near = made.certificate(point, witness=best)
            assert near.value >= left * (1 - 1e-6) - 1e-14
            assert near.value <= 1.01 * left + 1e-9


@every_pair
def test_estimates_never_stop_a_run(loss, penalty):
    """An inexact certificate exceeds the tolerance it was asked for."""
    made, best = optimum(loss, penalty, *SETTINGS[0])
    point = made.at(made.prox(best.x + 0.1, np.full(made.size, 1e-300)))
    for tol in (1e-12, 1e-4, 1e3):
        certificate = made.certificate(point, tol)
        if not certificate.exact:
            assert certificate.value > tol
            assert certificate.kind == made.certificate(point).kind
        else:
            assert certificate == made.certificate(point)


# -- invariance --------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-5, 1e5])
@pytest.mark.parametrize("intercept", [True, False])
def test_the_scale_of_y_changes_nothing(scale, intercept):
    X, y, _ = data()
    x = np.random.default_rng(4).standard_normal(P + intercept)
    pairs = [
        (Squared(), L1(0.1), Squared(), L1(0.1 * scale)),
        (Squared(), L2(0.1), Squared(), L2(0.1)),
        (Squared(), NoPenalty(), Squared(), NoPenalty()),
        (Squared(), Box(-0.1, 0.2), Squared(), Box(-0.1 * scale, 0.2 * scale)),
        (Squared(), Box(0.0, np.inf), Squared(), Box(0.0, np.inf)),
        (Huber(0.5), L1(0.1), Huber(0.5 * scale), L1(0.1 * scale)),
    ]
    for loss, penalty, scaled_loss, scaled_penalty in pairs:
        one = linear_problem(X, y, loss, penalty, fit_intercept=intercept)
        other = linear_problem(
            X, y * scale, scaled_loss, scaled_penalty, fit_intercept=intercept
        )
        for size in (1.0, 1e-3):
            z = one.prox(size * x, np.full(one.size, 1e-300))
            expected = one.certificate(one.at(z))
            found = other.certificate(other.at(scale * z))
            assert found.kind == expected.kind
            assert found.value == pytest.approx(expected.value, rel=1e-9)


@every_pair
def test_repeated_rows_and_weights_are_the_same(loss, penalty):
    X, _, weights = data()
    parts = targets(loss), LOSSES[loss], PENALTIES[penalty]
    one = linear_problem(X, *parts, sample_weight=weights)
    rows = np.tile(np.arange(N), 3)
    repeated = linear_problem(
        X[rows], parts[0][rows], *parts[1:], sample_weight=7 * weights[rows]
    )
    x = np.random.default_rng(5).standard_normal(one.size)
    x = one.prox(0.1 * x, np.full(one.size, 1e-300))
    expected, found = one.certificate(one.at(x)), repeated.certificate(repeated.at(x))
    assert found.kind == expected.kind
    assert found.value == pytest.approx(expected.value, rel=1e-8)


@every_pair
def test_storage_changes_nothing(loss, penalty):
    dense, sparse = problem(loss, penalty), problem(loss, penalty, sparse=True)
    x = np.random.default_rng(6).standard_normal(dense.size)
    x = dense.prox(0.1 * x, np.full(dense.size, 1e-300))
    expected = dense.certificate(dense.at(x)).value
    found = sparse.certificate(sparse.at(x)).value
    assert found == pytest.approx(expected, rel=1e-8)


# -- free directions and edges ---------------------------------------------------------


def test_the_projection_balances_free_directions():
    """With some columns free, the gap is that of the problem where they are solved."""
    made, best = optimum("squared", "l1 some", *SETTINGS[0])
    X, y, _ = data()
    loose = np.column_stack([X[:, SOME == 0], np.ones(N)])
    project = np.eye(N) - loose @ np.linalg.pinv(loose)
    point = made.at(best.x + 0.01)
    q = project @ (point.z - y)
    v, level = -X.T @ q / N, 0.05 * SOME
    scale = min(1.0, np.min(np.where(SOME > 0, level / np.maximum(abs(v), 1e-300), 1)))
    dual = -np.mean((scale * q) ** 2) / 2 - np.mean(scale * q * y)
    found = made.certificate(point).value
    expected = (point.objective - dual) / point.objective
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_dependent_free_columns(loss):
    """Twice the same column without penalty: the projection needs no inverse."""
    X, _, _ = data()
    X = np.column_stack([X, X[:, 0], np.zeros(N), np.ones(N)])
    made = linear_problem(X, targets(loss), LOSSES[loss], NoPenalty())
    reference, best = optimum(loss, "none", False, True, False)
    w, b = reference.unpack(best.x)
    point = made.at(made.pack(np.concatenate([w, np.zeros(3)]), b))
    assert point.objective == pytest.approx(best.objective, rel=1e-12)
    assert 0 <= made.certificate(point).value <= 1e-10
    moved = made.at(point.x + 0.01)
    left = (moved.objective - best.objective) / moved.objective
    assert made.certificate(moved).value >= left - 1e-14


def test_an_exact_fit_counts_as_solved():
    X = data()[0]
    w = np.arange(P) / 7
    made = linear_problem(X, X @ w + 2.0, Squared(), NoPenalty())
    point = made.at(made.pack(w, 2.0))
    assert made.certificate(point).value <= 1e-10
    nothing = linear_problem(X, np.zeros(N), Squared(), L1(0.1))
    assert nothing.certificate(nothing.at(nothing.start())).value == 0.0


def test_what_is_not_finite_is_not_certified():
    for loss, penalty in (("squared", "l1"), ("logistic", "l2"), ("poisson", "none"),
                          ("squared", "half box")):  # fmt: skip
        made = problem(loss, penalty)
        x = made.start()
        x[0] = math.nan
        assert made.certificate(made.at(x)).value == math.inf
    outside = problem("squared", "box")
    assert outside.certificate(outside.at(outside.start() + 9.0)).value == math.inf


def test_separable_classes_are_told_from_a_solution():
    """Without a penalty there is no minimum, only an infimum of zero."""
    X = np.linspace(-1.0, 1.0, 10)[:, None] + 0.05
    y = np.where(X[:, 0] > 0, 1.0, -1.0)
    made = linear_problem(X, y, Logistic(), NoPenalty())
    for size in (1.0, 10.0, 100.0):
        point = made.at(np.array([size, 0.0]))
        assert made.certificate(point).value >= 1 - 1e-6


@pytest.mark.parametrize("intercept", [True, False])
def test_slopes_without_curvature_are_bounded_too(intercept):
    """Every sample in a linear piece of Huber's loss: nothing can be projected."""
    X, y, _ = data()
    made = linear_problem(X, y, Huber(1e-6), L1(1e-8), fit_intercept=intercept)
    point = made.at(made.start() + 0.1)
    assert made.certificate(point).kind == "duality gap"
    lower = run(ProximalGradient(), made, tol=1e-3, max_iter=300)
    left = (point.objective - lower.objective) / point.objective
    assert made.certificate(point).value >= left > 0


def test_huge_counts_are_certified():
    rng = np.random.default_rng(8)
    X = rng.standard_normal((N, 3))
    y = rng.poisson(1e6 * np.exp(X @ np.array([0.3, -0.2, 0.1]))).astype(float)
    made = linear_problem(X, y, Poisson(), L2(1e-3))
    result = run(Newton(), made, tol=1e-10)
    assert result.success and made.certificate(made.at(result.x)).value <= 1e-10


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson", "multinomial"])
def test_weak_ridges_are_certified_by_refined_slopes(loss):
    """Columns of very different scale: the gradient alone reads far too much."""
    X, _, weights = data()
    X = X * np.array([1e-3, 1.0, 1e4, 1e6, 1.0, 1e-1])
    made = linear_problem(
        X, targets(loss), LOSSES[loss], L2(1e-9), sample_weight=weights
    )
    best = made.at(run(Newton(), made, tol=1e-12).x)
    direction = np.random.default_rng(3).standard_normal(made.size) / made.norms
    for size in (1e-1, 1e-3, 1e-5):
        point = made.at(best.x + size * direction)
        found = made.certificate(point, witness=made.refined(point))
        left = excess(made, point, best)
        assert found.kind == "duality gap" and found.value >= left * (1 - 1e-6) - 1e-13
        assert size > 1e-3 or found.value <= 1e2 * left + 1e-10
        assert found.value <= made.certificate(point).value


def test_a_run_that_stalls_is_certified_by_refined_slopes():
    from sklearn.datasets import load_wine

    X, y = load_wine(return_X_y=True)
    made = linear_problem(X, y.astype(float), Multinomial(), L2(1e-8 / len(y)))
    result = run(Newton(), made)
    assert result.success and result.certificate.value <= 1e-6
