"""The README: its blocks run, its tables are complete, its promises are kept."""

import inspect
import re
from pathlib import Path

import pytest
from sklearn import linear_model, svm
from sklearn.base import BaseEstimator

import skopt_solvers
from skopt_solvers import losses, penalties, schedules, solvers
from skopt_solvers._catalogue import rewrite

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
FAMILIES = (
    losses.Loss,
    losses.VectorLoss,
    losses.WholeLoss,
    penalties.Penalty,
    penalties.BlockPenalty,
    solvers.Solver,
    schedules.Schedule,
)
HOW_TO = ["### A penalty", "### A loss", "### A solver"]


def blocks(language, text=README):
    """The code blocks of a language, with the line at which each begins."""
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [(text[: m.start()].count("\n") + 2, m[1]) for m in found]


def rows():
    """``{name: other cells}`` of all tables whose first cell is one name in code."""
    found = re.findall(r"^\| `(\w+)` \| (.*) \|$", README, re.MULTILINE)
    return {name: rest.split(" | ") for name, rest in found}


def abstract(cls):
    """Whether a method of `cls` waits to be written."""
    members = (getattr(cls, name, None) for name in dir(cls))
    return any(getattr(member, "__isabstractmethod__", False) for member in members)


@pytest.mark.parametrize(
    ("line", "code"), [pytest.param(*b, id=f"line-{b[0]}") for b in blocks("python")]
)
def test_python_blocks_run(line, code):
    padded = "\n" * (line - 1) + code  # tracebacks name the line of the README
    exec(compile(padded, "README.md", "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("heading", HOW_TO)
def test_parts_of_your_own_take_less_than_25_lines(heading):
    section = README[README.index(heading) :]
    _, code = blocks("python", section)[0]
    assert code.count("\n") < 25


def test_first_two_shell_blocks_install_and_run():
    (_, first), (_, second) = blocks("sh")[:2]
    assert first == "python -m pip install . && python examples/quickstart.py\n"
    tests = 'python -m pip install ".[test]" && python -m pytest -n auto\n'
    assert second == tests


@pytest.mark.parametrize("family", [losses, penalties, solvers, schedules])
def test_tables_name_every_part(family):
    public = filter(inspect.isclass, (getattr(family, name) for name in family.__all__))
    parts = {c.__name__ for c in public if issubclass(c, FAMILIES) and not abstract(c)}
    assert parts and not parts - rows().keys()


def test_generated_tables_are_those_of_the_classes():
    assert rewrite(README) == README, "run: python -m skopt_solvers tables README.md"


def test_counterparts_can_be_written_as_they_stand():
    """Ours and scikit-learn's, in the table of the objective."""
    names = {name: getattr(skopt_solvers, name) for name in skopt_solvers.__all__}
    names |= {name: getattr(linear_model, name) for name in linear_model.__all__}
    names |= {"LinearSVC": svm.LinearSVC, "ones": None}
    names |= {"loss": "hinge", "penalty": "l2"}
    names |= dict.fromkeys(["alpha", "a", "C", "n", "r", "p", "q", "g", "epsilon"], 0.5)
    table = README[README.index("| here | scikit-learn |") :].partition("\n\n")[0]
    cells = [cell for row in table.splitlines()[2:] for cell in row.split("|")[1:3]]
    calls = re.findall(r"`(\w+\(.*?\))`", " ".join(cells).replace("Σs", " * n"))
    assert len(calls) > 25
    for call in calls:
        assert isinstance(eval(call, dict(names)), BaseEstimator)


def test_relation_to_scikit_optimize_is_stated():
    assert "no part of scikit-optimize, whose import name is `skopt`" in README


def test_links_lead_to_files():
    root = Path(__file__).parents[1]
    links = re.findall(r"\]\(([\w./]+)\)", re.sub(r"`[^`\n]*`", "", README))
    assert links and all((root / link).exists() for link in links)
