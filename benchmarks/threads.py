"""Passes over dense data and their Gram matrices: one thread, and all cores.

    python benchmarks/threads.py

The median wall-clock milliseconds of some rounds; the results are the same to the last
bit, which is asserted.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from skopt_solvers._threads import n_threads, one_blas_thread, threads
from skopt_solvers.designs import as_design

ROUNDS = 15
SHAPES = ((50_000, 200), (200_000, 50), (10_000, 780), (2000, 1500))
LANES = 10


def timed(run: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Milliseconds, and the result."""
    taken, result = [], run()
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run()
        taken.append(1e3 * (time.perf_counter() - begun))
    return statistics.median(taken), result


def passes(n: int, p: int) -> dict[str, Callable[[], np.ndarray]]:
    """What solvers ask of a matrix of this shape."""
    rng = np.random.default_rng(0)
    design = as_design(rng.normal(size=(n, p)))
    w, s = rng.normal(size=(p, LANES)), rng.normal(size=(n, LANES))
    weights = rng.random(n)
    return {
        "X w": lambda: design.dot(w[:, 0].copy()),
        "X' s": lambda: design.tdot(s[:, 0].copy()),
        f"X W, {LANES} lanes": lambda: design.dot(w),
        f"X' S, {LANES} lanes": lambda: design.tdot(s),
        "X' D X": lambda: design.gram(weights, np.arange(p), np.zeros(p)),
    }


def main() -> None:
    """A line of a table for each pass."""
    print(f"| shape | pass | 1 thread, ms | {n_threads()} threads, ms | faster by |")
    print("| --- | --- | --- | --- | --- |")
    for n, p in SHAPES:
        for name, run in passes(n, p).items():
            with one_blas_thread():
                with threads(1):
                    alone, expected = timed(run)
                together, found = timed(run)
            assert np.array_equal(found, expected)
            cells = [f"{n:,} x {p:,}", name, f"{alone:.2f}", f"{together:.2f}",
                     f"{alone / together:.2f}"]  # fmt: skip
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
