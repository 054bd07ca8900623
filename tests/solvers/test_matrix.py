"""Every solver on every problem: the certified optimum, or a refusal, by flags."""

from functools import partial

import numpy as np
import pytest
from problems import DESIGNS, LOSSES, PENALTIES, make, make_score

from skopt_solvers.problems import Oracle
from skopt_solvers.run import run
from skopt_solvers.schedules import LinearDecay, PolynomialDecay
from skopt_solvers.solvers import (
    LBFGS,
    SAG,
    SAGA,
    SGD,
    SVRG,
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
    Solver,
)
from skopt_solvers.solvers._registry import solver_classes
from skopt_solvers.testing import check_solver

DETERMINISTIC = [c for c in solver_classes() if not c.stochastic]
BARE = [c for c in solver_classes() if not c.modules]
SEARCHES = [c for c in BARE if c.requires == Oracle.VALUE]
STOCHASTIC = [c for c in BARE if c.stochastic and c not in SEARCHES]

# "auto" weighs costs, which differ between dense and sparse, or centres dense data
FIXED = {LBFGS: partial(LBFGS, preconditioner="diagonal")}
ROWS = [*STOCHASTIC, SAG, SAGA, SVRG]
FIXED |= {c: partial(c, preconditioner=None) for c in ROWS}


TUNED = {
    Adadelta: {"max_iter": 2500},  # begins with steps of a thousandth
    AdamW: {"weight_decay": 0.0},  # which would be no part of the objective
    # as far off as the last rates: these must fall faster, and momentum must be smooth
    Prodigy: {"max_iter": 3000},  # while it finds its rate, it takes no steps
    Lion: {
        "max_iter": 5000,
        "schedule": PolynomialDecay(power=4.0),
        "beta1": 0.95,
        "beta2": 0.98,
    },
}


def full_batch(cls):
    """Settings under which a stochastic rule must end at the optimum."""
    settings = {"max_iter": 1000, "schedule": LinearDecay(), **TUNED.get(cls, {})}
    return cls(batch_size=60, tol=1e-6, **settings)


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("cls", DETERMINISTIC, ids=lambda c: c.__name__)
def test_deterministic_solvers_reach_the_certified_optimum(cls, loss, penalty):
    check_solver(cls(tol=1e-8), make(loss, penalty))


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("cls", STOCHASTIC, ids=lambda c: c.__name__)
def test_rules_end_at_the_optimum_of_the_penalised_objective(cls, loss, penalty):
    check_solver(full_batch(cls), make(loss, penalty))


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("cls", SEARCHES, ids=lambda c: c.__name__)
def test_searches_need_nothing_but_values(cls, loss, penalty):
    check_solver(cls(max_evaluations=60), make(loss, penalty))


@pytest.mark.parametrize("cls", BARE, ids=lambda c: c.__name__)
def test_a_score_is_for_searches_and_refused_by_all_others(cls):
    check_solver(FIXED.get(cls, cls)(max_iter=3), make_score())


@pytest.mark.parametrize("rule", [
    SGD(0.05), SGD(0.01, momentum=0.9), SGD(0.01, momentum=0.9, nesterov=True),
    SGD(0.05, momentum=0.5, dampening=0.5), Adam(0.02), Adam(0.02, amsgrad=True),
    Adagrad(0.2), Adadelta(), NAdam(0.02), RAdam(0.02), RMSProp(0.02),
    RMSProp(0.01, momentum=0.5), RMSProp(0.01, centered=True),
    RMSProp(0.01, momentum=0.5, centered=True, eps=0.01),
    AdamW(0.02, weight_decay=0.0, amsgrad=True),
], ids=str)  # fmt: skip
@pytest.mark.parametrize("preconditioner", ["auto", None])
@pytest.mark.parametrize("penalty", ["l1", "l2", "box", "weighted"])
def test_the_prox_takes_the_steady_state_step(rule, penalty, preconditioner):
    rule.set_params(batch_size=60, max_iter=4000, schedule=LinearDecay(), tol=1e-7)
    rule.set_params(preconditioner=preconditioner)
    result = run(rule, make("squared", penalty), random_state=0)
    assert result.certificate.value <= 1e-7, result.certificate


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("cls", BARE, ids=lambda c: c.__name__)
def test_storage_changes_nothing(cls, loss, design, dtype, intercept):
    weights = np.linspace(0.0, 2.0, 60)
    solver = FIXED.get(cls, cls)(max_iter=3, tol=0.0)
    if solver.requires & ~make(loss, "l2").provides:
        return check_solver(solver, make(loss, "l2"))
    answers = [
        run(solver, make(loss, "l2", kind, dtype, intercept, weights), random_state=1).x
        for kind in ("dense", design)
    ]
    np.testing.assert_allclose(answers[0], answers[1], rtol=1e-7, atol=1e-10)


def test_every_solver_declares_what_it_needs_and_has_defaults():
    for cls in solver_classes():
        assert issubclass(cls, Solver)
        assert cls.requires
        cls().check()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("penalty", PENALTIES)
def test_solvers_agree(loss, penalty):
    reference = run(ProximalGradient(tol=1e-10), make(loss, penalty)).objective
    for cls in DETERMINISTIC:
        problem = make(loss, penalty)
        if not cls.requires & ~problem.provides:
            objective = run(cls(tol=1e-10), problem).objective
            assert abs(objective - reference) <= 2e-10 * (1 + reference)
