"""Every example runs, prints, is short and is in the table."""

import re
import runpy
import warnings
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "examples"
SCRIPTS = sorted(FOLDER.glob("*.py"))
TABLE = (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_runs_and_prints(script, capsys):
    with warnings.catch_warnings():  # examples may silence warnings, for themselves
        runpy.run_path(str(script), run_name="__main__")
    printed = capsys.readouterr()
    assert printed.out.count("\n") >= 2
    assert not re.search(r"\bnan\b", printed.out)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_is_short_and_asks_a_question_or_says_what_it_shows(script):
    source = script.read_text(encoding="utf-8")
    assert source.count("\n") < 60
    assert source.startswith('"""')


def test_table_lists_all():
    listed = re.findall(r"^\| \[(\w+\.py)\]", TABLE, re.MULTILINE)
    assert sorted(listed) == [script.name for script in SCRIPTS]
