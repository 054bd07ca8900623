"""SAG, SAGA and SVRG: step by step as written out, and where steps are hard."""

import numpy as np
import pytest
import scipy.sparse as sp
from problems import DESIGNS, LOSSES, PENALTIES, data, make

from skopt_solvers.losses import Logistic, Multinomial, Poisson, Squared
from skopt_solvers.penalties import L1, L2, NoPenalty, Penalty
from skopt_solvers.problems import linear_problem
from skopt_solvers.problems._visits import Visits
from skopt_solvers.result import Status
from skopt_solvers.run import run
from skopt_solvers.solvers import SAG, SAGA, SVRG

SOLVERS = [SAG, SAGA, SVRG]
EPOCHS = 3
each = pytest.mark.parametrize("cls", SOLVERS, ids=lambda c: c.__name__)


class Cubed(Penalty):
    """Without closed form for idle steps: ``alpha (|w| + |w|**3)``."""

    def __init__(self, alpha=0.03):
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


def slope(loss, y, z):
    """Slope of one row; a row of slopes for a vector loss."""
    record = loss.record()
    if not loss.lanes:
        return np.array([record.slope(y, z[0])])
    out = np.empty_like(z)
    record.slopes(y, z, out)
    return out


def written_out(cls, problem, X, y, weights, rows, visits, steps, shift):
    """The formulas, with all coordinates of dense rows at every visit.

    `rows` are those drawn in each epoch and `visits` how often each is in expectation.
    """
    n, p, lanes = *X.shape, problem.lanes
    Z = np.column_stack([X - shift, np.ones(n)])
    loss, penalty = problem.response.loss, problem.record
    x = problem.frame(shift).enter(problem.start()).reshape(-1, lanes)
    slopes = lambda x: np.array([slope(loss, y[i], Z[i] @ x) for i in range(n)])  # noqa: E731
    table = np.zeros((n, lanes)) if cls is SAG else slopes(x)
    mean, path = Z.T @ (weights[:, None] * table), []
    for drawn in rows:
        for i in drawn:
            change = slope(loss, y[i], Z[i] @ x) - table[i]
            share = weights[i] * np.outer(Z[i], change)
            if cls is SAG:
                mean, g = mean + share, mean + share
                table[i] += change
            else:
                g = share * n / visits[i] + mean
            if cls is SAGA:
                mean = mean + share
                table[i] += change
            x = x - steps[:, None] * g
            for j in range(p):
                x[j] = [penalty.prox(z, steps[j], j) for z in x[j]]
        path.append(problem.frame(shift).leave(x.ravel()))
        if cls is SVRG:
            table = slopes(x)
            mean = Z.T @ (weights[:, None] * table)
    return np.array(path)


class Recorder:
    """Keeps iterates and the rows that were drawn."""

    def __init__(self, monkeypatch):
        self.points, self.rows, self.walk = [], [], None
        draw = Visits.draw

        def drawn(walk, replace):
            self.walk, rows = walk, draw(walk, replace)
            self.rows.append(walk.order[rows])
            return rows

        monkeypatch.setattr(Visits, "draw", drawn)

    def __call__(self, progress):
        self.points.append(progress.state.point.x.copy())


@pytest.mark.parametrize("preconditioner", ["auto", None])
@pytest.mark.parametrize("design", ["dense", "csr"])
@pytest.mark.parametrize(
    "penalty", [*(name for name in PENALTIES if not PENALTIES[name].blocked), "cubed"]
)
@pytest.mark.parametrize("loss", ["squared", "multinomial"])
@each
def test_each_visit_is_the_formula(
    monkeypatch, cls, loss, penalty, design, preconditioner
):
    X, y = data(LOSSES[loss], n=40)
    weights = np.linspace(0.0, 2.0, 40)
    penalty = {**PENALTIES, "cubed": Cubed()}[penalty]
    problem = linear_problem(
        DESIGNS[design](X), y, LOSSES[loss], penalty, sample_weight=weights
    )
    rate = 1e-3 if preconditioner is None else 0.02
    solver = cls(rate, preconditioner, tol=0.0, max_iter=EPOCHS)
    keep = Recorder(monkeypatch)
    run(solver, problem, callbacks=[keep], random_state=0)
    walk, visits = keep.walk, np.empty(40)
    visits[walk.order] = walk.expected
    path = written_out(
        cls, problem, X, y, weights / weights.sum(), keep.rows, visits,
        rate * walk.scale**2, walk.shift,
    )  # fmt: skip
    np.testing.assert_allclose(keep.points[1:], path, rtol=1e-9, atol=1e-12)


@each
def test_visits_follow_the_curvature(monkeypatch, cls):
    X, y = data(Squared(), n=300)
    X[7] *= 30.0
    keep = Recorder(monkeypatch)
    run(cls(max_iter=200, tol=0.0), linear_problem(X, y, Squared(), L2(0.1)))
    walk, n = keep.walk, len(y)
    counts = np.bincount(np.concatenate(keep.rows), minlength=n) / len(keep.rows)
    expected = np.empty(n)
    expected[walk.order] = walk.expected
    assert expected.sum() == pytest.approx(n) and expected.min() >= 0.5
    assert expected[7] > 10 * np.median(expected)
    np.testing.assert_allclose(counts, expected, atol=0.35 * np.sqrt(expected).max())


@each
def test_a_single_row_and_no_weight_do_no_harm(cls):
    X, y = data(Squared(), n=60)
    weights = np.zeros(60)
    weights[[3, 5, 8, 20, 30]] = 1.0
    some = linear_problem(X, y, Squared(), L2(0.1), sample_weight=weights)
    assert run(cls(tol=1e-8), some, random_state=0).success
    one = linear_problem(X[:1], y[:1], Squared(), L2(0.1))
    assert run(cls(tol=1e-8), one, random_state=0).success


@pytest.mark.parametrize("design", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("loss", [Logistic(), Poisson(), Multinomial()], ids=str)
@each
def test_columns_of_any_scale(cls, loss, design):
    X, y = data(loss, n=80)
    X = X * np.array([1e-6, 1.0, 1e4, 1e2])
    X = np.column_stack([X, np.ones(80), np.zeros(80), X[:, 0]])
    problem = linear_problem(design(X), y, loss, L2(1e-4))
    result = run(cls(tol=1e-6), problem, random_state=0)
    assert result.success, result


@each
def test_curvature_without_bound_is_met_step_by_step(cls):
    X, y = data(Poisson(), n=80)
    problem = linear_problem(X, y, Poisson(), L2(0.01))
    start = problem.start()
    start[:3] = 2.0  # where predictions are a thousand times too large
    result = run(cls(tol=1e-8), problem, start, random_state=0)
    assert result.success, result


@each
def test_steps_that_are_too_long_end_with_the_best_point(cls):
    problem = make("squared", "l2")
    result = run(cls(1e3, max_iter=50), problem, random_state=0)
    assert result.status is Status.NON_FINITE
    assert np.isfinite(result.x).all()
    assert result.objective <= problem.at(problem.start()).objective


@pytest.mark.parametrize("design", ["dense", "csr"])
@each
def test_precision_is_that_of_floating_point(cls, design):
    result = run(cls(tol=1e-13), make("logistic", "l2", design), random_state=0)
    assert result.success, result


@each
def test_a_penalty_without_a_closed_form(cls):
    X, y = data(Logistic(), n=60)
    for design in (X, sp.csr_array(X)):
        problem = linear_problem(design, y, Logistic(), Cubed())
        assert run(cls(tol=1e-8), problem, random_state=0).success


@each
def test_a_warm_start_at_the_optimum_takes_no_epoch(cls):
    problem = make("logistic", "l1")
    there = run(cls(tol=1e-8), problem, random_state=0).x
    assert run(cls(tol=1e-6), problem, there, random_state=0).n_iter == 0


@pytest.mark.parametrize(("cls", "penalty"), [
    (SAG, L2(0.03)), (SAGA, L2(0.03)), (SVRG, L2(0.03)), (SAGA, L1(0.02)),
    (SVRG, L1(0.02)),
])  # fmt: skip
def test_more_columns_than_rows(cls, penalty):
    rng = np.random.default_rng(0)
    X = sp.random_array((40, 2000), density=0.01, rng=rng, format="csr")
    y = np.where(rng.random(40) > 0.5, 1.0, -1.0)
    problem = linear_problem(X, y, Logistic(), penalty)
    assert run(cls(tol=1e-6), problem, random_state=0).success


def test_classes_that_nothing_holds_back_stay_finite():
    X = np.array([[-1.0], [-0.5], [0.5], [1.0]])
    y = np.array([-1.0, -1.0, 1.0, 1.0])
    for cls in SOLVERS:
        problem = linear_problem(X, y, Logistic(), NoPenalty())
        result = run(cls(max_iter=50), problem, random_state=0)
        assert np.isfinite(result.x).all()
        assert result.objective < 0.3
