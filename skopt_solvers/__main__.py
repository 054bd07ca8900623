"""``python -m skopt_solvers warm-up``, ``info`` and ``tables``."""

import argparse
import functools
import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

import skopt_solvers
from skopt_solvers._catalogue import TABLES, update
from skopt_solvers._compile import cache_directory
from skopt_solvers._tables import markdown_table

Job = tuple[str, Callable[[], Any]]


def main(arguments: list[str] | None = None) -> int:
    """Run the command in `arguments`; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m skopt_solvers")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("warm-up", help="compile the common combinations now")
    commands.add_parser("info", help="print versions, cache folder and threads")
    catalogue = commands.add_parser("tables", help="of all solvers and schedules")
    into = "a text whose blocks <!-- solvers --> ... to write anew; printed without"
    catalogue.add_argument("file", nargs="?", type=Path, help=into)
    chosen = parser.parse_args(arguments)
    if chosen.command == "tables":
        return tables(chosen.file)
    return warm_up() if chosen.command == "warm-up" else info()


def tables(file: Path | None) -> int:
    """Write the tables of all parts into a file, or print them."""
    if file is None:
        print("\n\n".join(markdown_table(*table()) for table in TABLES.values()))
    else:
        print(f"{file}: {'written anew' if update(file) else 'as it was'}")
    return 0


def info() -> int:
    """Print what a bug report needs."""
    folder = cache_directory()
    files = [f for f in Path(folder).rglob("*") if f.is_file()] if folder else []
    size = sum(f.stat().st_size for f in files)
    rows = [("skopt_solvers", skopt_solvers.__version__)]
    rows.append(("python", platform.python_version()))
    for package in ("numpy", "scipy", "scikit-learn", "numba", "threadpoolctl"):
        rows.append((package, importlib.metadata.version(package)))
    rows.append(("cache folder", folder or "none is writable: kernels are not kept"))
    rows.append(("cache size", f"{size / 1e6:.1f} MB"))
    rows.append(("cores", str(os.cpu_count())))
    rows.append(("threads", "1 inside solvers, BLAS included"))
    for name, value in rows:
        print(f"{name:15s} {value}")
    return 0


def warm_up() -> int:
    """Fit the common combinations once, so that later processes compile nothing."""
    jobs = list(combinations())
    begun = time.perf_counter()
    for done, (name, fit) in enumerate(jobs, 1):
        bar = "#" * (done * 30 // len(jobs))
        line = f"[{bar:30s}] {done}/{len(jobs)} {name}"
        screen = sys.stdout.isatty()
        end = "" if screen else "\n"
        print(f"\r{line:100s}" if screen else line, end=end, flush=True)
        fit()
    seconds, folder = time.perf_counter() - begun, cache_directory() or "memory only"
    print(f"\n{len(jobs)} combinations in {seconds:.0f} s, kept in {folder}")
    return 0


def combinations() -> Iterator[Job]:
    """Estimators x solvers x storage x precision, on a few rows of random data."""
    from skopt_solvers import AdvancedLinearClassifier as Classifier
    from skopt_solvers import AdvancedLinearRegressor, AdvancedLogisticRegression
    from skopt_solvers import ProximalLasso as Lasso
    from skopt_solvers.solvers import SGD, Adam, ProximalGradient

    rng = np.random.default_rng(0)
    tall, wide = rng.normal(size=(300, 8)), rng.normal(size=(60, 800))
    tall *= rng.random(tall.shape) < 0.7
    y = tall @ rng.normal(size=8) + rng.normal(size=300)
    z = wide[:, :5].sum(axis=1) + rng.normal(size=60)
    several = np.digitize(y, [-1.0, 1.0])
    stochastic = [SGD(max_iter=1, tol=1e6), Adam(max_iter=1, tol=1e6)]
    jobs: list[tuple[Any, Any, Any]] = [
        (Lasso(0.01), tall, y),
        (Lasso(0.3), wide, z),
        (AdvancedLogisticRegression(l1_ratio=1.0), tall, y > 0),
        (AdvancedLogisticRegression(l1_ratio=1.0), wide, z > 0),
        (AdvancedLogisticRegression(), tall, y > 0),
        (AdvancedLogisticRegression(), tall, several),
        (AdvancedLogisticRegression(solver=ProximalGradient(tol=0.01)), tall, several),
        (Classifier("squared_hinge"), tall, y > 0),
        (AdvancedLinearRegressor("huber"), tall, y),
        (AdvancedLinearRegressor("poisson"), tall, np.abs(y)),
    ]
    for solver in stochastic:
        jobs.append((Lasso(solver=solver), tall, y))
        jobs.append((AdvancedLogisticRegression(solver=solver), tall, y > 0))
        jobs.append((AdvancedLogisticRegression(solver=solver), tall, several))
    for dtype in (np.float64, np.float32):
        for store in (np.asarray, sp.csr_array):
            kind = f"{'dense' if store is np.asarray else 'sparse'} {np.dtype(dtype)}"
            for model, X, target in jobs:
                name = " ".join(f"{kind} {X.shape} {model}".split())
                fit = functools.partial(model.fit, store(X.astype(dtype)), target)
                yield name[:70], fit


if __name__ == "__main__":
    sys.exit(main())
