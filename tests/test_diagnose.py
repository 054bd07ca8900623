"""The doctor: each trouble is found, proven by numbers, and cured by its remedy."""

import re
import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import is_regressor
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Lasso
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skopt_solvers import (
    AdvancedHuberRegressor,
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    AdvancedPoissonRegressor,
    MultiTaskLasso,
    ProximalGroupLasso,
    ProximalLasso,
    ProximalMCP,
    ProximalSCAD,
    diagnose,
)
from skopt_solvers.losses import Huber
from skopt_solvers.penalties import L2, SLOPE, GroupLasso
from skopt_solvers.solvers import SGD, Adam, GradientDescent, ProximalGradient

X, y = load_breast_cancer(return_X_y=True)
X = StandardScaler().fit_transform(X)
D, t = load_diabetes(return_X_y=True)


def cured(estimator, X, y, name):
    """The finding of this name; a fit with its remedy converges without a warning."""
    finding = diagnose(estimator, X, y)[name]
    model, treated, target = finding.apply(estimator, X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        model.fit(treated, target)
    assert finding.cured and "converges" in finding.outcome
    assert finding.evidence and finding.numbers in str(finding)
    return finding


@pytest.mark.parametrize("store", [np.asarray, sp.csr_array])
def test_separable_classes(store):
    model = AdvancedLogisticRegression(C=np.inf, max_iter=30)
    finding = cured(model, store(X), y, "separable classes")
    assert 1 <= finding.evidence["columns of the direction"] <= X.shape[1]
    direction = finding.evidence["direction"]  # the proof: no margin is negative
    margins = np.where(y > 0, 1, -1) * (X @ direction[:-1] + direction[-1])
    assert margins.min() > -1e-8 and margins.max() > 1e-6


def test_separable_classes_of_three():
    Z, c = load_iris(return_X_y=True)
    kept = c != 2  # three groups along one column
    Z, c = np.vstack([Z[kept], Z[:5] + 50]), np.append(c[kept], [2] * 5)
    cured(AdvancedLogisticRegression(C=np.inf, max_iter=40), Z, c, "separable classes")


ZERO = np.zeros(len(y))


@pytest.mark.parametrize(
    ("model", "target", "words"),
    [
        (AdvancedLogisticRegression(C=np.inf), y, ["C=1.76"]),
        (AdvancedLogisticRegression(penalty=None), y, ["penalty=L2(alpha=0.001)"]),
        (AdvancedLinearClassifier(alpha=0.0), y, ["alpha=0.001"]),
        (AdvancedLinearClassifier(penalty=None), y, ["penalty=L2(alpha=0.001)"]),
        (AdvancedPoissonRegressor(alpha=0.0), 1.0 * (X[:, 0] > 3), ["alpha=0.001"]),
        (AdvancedPoissonRegressor(alpha=1.0), ZERO, ["fit_intercept=False"]),
        (
            AdvancedPoissonRegressor(alpha=0.0),
            ZERO,
            ["fit_intercept=False", "alpha=0.001"],
        ),
    ],
    ids=repr,
)
def test_remedies_name_parameters_that_there_are(model, target, words):
    """And the warning of the fit says the same as the doctor."""
    with pytest.warns(ConvergenceWarning) as caught:
        model.fit(X, target)
    (message,) = (str(each.message) for each in caught)
    name = "targets at an end" if is_regressor(model) else "separable classes"
    finding = cured(model, X, target, name)
    assert message.endswith(f"Try: {finding.remedy}")
    assert re.findall(r"\w+=(?:L2\(.*?\)|[\w.]+\w)", str(finding.remedy)) == words
    assert {word.partition("=")[0] for word in words} <= model.get_params().keys()


def test_a_runaway_intercept_is_not_blamed_on_the_penalty():
    finding = diagnose(AdvancedPoissonRegressor(), X, ZERO)["targets at an end"]
    assert "whatever the penalty" in finding.message
    assert "add a penalty" not in str(finding.remedy)


def test_overlapping_classes_are_not_called_separable():
    Z, c = load_iris(return_X_y=True)
    found = diagnose(AdvancedLogisticRegression(C=np.inf), Z[50:, :2], c[50:])
    assert "separable classes" not in [f.name for f in found]


@pytest.mark.parametrize("rule", [SGD, Adam, partial(SGD, momentum=0.9)])
@pytest.mark.parametrize(("epochs", "tol"), [(100, 0.05), (8, 1e-3), (20, 1e-9)])
@pytest.mark.parametrize(
    ("rate", "name"),
    [(1e4, "learning rate too large"), (1e-8, "learning rate too small")],
)
def test_learning_rates(rate, name, epochs, tol, rule):
    solver = rule(rate, max_iter=epochs, tol=tol)
    model = AdvancedLogisticRegression(0.001, solver=solver, random_state=0)
    finding = cured(model, X, y, name)
    assert finding.evidence["learning rate"] == rate
    assert 1e-8 < finding.evidence["automatic"] < 1e4


def test_automatic_rates_are_not_blamed():
    model = AdvancedLogisticRegression(solver=SGD(max_iter=2, tol=1e-9))
    assert not [f for f in diagnose(model, X, y) if "rate" in f.name]


@pytest.mark.parametrize(
    ("model", "Z", "c"),
    [
        (ProximalLasso(1e3), D, t),
        (AdvancedLogisticRegression(1e-6, l1_ratio=1.0), X, y),
        (ProximalGroupLasso(1e3, groups=[0, 0, 0, 1, 1, 1, 2, 2, 2, 2]), D, t),
        (ProximalMCP(1e3), D, t),
        (ProximalSCAD(1e3), D, t),
        (MultiTaskLasso(1e3), D, np.c_[t, -t]),
        (AdvancedLinearRegressor("huber", "elastic_net", alpha=1e3), D, t),
        (AdvancedLinearClassifier("logistic", GroupLasso(1e3)), X, y),
        (AdvancedLinearRegressor("squared", SLOPE(1e3)), D, t),
    ],
)
def test_alpha_above_alpha_max(model, Z, c):
    finding = cured(model, Z, c, "alpha above alpha_max")
    assert finding.evidence["alpha"] > finding.evidence["alpha_max"]
    treated, *_ = finding.apply(model, Z, c)
    assert np.any(treated.fit(Z, c).coef_)
    name = re.search(r"(\w+)=", str(finding.remedy)).group(1)
    assert treated.get_params()[name] != model.get_params()[name]


def test_alpha_max_is_the_smallest_alpha_without_columns():
    largest = diagnose(ProximalLasso(1e3), D, t)["alpha above alpha_max"]
    alpha_max = largest.evidence["alpha_max"]
    assert not np.any(ProximalLasso(alpha_max * 1.0001).fit(D, t).coef_)
    assert np.any(ProximalLasso(alpha_max * 0.999, tol=1e-12).fit(D, t).coef_)
    below = diagnose(ProximalLasso(0.5 * alpha_max), D, t)
    assert "alpha above alpha_max" not in [f.name for f in below]


def test_columns_of_different_scale():
    Z = D * np.logspace(-4, 4, D.shape[1])
    solver = ProximalGradient(max_iter=300)
    model = ProximalLasso(1.0, solver=solver)
    finding = cured(model, Z, t, "columns of different scale")
    assert finding.evidence["ratio"] == pytest.approx(1e8, rel=1e-6)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (AdvancedHuberRegressor(solver="newton"), "alpha=60"),
        (
            AdvancedLinearRegressor(Huber(scale="joint"), L2(1e-6), "newton"),
            "penalty__alpha=1",
        ),
    ],
    ids=repr,
)
def test_a_scale_that_vanishes(model, words):
    """More columns than rows: the model goes through all samples."""
    rng = np.random.default_rng(0)
    Z = (rng.random((60, 80)) < 0.1) * 1.0
    r = Z[:, :5].sum(axis=1) + rng.standard_t(2, 60)
    with pytest.warns(ConvergenceWarning, match=r"larger alpha.*a fixed scale"):
        model.fit(Z, r)
    finding = cured(model, Z, r, "vanishing scale")
    assert words in str(finding.remedy)
    assert finding.evidence["scale"] < 1e-3 * r.std()


def test_constant_and_duplicate_columns():
    Z = np.column_stack([D, D[:, 3], np.ones(len(t)), D[:, 3]])
    constant = cured(ProximalLasso(0.1), Z, t, "constant columns")
    assert constant.evidence["columns"] == "[11]"
    duplicate = cured(ProximalLasso(0.1), Z, t, "duplicate columns")
    assert duplicate.evidence["copies"] == "[10, 12]"
    _, kept, _ = duplicate.apply(ProximalLasso(0.1), Z, t)
    assert kept.shape[1] == Z.shape[1] - 2


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("store", [np.asarray, sp.csr_array])
def test_values_that_are_not_finite(bad, store):
    Z = D.copy()
    Z[3, 2] = bad
    diagnosis = diagnose(ProximalLasso(0.1), store(Z), t)
    assert not diagnosis.converged and diagnosis.findings[0].cured
    assert sum(diagnosis.findings[0].evidence.values()) == 1
    target = t.copy()
    target[7] = bad
    cured(ProximalLasso(0.1), store(D), target, "values that are not finite")


def test_values_that_are_not_finite_wherever_they_are():
    name = "values that are not finite"
    holes = [[1.0, None], [np.nan, 2.0], [3.0, 1.0], [0.0, 5.0], [2.0, 2.0]]
    target = [0.0, 1.0, 2.0, 3.0, 2.5]
    boxes = [
        np.array(holes, dtype=object),
        pd.DataFrame(holes, dtype="Float64"),
        pd.DataFrame(holes, dtype=object),
    ]
    for box in boxes:
        finding = cured(ProximalLasso(0.1), box, target, name)
        assert finding.evidence == {"NaN in X": 2}
    infinite = D.copy()
    infinite[[3, 8], 2] = np.inf
    pipeline = make_pipeline(StandardScaler(), ProximalLasso(0.1))  # refuses it
    assert cured(pipeline, infinite, t, name).evidence == {"infinite in X": 2}
    filled = make_pipeline(SimpleImputer(), ProximalLasso(0.1))
    missing = np.where(np.isinf(infinite), np.nan, infinite)
    assert len(diagnose(filled, missing, t)) == 0
    weights = np.ones(len(t))
    weights[5] = np.nan
    found = diagnose(ProximalLasso(0.1), D, t, sample_weight=weights)[name]
    assert found.cured and found.evidence == {"NaN in sample_weight": 1}
    assert len(found.remedy.kept(weights)) == len(t) - 1


def test_other_refusals_are_passed_on():
    pipeline = make_pipeline(StandardScaler(), ProximalLasso())
    with pytest.raises(ValueError, match="could not convert"):
        diagnose(pipeline, [["a"], ["b"]], [0.0, 1.0])


def test_stagnation():
    rng = np.random.default_rng(0)
    Z = (rng.normal(size=(200, 20)) + 1e6).astype(np.float32)
    c = Z[:, 0] + rng.normal(size=200) > Z[:, 1]
    model = AdvancedLogisticRegression(1e3, tol=0.0)
    finding = cured(model, Z, c, "stagnation")
    assert finding.evidence["dtype of X"] == "float32"


def test_overflow():
    solver = GradientDescent(step_size=1e3, preconditioner=None)
    Z, c = D / D.std(axis=0), np.round(t / 50)
    model = AdvancedPoissonRegressor(alpha=1e-3, solver=solver)
    finding = cured(model, Z, c, "overflow")
    assert finding.evidence["largest entry"] == pytest.approx(np.abs(Z).max())


def test_slow_decay():
    model = AdvancedLogisticRegression(solver=ProximalGradient(max_iter=3))
    finding = cured(model, X, y, "slow decay")
    assert finding.evidence["iterations"] == 3


@pytest.mark.parametrize("epochs", [1, 3])
def test_too_few_epochs(epochs):
    model = AdvancedLogisticRegression(solver=SGD(max_iter=epochs))
    assert cured(model, X, y, "slow decay").evidence["iterations"] == epochs


def test_nothing_is_the_matter():
    diagnosis = diagnose(AdvancedLogisticRegression(), X, y)
    assert diagnosis.converged and len(diagnosis) == 0
    assert "Nothing unusual was found." in str(diagnosis)
    assert "Nothing unusual" in diagnosis._repr_html_()
    with pytest.raises(KeyError, match="was not found"):
        diagnosis["slow decay"]


def test_pipelines_are_examined_after_their_steps():
    Z = X * np.logspace(-4, 4, X.shape[1])
    pipeline = make_pipeline(StandardScaler(), AdvancedLogisticRegression())
    assert len(diagnose(pipeline, Z, y)) == 0


def test_shown_as_text_and_html():
    model = AdvancedLogisticRegression(solver=ProximalGradient(max_iter=3))
    diagnosis = diagnose(model, X, y, try_remedies=False)
    assert diagnosis.findings[0].cured is None and "tried" not in str(diagnosis)
    assert repr(diagnosis).startswith("AdvancedLogisticRegression with")
    assert "<td" in diagnosis._repr_html_()
    assert not hasattr(model, "coef_")


def test_warnings_hold_the_gravest_finding():
    model = AdvancedLogisticRegression(C=np.inf, max_iter=30)
    with pytest.warns(ConvergenceWarning, match="separates the classes.*penalty"):
        model.fit(X, y)
    model = AdvancedLogisticRegression(solver=SGD(1e4, max_iter=20))
    with pytest.warns(ConvergenceWarning, match="learning_rate='auto'"):
        model.fit(X, y)


@pytest.mark.parametrize("options", [{"max_time": 0.0}, {"try_remedies": "yes"}])
def test_options_are_checked(options):
    with pytest.raises(ValueError, match=f"needs {next(iter(options))} to be"):
        diagnose(ProximalLasso(), D, t, **options)


def test_other_estimators_are_refused():
    with pytest.raises(TypeError, match="needs an estimator of skopt_solvers"):
        diagnose(Lasso(), D, t)


def test_targets_at_an_end():
    target = (X[:20, 0] > 0).astype(float)  # counts of zero: their mean falls for ever
    model = AdvancedPoissonRegressor(alpha=0)
    cured(model, X[:20], target, "targets at an end")


@pytest.mark.parametrize("store", [np.ndarray.tolist, sp.coo_array, sp.csc_matrix])
def test_columns_are_left_out_of_every_container(store):
    twice = np.c_[X, X[:, 0], np.ones(len(X))]
    model = AdvancedLogisticRegression()
    finding = cured(model, store(twice), y, "constant columns")
    assert finding.evidence["columns"] == "[31]"
    cured(model, store(twice), y, "duplicate columns")


def test_a_constant_target_has_no_alpha_max():
    assert not len(diagnose(ProximalLasso(), D, np.ones(len(D))))


def test_a_class_in_place_of_a_model_is_named():
    with pytest.raises(TypeError, match=r"write ProximalLasso\(\)"):
        diagnose(ProximalLasso, D, t)
