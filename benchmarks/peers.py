"""Who fits: each peer as a function of a task and a tolerance, if it is installed."""

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
from problems import Task
from sklearn.linear_model import Lasso, LogisticRegression

from skopt_solvers import AdvancedLogisticRegression, ProximalLasso

Fit = Callable[[Task, float], np.ndarray]
LADDER = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10)
OURS = "skopt_solvers"


def _logistic(task: Task, **options: Any) -> LogisticRegression:
    C = 1 / (task.alpha * len(task.y))
    return LogisticRegression(C=C, fit_intercept=False, max_iter=100_000, **options)


def ours(task: Task, tol: float) -> np.ndarray:
    """The estimators of this package, ``solver="auto"``."""
    if task.kind == "lasso":
        model: Any = ProximalLasso(task.alpha, fit_intercept=False, tol=tol)
    else:
        C, share = 1 / (task.alpha * len(task.y)), float(task.kind == "l1 logistic")
        model = AdvancedLogisticRegression(
            C, l1_ratio=share, fit_intercept=False, tol=tol
        )
    return model.fit(task.X, task.y).coef_


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def peers(kind: str) -> dict[str, Fit]:
    """All that can fit tasks of this kind."""
    found: dict[str, Fit] = {}
    if kind == "lasso":
        found["scikit-learn"] = lambda task, tol: Lasso(
            task.alpha, fit_intercept=False, tol=tol, max_iter=100_000
        ).fit(task.X, task.y).coef_
        if _installed("celer"):
            from celer import Lasso as Celer

            found["celer"] = lambda task, tol: Celer(
                alpha=task.alpha, fit_intercept=False, tol=tol
            ).fit(task.X, task.y).coef_
        if _installed("skglm"):
            from skglm import Lasso as Skglm

            found["skglm"] = lambda task, tol: Skglm(
                alpha=task.alpha, fit_intercept=False, tol=tol * task.alpha
            ).fit(task.X, task.y).coef_
    if kind == "l1 logistic":
        found["liblinear"] = lambda task, tol: _logistic(
            task, l1_ratio=1.0, solver="liblinear", tol=tol
        ).fit(task.X, task.y).coef_
        if _installed("skglm"):
            from skglm import SparseLogisticRegression

            found["skglm"] = lambda task, tol: SparseLogisticRegression(
                alpha=task.alpha, fit_intercept=False, tol=tol * task.alpha
            ).fit(task.X, task.y).coef_
    if kind == "l2 logistic":
        for solver in ("lbfgs", "newton-cg", "liblinear"):
            found[solver] = lambda task, tol, solver=solver: _logistic(
                task, solver=solver, tol=tol
            ).fit(task.X, task.y).coef_
    return found
