"""Any rule, schedule, loss, penalty, storage, weights, intercept: one fixed point.

A sample of all combinations: every rule under every schedule, and of the other pairs of
levels as many as fit in.
"""

from itertools import combinations

import numpy as np
import pytest
from problems import DESIGNS, LOSSES, data
from sklearn import clone

from skopt_solvers import schedules as s
from skopt_solvers.losses import Squared
from skopt_solvers.penalties import L1, L2, Box, ElasticNet, NoPenalty, Penalty
from skopt_solvers.problems import linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Lion,
    NAdam,
    Prodigy,
    ProximalGradient,
    RAdam,
    RMSProp,
    ScheduleFreeAdam,
)

EPOCHS = 200
SETTINGS = 6  # kinds of problems a rule; each needs kernels of its own
NEAR = 1e-3  # where the prox has another step than the rule's own, 1e-2 to 1


class Asymmetric(Penalty):
    """A penalty of a user's own: another price up than down."""

    def __init__(self, up=0.02, down=0.05):
        self.up, self.down = up, down

    def cost(self, w, j):
        return max(self.up * w, -self.down * w)

    def prox(self, z, step, j):
        return z - min(max(z, -step * self.down), step * self.up)

    def violation(self, w, g, j):
        low = self.up if w > 0.0 else -self.down
        high = -self.down if w < 0.0 else self.up
        return max(low + g, -g - high, 0.0)


RULES = [
    SGD(), SGD(momentum=0.9), SGD(momentum=0.9, nesterov=True),
    SGD(momentum=0.5, dampening=0.5), Adagrad(), RMSProp(), Adadelta(),
    RMSProp(centered=True, momentum=0.5), Adam(), Adam(amsgrad=True), NAdam(), RAdam(),
    AdamW(weight_decay=0.0), Lion(), ScheduleFreeAdam(), Prodigy(),
]  # fmt: skip
SCHEDULES = [
    s.Constant(), s.StepDecay(), s.Piecewise(), s.ExponentialDecay(), s.LinearDecay(),
    s.PolynomialDecay(power=2.0), s.InverseSqrt(), s.InverseTime(0.01),
    s.CosineAnnealing(), s.Cyclic(40), s.CosineRestarts(), s.OneCycle(), s.Warmup(20),
    s.Chain([s.Constant(), s.LinearDecay()]), s.FromCallable(lambda k: 0.99**k),
    s.Product([s.Constant(), s.InverseSqrt()]),
]  # fmt: skip
FACTORS = {
    "rule": RULES,
    "schedule": SCHEDULES,
    "loss": [name for name in LOSSES if name != "joint_scale"],  # is no sum of rows
    "penalty": [
        NoPenalty(), L1(0.03), L2(0.03), ElasticNet(0.03), Box(-0.3, 0.2), Asymmetric(),
        L1(0.03, weights=[0.0, 1.0, 2.0, 1.0]), ElasticNet(0.03, positive=True),
    ],
    "design": list(DESIGNS),
    "dtype": [np.float64, np.float32],
    "weights": [None, np.linspace(0.0, 2.0, 60)],
    "intercept": [True, False],
}  # fmt: skip


def pairs(case):
    """The pairs of levels in a case."""
    return set(combinations(enumerate(case), 2))


def covering():
    """Every rule under every schedule, on a few kinds of problems with rare pairs."""
    sizes, rng = [len(levels) for levels in FACTORS.values()], np.random.default_rng(0)
    missing = {((a, i), (b, j)) for (a, m), (b, n) in combinations(enumerate(sizes), 2)
               for i in range(m) for j in range(n)}  # fmt: skip
    cases = []
    for rule in range(sizes[0]):
        schedules = rng.permutation(sizes[1]).tolist()
        for share in range(SETTINGS):
            tries = [tuple(rng.integers(sizes[2:]).tolist()) for _ in range(80)]
            few = [[(rule, schedule, *kind) for schedule in schedules[share::SETTINGS]]
                   for kind in tries]  # fmt: skip
            gain = [len(set().union(*map(pairs, block)) & missing) for block in few]
            cases += few[int(np.argmax(gain))]
            missing -= set().union(*map(pairs, few[int(np.argmax(gain))]))
    return cases


CASES = covering()


@pytest.mark.parametrize("rule", range(len(RULES)), ids=[str(rule) for rule in RULES])
def test_full_batches_stay_at_the_optimum(rule):
    for case in CASES:
        if case[0] == rule:
            levels = zip(FACTORS, case, strict=True)
            check(**{name: FACTORS[name][level] for name, level in levels})


def check(rule, schedule, loss, penalty, design, dtype, weights, intercept):
    """From the optimum on, where gradients and penalty balance and neither is zero."""
    X, y = data(LOSSES[loss])
    problem = linear_problem(
        DESIGNS[design](X.astype(dtype)), y, LOSSES[loss], penalty,
        sample_weight=weights, fit_intercept=intercept,
    )  # fmt: skip
    best = run(ProximalGradient(tol=1e-9), problem)
    decaying = s.Product([schedule, s.PolynomialDecay(power=3.0)])
    rule.set_params(batch_size=60, max_iter=EPOCHS, tol=None, schedule=decaying)
    last = run(rule, problem, best.x, random_state=0).history.objective[-1]
    left = (last - best.objective) / best.objective
    assert left <= NEAR, (rule, schedule, loss, penalty, design, dtype, left)


@pytest.mark.parametrize("seed", range(20))
def test_rounding_at_a_bound_is_no_divergence(seed):
    """Back in the user's units a coefficient at its bound may be a last digit off."""
    X, y = data(LOSSES["logistic"])
    X = X * np.random.default_rng(seed).uniform(0.1, 10.0, 4)
    problem = linear_problem(X, y, LOSSES["logistic"], Box(-0.07, 0.03))
    rule = SGD(max_iter=20, tol=None, schedule=s.CosineAnnealing())
    history = run(rule, problem, random_state=seed).history
    assert np.isfinite(history.objective).all()


@pytest.mark.parametrize("unit", [1e-7, 1e7])
@pytest.mark.parametrize("design", ["dense", "csr"])
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_unit_of_the_target_changes_nothing(rule, design, unit):
    X, y = data(LOSSES["squared"])
    rule = clone(rule).set_params(batch_size=8, max_iter=3, tol=None, schedule=None)
    ends = [
        run(rule, linear_problem(DESIGNS[design](X), c * y, Squared(), L2(0.03)),
            random_state=0).x / c
        for c in (1.0, unit)
    ]  # fmt: skip
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-7)
