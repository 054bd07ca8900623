"""Little data: all columns at once, or the usual way from where that began."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_solvers.losses import Squared
from skopt_solvers.penalties import L1, Box, ElasticNet, GroupLasso, SparseGroupLasso
from skopt_solvers.problems import linear_problem
from skopt_solvers.result import Result
from skopt_solvers.run import run
from skopt_solvers.solvers import BlockDescent, CoordinateDescent
from skopt_solvers.solvers import _working_gram as grams

PENALTIES: list[Any] = [
    lambda a, p: L1(a),
    lambda a, p: L1(a, positive=True),
    lambda a, p: L1(a, weights=np.arange(p) % 3),
    lambda a, p: ElasticNet(a, 0.5),
    lambda a, p: Box(-a, 2.0 * a),
    lambda a, p: GroupLasso(a, np.arange(p) // 3),
    lambda a, p: SparseGroupLasso(a, 0.3, np.arange(p) // 4),
]
DENSE = np.asfortranarray, np.ascontiguousarray, np.float32
KINDS = [*DENSE, sp.csr_array, sp.csc_array]


def problem(seed: int, n: int, p: int, kind: Any, penalty: Any, share: float) -> Any:
    """Columns of several scales, some of them equal or constant."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.7)
    X[:, rng.random(p) < 0.1] = 2.0
    X[:, p // 2] = X[:, 0]
    X[:, -1] *= 1e3
    y = X[:, : 1 + p // 4].sum(axis=1) + rng.normal(size=n)
    alpha = float(np.abs(X[:, :-1].T @ (y - y.mean())).max(initial=1e-3) / n / share)
    weights = rng.random(n) + 0.1 if seed % 2 else None
    return linear_problem(
        kind(X), y, Squared(), penalty(alpha, p), sample_weight=weights,
        fit_intercept=bool(seed % 3),
    )  # fmt: skip


def solved(made: Any, products: float, **options: Any) -> Result:
    """The solution, with this limit of what is little."""
    solver = BlockDescent() if made.penalty.blocked else CoordinateDescent()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grams, "PRODUCTS", products)
        return run(solver, made, **options)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("penalty", PENALTIES)
@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 1000), n=st.integers(1, 60), p=st.integers(2, 40),
    share=st.sampled_from([0.5, 2.0, 10.0, 100.0]),
)  # fmt: skip
def test_both_ways_have_the_same_optimum(kind, penalty, seed, n, p, share):
    made = problem(seed, n, p, kind, penalty, share)
    at_once, usual = solved(made, 1e9), solved(made, 0.0)
    assert at_once.success and usual.success
    bound = 1e-6 * max(at_once.objective, made.floor)
    assert abs(at_once.objective - usual.objective) <= 2.0 * bound


@pytest.mark.parametrize("penalty", PENALTIES)
def test_one_iteration_does(penalty):
    made = problem(4, 50, 20, np.asfortranarray, penalty, 10.0)
    assert solved(made, 1e9).n_iter == 1


@pytest.mark.parametrize("penalty", PENALTIES)
def test_where_one_does_not_the_usual_way_begins_where_it_would_have(
    penalty, monkeypatch
):
    made = problem(4, 50, 20, np.asfortranarray, penalty, 10.0)
    usual = solved(made, 0.0)
    asked = []

    def out_of_reach(problem: Any, state: Any, finish: Any) -> bool:
        """Take the certificate for worse than it is."""
        before, goal = state.point, state.budget.tol
        state.budget.tol = -1.0
        asked.append(grams.reached(problem, state, finish))
        state.budget.tol = goal
        assert state.point is before
        return asked[-1]

    for solver in ("coordinate_descent", "block_descent"):
        monkeypatch.setattr(f"skopt_solvers.solvers.{solver}.reached", out_of_reach)
    result = solved(made, 1e9)
    assert asked == [False]
    assert result.success
    assert abs(result.objective - usual.objective) <= 2e-6 * usual.objective


@pytest.mark.parametrize("products", [0.0, 1e9])
def test_nothing_to_move_is_no_error(products):
    X = np.full((2, 2), float.fromhex("-0x1.10acf3ea8afa0p+5"))
    y = ["0x1.900000002bc2fp+6", "0x1.900000002b8f4p+6"]
    weights = ["0x1.6d4656233fa1ep-2", "0x1.0624dd2f1a9fcp-10"]
    y, weights = (np.array(list(map(float.fromhex, two))) for two in (y, weights))
    penalty = GroupLasso(2.0 / 3.0, [0, 0])
    made = linear_problem(X, y, Squared(), penalty, sample_weight=weights)
    assert not solved(made, products).x[:2].any()
