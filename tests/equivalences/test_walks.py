"""Epochs on the columns of a batch are the same as epochs on all columns."""

import numpy as np
import pytest
import scipy.sparse as sp

from skopt_solvers.designs import deviations
from skopt_solvers.losses import Logistic, Multinomial, Poisson
from skopt_solvers.penalties import L1, L2, Box, ElasticNet, NoPenalty
from skopt_solvers.problems import _sweep, _walks, linear_problem
from skopt_solvers.run import run
from skopt_solvers.schedules import LinearDecay
from skopt_solvers.solvers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    CoordinateDescent,
    Lion,
    NAdam,
    RAdam,
    RMSProp,
    StochasticSolver,
)
from skopt_solvers.solvers._registry import solver_classes

ROWS, COLUMNS = 300, 400


def problem(penalty, columns=COLUMNS):
    rng = np.random.default_rng(0)
    X = sp.random_array((ROWS, columns), density=4 / columns, rng=rng, format="csr")
    y = np.where(rng.random(ROWS) < 0.4, 1.0, -1.0)
    return linear_problem(X, y, Logistic(), penalty)


def answer(rule, penalty, walk, monkeypatch, **settings):
    monkeypatch.setattr(_sweep, "walk_for", lambda *_: walk)
    rule.set_params(max_iter=3, tol=None, schedule=LinearDecay(), **settings)
    return run(rule, problem(penalty), random_state=0).x


LINEAR = [
    SGD(0.5), SGD(0.1, momentum=0.9), SGD(0.1, momentum=0.9, nesterov=True),
    SGD(0.2, momentum=0.5, dampening=0.3), SGD(0.2, dampening=0.3),
]  # fmt: skip
# an eps that does not fade is where lazy moments differ, see MomentSolver
LAZY = [
    Adagrad(0.1), Adadelta(1.0), Adam(0.01, eps=1e-15), NAdam(0.01, eps=1e-15),
    Adam(0.01, amsgrad=True, eps=1e-15), AdamW(0.01, weight_decay=0.3, eps=1e-15),
    RMSProp(0.01), RMSProp(0.01, momentum=0.8, centered=True),
    Lion(0.003), Lion(0.003, weight_decay=0.1),
]  # fmt: skip


@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize("penalty", [NoPenalty(), L2(0.01)], ids=str)
@pytest.mark.parametrize("rule", LINEAR, ids=str)
def test_resting_points_are_the_same_steps(rule, penalty, batch_size, monkeypatch):
    given = {"batch_size": batch_size, "preconditioner": None}
    found, expected = (
        answer(rule, penalty, walk, monkeypatch, **given)
        for walk in (_walks.LinearWalk, _walks.DenseWalk)
    )
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize("rule", LINEAR[:3], ids=str)
def test_entries_that_are_all_equal_need_not_be_read(rule, batch_size, monkeypatch):
    X = problem(L2(0.01)).design.X
    X.data[:] = 0.7
    y, found = problem(L2(0.01)).response.y, []
    rule.set_params(max_iter=3, tol=None, batch_size=batch_size)
    for rows in (_walks.equal_rows, lambda design: None):
        monkeypatch.setattr(_walks, "equal_rows", rows)
        one = linear_problem(X, y, Logistic(), L2(0.01))
        assert rows(one.design) is None or rows(one.design).value == 0.7
        found.append(run(rule, one, random_state=0).x)
    assert np.abs(found[0]).max() > 0.01
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("penalty", [L2(0.01), ElasticNet(5e-3)], ids=str)
@pytest.mark.parametrize("dense", [True, False], ids=["dense", "sparse"])
def test_products_of_neighbours_change_nothing(penalty, dense, monkeypatch):
    """Rows whose next product is taken ahead of the step, and rows that wait."""
    found = []
    for longest in (10 * COLUMNS, 0):
        monkeypatch.setattr(_walks, "BRIEF", longest)
        one = problem(penalty)
        if dense:
            X = one.design.X.toarray()
            one = linear_problem(X, one.response.y, Logistic(), penalty)
        rule = SGD(0.3, batch_size=1, max_iter=3, tol=None, preconditioner=None)
        found.append(run(rule, one, random_state=0).x)
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-12)


def stored(rule, loss, penalty, monkeypatch, kind=np.float64):
    """The solutions from entries but for one number in each column, and from all."""
    monkeypatch.setattr(deviations, "SHORT", 1)
    monkeypatch.setattr(deviations, "CACHED", 0)
    rng, found = np.random.default_rng(1), []
    X = rng.normal(size=40) + problem(L2(0.01), 40).design.X.toarray()
    X[:, 0] = rng.normal(size=ROWS)
    y = np.digitize(X @ rng.normal(size=40), [-3.0, 3.0])
    y = np.sign(y - 0.5) if isinstance(loss, Logistic) else y
    lanes = 3 * isinstance(loss, Multinomial)
    rule.set_params(max_iter=3, tol=None)
    for share in (1.0, 0.0):
        monkeypatch.setattr(deviations, "SHARE", share)
        one = linear_problem(X.astype(kind), y, loss, penalty, lanes=lanes)
        batch = None if rule.batch_size == "auto" else rule.batch_size
        sweep = one.sweep(rule, batch, rule.preconditioner is not None, rng)
        assert sweep.walk.design.sparse == bool(share)
        found.append(run(rule, one, random_state=0).x)
    assert np.abs(found[0]).max() > 0.01
    return found


@pytest.mark.parametrize("preconditioner", [None, "auto"])
@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize("rule", LINEAR, ids=str)
def test_dense_data_may_be_stored_sparse(rule, batch_size, preconditioner, monkeypatch):
    given = {"batch_size": batch_size, "preconditioner": preconditioner}
    rule.set_params(schedule=LinearDecay(), **given)
    found = stored(rule, Logistic(), L2(0.01), monkeypatch)
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rule", [SGD(), Adam(), RAdam()], ids=str)
@pytest.mark.parametrize("loss, penalty", [
    (Logistic(), L1(3e-3)), (Poisson(), L2(0.01)), (Multinomial(), L2(0.01)),
], ids=str)  # fmt: skip
def test_storage_changes_no_automatic_rate(rule, loss, penalty, monkeypatch):
    found = stored(rule, loss, penalty, monkeypatch)
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-12)


def test_single_precision_may_be_stored_sparse(monkeypatch):
    rule = SGD(batch_size=1)
    found = stored(rule, Logistic(), L2(0.01), monkeypatch, np.float32)
    np.testing.assert_allclose(*found, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize("rule", LAZY, ids=str)
def test_catching_up_is_the_same_steps(rule, batch_size, monkeypatch):
    given = {"batch_size": batch_size, "preconditioner": None}
    found, expected = (
        answer(rule, NoPenalty(), walk, monkeypatch, **given)
        for walk in (_walks.LazyWalk, _walks.DenseWalk)
    )
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-10)


def test_every_rule_that_can_idle_is_compared():
    rules = [c for c in solver_classes() if issubclass(c, StochasticSolver)]
    flags = {c for c in rules if c.lazy or c.linear}
    assert flags == {type(rule) for rule in LINEAR + LAZY}


@pytest.mark.parametrize("penalty", [L1(3e-3), ElasticNet(5e-3), Box(-0.5, 0.3)])
@pytest.mark.parametrize("rule", [SGD(), SGD(momentum=0.9), Adagrad(), Adam()])
def test_a_penalty_in_portions_ends_as_near(rule, penalty, monkeypatch):
    few = _walks.LinearWalk if rule.linear else _walks.LazyWalk
    rule.set_params(max_iter=60, tol=None, batch_size=8)
    best = run(CoordinateDescent(), problem(penalty)).objective
    left = []
    for walk in (few, _walks.DenseWalk):
        monkeypatch.setattr(_sweep, "walk_for", lambda *_, walk=walk: walk)
        result = run(rule, problem(penalty), random_state=0)
        left.append(result.history.objective[-1] - best)
    assert left[0] <= 3 * left[1]


@pytest.mark.parametrize("rule, walk", [
    (SGD(batch_size=1), _walks.LinearWalk), (SGD(momentum=0.9), _walks.LinearWalk),
    (Adam(batch_size=1), _walks.LazyWalk), (Adagrad(batch_size=1), _walks.LazyWalk),
    (Adam(), _walks.DenseWalk), (SGD(batch_size=ROWS), _walks.DenseWalk),
], ids=lambda part: getattr(part, "__name__", str(part)))  # fmt: skip
def test_the_walk_is_chosen_by_cost(rule, walk):
    batch = None if rule.batch_size == "auto" else rule.batch_size
    rng = np.random.default_rng(0)
    sweep = problem(L2(0.01)).sweep(rule, batch, True, rng)
    assert type(sweep.walk) is walk


@pytest.mark.parametrize("storage", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("rule", [SGD(batch_size=1), SGD(momentum=0.9), Adagrad()])
def test_columns_without_entries(storage, rule, monkeypatch):
    monkeypatch.setattr(deviations, "SHORT", 1)
    monkeypatch.setattr(deviations, "CACHED", 0)
    y = np.where(np.arange(ROWS) % 3, 1.0, -1.0)
    one = linear_problem(storage(np.zeros((ROWS, 5))), y, Logistic(), L2(0.01))
    rule.set_params(max_iter=3, tol=None)
    np.testing.assert_allclose(run(rule, one).x, one.null.x, atol=1e-2)
