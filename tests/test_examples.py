"""Every example runs, prints, is short, and is in the table with its thumbnail."""

import importlib.util
import re
import runpy
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "examples"
SCRIPTS = sorted(FOLDER.glob("*.py"))


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    monkeypatch.setenv("PICTURES", str(tmp_path))
    plt.switch_backend("Agg")
    yield tmp_path
    plt.close("all")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_runs_and_prints(script, capsys, pictures):
    with warnings.catch_warnings():  # examples may silence warnings, for themselves
        runpy.run_path(str(script), run_name="__main__")
    printed = capsys.readouterr()
    assert printed.out.count("\n") >= 2
    assert not re.search(r"\bnan\b", printed.out)
    saved = [picture.suffix for picture in pictures.iterdir()]
    assert ("PICTURES" in script.read_text(encoding="utf-8")) == (".png" in saved)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_is_short_and_asks_a_question_or_says_what_it_shows(script):
    source = script.read_text(encoding="utf-8")
    assert source.count("\n") < 60
    assert source.startswith('"""')


def test_table_is_that_of_docs_gallery():
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "docs/gallery.py")
    gallery = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gallery)
    written = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert written == gallery.table(), "run: python docs/gallery.py NAME"
    for script in SCRIPTS:
        thumbnail = FOLDER / "thumbnails" / f"{script.stem}.png"
        assert thumbnail.exists(), f"run: python docs/gallery.py {script.stem}"
        with Image.open(thumbnail) as picture:
            assert picture.size == tuple(2 * side for side in gallery.SIZE)
