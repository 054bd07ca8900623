"""Rules equal torch.optim and optax: through `minimize`, and through the kernels."""

import numpy as np
import optax
import pytest
import scipy.sparse as sp
import torch

from skopt_solvers import AdvancedLinearClassifier, minimize
from skopt_solvers.callbacks import Progress
from skopt_solvers.solvers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Lion,
    NAdam,
    RAdam,
    RMSProp,
)

STEPS = 60
START = np.linspace(-1.0, 1.0, 5)
EXACT, SINGLE = 1e-12, 1e-7  # torch keeps NAdam's products in single precision

PAIRS = [
    (SGD(0.01), "SGD", {}, EXACT),
    (SGD(0.01, momentum=0.9), "SGD", {"momentum": 0.9}, EXACT),
    (SGD(0.01, momentum=0.9, dampening=0.3), "SGD",
     {"momentum": 0.9, "dampening": 0.3}, EXACT),
    (SGD(0.01, momentum=0.9, nesterov=True), "SGD",
     {"momentum": 0.9, "nesterov": True}, EXACT),
    (Adagrad(0.01), "Adagrad", {}, EXACT),
    (RMSProp(0.01), "RMSprop", {}, EXACT),
    (RMSProp(0.01, momentum=0.9), "RMSprop", {"momentum": 0.9}, EXACT),
    (RMSProp(0.01, centered=True), "RMSprop", {"centered": True}, EXACT),
    (RMSProp(0.01, rho=0.9, momentum=0.5, centered=True), "RMSprop",
     {"alpha": 0.9, "momentum": 0.5, "centered": True}, EXACT),
    (Adadelta(1.0), "Adadelta", {"lr": 1.0}, EXACT),
    (Adadelta(0.01, rho=0.99, eps=1e-3), "Adadelta", {"rho": 0.99, "eps": 1e-3}, EXACT),
    (Adam(0.01), "Adam", {}, EXACT),
    (Adam(0.01, amsgrad=True), "Adam", {"amsgrad": True}, EXACT),
    (Adam(0.01, beta1=0.5, beta2=0.9, eps=1e-3), "Adam",
     {"betas": (0.5, 0.9), "eps": 1e-3}, EXACT),
    (AdamW(0.01), "AdamW", {}, EXACT),
    (AdamW(0.01, weight_decay=0.3, amsgrad=True), "AdamW",
     {"weight_decay": 0.3, "amsgrad": True}, EXACT),
    (NAdam(0.01), "NAdam", {}, SINGLE),
    (NAdam(0.01, beta1=0.5, momentum_decay=1.0), "NAdam",
     {"betas": (0.5, 0.999), "momentum_decay": 1.0}, SINGLE),
    (RAdam(0.01), "RAdam", {}, EXACT),
    (RAdam(0.01, beta2=0.5), "RAdam", {"betas": (0.9, 0.5)}, EXACT),
    (Lion(0.01), "lion", {"weight_decay": 0.0}, EXACT),
    (Lion(0.01, beta1=0.5, beta2=0.9, weight_decay=0.3), "lion",
     {"b1": 0.5, "b2": 0.9, "weight_decay": 0.3}, EXACT),
]  # fmt: skip
pairs = pytest.mark.parametrize(
    ("rule", "name", "options", "precision"), PAIRS,
    ids=[str(pair[0]).replace("\n", "") for pair in PAIRS],
)  # fmt: skip


class Torch:
    """An optimiser of torch, one gradient at a time."""

    def __init__(self, name, options, x):
        self.x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        given = {"lr": 0.01, "foreach": False, **options}
        self.optimiser = getattr(torch.optim, name)([self.x], **given)

    def step(self, g):
        self.x.grad = torch.tensor(g, dtype=torch.float64)
        self.optimiser.step()
        return self.x.detach().numpy().copy()


class Optax:
    """A transformation of optax, one gradient at a time."""

    def __init__(self, name, options, x):
        self.x = x.copy()
        self.rule = getattr(optax, name)(0.01, **options)
        self.state = self.rule.init(self.x)

    def step(self, g):
        moves, self.state = self.rule.update(g, self.state, self.x)
        self.x = self.x + np.asarray(moves)
        return self.x.copy()


def reference(name, options, x):
    return (Optax if name == "lion" else Torch)(name, options, x)


class Recorder:
    """A callback that keeps every iterate."""

    def __init__(self):
        self.points = []

    def __call__(self, progress: Progress):
        self.points.append(progress.state.point.x.copy())


def close(found, expected, precision):
    """To that precision, of each number or of a thousandth of the largest one.

    In single precision, of the largest one.
    """
    least = 1.0 if precision == SINGLE else 1e-3
    size = np.maximum(np.abs(expected), least * np.abs(expected).max())
    assert (np.abs(found - expected) / size).max() <= precision


@pairs
@pytest.mark.parametrize("seed", [0, 1])
def test_each_step_of_minimize_is_theirs(rule, name, options, precision, seed):
    """Gradients of scales 1e-3 to 10, whatever the point; ``tol=0`` stops nothing."""
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(STEPS, 5)) * 10.0 ** rng.uniform(-3, 1, size=(STEPS, 1))
    theirs, keep = reference(name, options, START), Recorder()
    expected = [START, *(theirs.step(each) for each in g)]
    answers = iter([*g, g[-1], g[-1], g[-1]])
    rule.set_params(tol=0.0, max_iter=STEPS)
    minimize(
        lambda x: 1.0, START, jac=lambda x: next(answers), solver=rule, callbacks=keep
    )
    assert len(keep.points) == STEPS + 1
    close(np.array(keep.points), np.array(expected), precision)


@pairs
@pytest.mark.parametrize("store", [np.asarray, sp.csr_array], ids=["dense", "sparse"])
def test_each_epoch_of_a_full_batch_is_theirs(rule, name, options, precision, store):
    """A logistic regression without penalty, intercept included, from zero on."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 4)) * [0.1, 1.0, 3.0, 10.0] * (rng.random((40, 4)) < 0.8)
    y = np.where(X[:, 1] + rng.normal(size=40) > 0, 1.0, -1.0)
    weights = rng.uniform(0.5, 2.0, size=40)
    theirs, steps = reference(name, options, np.zeros(5)), 20
    for _ in range(steps):
        margins = y * (X @ theirs_w(theirs)[:4] + theirs_w(theirs)[4])
        s = -y * weights / weights.sum() / (1.0 + np.exp(margins))
        theirs.step(np.append(X.T @ s, s.sum()))
    rule.set_params(preconditioner=None, batch_size=40, tol=None, max_iter=steps)
    model = AdvancedLinearClassifier(
        "logistic", None, rule, warm_start=True, random_state=0
    )
    model.coef_, model.intercept_ = np.zeros((1, 4)), np.zeros(1)
    model.fit(store(X), y, sample_weight=weights)
    found = np.append(model.coef_, model.intercept_)
    # sums of another order round otherwise, and that comes back with each gradient
    close(found, theirs_w(theirs), max(precision, 10 * EXACT))


def theirs_w(theirs):
    """The point of either."""
    return np.asarray(theirs.x.detach() if isinstance(theirs, Torch) else theirs.x)
