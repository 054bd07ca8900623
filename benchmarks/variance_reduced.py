"""Epochs and seconds of SAG, SAGA and SVRG to a relative suboptimality of 1e-4.

    OPENBLAS_NUM_THREADS=1 python benchmarks/variance_reduced.py [--data FOLDER] [names]

L2 logistic regression, alpha = 1e-4, columns as they come, with an intercept, against
scikit-learn's saga on the same objective. More than two labels are split in the middle.
Data sets come from FOLDER as of `suites.py`, or are made here. Every time is the
minimum of `ROUNDS` interleaved ones; scikit-learn runs at the smallest number of epochs
of a ladder that reaches the target.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from suites import Library

from skopt_solvers.losses import Logistic
from skopt_solvers.penalties import L2
from skopt_solvers.problems import LinearProblem, linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, SAG, SAGA, SVRG

ALPHA = 1e-4
TARGET = 1e-4
EPOCHS = 60
ROUNDS = 3
LADDER = (4, 6, 8, 10, 14, 20, 40, 80, 160)
MADE = ("tall 50,000 x 200", "text 20,000 x 30,000")


def prepared(load: Callable[[str], Any], name: str) -> tuple[Any, np.ndarray]:
    """Rows at hand, labels -1 and +1."""
    X, y = load(name)
    middle = 0.0 if y.min() < 0 else (y.max() + y.min()) / 2
    X = sp.csr_array(X) if sp.issparse(X) else np.ascontiguousarray(X)
    if sp.issparse(X):  # scikit-learn refuses wider indices
        X.indices, X.indptr = X.indices.astype(np.int32), X.indptr.astype(np.int32)
    return X, np.where(y > middle, 1.0, -1.0)


def problem(X: Any, y: np.ndarray) -> LinearProblem:
    return linear_problem(X, y, Logistic(), L2(ALPHA))


def ours(solver: Any, X: Any, y: np.ndarray, best: float) -> tuple[int, float]:
    """Epochs and seconds to the target, the copy of the data included."""
    begun = time.perf_counter()
    cell = problem(X, y)
    made = time.perf_counter() - begun
    result = run(solver.set_params(tol=0.0, max_iter=EPOCHS), cell, callbacks=[
        lambda progress: "reached" * (progress.objective <= best * (1 + TARGET)) or None
    ], random_state=0)  # fmt: skip
    reached = result.objective <= best * (1 + TARGET)
    return (result.n_iter, made + result.seconds) if reached else (EPOCHS, np.inf)


def theirs(epochs: int, X: Any, y: np.ndarray) -> tuple[float, float]:
    """Objective and seconds of scikit-learn's saga."""
    model = LogisticRegression(
        C=1 / (ALPHA * len(y)), solver="saga", max_iter=epochs, tol=0.0, random_state=0
    )
    begun = time.perf_counter()
    model.fit(X, y)
    seconds = time.perf_counter() - begun
    cell = problem(X, y)
    x = cell.pack(np.ravel(model.coef_), model.intercept_[0])
    return cell.at(x).objective, seconds


def measure(name: str, X: Any, y: np.ndarray) -> str:
    """One row of the table."""
    best = run(LBFGS(tol=1e-12, max_iter=3000), problem(X, y)).objective
    solvers = {cls.__name__: cls() for cls in (SAGA, SVRG, SAG)}
    for solver in solvers.values():
        ours(solver, X, y, np.inf)  # machine code is loaded, not timed
    enough = (e for e in LADDER if theirs(e, X, y)[0] <= best * (1 + TARGET))
    epochs = next(enough, LADDER[-1])
    found: dict[str, list[tuple[int, float]]] = {key: [] for key in [*solvers, "saga"]}
    for _ in range(ROUNDS):
        for key, solver in solvers.items():
            found[key].append(ours(solver, X, y, best))
        objective, seconds = theirs(epochs, X, y)
        found["saga"].append((epochs, seconds))
    cells = [f"{min(v)[0]} epochs, {1e3 * min(s for _, s in v):.0f} ms"
             for v in found.values()]  # fmt: skip
    if objective > best * (1 + TARGET):
        cells[-1] = f"not in {cells[-1]} ({objective / best - 1:.0e})"
    return " | ".join([f"| {name}", *cells]) + " |"


def main() -> None:
    """Measure every data set that is named, or all that need no file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder of a module load.py")
    parser.add_argument("names", nargs="*", default=MADE)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    library = Library(arguments.data)
    print("| data | SAGA | SVRG | SAG | scikit-learn saga |\n" + "| --- " * 5 + "|")
    for name in arguments.names:
        print(measure(name, *prepared(library.get, name)), flush=True)


if __name__ == "__main__":
    main()
