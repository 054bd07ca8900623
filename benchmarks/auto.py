"""What ``solver="auto"`` takes, against the best of all solvers of this package.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python benchmarks/auto.py [SUITE ...]

Each solver that can do a cell of a suite is run to a certificate of 1e-6 and ended
after three times the seconds that "auto" took. Times are those of the loop; every run
that compiled something is made again, and the fastest of three counts.
"""

import argparse
import json
import math
import statistics
import time
from typing import Any

from problems import Problem
from report import FOLDER, put
from runner import TARGET
from solvers import our_model
from suites import SUITES, Cell, Library, available, problem

from skopt_solvers import compare_solvers
from skopt_solvers.compare import Comparison, Trial
from skopt_solvers.estimators._base import problems_of
from skopt_solvers.solvers import BFGS, Newton
from skopt_solvers.solvers._registry import able, snake_case

SLOWER = 3.0  # times the seconds of "auto" after which others are ended
LEAST = 0.02  # seconds that everybody is given
PATIENT = 120.0  # seconds that "auto" is given
LARGE = 5000  # coefficients from which nobody forms a Hessian
SHOWN = 3  # solvers in a row of the table
HEAD = "| problem | data | auto takes | others, ms | auto / best of all |"
ALLOWED = 1.3


def seconds(trial: Trial) -> float:
    """To the target; infinite where it was not reached."""
    done = trial.certificate <= TARGET
    return float(trial.history.seconds[-1]) if done else math.inf


def compared(made: Problem, solvers: Any, most: float) -> Comparison:
    """Our model of a problem with some solvers."""
    model = our_model(made, TARGET)
    return compare_solvers(model, made.X, made.y, solvers, tol=TARGET, max_time=most,
                           sample_weight=made.weights)  # fmt: skip


def candidates(made: Problem) -> list[str]:
    """All that can, but for those that would fill the memory."""
    problems = problems_of(our_model(made, TARGET), made.X, made.y, made.weights)
    classes = able(problems[0])
    if problems[0].size > LARGE:
        classes = [each for each in classes if each not in (BFGS, Newton)]
    return [snake_case(each.__name__) for each in classes]


def row(cell: Cell, made: Problem) -> dict[str, Any]:
    """Seconds of everybody who was there in time."""
    auto = compared(made, ["auto"], PATIENT)
    own = seconds(auto.trials[0])
    most = max(LEAST, SLOWER * own)
    trials = compared(made, candidates(made), min(most, PATIENT)).trials
    times = {each.name: seconds(each) for each in trials}
    # the same solver once more, beside the others
    times[auto.auto] = min(own, times.get(auto.auto, math.inf))
    reached = {name: t for name, t in times.items() if math.isfinite(t)}
    return {
        "problem": made.name, "kind": cell.kind, "data": f"{cell.data} {cell.strength}",
        "auto": auto.auto, "times": reached, "date": time.strftime("%Y-%m-%d"),
    }  # fmt: skip


def ratio(row: dict[str, Any]) -> float:
    """Of auto's solver over the fastest."""
    own = row["times"].get(row["auto"], math.inf)
    return own / min(row["times"].values(), default=math.nan)


def line(row: dict[str, Any]) -> str:
    """One line of the table."""
    ranked = sorted(row["times"].items(), key=lambda pair: pair[1])
    others = [f"`{name}` {1e3 * t:.3g}" for name, t in ranked if name != row["auto"]]
    own = f"`{row['auto']}` {1e3 * row['times'].get(row['auto'], math.inf):.3g}"
    cells = [row["kind"], row["data"], own, ", ".join(others[:SHOWN]) or "none there",
             f"{ratio(row):.2f}"]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def table(rows: list[dict[str, Any]]) -> list[str]:
    """All lines, with a summary in front."""
    ratios = [ratio(each) for each in rows]
    above = sum(not each <= ALLOWED for each in ratios)
    return [
        f"Median {statistics.median(ratios):.2f}, largest {max(ratios):.2f}, above "
        f"{ALLOWED} in {above} of {len(rows)} rows; {max(r['date'] for r in rows)}.",
        "",
        HEAD,
        "| --- " * (HEAD.count(" | ")) + "| --- |",
        *map(line, rows),
    ]


def main() -> None:
    """Measure what is missing, and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("suite", nargs="*", default=list(SUITES))
    parser.add_argument("--data", help="folder of a module load.py with more data")
    parser.add_argument("--only", default="", help="part of the names of problems")
    parser.add_argument("--again", action="store_true", help="measure anew")
    parser.add_argument("--write", action="store_true", help="table into the README")
    given = parser.parse_args()
    path = FOLDER / "auto.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = {each["problem"]: each for each in map(json.loads, lines)}
    library = Library(given.data)
    for cell in (each for suite in given.suite for each in available(suite, library)):
        name = f"{cell.kind}, {cell.data}, {cell.strength}"
        if given.only not in name or (name in rows and not given.again):
            continue
        made = problem(cell, library)
        rows[name] = row(cell, made)
        print(line(rows[name]), flush=True)
        text = "".join(json.dumps(each) + "\n" for each in rows.values())
        path.write_text(text, encoding="utf-8")
    if given.write:
        put("auto", table(list(rows.values())))


if __name__ == "__main__":
    main()
