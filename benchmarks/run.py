"""Time to a relative suboptimality of 1e-6, against every peer that is installed.

    python -m pip install ".[bench]"
    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python benchmarks/run.py [SUITE ...]

A suite is ``l1``, ``smooth`` or ``groups``. Everybody runs at the loosest tolerance of
a ladder that reaches the target, fits are interleaved, and the median counts; ours is
also timed at ``tol=1e-6``, at which its certificate promises the target. What was
measured before is not measured again: results are kept in ``benchmarks/results``.
"""

import argparse
import time
from typing import Any

from report import FOLDER, curves, write
from runner import Results, cold, measure, ratio, timed
from solvers import OURS, solvers
from suites import SUITES, Cell, Library, available, problem


def arguments() -> Any:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "suite", nargs="*", default=list(SUITES), help="what to measure"
    )
    parser.add_argument("--data", help="folder of a module load.py with more data")
    parser.add_argument("--only", default="", help="part of the names of problems")
    parser.add_argument("--again", action="store_true", help="measure anew")
    parser.add_argument("--write", action="store_true", help="tables into the README")
    parser.add_argument("--curves", action="store_true", help="pictures into results")
    parser.add_argument("--cold", nargs=3, metavar=("KIND", "DATA", "STRENGTH"),
                        help="print the seconds of our first fit, and end")  # fmt: skip
    return parser.parse_args()


def first_fit(cell: Cell, folder: str | None) -> None:
    """Seconds of the first fit in this process."""
    made = problem(cell, Library(folder))
    ours = next(each for each in solvers(made) if each.name == OURS)
    begun = time.process_time()
    timed(ours, made, 1e-6)
    print(time.process_time() - begun)


def run(suite: str, given: Any) -> None:
    """Measure what is missing."""
    results, library = Results(FOLDER / f"{suite}.jsonl"), Library(given.data)
    known = set() if given.again else {row["problem"] for row in results}
    for cell in available(suite, library):
        name = f"{cell.kind}, {cell.data}, {cell.strength}"
        if name in known or given.only not in name:
            continue
        made = problem(cell, library)
        records = measure(made)
        more = ["--data", given.data] if given.data else []
        records[0].cold = cold([*more, "--cold", cell.kind, cell.data, cell.strength])
        results.add(made, records)
        row = next(row for row in results if row["problem"] == name)
        print(f"{name}: ours / best peer {ratio(row):.2f}", flush=True)


def main() -> None:
    """Measure, write, draw."""
    given = arguments()
    if given.cold:
        first_fit(Cell(*given.cold), given.data)
        return
    for suite in given.suite:
        run(suite, given)
        if given.write:
            write(suite)
        if given.curves:
            curves(suite)


if __name__ == "__main__":
    main()
