"""Processor time of an epoch of stochastic rules, against scikit-learn's and torch's.

    python -m pip install ".[parity]"
    OPENBLAS_NUM_THREADS=1 python benchmarks/stochastic.py [--data FOLDER] [--write]

L2 logistic regression, alpha = 1e-4, columns as they come, with an intercept, and the
same arrays for both sides. An epoch is the difference of two lengths of fits, both the
smallest of `ROUNDS` interleaved ones. Single rows are compared with SGDClassifier,
batches with torch.optim where it is installed. Twice as many columns with the same
entries show what an epoch depends on. `--left` adds what 20 epochs leave, with every
default.
"""

import argparse
import importlib.util
import platform
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import scipy.sparse as sp
from report import put
from sklearn.linear_model import SGDClassifier
from suites import Library
from variance_reduced import ALPHA, prepared, problem

from skopt_solvers.problems import LinearProblem
from skopt_solvers.run import run
from skopt_solvers.solvers import LBFGS, SGD, Adagrad, Adam, ScheduleFreeAdam

ROUNDS = 5
LENGTHS = 1, 33  # epochs
BRIEF = 1, 5  # where an epoch takes a tenth of a second or more
EPOCHS = 20
NESTEROV = SGD(momentum=0.9, nesterov=True)
RULES = {
    "SGD": SGD(),
    "Nesterov": NESTEROV,
    "Adagrad": Adagrad(),
    "Adam": Adam(),
    "ScheduleFreeAdam": ScheduleFreeAdam(),
}
WANTED = {
    "imdb": 1.0, "a9a": 4.0, "kddcup99": 4.0, "gisette_valid": 4.0, "news20": 1.0,
    "mnist10k": 4.0, "ng20_bigram": 1.0,
}  # fmt: skip
MADE_SINGLE = ("images 10,000 x 800", "tall 50,000 x 200", "text 20,000 x 30,000")
BATCHES = ("a9a:dense", "gisette_valid", "images 10,000 x 800", "tall 50,000 x 200")
DOUBLED = ("text 20,000 x 30,000", "imdb")
HEAD = "| batch | data | rule | ours, ms | peer, ms | ratio | wanted |"

Fit = Callable[[int], Callable[[], Any]]  # a fit of so many epochs


@dataclass
class Line:
    """One comparison; milliseconds of an epoch."""

    batch: int
    data: str
    rule: str
    ours: float
    peer: str
    theirs: float
    wanted: float | None = None
    most: bool = False  # whether the ratio is to be at most that

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours

    @property
    def there(self) -> bool:
        """Whether it is as wanted."""
        if self.wanted is None:
            return True
        return self.ratio <= self.wanted if self.most else self.ratio >= self.wanted

    def __str__(self) -> str:
        sign = "at most" if self.most else "at least"
        wanted = "" if self.wanted is None else f"{sign} {self.wanted:g}"
        wanted += "" if self.there else ", missed"
        numbers = f"{self.ours:.3g} | {self.peer} {self.theirs:.3g} | {self.ratio:.1f}"
        return f"| {self.batch} | {self.data} | {self.rule} | {numbers} | {wanted} |"


def seconds(fit: Callable[[], Any]) -> float:
    begun = time.process_time()
    fit()
    return time.process_time() - begun


def epochs(*sides: Fit) -> list[float]:
    """Milliseconds of an epoch of each side."""
    lengths = BRIEF if seconds(sides[-1](1)) > 0.1 else LENGTHS
    for side in sides:
        side(1)()  # machine code is loaded, not timed
    times = [[[seconds(side(k)) for k in lengths] for side in sides]
             for _ in range(ROUNDS)]  # fmt: skip
    short, long = np.min(times, axis=0).T
    return list(1e3 * (long - short) / (lengths[1] - lengths[0]))


def ours(rule: Any, cell: LinearProblem, batch: int) -> Fit:
    assert cell.null.finite  # computed once, for both lengths
    rule.set_params(batch_size=batch, tol=None)
    return lambda k: lambda: run(rule.set_params(max_iter=k), cell, random_state=0)


def classifier(X: Any, y: np.ndarray) -> Fit:
    def make(k: int) -> Callable[[], Any]:
        peer = SGDClassifier("log_loss", alpha=ALPHA, max_iter=k, tol=None)
        return lambda: peer.fit(X, y)

    return make


def torch_fit(name: str, X: np.ndarray, y: np.ndarray, batch: int) -> Fit:
    """Batches by index, without a loader."""
    import torch

    torch.set_num_threads(1)
    inputs, targets = torch.from_numpy(X), torch.from_numpy((y + 1) / 2)
    loss = torch.nn.BCEWithLogitsLoss()
    options = {"momentum": 0.9, "nesterov": True} if name == "Nesterov" else {}
    kind = torch.optim.Adam if name == "Adam" else torch.optim.SGD

    def fit(k: int) -> None:
        torch.manual_seed(0)
        model = torch.nn.Linear(X.shape[1], 1, dtype=torch.float64)
        rule = kind(model.parameters(), lr=1e-3, weight_decay=ALPHA, **options)
        for _ in range(k):
            order = torch.randperm(len(y))
            for start in range(0, len(y), batch):
                some = order[start : start + batch]
                rule.zero_grad()
                loss(model(inputs[some])[:, 0], targets[some]).backward()
                rule.step()

    return lambda k: lambda: fit(k)


def single(name: str, X: Any, y: np.ndarray) -> Iterator[Line]:
    """Rows one by one."""
    mine, theirs = epochs(ours(SGD(), problem(X, y), 1), classifier(X, y))
    yield Line(1, name, "SGD", mine, "SGDClassifier", theirs, WANTED.get(name))


def batches(name: str, X: np.ndarray, y: np.ndarray) -> Iterator[Line]:
    """32 rows at a time."""
    for rule in ("SGD", "Nesterov", "Adam"):
        side = ours(RULES[rule], problem(X, y), 32)
        mine, theirs = epochs(side, torch_fit(rule, X, y, 32))
        yield Line(32, name, rule, mine, "torch", theirs, 5.0)


def doubled(name: str, X: Any, y: np.ndarray) -> Iterator[Line]:
    """The same entries among twice as many columns."""
    n, p = X.shape
    wide = sp.csr_array((X.data, X.indices, X.indptr), shape=(n, 2 * p))
    for rule, batch in (("SGD", 1), ("Nesterov", 1), ("SGD", 32)):
        sides = (ours(RULES[rule], problem(Z, y), batch) for Z in (X, wide))
        mine, theirs = epochs(*sides)
        yield Line(batch, name, rule, mine, "columns doubled", theirs, 1.2, True)


def suboptimality(X: Any, y: np.ndarray) -> str:
    """What every rule leaves after `EPOCHS` epochs."""
    best = run(LBFGS(tol=1e-9, max_iter=10_000), problem(X, y)).objective
    left = []
    for name, rule in RULES.items():
        rule.set_params(batch_size="auto", max_iter=EPOCHS, tol=None)
        found = run(rule, problem(X, y), random_state=0).objective
        left.append(f"{name} {(found - best) / best:.1e}")
    return ", ".join(left)


def table(lines: list[Line]) -> list[str]:
    """All lines, with what they were measured on in front."""
    names = ["numpy", "numba", "scikit-learn", "torch"]
    found = ", ".join(f"{name} {version(name)}" for name in names)
    asked = [line for line in lines if line.wanted is not None]
    return [
        "Processor time of an epoch, one thread, as `python benchmarks/stochastic.py` "
        f"measures it; {platform.machine()}, Python {platform.python_version()}, "
        f"{found}; {time.strftime('%Y-%m-%d')}. As wanted in "
        f"{sum(line.there for line in asked)} of {len(asked)} rows.",
        "",
        HEAD,
        "| --- " * 7 + "|",
        *map(str, lines),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder of a module load.py with more data")
    parser.add_argument("--only", default="", help="part of the names of data")
    parser.add_argument("--write", action="store_true", help="the table to the README")
    parser.add_argument("--left", action="store_true", help="what 20 epochs leave, too")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    library, lines = Library(given.data), []
    parts = {single: (*WANTED, *MADE_SINGLE), doubled: DOUBLED}
    if importlib.util.find_spec("torch"):
        parts[batches] = BATCHES
    for compare, names in parts.items():
        for name in names:
            if given.only in name and library.has(name):
                X, y = prepared(library.get, name)
                for line in compare(name, X, y):
                    print(line, flush=True)
                    lines.append(line)
                if given.left and compare is single:
                    print(f"{name}: {suboptimality(X, y)}", flush=True)
    if given.write:
        put("stochastic", table(lines))


if __name__ == "__main__":
    main()
