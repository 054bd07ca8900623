"""Schedules equal torch.optim.lr_scheduler, over three periods."""

import warnings

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler as lr

from skopt_solvers.schedules import (
    Chain,
    Constant,
    CosineAnnealing,
    CosineRestarts,
    Cyclic,
    ExponentialDecay,
    FromCallable,
    InverseTime,
    LinearDecay,
    OneCycle,
    Piecewise,
    PolynomialDecay,
    Product,
    StepDecay,
    Warmup,
)

STEPS = 130


def factors(make, steps, lr=1.0):
    """The learning rates of torch's scheduler, one per step."""
    weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    weight.grad = torch.zeros_like(weight)
    optimiser = torch.optim.SGD([weight], lr=lr)
    scheduler = make(optimiser)
    rates = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SequentialLR calls a deprecated argument
        for _ in range(steps):
            rates.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            scheduler.step()
    return np.array(rates)


def cyclic(mode, gamma=1.0, down=None):
    return lambda o: lr.CyclicLR(
        o, 0.1, 1.0, 17, down, mode, gamma, cycle_momentum=False
    )


def one_cycle(**options):
    return lambda o: lr.OneCycleLR(o, 1.0, 120, cycle_momentum=False, **options)


CASES = [
    (Constant(), lambda o: lr.ConstantLR(o, 1.0), STEPS),
    (StepDecay(7, 0.5), lambda o: lr.StepLR(o, 7, 0.5), STEPS),
    (Piecewise([5, 40, 90], 0.3), lambda o: lr.MultiStepLR(o, [5, 40, 90], 0.3), STEPS),
    (ExponentialDecay(0.97), lambda o: lr.ExponentialLR(o, 0.97), STEPS),
    (PolynomialDecay(43, 1.7), lambda o: lr.PolynomialLR(o, 43, 1.7), STEPS),
    (LinearDecay(43, 0.2), lambda o: lr.LinearLR(o, 1.0, 0.2, 43), STEPS),
    (CosineAnnealing(43, 0.1), lambda o: lr.CosineAnnealingLR(o, 43, 0.1), 44),
    (CosineRestarts(43, 1, 0.1),
     lambda o: lr.CosineAnnealingWarmRestarts(o, 43, 1, 0.1), STEPS),
    (CosineRestarts(13, 2), lambda o: lr.CosineAnnealingWarmRestarts(o, 13, 2), STEPS),
    (Cyclic(17, low=0.1), cyclic("triangular"), STEPS),
    (Cyclic(17, 26, low=0.1), cyclic("triangular", down=26), STEPS),
    (Cyclic(17, mode="triangular2", low=0.1), cyclic("triangular2"), STEPS),
    (Cyclic(17, mode="exp_range", low=0.1, gamma=0.99), cyclic("exp_range", 0.99),
     STEPS),
    (OneCycle(120), one_cycle(), 120),
    (OneCycle(120, 0.4, 10, 100, True, "linear"),
     one_cycle(pct_start=0.4, div_factor=10, final_div_factor=100, three_phase=True,
               anneal_strategy="linear"), 120),
    (InverseTime(0.1), lambda o: lr.LambdaLR(o, lambda k: 1 / (1 + 0.1 * k)), STEPS),
    (FromCallable(lambda k: 0.9**k), lambda o: lr.LambdaLR(o, lambda k: 0.9**k), STEPS),
    (Product([StepDecay(7, 0.5), ExponentialDecay(0.97)]), lambda o:
     lr.ChainedScheduler([lr.StepLR(o, 7, 0.5), lr.ExponentialLR(o, 0.97)]), STEPS),
    (Chain([ExponentialDecay(0.97), StepDecay(7, 0.5)], [40]), lambda o:
     lr.SequentialLR(o, [lr.ExponentialLR(o, 0.97), lr.StepLR(o, 7, 0.5)], [40]),
     STEPS),
]  # fmt: skip


@pytest.mark.parametrize(
    ("schedule", "make", "steps"), CASES, ids=[str(case[0]) for case in CASES]
)
def test_every_factor_is_torchs(schedule, make, steps):
    found = schedule.factors(np.arange(1, steps + 1))
    expected = factors(make, steps)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


def test_a_warm_up_is_one_update_ahead():
    """On purpose: the first update moves, also from zero."""
    expected = factors(lambda o: lr.LinearLR(o, 0.2, 1.0, 40), STEPS)
    found = Warmup(40, start=0.2).factors(np.arange(1, STEPS))
    np.testing.assert_allclose(found, expected[1:], rtol=1e-12)
