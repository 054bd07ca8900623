"""Many prox steps at once, as stochastic solvers take them for idle coordinates."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from skopt_solvers._compile import kernel
from skopt_solvers.penalties import Penalty

SIZES = st.floats(-10.0, 10.0)
STEPS = st.sampled_from([0.0, 1e-12, 1e-6, 1e-3, 0.05, 1.0, 100.0])


@kernel
def glide(penalty, w, g, step, k, j):
    return penalty.glide(w, g, step, k, j)


def on_foot(record, w, g, step, k, j):
    for _ in range(k):
        w = record.prox(w - step * g, step, j)
    return w


def check(penalty, w, g, step, k, j):
    record = penalty.record(n_columns=3)
    w = record.prox(w, 1e-300, j)
    expected = on_foot(record, w, g, step, k, j)
    found = glide(record, w, g, step, k, j)
    way = abs(w) + step * k * (abs(g) + 1.0)  # each step rounds
    assert abs(found - expected) <= (1e-14 + 3e-16 * k) * way + 1e-300
    assert record.cost(found, j) < math.inf
    if w == expected == 0.0:
        assert found == 0.0


@given(w=SIZES, g=SIZES, step=STEPS, k=st.integers(1, 300), j=st.integers(0, 2))
@example(w=1.0, g=1.0, step=0.05, k=300, j=1)
@example(w=1.0, g=0.5, step=1.0, k=2, j=1)
@example(w=-1.0, g=-0.3, step=0.05, k=300, j=1)
@example(w=0.0, g=0.3, step=1.0, k=3, j=1)
@settings(max_examples=150, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
def test_a_glide_is_as_many_prox_steps(any_piecewise, w, g, step, k, j):
    check(any_piecewise, w, g, step, k, j)


def test_settings_that_cross_zero_and_stay_there(any_piecewise):
    grid = [-2.0, -0.35, -0.3, -0.05, 0.0, 0.05, 0.3, 0.31, 2.0]
    for w in grid:
        for g in grid:
            for step in (1e-3, 0.1, 3.0):
                for k in (2, 3, 17, 1000):
                    check(any_piecewise, w, g, step, k, 1)


@pytest.mark.parametrize("g", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_stays_visible(any_piecewise, g):
    record = any_piecewise.record(n_columns=3)
    found = glide(record, 0.0, g, 1.0, 5, 0)
    expected = on_foot(record, 0.0, g, 1.0, 5, 0)
    assert np.isnan(found) == np.isnan(expected)


class Cubed(Penalty):
    """Without a closed form: ``(|w| + |w|**3) / 10``."""

    def cost(self, w, j):
        return 0.1 * (abs(w) + abs(w) ** 3)

    def prox(self, z, step, j):
        a = max(abs(z) - 0.1 * step, 0.0)  # 0.3 step w**2 + w - a = 0
        return math.copysign(2.0 * a / (1.0 + (1.0 + 1.2 * step * a) ** 0.5), z)

    def violation(self, w, g, j):
        return 0.0


def test_a_penalty_without_a_closed_form_takes_each_step():
    record = Cubed().record()
    for k in (1, 2, 50):
        expected = on_foot(record, 1.0, -0.4, 0.1, k, 0)
        assert glide(record, 1.0, -0.4, 0.1, k, 0) == pytest.approx(expected, rel=1e-14)
    assert glide(record, 0.5, 3.0, 1e3, 10**9, 0) < 0.0  # and none that changes nothing
