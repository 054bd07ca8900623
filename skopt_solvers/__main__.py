"""``python -m skopt_solvers warm-up`` and ``python -m skopt_solvers info``."""

import argparse
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
from skopt_solvers._compile import cache_directory

Job = tuple[str, Callable[[], Any]]


def main(arguments: list[str] | None = None) -> int:
    """Run the command in `arguments`; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m skopt_solvers")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("warm-up", help="compile the common combinations now")
    commands.add_parser("info", help="print versions, cache folder and threads")
    chosen = parser.parse_args(arguments).command
    return warm_up() if chosen == "warm-up" else info()


def info() -> int:
    """Print what a bug report needs."""
    folder = cache_directory()
    size = sum(f.stat().st_size for f in Path(folder).glob("*")) if folder else 0
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
        share = done * 30 // len(jobs)
        line = f"[{'#' * share:30s}] {done}/{len(jobs)} {name}"
        screen = sys.stdout.isatty()
        print(f"\r{line:100s}" if screen else line, end="" if screen else "\n", flush=True)
        fit()
    print(f"\n{len(jobs)} combinations in {time.perf_counter() - begun:.0f} s, kept in "
          f"{cache_directory() or 'memory only'}")  # fmt: skip
    return 0


def combinations() -> Iterator[Job]:
    """Estimators x solvers x storage x precision, on a few rows of random data."""
    from skopt_solvers import AdvancedLogisticRegression, ProximalElasticNet, ProximalLasso
    from skopt_solvers.solvers import Adam, ProximalGradient, SGD  # noqa: I001

    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 8)) * (rng.random((300, 8)) < 0.7)
    y = X @ rng.normal(size=8) + rng.normal(size=300)
    several = np.digitize(y, [-1.0, 1.0])
    stochastic = [SGD(max_iter=1, tol=1e6), Adam(max_iter=1, tol=1e6)]
    for dtype in (np.float64, np.float32):
        for design in (X.astype(dtype), sp.csr_array(X.astype(dtype))):
            kind = f"{'sparse' if sp.issparse(design) else 'dense'} {np.dtype(dtype)}"
            models = [
                (ProximalLasso(0.01), y),
                (ProximalElasticNet(0.01), y),
                (AdvancedLogisticRegression(l1_ratio=1.0), y > 0),
                (AdvancedLogisticRegression(), y > 0),
                (AdvancedLogisticRegression(), several),
                (AdvancedLogisticRegression(solver=ProximalGradient(tol=1e-2)), several),
            ]
            models += [(AdvancedLogisticRegression(solver=s), t)
                       for s in stochastic for t in (y > 0, several)]  # fmt: skip
            for model, target in models:
                name = f"{kind} {type(model).__name__} {model.solver}"
                yield " ".join(name.split())[:60], _job(model, design, target)


def _job(model: Any, design: Any, target: Any) -> Callable[[], Any]:
    return lambda: model.fit(design, target)


if __name__ == "__main__":
    sys.exit(main())
