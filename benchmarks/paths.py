"""Paths of 100 strengths, and cross-validation, against every peer installed.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python benchmarks/paths.py \\
        [--data FOLDER] [--only CELL]

A path counts when the relative duality gap is at most 1e-6 at every strength; peers run
at the loosest tolerance of a ladder that achieves it, or are shown with the time at
which they had not (``>``). Fits are interleaved, the least time of three counts.
FOLDER is as of `suites.py`; without it generated data alone are used.
"""

import argparse
import importlib.util
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import (
    ElasticNetCV,
    LassoCV,
    LogisticRegressionCV,
    enet_path,
    lasso_path,
)
from suites import Library

from skopt_solvers import (
    AdvancedLogisticRegression,
    AdvancedLogisticRegressionCV,
    ProximalElasticNet,
    ProximalElasticNetCV,
    ProximalLasso,
    ProximalLassoCV,
    regularization_path,
)

TARGET = 1e-6
LADDER = 10.0 ** -np.arange(4, 11)
PATIENT = 10.0  # seconds after which a ladder is not climbed any further
ROUNDS = 3
CELLS = {
    "leukemia": 1e-3,
    "riboflavin": 1e-3,
    "meltingpoint": 1e-3,
    "imdb": 1e-2,
    "10,000 x 1,000": 1e-3,
}
NETS = ((800, 300), (240, 1000), (400, 2000), (300, 6000), (60, 20_000))  # n, p
LOGISTIC = {"leukemia": 1e-2, "a9a": 1e-2, "imdb": 1e-1, "tall 50,000 x 200": 1e-2}
Path = Callable[[float], np.ndarray]


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


@dataclass
class Task:
    """A lasso or elastic net without intercept at 100 strengths."""

    name: str
    X: Any
    y: np.ndarray
    alphas: np.ndarray
    l1_ratio: float = 1.0

    @property
    def kind(self) -> str:
        return "lasso" if self.l1_ratio == 1.0 else "elastic net"

    def gap(self, W: Any) -> float:
        """Largest relative duality gap of the coefficients (p, strengths)."""
        W = W.toarray() if sp.issparse(W) else np.asarray(W)
        n, R = len(self.y), self.y[:, None] - self.X @ W
        if self.l1_ratio < 1.0:  # any slopes are feasible: those of the point are
            level = self.l1_ratio * self.alphas
            ridge = self.alphas - level
            V = self.X.T @ R / n
            cost = level * np.abs(W) + 0.5 * ridge * W**2
            turn = cost - V * W + np.maximum(np.abs(V) - level, 0.0) ** 2 / (2 * ridge)
            primal = 0.5 * (R**2).mean(axis=0) + cost.sum(axis=0)
            return float(np.max(turn.sum(axis=0) / primal))
        s = np.minimum(1.0, self.alphas / np.abs(self.X.T @ R / n).max(axis=0))
        cost = self.alphas * np.abs(W).sum(axis=0)
        primal = 0.5 * (R**2).mean(axis=0) + cost
        turn = cost - s * ((self.X.T @ R / n) * W).sum(axis=0)
        return float(np.max((0.5 * (1 - s) ** 2 * (R**2).mean(axis=0) + turn) / primal))


def task(
    name: str, X: Any, y: np.ndarray, eps: float, l1_ratio: float = 1.0
) -> Task:
    """Columns as they are, the target centred."""
    if sp.issparse(X):
        X = sp.csc_matrix(X)
        X.indices, X.indptr = X.indices.astype(np.int32), X.indptr.astype(np.int32)
    else:
        X = np.asfortranarray(X)
    y = np.asarray(y, float) - np.mean(y)
    first = float(np.abs(X.T @ y).max()) / len(y) / l1_ratio
    return Task(name, X, y, np.geomspace(first, eps * first, 100), l1_ratio)


def tasks(library: Library) -> Iterator[Task]:
    """All cells for which there are data."""
    for name, eps in CELLS.items():
        if name[0].isdigit():
            made = make_regression(10_000, 1000, n_informative=100, noise=10.0,
                                   random_state=0)  # fmt: skip
            yield task(name, *made, eps)
        elif library.has(name):
            yield task(name, *library.get(name), eps)


def nets() -> Iterator[Task]:
    """Elastic nets on generated data."""
    for n, p in NETS:
        X, y = make_regression(n, p, n_informative=50, noise=50.0, random_state=0)
        yield task(f"{n:,} x {p:,}", X, y, 1e-3, 0.5)


def paths(each: Task) -> dict[str, Path]:
    """Everybody who can follow a path: tolerance -> coefficients."""
    X, y, alphas = each.X, each.y, each.alphas
    if each.l1_ratio < 1.0:
        net = ProximalElasticNet(l1_ratio=each.l1_ratio, fit_intercept=False)
        return {
            "skopt_solvers": lambda tol: regularization_path(
                net.set_params(tol=tol), X, y, alphas=alphas
            ).coefs,
            "scikit-learn": lambda tol: enet_path(
                X, y, l1_ratio=each.l1_ratio, alphas=alphas, tol=tol, max_iter=100_000
            )[1],
        }
    found: dict[str, Path] = {
        "skopt_solvers": lambda tol: regularization_path(
            ProximalLasso(fit_intercept=False, tol=tol), X, y, alphas=alphas
        ).coefs,
        "scikit-learn": lambda tol: lasso_path(
            X, y, alphas=alphas, tol=tol, max_iter=100_000
        )[1],
    }
    if _installed("celer"):
        from celer import celer_path

        found["celer"] = lambda tol: celer_path(X, y, "lasso", alphas=alphas, tol=tol)[
            1
        ]
    if _installed("skglm"):
        from skglm import Lasso

        found["skglm"] = lambda tol: Lasso(
            fit_intercept=False, tol=tol * alphas[-1], max_iter=500
        ).path(X, y, alphas)[1]
    return found


def seconds(run: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """How long a call takes, and its result."""
    begun = time.perf_counter()
    result = run(*arguments)
    return time.perf_counter() - begun, result


def loosest(each: Task, path: Path) -> tuple[float | None, float]:
    """The first tolerance of the ladder that reaches the target, and the last time."""
    taken = 0.0
    for tol in LADDER:
        taken, W = seconds(path, tol)
        if each.gap(W) <= TARGET:
            return float(tol), taken
        if taken > PATIENT:
            break
    return None, taken


def least(runs: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Milliseconds of everybody: interleaved, the least of some rounds."""
    times: dict[str, float] = dict.fromkeys(runs, np.inf)
    for _ in range(ROUNDS):
        for name, run in runs.items():
            if times[name] <= 1e3 * PATIENT or times[name] == np.inf:
                times[name] = min(times[name], 1e3 * seconds(run)[0])
    return times


def report(
    kind: str, name: str, times: dict[str, float], late: dict[str, float] | None = None
) -> None:
    """One line of the table; `late` are those who missed the target."""
    ours, late = times.pop("skopt_solvers"), late or {}
    shown = [f"{who} {t:.0f}" for who, t in times.items()]
    shown += [f"{who} > {t:.0f}" for who, t in late.items()]
    best, sign = min(times.values(), default=np.inf), ""
    if not times and late:
        best, sign = min(late.values()), "< "
    cells = [kind, name, f"{ours:.0f}", ", ".join(shown), f"{sign}{ours / best:.2g}"]
    print(f"| {' | '.join(cells)} |", flush=True)


def folds(each: Task) -> None:
    """Five folds with an intercept, on the same grid."""
    options = {"alphas": each.alphas[1:], "tol": TARGET}
    limit = {"max_iter": 10**5}
    # celer 0.7.4's LassoCV cannot be made with scikit-learn 1.9
    ours, theirs = ProximalLassoCV(**options), LassoCV(**options, **limit)
    if each.l1_ratio < 1.0:
        options["l1_ratio"] = each.l1_ratio
        ours, theirs = ProximalElasticNetCV(**options), ElasticNetCV(**options, **limit)
    runs: dict[str, Callable[[], Any]] = {
        "skopt_solvers": lambda: ours.fit(each.X, each.y),
        "scikit-learn": lambda: theirs.fit(each.X, each.y),
    }
    runs["skopt_solvers"]()
    report(f"{each.kind}, 5 folds", each.name, least(runs))


def logistic_folds() -> None:
    """Five folds of logistic regression at the ten default values of C."""
    X, y = make_classification(5000, 200, n_informative=40, random_state=0)
    runs: dict[str, Callable[[], Any]] = {
        "skopt_solvers": lambda: AdvancedLogisticRegressionCV(tol=TARGET).fit(X, y),
        "scikit-learn": lambda: LogisticRegressionCV(
            l1_ratios=(0.0,), scoring="neg_log_loss", use_legacy_attributes=False,
            tol=1e-6, max_iter=10_000,
        ).fit(X, y),
    }  # fmt: skip
    runs["skopt_solvers"]()
    report("logistic, 5 folds", "5,000 x 200", least(runs))


def logistic_path(name: str, X: Any, y: np.ndarray, eps: float) -> None:
    """30 strengths of L1 logistic regression; skglm goes from one to the next."""
    X = sp.csc_matrix(X) if sp.issparse(X) else np.asfortranarray(X)
    y = np.where(y > (np.median(y) if len(np.unique(y)) > 2 else y.min()), 1.0, -1.0)
    n = len(y)
    alphas = np.geomspace(1.0, eps, 30) * np.abs(X.T @ y).max() / (2 * n)

    def ours() -> Any:
        model = AdvancedLogisticRegression(l1_ratio=1.0, fit_intercept=False)
        path = regularization_path(model, X, y, alphas=1.0 / (n * alphas))
        return path.coefs.toarray() if sp.issparse(path.coefs) else path.coefs

    def theirs(tol: float) -> Any:
        from skglm import SparseLogisticRegression

        model = SparseLogisticRegression(fit_intercept=False, warm_start=True)
        fits = (model.set_params(alpha=a, tol=tol * a).fit(X, y) for a in alphas)
        return np.stack([fit.coef_.ravel().copy() for fit in fits], axis=1)

    def objectives(W: np.ndarray) -> np.ndarray:
        loss = np.logaddexp(0.0, -y[:, None] * (X @ W)).mean(axis=0)
        return np.asarray(loss + alphas * np.abs(W).sum(axis=0))

    best = objectives(ours())
    runs, late = {"skopt_solvers": ours}, {}
    for tol in (1e-1, *LADDER[:-3] * 10):
        taken, W = seconds(theirs, tol)
        if np.all(objectives(W) <= best * (1 + TARGET)):
            runs["skglm"] = lambda tol=tol: theirs(tol)
            break
    else:
        late["skglm"] = 1e3 * taken
    report("L1 logistic path", name, least(runs), late)


def main() -> None:
    """Measure all cells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder of a module load.py")
    parser.add_argument("--only", help="name of one cell")
    library, only = Library(parser.parse_args().data), parser.parse_args().only
    warnings.simplefilter("ignore")
    print("| what | data | ours, ms | peers, ms | ours / best peer |")
    print("| --- | --- | --- | --- | --- |")
    cells = [each for each in (*tasks(library), *nets()) if only in (None, each.name)]
    for each in cells:
        runs, late = {}, {}
        for name, path in paths(each).items():
            path(0.1)
            ours = name == "skopt_solvers"
            tol, taken = (TARGET, 0.0) if ours else loosest(each, path)
            if tol is None:
                late[name] = 1e3 * taken
            else:
                runs[name] = lambda path=path, tol=tol: path(tol)
        assert each.gap(runs["skopt_solvers"]()) <= TARGET
        report(f"{each.kind} path", each.name, least(runs), late)
    for each in cells:
        if each.name != "imdb":
            folds(each)
    if only is None:
        logistic_folds()
    for name, eps in LOGISTIC.items():
        if library.has(name) and only in (None, name) and _installed("skglm"):
            logistic_path(name, *library.get(name), eps)


if __name__ == "__main__":
    main()
