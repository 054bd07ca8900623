"""Errors say what is wrong, where, and the way out."""

import re

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skopt_solvers import AdvancedLinearRegressor, ProximalLasso, minimize
from skopt_solvers._compile import NotCompilable
from skopt_solvers.losses import Huber, Loss
from skopt_solvers.penalties import L1, Penalty
from skopt_solvers.problems import IncompatibleProblem
from skopt_solvers.result import Status
from skopt_solvers.schedules import StepDecay, Warmup
from skopt_solvers.solvers import SGD, Adam

X, y = load_diabetes(return_X_y=True)


# -- nested parameters -------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "key", "example"),
    [
        (ProximalLasso(), "solver__learning_rate", r"solver=SGD\(\)"),
        (AdvancedLinearRegressor(), "penalty__alpha", r"penalty=L1\(\)"),
        (AdvancedLinearRegressor("huber"), "loss__delta", r"loss=Huber\(\)"),
        (Adam(), "schedule__gamma", r"schedule=StepDecay\(\)"),
        (Warmup(), "schedule__gamma", r"schedule=StepDecay\(\)"),
    ],
)
def test_parameters_of_a_string_or_none(owner, key, example):
    with pytest.raises(ValueError, match=f"cannot set {key}.*call: {example}"):
        owner.set_params(**{key: 0.5})


def test_object_and_its_parameter_in_one_call():
    model = AdvancedLinearRegressor().set_params(
        solver=SGD(), solver__schedule=StepDecay(), solver__schedule__gamma=0.3,
        loss__delta=2.0, loss=Huber(),
    )  # fmt: skip
    assert model.solver.schedule.gamma == 0.3 and model.loss.delta == 2.0


def test_searches_and_pipelines_say_the_same():
    pipeline = make_pipeline(StandardScaler(), ProximalLasso())
    with pytest.raises(ValueError, match="cannot set solver__learning_rate"):
        pipeline.set_params(proximallasso__solver__learning_rate=0.1)
    with pytest.raises(ValueError, match="cannot set solver__learning_rate"):
        GridSearchCV(ProximalLasso(), {"solver__learning_rate": [0.1]}).fit(X, y)


def test_parameters_that_do_not_exist_are_scikit_learns_to_report():
    with pytest.raises(ValueError, match="Invalid parameter 'alhpa'"):
        ProximalLasso().set_params(alhpa=1.0)
    with pytest.raises(ValueError, match="Invalid parameter 'slover'"):
        ProximalLasso().set_params(slover__tol=1.0)


# -- parts of one's own ------------------------------------------------------------


class Half(Loss):
    max_curvature = 1.0

    def value(self, y, p):
        return 0.5 * (p - y) ** 2


class Opens(Loss):
    max_curvature = 1.0

    def value(self, y, p):
        return 0.5 * (p - y) ** 2

    def slope(self, y, p):
        return p - y + len(open("file").read())

    def curvature(self, y, p):
        return 1.0


class Norms(Penalty):
    def cost(self, w, j):
        return np.linalg.norm(w, 3, 4)

    def prox(self, z, step, j):
        return z

    def violation(self, w, g, j):
        return 0.0


def test_missing_methods_are_named_with_what_they_are():
    with pytest.raises(TypeError) as caught:
        AdvancedLinearRegressor(Half()).fit(X, y)
    assert str(caught.value) == (
        "Half is incomplete; write\n"
        "    def slope(self, y, p): First derivative in `p`.\n"
        "    def curvature(self, y, p): Second derivative in `p`."
    )


@pytest.mark.parametrize(
    ("parts", "method", "reason"),
    [
        ({"loss": Opens()}, "Opens.slope", "Untyped global name 'open'"),
        ({"penalty": Norms()}, "Norms.cost", r"norm\(float64"),
    ],
)
def test_methods_that_cannot_be_compiled_are_named(parts, method, reason):
    with pytest.raises(NotCompilable, match=rf"{method} cannot be compiled") as caught:
        AdvancedLinearRegressor(**parts).fit(X, y)
    message = str(caught.value)
    assert len(message.splitlines()) == 1 and len(message) < 700
    assert "test_errors.py, line" in message and "Put what needs more" in message
    assert re.search(reason, message)
    assert caught.value.__cause__ is not None  # numba's own words are kept


# -- incompatible problems ---------------------------------------------------------


def test_everything_that_is_missing_is_listed():
    with pytest.raises(IncompatibleProblem) as caught:
        AdvancedLinearRegressor(penalty=L1(), solver="newton").fit(X, y)
    message = str(caught.value)
    assert "smooth everywhere" in message and "a Hessian matrix" in message
    assert "Solvers that can: " in message and "CoordinateDescent" in message


# -- scipy's names -----------------------------------------------------------------


def test_results_answer_to_scipys_names():
    result = minimize(lambda x: (x @ x, 2 * x), np.ones(2), jac=True)
    assert (result.nit, result.fun) == (result.n_iter, result.objective)
    counts = result.counts
    assert (result.nfev, result.njev, result.nhev) == (
        counts.evaluations, counts.gradients, counts.hessians,
    )  # fmt: skip


@pytest.mark.parametrize("solver", ["lbfgs", "bfgs", "gradient_descent", "owlqn"])
def test_a_gradient_of_another_function_is_named(solver):
    def uphill(x):
        return -rosen_der(x)

    result = minimize(rosen, [-1.2, 1.0], jac=uphill, solver=solver)
    assert result.status is Status.STALLED
    assert "jac does not match fun" in result.message
    assert "-233 by differences, and 233 by jac" in result.message
    flipped = minimize(rosen, [-1.2, 1.0], jac=lambda x: rosen_der(x)[::-1])
    assert "jac does not match fun" in flipped.message
    right = minimize(rosen, [-1.2, 1.0], jac=rosen_der, solver=solver, tol=0.0)
    assert "jac" not in right.message


def test_kinks_and_noise_are_no_wrong_gradients():
    rng = np.random.default_rng(0)

    def noisy(x):
        return x @ x + rng.normal()

    for fun, jac in (lambda x: np.abs(x).sum(), np.sign), (noisy, lambda x: 2 * x):
        for solver in ("lbfgs", "gradient_descent"):
            result = minimize(fun, [1.0, -0.3], jac=jac, solver=solver, tol=1e-9)
            assert "jac" not in result.message
