"""Schedules equal torch's recursions."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from skopt_solvers.schedules import (
    Chain,
    Constant,
    CosineAnnealing,
    CosineRestarts,
    Cyclic,
    ExponentialDecay,
    InverseSqrt,
    InverseTime,
    LinearDecay,
    OneCycle,
    Piecewise,
    PolynomialDecay,
    Product,
    StepDecay,
    Warmup,
)

# Written out from the documentation of torch.optim.lr_scheduler, one number after the
# other, with a learning rate of 1. Where we differ on purpose, the reference says so.

N = 130  # three periods of at most 43


def step_lr(n, step_size, gamma):
    rate = 1.0
    for k in range(n):
        rate *= gamma if k and k % step_size == 0 else 1
        yield rate


def multi_step_lr(n, milestones, gamma):
    rate = 1.0
    for k in range(n):
        rate *= gamma if k in milestones else 1
        yield rate


def exponential_lr(n, gamma):
    rate = 1.0
    for _ in range(n):
        yield rate
        rate *= gamma


def polynomial_lr(n, total, power):
    rate = 1.0
    for k in range(n):
        if 0 < k <= total:
            rate *= ((1 - k / total) / (1 - (k - 1) / total)) ** power
        yield rate


def linear_lr(n, total, start, end):
    rate = start
    for k in range(n):
        if 0 < k <= total:
            rate *= 1 + (end - start) / (total * start + (k - 1) * (end - start))
        yield rate


def cosine_lr(n, period, end):
    """torch's up to `period`; then it stays, on purpose."""
    rate = 1.0
    for k in range(n):
        if 0 < k <= period:
            ratio = (1 + math.cos(math.pi * k / period)) / (
                1 + math.cos(math.pi * (k - 1) / period)
            )
            rate = ratio * (rate - end) + end
        yield rate


def restarts_lr(n, period, mult, end):
    passed, length = 0, period
    for _ in range(n):
        yield end + (1 - end) * (1 + math.cos(math.pi * passed / length)) / 2
        passed += 1
        if passed >= length:
            passed, length = passed - length, length * mult


def cyclic_lr(n, period_up, period_down, mode, low, gamma):
    total = period_up + (period_down or period_up)
    ratio = period_up / total
    for k in range(n):
        cycle = math.floor(1 + k / total)
        x = 1 + k / total - cycle
        height = x / ratio if x <= ratio else (x - 1) / (ratio - 1)
        scale = {
            "triangular": 1,
            "triangular2": 1 / 2 ** (cycle - 1),
            "exp_range": gamma**k,
        }[mode]
        yield low + (1 - low) * height * scale


def one_cycle_lr(n, total, pct_start, div, final_div, three_phase, anneal):
    """torch's for `total` steps; then it stays, on purpose."""
    low, last = 1 / div, 1 / div / final_div
    top = pct_start * total - 1
    knots = [(0, low), (top, 1.0), (total - 1, last)]
    if three_phase:
        knots.insert(2, (2 * pct_start * total - 2, low))
    for k in range(n):
        k = min(k, total - 1)
        phases = list(pairwise(knots))
        here = [p for p in phases if k <= p[1][0]] or phases[-1:]
        (start, first), (stop, then) = here[0]
        share = (k - start) / (stop - start)
        if anneal == "cos":
            yield then + (first - then) / 2 * (math.cos(math.pi * share) + 1)
        else:
            yield (then - first) * share + first


def warmup_lr(n, steps, start):
    """torch's LinearLR from its second step on, on purpose."""
    return list(linear_lr(n + 1, steps, start, 1.0))[1:]


def inverse_sqrt_lr(n, t0):
    return (1 / math.sqrt(1 + k / t0) for k in range(n))


def inverse_time_lr(n, decay):
    return (1 / (1 + decay * k) for k in range(n))


def constant_lr(n):
    return [1.0] * n


PERIOD, GAMMA, END = st.integers(1, 40), st.floats(0.05, 1), st.floats(0, 1)
TORCH = {
    Constant: (constant_lr, {}),
    StepDecay: (step_lr, {"step_size": PERIOD, "gamma": GAMMA}),
    Piecewise: (
        multi_step_lr,
        {
            "milestones": st.lists(st.integers(1, N), unique=True).map(sorted),
            "gamma": st.floats(0.5, 1),
        },
    ),
    ExponentialDecay: (exponential_lr, {"gamma": GAMMA}),
    PolynomialDecay: (polynomial_lr, {"total": PERIOD, "power": st.floats(0.3, 3)}),
    LinearDecay: (
        lambda n, total, end: linear_lr(n, total, 1.0, end),
        {"total": PERIOD, "end": END},
    ),
    InverseSqrt: (inverse_sqrt_lr, {"t0": PERIOD}),
    InverseTime: (inverse_time_lr, {"decay": END}),
    Cyclic: (
        cyclic_lr,
        {
            "period_up": PERIOD,
            "period_down": st.none() | PERIOD,
            "mode": st.sampled_from(["triangular", "triangular2", "exp_range"]),
            "low": END,
            "gamma": GAMMA,
        },
    ),
    CosineAnnealing: (cosine_lr, {"period": PERIOD, "end": END}),
    CosineRestarts: (
        restarts_lr,
        {"period": PERIOD, "mult": st.integers(1, 3), "end": END},
    ),
    OneCycle: (
        one_cycle_lr,
        {
            "total": st.integers(12, 40),  # shorter ones divide by zero in torch
            "pct_start": st.floats(0.1, 0.5),
            "div": st.floats(1, 100),
            "final_div": st.floats(1, 1e5),
            "three_phase": st.booleans(),
            "anneal": st.sampled_from(["cos", "linear"]),
        },
    ),
    Warmup: (warmup_lr, {"steps": PERIOD, "start": st.floats(0.01, 1)}),
}


@pytest.mark.parametrize("family", TORCH, ids=lambda family: family.__name__)
@given(data=st.data())
@settings(deadline=None)
def test_equals_torch(family, data):
    reference, strategies = TORCH[family]
    parameters = data.draw(st.fixed_dictionaries(strategies))
    ours = family(**parameters).factors(np.arange(1, N + 1))
    assert_allclose(ours, list(reference(N, **parameters)), rtol=1e-12, atol=1e-15)


@given(cut=st.integers(1, N), period=PERIOD, end=END, gamma=GAMMA)
@settings(deadline=None)
def test_combinations_equal_torch(cut, period, end, gamma):
    t = np.arange(1, N + 1)
    cosine, step = CosineAnnealing(period, end), StepDecay(period, gamma)
    one, other = list(cosine_lr(N, period, end)), list(step_lr(N, period, gamma))
    ours = Chain([step, cosine], [cut]).factors(t)
    assert_allclose(ours, other[:cut] + one[: N - cut], rtol=1e-12, atol=1e-15)
    ours = Product([step, cosine]).factors(t)
    assert_allclose(ours, np.multiply(one, other), rtol=1e-12, atol=1e-15)
    ours = Warmup(cut, 0.5, schedule=cosine).factors(t)
    ramp = warmup_lr(N, cut, 0.5)[:cut]
    assert_allclose(ours, ramp + one[: N - cut], rtol=1e-12, atol=1e-15)


@given(end=END, power=st.floats(0.3, 3))
def test_polynomial_end_is_a_blend(end, power):
    t = np.arange(1, N + 1)
    zero = PolynomialDecay(40, power).factors(t)
    blend = end + (1 - end) * zero
    assert_allclose(PolynomialDecay(40, power, end).factors(t), blend, rtol=1e-14)
