"""Gram matrices of few columns: our loops, and BLAS.

    python benchmarks/narrow.py

The least of some rounds in milliseconds, centred and with weights, one thread.
"""

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from skopt_solvers._threads import one_blas_thread, threads
from skopt_solvers.designs import _dense_passes as passes

ROUNDS = 25
SHAPES = ((50_000, 9), (50_000, 30), (2000, 64), (20_000, 64), (20_000, 128))


def least(run: Callable[[], np.ndarray]) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(ROUNDS + 1):  # the first compiles
        begun = time.perf_counter()
        run()
        taken.append(1e3 * (time.perf_counter() - begun))
    return min(taken[1:])


def main() -> None:
    rng = np.random.default_rng(0)
    for n, p in SHAPES:
        weights, columns, means = np.sqrt(rng.random(n)), np.arange(p), rng.random(p)
        for order in ("F", "C"):
            X = np.asarray(rng.normal(size=(n, p)), order=order)
            X.flags.writeable = False
            given = X, weights, columns, means
            loops = least(partial(passes._narrow, *given, False))
            blas = least(partial(passes._wide, *given, None))
            print(f"{n:,} x {p}, {order}: loops {loops:.2f} ms, BLAS {blas:.2f} ms, "
                  f"ratio {loops / blas:.2f}")  # fmt: skip


if __name__ == "__main__":
    with threads(1), one_blas_thread():
        main()
