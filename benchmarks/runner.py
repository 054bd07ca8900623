"""Measuring: the time that each solver takes to a relative suboptimality of 1e-6."""

import json
import math
import multiprocessing
import platform
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from llvmlite.binding import get_host_cpu_name
from problems import Problem
from solvers import OURS, Solver, solvers, versions

TARGET = 1e-6
LADDER = tuple(float(tol) for tol in 10.0 ** -np.arange(2, 13))
ROUNDS, MOST = 5, 25  # the latter of quick fits, for which chance matters most
QUICK = 0.05  # seconds up to which a fit is quick
PATIENT = 60.0  # seconds of one fit after which a ladder is not climbed any further
LIMIT = 120.0  # seconds after which a fit on the ladder is ended
SHORT = 1.0  # seconds above which two rounds will do
FORK = multiprocessing.get_context("fork")
COARSEST = 1e-1  # tolerance of a first fit
FINEST = 1e-11  # tolerance at which ours looks for the optimum


@dataclass
class Record:
    """What one solver did on one problem; seconds of processor time."""

    solver: str
    curve: list[tuple[float, float, float]] = field(default_factory=list)
    tol: float | None = None  # the loosest of the ladder that reaches the target
    seconds: float | None = None  # at that tolerance
    certified: float | None = None  # ours with tol=1e-6, the certificate's promise
    cold: float | None = None  # the first fit of a new process, imports done


def timed(solver: Solver, problem: Problem, tol: float) -> tuple[float, float]:
    """Seconds, and the objective reached."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        begun = time.process_time()
        answer = solver.fit(problem, tol)
        taken = time.process_time() - begun
    return taken, problem.objective(answer)


def limited(solver: Solver, problem: Problem, tol: float) -> tuple[float, float]:
    """Like `timed`, in a process that is ended when the limit is over."""
    answers, sender = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_send, args=(sender, solver, problem, tol))
    child.start()
    try:
        if not answers.poll(LIMIT):
            raise TimeoutError(f"more than {LIMIT:g} s")
        answer = answers.recv()
    finally:
        child.kill()
        child.join()
    if isinstance(answer, Exception):
        raise answer
    return answer  # type: ignore[no-any-return]


def _send(sender: Any, solver: Solver, problem: Problem, tol: float) -> None:
    try:
        sender.send(timed(solver, problem, tol))
    except Exception as error:
        sender.send(RuntimeError(f"{type(error).__name__}: {error}"))


def climb(solver: Solver, problem: Problem, best: float) -> Record:
    """Tolerances from loose to tight, until the target is reached."""
    record = Record(solver.name)
    try:
        limited(solver, problem, COARSEST)
        timed(solver, problem, COARSEST)  # code is compiled or loaded, not timed
        for tol in LADDER:
            seconds, reached = limited(solver, problem, tol)
            left = (reached - best) / abs(best)
            record.curve.append((tol, seconds, left))
            if left <= TARGET:
                record.tol = tol
            if left <= TARGET or seconds > PATIENT:
                break
    except TimeoutError:
        record.curve.append((LADDER[0], LIMIT, math.inf))
    except Exception as error:  # a peer's refusal is a result, not an accident
        print(f"  {solver.name}: {error}"[:100])
    return record


def measure(problem: Problem) -> list[Record]:
    """Records of everybody, ours first; fits are interleaved."""
    asked = solvers(problem)
    best = timed(asked[0], problem, FINEST)[1]
    records = [climb(solver, problem, best) for solver in asked]
    runs = [(i, r.tol, "seconds") for i, r in enumerate(records) if r.tol is not None]
    runs += [(0, TARGET, "certified")]
    times: dict[Any, list[float]] = {run: [] for run in runs}
    for k in range(MOST):
        for run in runs:
            first = times[run][0] if k else 0.0
            if k < (2 if first > SHORT else ROUNDS if first > QUICK else MOST):
                times[run].append(timed(asked[run[0]], problem, run[1])[0])
    for (i, _, what), seconds in times.items():
        setattr(records[i], what, statistics.median(seconds))
    return records


def cold(arguments: list[str]) -> float:
    """Seconds of a first fit in a new process, which prints them."""
    command = [sys.executable, str(Path(__file__).with_name("run.py")), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


class Results:
    """Rows on disk, one JSON line for each problem: what is there is not run again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if self.path.exists():
            with self.path.open(encoding="utf-8") as lines:
                yield from map(json.loads, lines)

    def add(self, problem: Problem, records: list[Record]) -> None:
        """A row, instead of an earlier one of the same problem."""
        row = {
            "problem": problem.name,
            "kind": problem.kind,
            "data": problem.data,
            "strength": problem.strength,
            "shape": list(problem.X.shape),
            "records": [asdict(record) for record in records],
            "date": time.strftime("%Y-%m-%d"),
            "machine": f"{platform.machine()} {get_host_cpu_name()}",
            "python": platform.python_version(),
            "versions": versions(),
        }
        rows = {each["problem"]: each for each in self} | {problem.name: row}
        self.path.parent.mkdir(exist_ok=True)
        text = "".join(json.dumps(each) + "\n" for each in rows.values())
        self.path.write_text(text, encoding="utf-8")


def ratio(row: dict[str, Any], own: str = "seconds") -> float:
    """Ours over the best peer; below one, ours is faster."""
    ours, *peers = row["records"]
    assert ours["solver"] == OURS
    others = [each["seconds"] for each in peers if each["seconds"] is not None]
    if ours[own] is None:
        return float("inf")
    return ours[own] / min(others) if others else float("nan")
