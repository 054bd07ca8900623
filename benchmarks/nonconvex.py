"""MCP against skglm's, on the same columns, strengths and gamma.

    OPENBLAS_NUM_THREADS=1 python benchmarks/nonconvex.py [--data FOLDER]

Both end where they are stationary, in general at different points: the objectives are
shown beside the times. Fits are interleaved, the least of three counts. Columns are
standardised, gamma is 3, and there is no intercept.
"""

import argparse
import warnings
from typing import Any

import numpy as np
from paths import least
from suites import SHARES, Library

from skopt_solvers import ProximalMCP

CELLS = ("leukemia", "riboflavin", "meltingpoint", "wide 200 x 10,000",
         "tall 50,000 x 200")  # fmt: skip
GAMMA, TOL = 3.0, 1e-6
HEAD = "| data | ours, ms | skglm, ms | ours / skglm | objective: ours, skglm |"


def objective(X: np.ndarray, y: np.ndarray, w: np.ndarray, alpha: float) -> float:
    """Half the mean square, and MCP."""
    size = np.abs(w)
    bent = np.where(size < GAMMA * alpha, alpha * size - size**2 / (2 * GAMMA),
                    GAMMA * alpha**2 / 2)  # fmt: skip
    return float(0.5 * np.mean((y - X @ w) ** 2) + bent.sum())


def row(name: str, share: int, X: np.ndarray, y: np.ndarray) -> str:
    """One line of the table."""
    from skglm import MCPRegression

    alpha = float(np.abs(X.T @ y).max()) / len(y) / share
    models: dict[str, Any] = {
        "ours": ProximalMCP(alpha, gamma=GAMMA, fit_intercept=False, tol=TOL),
        "skglm": MCPRegression(
            alpha, gamma=GAMMA, fit_intercept=False, tol=TOL * 10 * alpha
        ),
    }
    fits = {who: lambda m=model: m.fit(X, y) for who, model in models.items()}
    found = {who: objective(X, y, fit().coef_, alpha) for who, fit in fits.items()}
    times = least(fits)
    ours, theirs = times["ours"], times["skglm"]
    values = ", ".join(f"{each:.5g}" for each in found.values())
    numbers = f"{ours:.3g} | {theirs:.3g} | {ours / theirs:.2f} | {values}"
    return f"| {name} /{share} | {numbers} |"


def main() -> None:
    """Measure all cells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder of a module load.py")
    library = Library(parser.parse_args().data)
    warnings.simplefilter("ignore")
    print(HEAD, "| --- " * HEAD.count(" | ") + "| --- |", sep="\n")
    for name in filter(library.has, CELLS):
        X, y = library.get(name)
        spread = X.std(axis=0)
        X = np.asfortranarray((X - X.mean(axis=0)) / np.where(spread > 0, spread, 1.0))
        for share in SHARES:
            print(row(name, share, X, y - y.mean()), flush=True)


if __name__ == "__main__":
    main()
