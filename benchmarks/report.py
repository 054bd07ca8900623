"""Results as a table in the README, and as curves."""

import math
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from made import MADE
from runner import Results, ratio
from solvers import OURS

README = Path(__file__).parents[1] / "README.md"
FOLDER = Path(__file__).with_name("results")
MARKERS = "<!-- benchmarks: {} -->", "<!-- end of benchmarks: {} -->"
HEAD = (
    "| problem | data | ours to `tol=1e-6`, ms | first fit | ours, ms | peers, ms "
    "| ours / best peer |"
)


def milliseconds(seconds: float | None) -> str:
    """Three digits at most."""
    if seconds is None:
        return "-"
    return f"{1e3 * seconds:.{0 if seconds >= 0.1 else 1 if seconds >= 1e-2 else 2}f}"


def line(row: dict[str, Any]) -> str:
    """One line of the table."""
    ours, *peers = row["records"]
    there = sorted(
        (each for each in peers if each["seconds"]), key=lambda each: each["seconds"]
    )
    shown = [f"{each['solver']} {milliseconds(each['seconds'])}" for each in there]
    late = [each["solver"] for each in peers if each["curve"] and not each["seconds"]]
    if late:
        shown.append("not there: " + ", ".join(late))
    share = ratio(row)
    cells = [
        row["kind"],
        f"{row['data']} {row['strength']}",
        milliseconds(ours["certified"]),
        milliseconds(ours["cold"]),
        milliseconds(ours["seconds"]),
        ", ".join(shown) or "none",
        "-" if math.isnan(share) else f"{share:.2f}",
    ]
    return f"| {' | '.join(cells)} |"


def table(rows: Iterable[dict[str, Any]]) -> list[str]:
    """All lines, with what they were measured on in front."""
    rows = list(rows)
    shares = [each for each in map(ratio, rows) if not math.isnan(each)]
    versions = ", ".join(f"{k} {v}" for k, v in rows[-1]["versions"].items())
    dates = sorted({row["date"] for row in rows})
    when = " to ".join(dict.fromkeys([dates[0], dates[-1]]))
    slower = sum(share > 1 for share in shares)
    machines = " and ".join(sorted({row["machine"] for row in rows}))
    loaded = [ratio(row) for row in rows if row["data"] not in MADE]
    loaded = [each for each in loaded if not math.isnan(each)]
    return [
        f"Processor time in milliseconds, one thread; {machines}, Python "
        f"{rows[-1]['python']}, {versions}; {when}. "
        f"Median ratio {statistics.median(shares):.2f}, and "
        f"{statistics.median(loaded):.2f} on the {len(loaded)} rows of data that are "
        f"neither made nor shipped; slower than the best peer in {slower} of "
        f"{len(shares)} rows.",
        "",
        HEAD,
        "| --- " * HEAD.count(" | ") + "| --- |",
        *map(line, rows),
    ]


def write(suite: str) -> None:
    """The table of a suite in the README."""
    put(suite, table(Results(FOLDER / f"{suite}.jsonl")))


def put(name: str, lines: list[str]) -> None:
    """Put lines between the markers of this name in the README."""
    first, last = (marker.format(name) for marker in MARKERS)
    before, rest = README.read_text(encoding="utf-8").split(first)
    after = rest.split(last)[1]
    text = "\n".join([before + first, *lines, last + after])
    README.write_text(text, encoding="utf-8")


def curves(suite: str) -> None:
    """Suboptimality against time of every problem, one picture a suite."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = list(Results(FOLDER / f"{suite}.jsonl"))
    wide = 4
    tall = -(-len(rows) // wide)
    figure, axes = pyplot.subplots(
        tall, wide, figsize=(4 * wide, 2.6 * tall), squeeze=False, layout="constrained"
    )
    for ax in axes.flat[len(rows) :]:
        ax.set_axis_off()
    for row, ax in zip(rows, axes.flat, strict=False):
        for record in row["records"]:
            seconds = [each[1] for each in record["curve"]]
            left = [max(each[2], 1e-12) for each in record["curve"]]
            width = 2.5 if record["solver"] == OURS else 1.0
            ax.plot(seconds, left, "o-", ms=3, lw=width, label=record["solver"])
        ax.set(xscale="log", yscale="log", title=row["problem"])
        ax.axhline(1e-6, color="grey", lw=0.5)
        ax.legend(fontsize="x-small", frameon=False)
    figure.supxlabel("seconds of processor time")
    figure.supylabel("relative suboptimality")
    figure.savefig(FOLDER / f"{suite}.png", dpi=80)
