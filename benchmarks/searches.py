"""Derivative-free solvers: final errors, overhead, and scores of a linear model.

    python -m pip install ".[bench]"
    OPENBLAS_NUM_THREADS=1 python benchmarks/searches.py [--data ijcnn1.npz]

Five functions in two dimensions, 200 evaluations per coordinate, three instances and
``--runs`` from random starts on each; by coco-experiment (BBOB) where it is installed,
else shifted and rotated here. The peer is pycma, with the same first step and restarts.
Then a linear model under the 0-1 error and F1, on held-out rows of the data given, with
``X`` and ``y`` or CSR parts; else on generated data.
"""

import argparse
import importlib.util
import itertools
import math
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.datasets import make_classification
from sklearn.metrics import accuracy_score, f1_score

from skopt_solvers import AdvancedLinearClassifier, minimize
from skopt_solvers.losses import ScorerLoss
from skopt_solvers.solvers import (
    CMAES,
    DifferentialEvolution,
    GeneticAlgorithm,
    NelderMead,
    Powell,
    PyCMA,
    RandomSearch,
)

NAMES = {1: "sphere", 10: "ellipsoid", 9: "rosenbrock", 15: "rastrigin",
         13: "sharp ridge"}  # fmt: skip
PER_COORDINATE = 200
Task = tuple[str, Callable[[np.ndarray], float], float]


def by_coco(n: int, instance: int) -> Iterator[Task]:
    """BBOB's functions, and their smallest values."""
    from cocoex import BareProblem

    for number, name in NAMES.items():
        problem = BareProblem("bbob", number, n, instance)
        yield name, problem, float(problem.best_value())


def by_hand(n: int, instance: int) -> Iterator[Task]:
    """The same kinds of functions, shifted and rotated at random."""
    rng = np.random.default_rng(1000 * n + instance)
    centre = rng.uniform(-4, 4, n)
    R, Q = (np.linalg.qr(rng.normal(size=(n, n)))[0] for _ in range(2))
    steps = np.arange(n) / (n - 1)
    M = R @ (10.0 ** (steps / 2) * Q.T).T

    def rosenbrock(x: np.ndarray) -> float:
        z = max(1.0, math.sqrt(n) / 8) * (R @ (x - centre)) + 1
        return float(np.sum(100 * (z[:-1] ** 2 - z[1:]) ** 2 + (z[:-1] - 1) ** 2))

    def rastrigin(x: np.ndarray) -> float:
        z = M @ (x - centre)
        return float(10 * np.sum(1 - np.cos(2 * np.pi * z)) + z @ z)

    def ridge(x: np.ndarray) -> float:
        z = M @ (x - centre)
        return float(z[0] ** 2 + 100 * np.linalg.norm(z[1:]))

    def ellipsoid(x: np.ndarray) -> float:
        return float(10.0 ** (6 * steps) @ (R @ (x - centre)) ** 2)

    yield "sphere", lambda x: float(np.sum((x - centre) ** 2)), 0.0
    yield "ellipsoid", ellipsoid, 0.0
    yield "rosenbrock", rosenbrock, 0.0
    yield "rastrigin", rastrigin, 0.0
    yield "sharp ridge", ridge, 0.0


def installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def solvers(n: int) -> dict[str, Any]:
    """All that are compared, each with the same budget."""
    spent = {"max_evaluations": PER_COORDINATE * n}
    found = {
        "CMAES": CMAES(2.0, **spent),
        "NelderMead": NelderMead(2.0, **spent),
        "Powell": Powell(2.0, **spent),
        "DifferentialEvolution": DifferentialEvolution(2.0, **spent),
        "GeneticAlgorithm": GeneticAlgorithm(2.0, **spent),
        "RandomSearch": RandomSearch(2.0, **spent),
    }
    return {**found, "pycma": pycma} if installed("cma") else found


def pycma(fun: Callable[..., float], x0: np.ndarray, seed: int, budget: int) -> float:
    """pycma on its own, without anything of ours around it."""
    import cma

    rng, start, popsize = np.random.default_rng(seed), x0, None
    used, best = 0, math.inf
    while used < budget:
        options = {"verbose": -10, "verb_log": 0, "seed": seed + 1}
        options.update({"popsize": popsize} if popsize else {})
        es = cma.CMAEvolutionStrategy(start, 2.0, options)
        popsize, start = 2 * es.popsize, x0 + 4.0 * rng.normal(size=len(x0))
        while used < budget and not es.stop():
            points = es.ask()[: budget - used]
            values = [fun(x) for x in points]
            used, best = used + len(points), min(best, *values)
            if len(points) == es.popsize:
                es.tell(points, values)
    return best


def measure(n: int, instances: int, runs: int, only: str) -> None:
    """Print a line per function, and the overheads."""
    chosen = {who: each for who, each in solvers(n).items() if only in who.lower()}
    suite = by_coco if installed("cocoex") else by_hand
    errors: dict[tuple[str, str], list[float]] = {}
    micros: dict[str, list[float]] = {}
    for instance, seed in itertools.product(range(1, instances + 1), range(runs)):
        start = 100 * seed + instance
        x0 = np.random.default_rng(start).uniform(-4, 4, n)
        for name, fun, best in suite(n, instance):
            for who, solver in chosen.items():
                reached, overhead = timed(solver, fun, x0, start)
                errors.setdefault((name, who), []).append(max(reached - best, 0.0))
                micros.setdefault(who, []).append(overhead)
    total = instances * runs
    print(f"\nD = {n}, {suite.__name__}, median f - f* of {total} runs")
    for name in NAMES.values():
        cells = {w: statistics.median(errors[name, w]) for w in micros}
        print(f"{name:12s}", "  ".join(f"{w} {v:.1e}" for w, v in cells.items()))
    cells = {w: statistics.median(v) for w, v in micros.items()}
    print("us/evaluation", "  ".join(f"{w} {v:.0f}" for w, v in cells.items()))


def timed(solver: Any, fun: Any, x0: np.ndarray, seed: int) -> tuple[float, float]:
    """Best value, and microseconds per evaluation beyond the function's own."""
    inside, count = 0.0, 0

    def clocked(x: np.ndarray) -> float:
        nonlocal inside, count
        begun = time.perf_counter()
        value = float(fun(x))
        inside += time.perf_counter() - begun
        count += 1
        return value

    begun = time.perf_counter()
    if solver is pycma:
        best = pycma(clocked, x0, seed, PER_COORDINATE * len(x0))
    else:
        best = minimize(clocked, x0, solver=solver, random_state=seed).objective
    return best, 1e6 * (time.perf_counter() - begun - inside) / count


def rows(path: str | None) -> tuple[Any, np.ndarray]:
    """The data in a file, or generated ones."""
    if path is None:
        return make_classification(
            20_000, 22, n_informative=12, weights=[0.9], class_sep=0.6, random_state=0
        )
    with np.load(path) as file:
        if "X" in file:
            return file["X"].astype(np.float64), file["y"]
        parts = file["data"].astype(np.float64), file["indices"], file["indptr"]
        return sp.csr_array(parts, shape=tuple(file["shape"])), file["y"]


def scores(path: str | None, n_train: int = 4000, budget: int = 4000) -> None:
    """Held-out 0-1 error and 1 - F1, of the log loss and of the scores themselves."""
    X, y = rows(path)
    y = (y == y.max()).astype(int)
    order = np.random.default_rng(0).permutation(len(y))
    train, test = order[:n_train], order[n_train:]
    dense = X.toarray() if sp.issparse(X) else X
    print(f"\n{path or 'generated'}: {n_train} rows to train on, {len(test)} held out")
    models = {"logistic": AdvancedLinearClassifier()}
    for scoring in ("accuracy", "f1"):
        models[f"{scoring}, CMAES"] = AdvancedLinearClassifier(
            ScorerLoss(scoring), solver=CMAES(max_evaluations=budget), random_state=0
        )
        if installed("cma"):
            models[f"{scoring}, PyCMA"] = AdvancedLinearClassifier(
                ScorerLoss(scoring), random_state=0,
                solver=PyCMA(max_evaluations=budget),
            )  # fmt: skip
    for name, model in models.items():
        begun = time.perf_counter()
        model.fit(dense[train], y[train])
        seconds, p = time.perf_counter() - begun, model.predict(dense[test])
        wrong, lost = 1 - accuracy_score(y[test], p), 1 - f1_score(y[test], p)
        print(f"{name:16s} 0-1 error {wrong:.4f}  1 - F1 {lost:.4f}  {seconds:.1f} s")


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="an .npz file; generated data if not given")
    parser.add_argument("--instances", type=int, default=3)
    parser.add_argument("--runs", type=int, default=1, help="on each instance")
    parser.add_argument("--only", default="", help="part of the names of solvers")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    for n in (5, 20):
        measure(n, arguments.instances, arguments.runs, arguments.only)
    scores(arguments.data)


if __name__ == "__main__":
    main()
