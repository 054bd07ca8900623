"""Rules against their formulas written out, step by step, as torch defines them."""

from functools import partial

import numpy as np
import pytest

from skopt_solvers import minimize
from skopt_solvers.problems import Oracle
from skopt_solvers.schedules import CosineAnnealing, ExponentialDecay, StepDecay
from skopt_solvers.solvers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Lion,
    NAdam,
    Prodigy,
    RAdam,
    RMSProp,
    ScheduleFreeAdam,
)
from skopt_solvers.solvers._registry import solver_classes

STEPS = 60


def gradients(seed=0):
    """A sequence of gradients of scales 1e-3 to 10."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(STEPS, 5)) * 10.0 ** rng.uniform(-3, 1, size=(STEPS, 1))


class Recorder:
    """A callback that keeps every iterate."""

    def __init__(self):
        self.points = []

    def __call__(self, progress):
        self.points.append(progress.state.point.x.copy())


def trajectory(solver, sequence):
    answers = [*sequence, np.zeros(sequence.shape[1])]
    start = np.linspace(-1.0, 1.0, sequence.shape[1])
    keep = Recorder()
    calls = iter(answers)
    solver.set_params(tol=None, max_iter=len(sequence))
    minimize(
        lambda x: 1.0, start, jac=lambda x: next(calls), solver=solver, callbacks=[keep]
    )
    return np.array(keep.points)


def sgd(rates, momentum=0.0, dampening=0.0, nesterov=False):
    """torch.optim.SGD."""
    x, b = np.linspace(-1.0, 1.0, 5), None
    path = [x]
    for rate, g in zip(rates, gradients(), strict=True):
        b = g if b is None else momentum * b + (1 - dampening) * g
        x = x - rate * (g + momentum * b if nesterov else b)
        path.append(x)
    return np.array(path)


def adam(rates, beta1=0.9, beta2=0.999, eps=1e-8, amsgrad=False, decay=0.0):
    """torch.optim.AdamW, without decay torch.optim.Adam."""
    x = np.linspace(-1.0, 1.0, 5)
    m, v, top, path = np.zeros(5), np.zeros(5), np.zeros(5), [x]
    for t, (rate, g) in enumerate(zip(rates, gradients(), strict=True), 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        top = np.maximum(top, v)
        used = top if amsgrad else v
        spread = np.sqrt(used) / np.sqrt(1 - beta2**t) + eps
        x = x - rate * decay * x
        x = x - rate / (1 - beta1**t) * m / spread
        path.append(x)
    return np.array(path)


def adagrad(rates, initial=0.0, eps=1e-10):
    """torch.optim.Adagrad."""
    x, total = np.linspace(-1.0, 1.0, 5), np.full(5, initial)
    path = [x]
    for rate, g in zip(rates, gradients(), strict=True):
        total = total + g * g
        x = x - rate * g / (np.sqrt(total) + eps)
        path.append(x)
    return np.array(path)


def rmsprop(rates, rho=0.99, momentum=0.0, centered=False, eps=1e-8):
    """torch.optim.RMSprop."""
    x = np.linspace(-1.0, 1.0, 5)
    v, mean, b, path = np.zeros(5), np.zeros(5), np.zeros(5), [x]
    for rate, g in zip(rates, gradients(), strict=True):
        v = rho * v + (1 - rho) * g * g
        mean = rho * mean + (1 - rho) * g
        b = momentum * b + g / (np.sqrt(v - mean * mean if centered else v) + eps)
        x = x - rate * b
        path.append(x)
    return np.array(path)


def adadelta(rates, rho=0.9, eps=1e-6):
    """torch.optim.Adadelta."""
    x = np.linspace(-1.0, 1.0, 5)
    v, u, path = np.zeros(5), np.zeros(5), [x]
    for rate, g in zip(rates, gradients(), strict=True):
        v = rho * v + (1 - rho) * g * g
        delta = np.sqrt(u + eps) / np.sqrt(v + eps) * g
        u = rho * u + (1 - rho) * delta * delta
        x = x - rate * delta
        path.append(x)
    return np.array(path)


def nadam(rates, beta1=0.9, beta2=0.999, eps=1e-8, psi=0.004):
    """torch.optim.NAdam, but its products of mu in double precision."""
    x = np.linspace(-1.0, 1.0, 5)
    m, v, path = np.zeros(5), np.zeros(5), [x]
    mu = beta1 * (1 - 0.5 * 0.96 ** (psi * np.arange(STEPS + 2)))
    product = np.cumprod([1.0, *mu[1:]])
    for t, (rate, g) in enumerate(zip(rates, gradients(), strict=True), 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        spread = np.sqrt(v / (1 - beta2**t)) + eps
        x = x - rate * (1 - mu[t]) / (1 - product[t]) * g / spread
        x = x - rate * mu[t + 1] / (1 - product[t + 1]) * m / spread
        path.append(x)
    return np.array(path)


def radam(rates, beta1=0.9, beta2=0.999, eps=1e-8):
    """torch.optim.RAdam."""
    x = np.linspace(-1.0, 1.0, 5)
    m, v, path = np.zeros(5), np.zeros(5), [x]
    most = 2 / (1 - beta2) - 1
    for t, (rate, g) in enumerate(zip(rates, gradients(), strict=True), 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        length = most - 2 * t * beta2**t / (1 - beta2**t)
        factor = 1.0
        if length > 5:
            top, bottom = (length - 4) * (length - 2), (most - 4) * (most - 2)
            factor = np.sqrt(top * most / (bottom * length)) * np.sqrt(1 - beta2**t)
            factor = factor / (np.sqrt(v) + eps)
        x = x - rate * factor * m / (1 - beta1**t)
        path.append(x)
    return np.array(path)


def lion(rates, beta1=0.9, beta2=0.99, decay=0.0):
    """optax.lion."""
    x, m = np.linspace(-1.0, 1.0, 5), np.zeros(5)
    path = [x]
    for rate, g in zip(rates, gradients(), strict=True):
        x = x - rate * (np.sign(beta1 * m + (1 - beta1) * g) + decay * x)
        m = beta2 * m + (1 - beta2) * g
        path.append(x)
    return np.array(path)


def close(path, expected):
    np.testing.assert_allclose(path, expected, rtol=1e-12, atol=1e-13)


CONSTANT = np.full(STEPS, 0.01)


@pytest.mark.parametrize(
    ("solver", "expected"),
    [
        (SGD(0.01), sgd(CONSTANT)),
        (SGD(0.01, momentum=0.9), sgd(CONSTANT, 0.9)),
        (SGD(0.01, momentum=0.9, dampening=0.3), sgd(CONSTANT, 0.9, 0.3)),
        (SGD(0.01, momentum=0.9, nesterov=True), sgd(CONSTANT, 0.9, nesterov=True)),
        (Adam(0.01), adam(CONSTANT)),
        (Adam(0.01, amsgrad=True), adam(CONSTANT, amsgrad=True)),
        (Adam(0.01, beta1=0.5, beta2=0.9, eps=1e-3), adam(CONSTANT, 0.5, 0.9, 1e-3)),
        (AdamW(0.01), adam(CONSTANT, decay=0.01)),
        (
            AdamW(0.01, weight_decay=0.3, amsgrad=True),
            adam(CONSTANT, amsgrad=True, decay=0.3),
        ),
        (Adagrad(0.01), adagrad(CONSTANT)),
        (
            Adagrad(0.01, initial_accumulator_value=0.1, eps=1e-3),
            adagrad(CONSTANT, 0.1, 1e-3),
        ),
        (RMSProp(0.01), rmsprop(CONSTANT)),
        (RMSProp(0.01, rho=0.9, momentum=0.8), rmsprop(CONSTANT, 0.9, 0.8)),
        (RMSProp(0.01, centered=True), rmsprop(CONSTANT, centered=True)),
        (
            RMSProp(0.01, momentum=0.8, centered=True),
            rmsprop(CONSTANT, 0.99, 0.8, True),
        ),
        (Adadelta(1.0), adadelta(np.ones(STEPS))),
        (Adadelta(0.01, rho=0.99, eps=1e-3), adadelta(CONSTANT, 0.99, 1e-3)),
        (NAdam(0.01), nadam(CONSTANT)),
        (NAdam(0.01, beta1=0.5, momentum_decay=1.0), nadam(CONSTANT, 0.5, psi=1.0)),
        (RAdam(0.01), radam(CONSTANT)),
        (RAdam(0.01, beta1=0.5, beta2=0.9, eps=1e-3), radam(CONSTANT, 0.5, 0.9, 1e-3)),
        (RAdam(0.01, beta2=0.5), radam(CONSTANT, beta2=0.5)),
        (Lion(0.01), lion(CONSTANT)),
        (
            Lion(0.01, beta1=0.5, beta2=0.9, weight_decay=0.3),
            lion(CONSTANT, 0.5, 0.9, 0.3),
        ),
    ],
    ids=lambda value: "" if isinstance(value, np.ndarray) else str(value),
)
def test_each_step_is_the_formula(solver, expected):
    close(trajectory(solver, gradients()), expected)


@pytest.mark.parametrize(
    "schedule",
    [StepDecay(7, 0.5), ExponentialDecay(0.9), CosineAnnealing(20)],
    ids=str,
)
def test_schedules_multiply_the_rate(schedule):
    rates = 0.01 * schedule.factors(np.arange(1, STEPS + 1))
    solver = SGD(0.01, momentum=0.9, schedule=schedule)
    close(trajectory(solver, gradients()), sgd(rates, 0.9))


def schedule_free(rates, beta1=0.9, beta2=0.999, eps=1e-8):
    """Defazio et al. (2024), algorithm 1 with Adam's second moment: the means x."""
    x = z = np.linspace(-1.0, 1.0, 5)
    v, total, path = np.zeros(5), 0.0, [x]
    for t, (rate, g) in enumerate(zip(rates, gradients(), strict=True), 1):
        v = beta2 * v + (1 - beta2) * g * g
        z = z - rate * g / (np.sqrt(v / (1 - beta2**t)) + eps)
        total += rate**2
        x = x + rate**2 / total * (z - x)
        path.append(x)
    return np.array(path)


def prodigy(rates, beta1=0.9, beta2=0.999, eps=1e-8, d=1e-6):
    """Mishchenko & Defazio (2024), algorithm 4."""
    x = origin = np.linspace(-1.0, 1.0, 5)
    m, v, s, r, path = np.zeros(5), np.zeros(5), np.zeros(5), 0.0, [x]
    root = np.sqrt(beta2)
    for rate, g in zip(rates, gradients(), strict=True):
        m = beta1 * m + (1 - beta1) * d * g
        v = beta2 * v + (1 - beta2) * d**2 * g * g
        r = root * r + (1 - root) * rate * d**2 * (g @ (origin - x))
        s = root * s + (1 - root) * rate * d**2 * g
        x = x - rate * d * m / (np.sqrt(v) + d * eps)
        d = max(d, r / np.abs(s).sum())
        path.append(x)
    return np.array(path)


@pytest.mark.parametrize("schedule", [None, ExponentialDecay(gamma=0.97)], ids=str)
@pytest.mark.parametrize("rule, formula", [
    (ScheduleFreeAdam(0.03), schedule_free),
    (ScheduleFreeAdam(0.03, beta1=0.5), schedule_free),
    (Prodigy(0.7), prodigy), (Prodigy(0.7, d0=0.1), partial(prodigy, d=0.1)),
], ids=lambda part: str(part) if hasattr(part, "tol") else "")  # fmt: skip
def test_rules_that_remember_numbers_are_their_papers(rule, formula, schedule):
    rule.set_params(schedule=schedule)
    factors = np.ones(STEPS) if schedule is None else 0.97 ** np.arange(STEPS)
    expected = formula(rule.learning_rate * factors)
    found = trajectory(rule, gradients())
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-14)


def test_without_momentum_it_is_plain_descent():
    plain, zero = SGD(0.01), SGD(0.01, momentum=0.0, nesterov=False)
    paths = [trajectory(solver, gradients()) for solver in (plain, zero)]
    np.testing.assert_array_equal(*paths)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_without_decay_adamw_is_adam(amsgrad):
    rules = Adam(0.01, amsgrad=amsgrad), AdamW(0.01, weight_decay=0.0, amsgrad=amsgrad)
    paths = [trajectory(rule, gradients()) for rule in rules]
    np.testing.assert_array_equal(*paths)


GRADUAL = [c for c in solver_classes() if Oracle.GRADIENT in c.requires]
RULES = [c() for c in GRADUAL if c.stochastic]
VARIANTS = [
    SGD(momentum=0.9), SGD(momentum=0.9, nesterov=True),
    SGD(momentum=0.9, dampening=0.3), Adam(amsgrad=True),
    RMSProp(momentum=0.9), RMSProp(rho=0.9, momentum=0.9, centered=True),
]  # fmt: skip


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES + VARIANTS if not rule.averaged], ids=str
)
@pytest.mark.parametrize("g", [3.0, -1e-3])
def test_the_step_is_the_limit_of_the_decrease_over_a_constant_gradient(rule, g):
    record, memory = rule.record(), np.zeros(8)
    slots = np.zeros((max(type(rule).slots, 1), 1))
    for t in range(1, 2001):
        decrease, step = record.move(record.begin(0.1, t, memory), g, 0.0, slots, 0)
    assert decrease / g == pytest.approx(step, rel=1e-8)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_no_gradient_no_move_and_nan_stays_visible(rule):
    record, memory = rule.record(), np.zeros(8)
    slots = np.zeros((max(type(rule).slots, 1), 1))
    decrease, step = record.move(record.begin(0.1, 1, memory), 0.0, 0.0, slots, 0)
    assert decrease == 0.0 and 0.0 < step < np.inf
    path = trajectory(rule.set_params(learning_rate=0.1), np.full((2, 5), np.nan))
    assert np.isnan(path[1:]).all()
