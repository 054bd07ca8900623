"""The documentation: code in its pages runs, links are checked, no name is missing."""

import importlib.util
import re
from pathlib import Path

import pytest

import skopt_solvers
from skopt_solvers._catalogue import FAMILIES

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def module(name):
    """A module of the folder of the documentation, which is no package."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def code(page):
    text = page.read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


WITH_CODE = [p for p in PAGES if "_generated" not in p.parts and code(p)]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.stem)
def test_code_of_pages_runs(page):
    names = {"__name__": "__main__"}
    for block in code(page):
        exec(compile(block, page.name, "exec"), names)


def test_every_public_name_is_on_a_page_of_the_api(tmp_path):
    generate = module("generate")
    generate.OUT = tmp_path
    (tmp_path / "tables").mkdir()
    generate.write_api(tmp_path)
    pages = "\n".join(p.read_text(encoding="utf-8") for p in tmp_path.glob("*.rst"))
    parts = (skopt_solvers, skopt_solvers.solvers, skopt_solvers.schedules)
    for part in (*parts, skopt_solvers.losses, skopt_solvers.penalties):
        for name in part.__all__:
            assert re.search(rf"^\W*(\w+:: )?{name}$", pages, re.MULTILINE), name


def test_every_family_of_solvers_has_a_page():
    pages = {page.stem for page in (DOCS / "solvers").glob("*.md")}
    assert pages == set(FAMILIES)


def test_parts_of_the_readme_are_found(tmp_path):
    generate = module("generate")
    generate.write_readme(tmp_path)
    assert len(list(tmp_path.glob("*.md"))) == len(generate.README)


def test_links_that_lead_nowhere_are_found(tmp_path):
    page = '<a href="#here">1</a> <a href="other.html#x">2</a> <img src="no.png">'
    (tmp_path / "page.html").write_text(f'{page}<p id="here"> <a href="http://x/">')
    (tmp_path / "other.html").write_text("nothing")
    expected = ["page.html: no.png", "page.html: other.html#x"]
    assert module("check_links").broken(tmp_path) == expected
    (tmp_path / "other.html").write_text('<p id="x">')
    (tmp_path / "no.png").touch()
    assert module("check_links").broken(tmp_path) == []
