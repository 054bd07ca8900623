"""What the documentation takes from elsewhere: the README, the classes, the examples.

All of it is written to ``docs/_generated`` when a build begins.
"""

import importlib
import inspect
import pkgutil
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import skopt_solvers
from skopt_solvers import schedules
from skopt_solvers._catalogue import (
    FAMILIES,
    PER_EPOCH,
    UPDATES,
    assumption_table,
    family_of,
    schedule_table,
)
from skopt_solvers._tables import markdown_table
from skopt_solvers.solvers._registry import solver_classes

HERE = Path(__file__).parent
ROOT = HERE.parent
OUT = HERE / "_generated"
THUMBNAILS = ROOT / "examples" / "thumbnails"

# parts of the README that pages include, each from one line to another
README = {
    "first_words": ("# skopt_solvers\n", "\nInstall, and see"),
    "in_use": ("## In use\n", "\n## "),
    "parts": ("## Parts\n", "<!-- solvers -->"),
    "pairings": ("<!-- end of solvers -->\n", "<!-- schedules -->"),
    "times": ("<!-- end of schedules -->\n", "\n## "),
    "own_parts": ("## Parts of your own\n", "\n## "),
    "objective": ("## The objective\n", "\n## "),
    "paths": ("## Paths and cross-validation\n", "\n## "),
    "certificates": ("## Certificates\n", "\n## "),
    "compiled": ("## Compiled once\n", "\n## "),
    "architecture": ("## Architecture\n", "\n## "),
    "benchmarks": ("## Benchmarks\n", "\n## "),
}


def empty(name: str) -> Path:
    """A folder of `OUT` without anything in it."""
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write_all() -> None:
    """Everything that does not need a run of the examples."""
    write_readme(empty("readme"))
    write_tables(empty("tables"))
    write_schedules(empty("schedules"))
    write_api(empty("api"))


# -- the README --------------------------------------------------------------------


def write_readme(folder: Path) -> None:
    """The parts of the README, with links that lead to pages."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, (begin, end) in README.items():
        _, found, rest = text.partition(begin)
        part, closed, _ = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"README.md has no part from {begin!r} to {end!r}")
        part = re.sub(r"\]\(examples/(\w+)\.py\)", r"](/gallery/\1.rst)", part)
        part = part.replace("](examples)", "](/gallery/index.rst)")
        part = part.replace("\n### ", "\n## ")
        (folder / f"{name}.md").write_text(part.strip() + "\n", encoding="utf-8")


# -- solvers and schedules ---------------------------------------------------------


def write_tables(folder: Path) -> None:
    """For each family of solvers its assumptions, and the rule of each solver."""
    for family in FAMILIES:
        header, rows = assumption_table(family)
        linked = [[f"{{class}}{name}", *rest] for name, *rest in rows]
        names = [name.strip("`") for name, *_ in rows]
        table = current("solvers") + markdown_table(header, linked)
        rules = [rule(getattr(skopt_solvers.solvers, name), "solvers")
                 for name in names]  # fmt: skip
        (folder / f"{family}.md").write_text(table + "\n", encoding="utf-8")
        (folder / f"{family}_rules.md").write_text("\n".join(rules), encoding="utf-8")
    missing = {c.__name__ for c in solver_classes() if family_of(c) not in FAMILIES}
    assert not missing


def write_schedules(folder: Path) -> None:
    """The table of all schedules, and the picture and rule of each."""
    header, rows = schedule_table()
    small = header.index("picture")  # larger ones follow
    kept = [[*row[:small], *row[small + 1 :]] for row in (header, *rows)]
    linked = [[f"{{class}}{name}", *rest] for name, *rest in kept[1:]]
    parts = [current("schedules") + markdown_table(kept[0], linked)]
    for name, *_ in rows:
        cls = getattr(schedules, name.strip("`"))
        picture = draw(cls, folder)
        parts.append(rule(cls, "schedules", f"![]({picture})\n\n", "##"))
    (OUT / "tables" / "schedules.md").write_text("\n\n".join(parts), encoding="utf-8")


def current(module: str) -> str:
    """Names after this are looked up in a module first."""
    return f"```{{eval-rst}}\n.. currentmodule:: skopt_solvers.{module}\n```\n\n"


def rule(cls: type, module: str, picture: str = "", level: str = "###") -> str:
    """What a part's docstring says before it comes to cost and parameters."""
    doc = inspect.getdoc(cls) or ""
    told = re.split(r"\n\n(?=Cost per |\w+\n---)", doc)[0]
    name = f"{{class}}`~skopt_solvers.{module}.{cls.__name__}`"
    return f"{level} {name}\n\n{picture}```{{eval-rst}}\n{told}\n```\n"


def draw(cls: Any, folder: Path) -> str:
    """A picture of a schedule: as planned, or as a fit with it went."""
    import matplotlib.pyplot as plt

    from skopt_solvers.plotting import ScheduleDisplay

    figure, ax = plt.subplots(figsize=(5.0, 2.0), layout="constrained")
    if cls.picture is None:
        ScheduleDisplay.from_estimator(learned(cls()), ax=ax, name=cls.__name__)
    else:
        epochs = UPDATES // PER_EPOCH
        options = {"epochs": epochs, "updates_per_epoch": PER_EPOCH, "ax": ax}
        ScheduleDisplay.from_schedules(cls(**cls.picture), **options)
    ax.get_legend().remove()
    ax.set_ylim(bottom=0.0)
    figure.savefig(folder / f"{cls.__name__}.png", dpi=110)
    plt.close(figure)
    return f"/_generated/schedules/{cls.__name__}.png"


def learned(schedule: Any) -> Any:
    """A fit with a schedule that learns as it goes."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.preprocessing import scale

    from skopt_solvers import AdvancedLogisticRegression
    from skopt_solvers.solvers import SGD

    X, y = load_breast_cancer(return_X_y=True)
    solver = SGD(0.5, schedule=schedule, max_iter=60, tol=None)
    return AdvancedLogisticRegression(solver=solver, random_state=0).fit(scale(X), y)


# -- every public name -------------------------------------------------------------


def modules() -> Iterator[Any]:
    """The package, and its public modules that say what they export."""
    yield skopt_solvers
    for found in pkgutil.iter_modules(skopt_solvers.__path__):
        if not found.name.startswith("_"):
            module = importlib.import_module(f"skopt_solvers.{found.name}")
            module = importlib.import_module(module.__name__)
            if inspect.ismodule(module) and hasattr(module, "__all__"):
                yield module


def write_api(folder: Path) -> None:
    """A page for each module; names of the package itself have pages of their own.

    A page for every name would be tidier, and ten times as slow: each repeats them all.
    """
    seen: set[int] = set()
    pages = []
    for module in modules():
        members = {name: getattr(module, name) for name in module.__all__}
        new = {n: member for n, member in members.items() if id(member) not in seen}
        if not new:
            continue
        seen.update(map(id, new.values()))
        name = module.__name__
        page = "\n".join(page_of(name, inspect.getdoc(module) or "", new))
        (folder / f"{name}.rst").write_text(page + "\n", encoding="utf-8")
        pages.append(f"/_generated/api/{name}")
    (OUT / "tables" / "api.md").write_text("\n".join(["```{toctree}", *pages, "```"]))


def page_of(name: str, lead: str, members: dict[str, Any]) -> Iterator[str]:
    """A page about a module, line by line."""
    yield from (name, "=" * len(name), "", f".. module:: {name}", "", lead, "")
    coded = {n: each for n, each in members.items() if hasattr(each, "__qualname__")}
    own = name == "skopt_solvers"
    yield from (".. autosummary::", "   :nosignatures:", "   :toctree:" * own, "")
    yield from (f"   {each}" for each in coded)
    for each, member in () if own else coded.items():
        yield from ("", each, "-" * len(each), "")
        if inspect.isclass(member):
            yield f".. autoclass:: {each}"
            yield from ("   :members:", "   :inherited-members:")
        else:
            yield f".. autofunction:: {each}"
    yield from (f"\n.. data:: {each}" for each in members if each not in coded)


# -- sphinx's events ---------------------------------------------------------------


def skip_foreign(
    app: Any, what: str, name: str, member: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out what classes inherit from other packages."""
    inner = getattr(member, "fget", None) or getattr(member, "func", None) or member
    home = getattr(inner, "__module__", None) or "skopt_solvers"
    return None if str(home).startswith("skopt_solvers") else True


def join_lines(
    app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Put lists of attributes on one line, and names that end like links in code."""
    text = re.sub(r" *\\\n +", " ", "\n".join(lines))
    lines[:] = re.sub(r"(?<=[( ])(\w+_)(?=,\)|, \w+_\)|\))", r"``\1``", text).split(
        "\n"
    )


def underline_title(app: Any, docname: str, source: list[str]) -> None:
    """Make a heading of the question that an example begins with."""
    if docname.startswith("gallery/"):
        found = r"(\.\. _sphx_glr_\S+\.py:\n\n)(.+)\n"
        line = lambda m: f"{m[1]}{m[2]}\n{'=' * len(m[2])}\n"  # noqa: E731
        source[0] = re.sub(found, line, source[0], count=1)


def put_thumbnails(app: Any) -> None:
    """Show the thumbnails of the examples' table in the gallery too."""
    for thumbnail in THUMBNAILS.glob("*.png"):
        shown = HERE / "gallery/images/thumb" / f"sphx_glr_{thumbnail.stem}_thumb.png"
        shutil.copy(thumbnail, shown)
