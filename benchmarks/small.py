"""Fits of scikit-learn's own small data at default tolerances, against scikit-learn.

    OPENBLAS_NUM_THREADS=1 python benchmarks/small.py

Where a fit takes a millisecond, what it does besides arithmetic counts: validation,
checks, the report. Ours is certified to 1e-6; scikit-learn's lasso and elastic net run
at that tolerance, its other models at their own. The median of interleaved rounds.
"""

import statistics
import time
import warnings
from typing import Any

from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.linear_model import (
    ElasticNet,
    Lasso,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
)
from sklearn.preprocessing import scale

from skopt_solvers import (
    AdvancedLogisticRegression,
    AdvancedPoissonRegressor,
    AdvancedRidge,
    ProximalElasticNet,
    ProximalLasso,
)

ROUNDS = 60
NETS = {"alpha": 0.1, "tol": 1e-6}


def models() -> list[tuple[str, Any, Any, Any]]:
    """A name, the data and both models."""
    cancer, iris, wine = (
        (scale(X), y)
        for X, y in (load(return_X_y=True)
                     for load in (load_breast_cancer, load_iris, load_wine))
    )  # fmt: skip
    diabetes = load_diabetes(return_X_y=True)
    ours, theirs = AdvancedLogisticRegression(), LogisticRegression()
    return [
        ("lasso, diabetes", diabetes, ProximalLasso(0.1), Lasso(**NETS)),
        ("elastic net, diabetes", diabetes, ProximalElasticNet(0.1),
         ElasticNet(**NETS)),
        ("ridge, diabetes", diabetes, AdvancedRidge(0.1), Ridge(0.1)),
        ("Poisson, diabetes", diabetes, AdvancedPoissonRegressor(),
         PoissonRegressor(solver="newton-cholesky")),
        ("logistic, breast_cancer", cancer, ours, theirs),
        ("L1 logistic, breast_cancer", cancer, AdvancedLogisticRegression(l1_ratio=1.0),
         LogisticRegression(l1_ratio=1.0, solver="liblinear")),
        ("logistic, iris", iris, ours, theirs),
        ("logistic, wine", wine, ours, theirs),
    ]  # fmt: skip


def main() -> None:
    """A line of a table for each model."""
    warnings.simplefilter("ignore")
    print("| model | ours, ms | scikit-learn, ms | ratio |")
    print("| --- | --- | --- | --- |")
    for name, data, *pair in models():
        taken: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for times, model in zip(taken, pair, strict=True):
                begun = time.process_time()
                model.fit(*data)
                times.append(1e3 * (time.process_time() - begun))
        ours, theirs = map(statistics.median, taken)
        print(f"| {name} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.2f} |")


if __name__ == "__main__":
    main()
