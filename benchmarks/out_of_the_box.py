"""Relative suboptimality of every stochastic rule after 20 epochs, nothing tuned.

    OPENBLAS_NUM_THREADS=1 python benchmarks/out_of_the_box.py [--data FOLDER] [--write]

Columns as they come, an intercept, L2 with alpha = 1e-4, every default of every rule.
Logistic loss for classes (more than two are split in the middle), squared loss for
numbers, Poisson for counts per exposure. The optimum is that of a batch solver.
Results are kept in ``benchmarks/results``; with ``--write`` they go into the README.
"""

import argparse
import json
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from report import FOLDER, put
from suites import Library

from skopt_solvers.losses import Logistic, Poisson, Squared
from skopt_solvers.penalties import L2
from skopt_solvers.problems import LinearProblem, linear_problem
from skopt_solvers.run import run
from skopt_solvers.solvers import (
    SAG,
    SAGA,
    SGD,
    SVRG,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Lion,
    NAdam,
    Prodigy,
    RAdam,
    RMSProp,
    ScheduleFreeAdam,
)
from skopt_solvers.solvers._auto import choose

ALPHA = 1e-4
EPOCHS = 20
GENERATED = ("tall 50,000 x 200", "text 20,000 x 30,000", "breast_cancer", "digits")
CLASSES = ("a9a", "w8a", "imdb", "news20", "ijcnn1", "kddcup99", "madelon", "mnist10k")
NAMES = (*CLASSES, "cadata", "casp", "fremtpl2", *GENERATED)
RULES: dict[str, Callable[[], Any]] = {
    "SGD": SGD,
    "momentum": lambda: SGD(momentum=0.9),
    "Nesterov": lambda: SGD(momentum=0.9, nesterov=True),
    "Adagrad": Adagrad,
    "RMSProp": RMSProp,
    "Adadelta": Adadelta,
    "Adam": Adam,
    "AdamW": AdamW,
    "NAdam": NAdam,
    "RAdam": RAdam,
    "Lion": Lion,
    "ScheduleFreeAdam": ScheduleFreeAdam,
    "Prodigy": Prodigy,
    "SAG": SAG,
    "SAGA": SAGA,
    "SVRG": SVRG,
}
STORE = FOLDER / "out_of_the_box.jsonl"


def problem(name: str, library: Library) -> LinearProblem:
    """The problem on a data set, rows at hand."""
    X, y = library.get(name)
    X = sp.csr_array(X) if sp.issparse(X) else np.ascontiguousarray(X)
    loss, weights = Squared(), None
    if name in CLASSES or name == "breast_cancer":
        middle = 0.0 if y.min() < 0 else (y.max() + y.min()) / 2
        loss, y = Logistic(), np.where(y > middle, 1.0, -1.0)
    elif name == "fremtpl2":
        weights = library.more(name)["exposure"]
        loss, y = Poisson(), y / weights
    return linear_problem(X, y, loss, L2(ALPHA), sample_weight=weights)


def measure(name: str, library: Library) -> dict[str, Any]:
    """The row of a data set."""
    here = problem(name, library)
    best = run(choose(here), here, tol=1e-10)
    row: dict[str, Any] = {"data": name, "certificate": best.certificate.value}
    row["null"] = here.null.objective / best.objective - 1.0
    for label, rule in RULES.items():
        decays = "schedule" in rule().get_params()
        solver = rule().set_params(max_iter=EPOCHS, tol=None if decays else 0.0)
        reached = run(solver, here, random_state=0).objective
        row[label] = reached / best.objective - 1.0
    print(row, flush=True)
    return row


def kept() -> dict[str, dict[str, Any]]:
    """Rows that were measured before."""
    lines = STORE.read_text(encoding="utf-8").splitlines() if STORE.exists() else []
    return {row["data"]: row for row in map(json.loads, lines)}


def table(rows: list[dict[str, Any]]) -> list[str]:
    """A column for each data set, a row for each rule."""
    counted = [f"at most {bound}, of {len(rows)}" for bound in ("1e-2", "1e-3")]
    head = ["rule", *(row["data"] for row in rows), *counted]
    lines = [f"| {' | '.join(head)} |", "| --- " * len(head) + "|"]
    for label in ("null", *RULES):
        left = [row[label] for row in rows]
        shown = [f"{max(share, 0.0):.0e}" for share in left]
        counts = [f"{sum(x <= bound for x in left)}" for bound in (1e-2, 1e-3)]
        lines.append(f"| {' | '.join([label, *shown, *counts])} |")
    return lines


def main() -> None:
    """Measure what is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder of a module load.py with more data")
    parser.add_argument("--only", default="", help="part of the names of data sets")
    parser.add_argument("--again", action="store_true", help="measure anew")
    parser.add_argument("--write", action="store_true", help="table into the README")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    library, rows = Library(given.data), kept()
    for name in filter(library.has, NAMES):
        if given.only in name and (given.again or name not in rows):
            rows[name] = measure(name, library)
            text = "".join(json.dumps(row) + "\n" for row in rows.values())
            STORE.write_text(text, encoding="utf-8")
    lines = table([rows[name] for name in NAMES if name in rows])
    print("\n".join(lines))
    if given.write:
        put("out of the box", lines)


if __name__ == "__main__":
    main()
