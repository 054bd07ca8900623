"""Who minimises: each solver as a function of a problem and a tolerance."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import scipy.sparse as sp
from problems import Answer, Problem
from sklearn import linear_model, svm

import skopt_solvers
from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLogisticRegression,
    AdvancedPoissonRegressor,
    ProximalElasticNet,
    ProximalGroupLasso,
    ProximalLasso,
)
from skopt_solvers.penalties import GroupLasso

Fit = Callable[[Problem, float], Answer]
OURS = "skopt_solvers"
MANY = 100_000  # iterations that nobody is stopped by
LASSO = ("lasso", "elastic net")
LOGISTIC = ("l1 logistic", "l2 logistic")
GROUPS = ("group lasso", "logistic group lasso")


@dataclass(frozen=True)
class Solver:
    """A way to fit problems of some kinds, if its package is installed."""

    name: str
    package: str
    kinds: tuple[str, ...]
    fit: Fit
    suits: Callable[[Problem], bool] = lambda problem: True

    @property
    def installed(self) -> bool:
        return importlib.util.find_spec(self.package) is not None

    def can(self, problem: Problem) -> bool:
        """Whether it may be asked for this problem."""
        return self.installed and problem.kind in self.kinds and self.suits(problem)


def _answer(model: Any) -> Answer:
    return model.coef_, np.ravel(getattr(model, "intercept_", 0.0))


def _fitted(model: Any, problem: Problem) -> Answer:
    if problem.weights is None:
        return _answer(model.fit(problem.X, problem.y))
    return _answer(model.fit(problem.X, problem.y, sample_weight=problem.weights))


def _groups(problem: Problem) -> tuple[list[list[int]], np.ndarray]:
    """The columns of each group, and the weights of the groups."""
    assert problem.groups is not None
    sizes = np.bincount(problem.groups)
    members = [np.flatnonzero(problem.groups == g).tolist() for g in range(len(sizes))]
    return members, np.sqrt(sizes)


# -- this package ----------------------------------------------------------------------


def our_model(problem: Problem, tol: float) -> Any:
    """The estimator for a problem, not fitted."""
    strength, kind = problem.l1 + problem.l2, problem.kind
    common = {"fit_intercept": problem.intercept, "tol": tol, "n_threads": 1}
    if kind == "lasso":
        return ProximalLasso(strength, **common)
    if kind == "elastic net":
        return ProximalElasticNet(strength, l1_ratio=0.5, **common)
    if kind == "group lasso":
        return ProximalGroupLasso(problem.l1, groups=problem.groups, **common)
    if kind == "logistic group lasso":
        penalty = GroupLasso(problem.l1, groups=problem.groups)
        return AdvancedLinearClassifier("logistic", penalty, **common)
    if kind == "squared hinge":
        return AdvancedLinearClassifier("squared_hinge", alpha=strength, **common)
    if kind == "poisson":
        return AdvancedPoissonRegressor(alpha=strength, **common)
    share = problem.l1 / strength
    return AdvancedLogisticRegression(problem.inverse, l1_ratio=share, **common)


def _ours(problem: Problem, tol: float) -> Answer:
    return _fitted(our_model(problem, tol), problem)


# -- scikit-learn and liblinear --------------------------------------------------------


def _sklearn_lasso(problem: Problem, tol: float) -> Answer:
    options = {"fit_intercept": problem.intercept, "tol": tol, "max_iter": MANY}
    if problem.l2:
        alpha, share = problem.l1 + problem.l2, problem.l1 / (problem.l1 + problem.l2)
        return _fitted(
            linear_model.ElasticNet(alpha=alpha, l1_ratio=share, **options), problem
        )
    return _fitted(linear_model.Lasso(alpha=problem.l1, **options), problem)


def _sklearn_logistic(solver: str) -> Fit:
    def fit(problem: Problem, tol: float) -> Answer:
        share = problem.l1 / (problem.l1 + problem.l2)
        model = linear_model.LogisticRegression(
            C=problem.inverse, l1_ratio=share, solver=solver,
            fit_intercept=problem.intercept, tol=tol, max_iter=MANY,
        )  # fmt: skip
        return _fitted(model, problem)

    return fit


def _sklearn_poisson(solver: str) -> Fit:
    def fit(problem: Problem, tol: float) -> Answer:
        model = linear_model.PoissonRegressor(
            alpha=problem.l2, solver=solver, fit_intercept=problem.intercept, tol=tol,
            max_iter=MANY,
        )  # fmt: skip
        return _fitted(model, problem)

    return fit


def _linear_svc(dual: bool) -> Fit:
    def fit(problem: Problem, tol: float) -> Answer:
        # liblinear: |w|^2 / 2 + C sum; ours has l2 / 2 |w|^2 + mean
        model = svm.LinearSVC(
            C=1.0 / (problem.n * problem.l2), dual=dual, fit_intercept=False, tol=tol,
            max_iter=MANY,
        )  # fmt: skip
        return _fitted(model, problem)

    return fit


# -- celer, skglm ----------------------------------------------------------------------


def _celer(problem: Problem, tol: float) -> Answer:
    import celer

    options = {"fit_intercept": problem.intercept, "tol": tol, "max_iter": 1000}
    if problem.kind == "l1 logistic":
        model = celer.LogisticRegression(
            C=problem.inverse, tol=tol, fit_intercept=False
        )
    elif problem.kind == "group lasso":
        groups, weights = _groups(problem)
        model = celer.GroupLasso(
            groups=groups, alpha=problem.l1, weights=weights, **options
        )
    elif problem.l2:
        alpha = problem.l1 + problem.l2
        model = celer.ElasticNet(alpha=alpha, l1_ratio=problem.l1 / alpha, **options)
    else:
        model = celer.Lasso(alpha=problem.l1, **options)
    return _fitted(model, problem)


def _skglm(problem: Problem, tol: float) -> Answer:
    import skglm

    # its tolerance is a violation, in units of the strength here
    alpha = problem.l1 + problem.l2
    options = {"fit_intercept": problem.intercept, "tol": tol * problem.l1}
    if problem.kind == "l1 logistic":
        model = skglm.SparseLogisticRegression(alpha=problem.l1, **options)
    elif problem.l2:
        model = skglm.ElasticNet(alpha=alpha, l1_ratio=problem.l1 / alpha, **options)
    else:
        model = skglm.Lasso(alpha=problem.l1, **options)
    return _fitted(model, problem)


def _skglm_groups(problem: Problem, tol: float) -> Answer:
    from skglm import GeneralizedLinearEstimator
    from skglm.datafits import LogisticGroup, QuadraticGroup
    from skglm.penalties import WeightedGroupL2
    from skglm.solvers import GroupBCD
    from skglm.utils.data import grp_converter

    groups, weights = _groups(problem)
    indices, pointer = grp_converter(groups, problem.X.shape[1])
    datafit = LogisticGroup if problem.loss == "logistic" else QuadraticGroup
    if problem.loss == "logistic" and sp.issparse(problem.X):  # dense columns only
        problem = replace(problem, X=np.asfortranarray(problem.X.toarray()))
    model = GeneralizedLinearEstimator(
        datafit(pointer, indices),
        WeightedGroupL2(problem.l1, weights, pointer, indices),
        GroupBCD(max_iter=1000, fit_intercept=False, tol=tol * problem.l1),
    )
    return _fitted(model, problem)


# -- glum, snapml ----------------------------------------------------------------------

_GLUM = {"squared": "normal", "logistic": "binomial", "poisson": "poisson"}


def _glum(problem: Problem, tol: float) -> Answer:
    from glum import GeneralizedLinearRegressor

    alpha = problem.l1 + problem.l2
    y = (problem.y + 1) / 2 if problem.loss == "logistic" else problem.y
    model = GeneralizedLinearRegressor(
        family=_GLUM[problem.loss], alpha=alpha, l1_ratio=problem.l1 / alpha,
        fit_intercept=problem.intercept, gradient_tol=tol, max_iter=1000,
    )  # fmt: skip
    return _answer(model.fit(problem.X, y, sample_weight=problem.weights))


def _snapml(problem: Problem, tol: float) -> Answer:
    import snapml

    X = sp.csr_matrix(problem.X) if sp.issparse(problem.X) else problem.X
    common = {"fit_intercept": False, "tol": tol, "max_iter": 10_000, "n_jobs": 1}
    model = snapml.LogisticRegression(
        regularizer=1.0 / problem.inverse, penalty="l1" if problem.l1 else "l2",
        dual=not problem.l1, **common,
    )  # fmt: skip
    model.fit(X, problem.y)
    return np.ravel(model.coef_), 0.0


def _narrow(problem: Problem) -> bool:
    """What a solver that forms X'X can be asked for."""
    return bool(problem.X.shape[1] <= 4000)


def _thin(problem: Problem) -> bool:
    return bool(problem.X.shape[1] <= 3000)


SOLVERS = [
    Solver(OURS, "skopt_solvers", (*LASSO, *LOGISTIC, "squared hinge", "softmax",
           "poisson", *GROUPS), _ours),
    Solver("scikit-learn", "sklearn", LASSO, _sklearn_lasso),
    Solver("liblinear", "sklearn", LOGISTIC, _sklearn_logistic("liblinear")),
    Solver("lbfgs", "sklearn", ("l2 logistic", "softmax"), _sklearn_logistic("lbfgs")),
    Solver("newton-cg", "sklearn", ("l2 logistic", "softmax"),
           _sklearn_logistic("newton-cg")),
    Solver("newton-cholesky", "sklearn", ("l2 logistic", "softmax"),
           _sklearn_logistic("newton-cholesky"),
           lambda problem: _narrow(problem) and problem.X.shape[1] * _lanes(problem)
           <= 3000),
    Solver("saga", "sklearn", ("softmax",), _sklearn_logistic("saga"),
           lambda problem: sp.issparse(problem.X)),
    Solver("lbfgs", "sklearn", ("poisson",), _sklearn_poisson("lbfgs")),
    Solver("newton-cholesky", "sklearn", ("poisson",),
           _sklearn_poisson("newton-cholesky"), _narrow),
    Solver("liblinear", "sklearn", ("squared hinge",), _linear_svc(False)),
    Solver("liblinear, dual", "sklearn", ("squared hinge",), _linear_svc(True)),
    Solver("celer", "celer", (*LASSO, "l1 logistic", "group lasso"), _celer),
    Solver("skglm", "skglm", (*LASSO, "l1 logistic"), _skglm),
    Solver("skglm", "skglm", GROUPS, _skglm_groups),
    Solver("glum", "glum", (*LASSO, *LOGISTIC, "poisson"), _glum, _thin),
    Solver("snapml", "snapml", LOGISTIC, _snapml),
]  # fmt: skip


def _lanes(problem: Problem) -> int:
    return int(problem.y.max()) + 1 if problem.loss == "multinomial" else 1


def solvers(problem: Problem) -> list[Solver]:
    """All that can be asked for this problem, this package first."""
    return [solver for solver in SOLVERS if solver.can(problem)]


def versions() -> dict[str, str]:
    """Versions of all packages at hand."""
    names = {"numpy": "numpy", "numba": "numba", "sklearn": "scikit-learn"}
    names |= {name: name for name in ("scipy", "celer", "skglm", "glum", "snapml")}
    found = {"skopt_solvers": skopt_solvers.__version__}
    for module, name in names.items():
        if importlib.util.find_spec(module):
            found[name] = version(name)
    return found
