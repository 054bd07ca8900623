"""Newton's method on a Gram matrix under penalties of blocks: small and large alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_solvers.kernels import block_newton
from skopt_solvers.losses import Squared
from skopt_solvers.penalties import GroupLasso, SparseGroupLasso
from skopt_solvers.problems import linear_problem
from skopt_solvers.problems.regularizer import regularizer_of
from skopt_solvers.run import run
from skopt_solvers.solvers import BlockDescent, _block_support, block_descent
from skopt_solvers.solvers._base import Budget
from skopt_solvers.solvers._block_support import Quadratic, optimise

PENALTIES = {
    "group lasso": lambda labels, weights: GroupLasso(0.3, labels, weights),
    "sparse group lasso": lambda labels, weights: SparseGroupLasso(
        0.3, 0.4, labels, weights
    ),
}


def part(kind, rng, sizes, lanes, rank, free):
    """A quadratic of `rank` in some blocks, the first of which may be free."""
    k, labels = sum(sizes), np.repeat(np.arange(len(sizes)), sizes)
    weights = np.sqrt(sizes)
    weights[0] *= not free
    layout = regularizer_of(PENALTIES[kind](labels, weights), k, lanes)
    A = rng.normal(size=(rank, k)) * 10.0 ** rng.uniform(-1, 1, k)
    v = A.T @ rng.normal(size=(rank, lanes))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    which = np.arange(len(sizes))
    return Quadratic(layout, A.T @ A, v, np.zeros((k, lanes)), which, starts)


@settings(deadline=None)
@given(
    kind=st.sampled_from(sorted(PENALTIES)),
    seed=st.integers(0, 10**6),
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=8),
    lanes=st.integers(1, 3),
    rank=st.integers(1, 40),
    free=st.booleans(),
)
def test_one_call_and_many_end_alike(kind, seed, sizes, lanes, rank, free):
    """The objective is the same, and so is minus the gradient that is carried along."""
    budget, ends = Budget(1e-9, 100, np.inf), []
    for at_once in (0, 10**6):
        made = part(kind, np.random.default_rng(seed), sizes, lanes, rank, free)
        start = made.v.copy()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_block_support, "AT_ONCE", at_once)
            optimise(made, 0.0, budget)
        carried = start - made.gram @ made.w
        scale = np.abs(start).max() + np.abs(made.gram).max() * np.abs(made.w).max()
        np.testing.assert_allclose(made.v, carried, atol=1e-11 * scale)
        ends.append(made.cost(made.w) - np.sum(made.w * (made.v + start)) / 2)
    unit = np.abs(ends[0]) + 1e-12
    assert abs(ends[0] - ends[1]) <= 1e-7 * unit


@pytest.mark.parametrize("kind", PENALTIES)
@pytest.mark.parametrize("lanes", [1, 2])
def test_a_newton_system_is_the_hessian_on_the_support(kind, lanes):
    rng = np.random.default_rng(0)
    made = part(kind, rng, [2, 3, 1], lanes, 20, False)
    made.w[:4] = rng.normal(size=(4, lanes))
    made.w[1] = 0.0
    made.v -= made.gram @ made.w
    fixed = made.record, made.which, made.flat
    active, matrix, rest = block_newton.system(made.gram, made.v, made.w, *fixed)
    assert list(active) == list(np.flatnonzero(made.w.ravel()))

    def slopes(w):
        pull = made.v - made.gram @ (w - made.w)
        return block_newton.system(made.gram, pull, w, *fixed)[2]

    np.testing.assert_allclose(slopes(made.w), rest)
    for i, f in enumerate(active):
        step = np.zeros(made.w.size)
        step[f] = 1e-6
        step = step.reshape(made.w.shape)
        bend = (slopes(made.w - step) - slopes(made.w + step)) / 2e-6
        np.testing.assert_allclose(matrix[i], bend, rtol=1e-5, atol=1e-5)


def test_a_hopeless_number_is_not_an_optimum():
    made = part("group lasso", np.random.default_rng(0), [2, 2], 1, 5, False)
    made.v[1] = np.nan
    assert made.violation == np.inf


def test_no_gram_matrix_is_larger_than_allowed(monkeypatch):
    monkeypatch.setattr(block_descent, "LARGEST_GRAM", 12)
    monkeypatch.setattr(block_descent, "tiny", lambda *problem: False)
    rng, sizes = np.random.default_rng(0), []
    X = rng.normal(size=(400, 40))
    y = X[:, :8].sum(axis=1) + rng.normal(size=400)
    refresh = block_descent.refresh

    def watched(state, problem, model, columns):
        sizes.append(len(columns))
        refresh(state, problem, model, columns)

    monkeypatch.setattr(block_descent, "refresh", watched)
    penalty = GroupLasso(0.3, np.repeat(np.arange(10), 4))
    result = run(BlockDescent(), linear_problem(X, y, Squared(), penalty))
    assert result.success and sizes and max(sizes) <= 12
