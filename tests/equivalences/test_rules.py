"""Rules against their formulas written out, step by step, as torch defines them."""

import numpy as np
import pytest

from skopt_solvers import minimize
from skopt_solvers.schedules import CosineAnnealing, ExponentialDecay, StepDecay
from skopt_solvers.solvers import SGD, Adam

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


def adam(rates, beta1=0.9, beta2=0.999, eps=1e-8, amsgrad=False):
    """torch.optim.Adam."""
    x = np.linspace(-1.0, 1.0, 5)
    m, v, top, path = np.zeros(5), np.zeros(5), np.zeros(5), [x]
    for t, (rate, g) in enumerate(zip(rates, gradients(), strict=True), 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        top = np.maximum(top, v)
        used = top if amsgrad else v
        spread = np.sqrt(used) / np.sqrt(1 - beta2**t) + eps
        x = x - rate / (1 - beta1**t) * m / spread
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


def test_without_momentum_it_is_plain_descent():
    plain, zero = SGD(0.01), SGD(0.01, momentum=0.0, nesterov=False)
    paths = [trajectory(solver, gradients()) for solver in (plain, zero)]
    np.testing.assert_array_equal(*paths)
