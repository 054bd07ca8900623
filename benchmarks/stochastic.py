"""Processor time of an epoch against SGDClassifier; suboptimality after 20 epochs.

    OPENBLAS_NUM_THREADS=1 python benchmarks/stochastic.py [loader.py] [names]

L2 logistic regression, alpha = 1e-4, columns as they come. An epoch of batch size 1 is
the difference of two lengths of fits, for both sides the smallest of `ROUNDS`; the
suboptimality is relative, with every default and ``tol=None``. ``loader.py`` is that of
variance_reduced.py.
"""

import sys
import time
from typing import Any

import numpy as np
from sklearn.linear_model import SGDClassifier
from variance_reduced import ALPHA, MADE, loader, made, prepared, problem

from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, SGD, Adagrad, Adam, ScheduleFreeAdam

ROUNDS = 5
SHORT, LONG = 1, 17  # epochs
EPOCHS = 20
RULES = {
    "SGD": SGD(),
    "Nesterov": SGD(momentum=0.9, nesterov=True),
    "Adagrad": Adagrad(),
    "Adam": Adam(),
    "ScheduleFreeAdam": ScheduleFreeAdam(),
}


def seconds(fit: Any) -> float:
    begun = time.process_time()
    fit()
    return time.process_time() - begun


def epoch(make: Any) -> float:
    """Milliseconds of an epoch of ``make(epochs)()``."""
    times = [[seconds(make(k)) for k in (SHORT, LONG)] for _ in range(ROUNDS)]
    short, long = np.min(times, axis=0)
    return 1e3 * float(long - short) / (LONG - SHORT)


def speeds(X: Any, y: np.ndarray) -> str:
    """Milliseconds of both sides."""
    one = problem(X, y)
    assert one.null.finite  # computed once, for both lengths

    def ours(epochs: int) -> Any:
        rule = SGD(batch_size=1, tol=None, max_iter=epochs)
        return lambda: run(rule, one, random_state=0)

    def theirs(epochs: int) -> Any:
        peer = SGDClassifier("log_loss", alpha=ALPHA, max_iter=epochs, tol=None)
        return lambda: peer.fit(X, y)

    a, b = epoch(ours), epoch(theirs)
    return f"SGD {a:.1f} ms, SGDClassifier {b:.1f} ms, ratio {b / a:.1f}"


def suboptimality(X: Any, y: np.ndarray) -> str:
    """What every rule leaves after `EPOCHS` epochs."""
    best = run(LBFGS(tol=1e-9, max_iter=10_000), problem(X, y)).objective
    left = []
    for name, rule in RULES.items():
        rule.set_params(max_iter=EPOCHS, tol=None)
        found = run(rule, problem(X, y), random_state=0).objective
        left.append(f"{name} {(found - best) / best:.1e}")
    return ", ".join(left)


def main() -> None:
    given = [each for each in sys.argv[1:] if each.endswith(".py")]
    load = loader(given[0]) if given else made
    names = [each for each in sys.argv[1:] if each not in given] or list(MADE)
    for name in names:
        X, y = prepared(load, name)
        print(f"{name}: {speeds(X, y)}; {suboptimality(X, y)}", flush=True)


if __name__ == "__main__":
    main()
