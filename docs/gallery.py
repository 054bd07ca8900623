"""Write the table of the examples and its thumbnails: ``python docs/gallery.py``.

Each example is run. The thumbnail is its last picture, or else what it prints. Names of
examples as arguments: only their thumbnails are made anew.
"""

import ast
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
THUMBNAILS = EXAMPLES / "thumbnails"
SIZE = 240, 160
LINES, COLUMNS = 16, 64  # of what is printed
COLORS = 128
LEAD = """# Examples

Each script answers one question in under 60 lines, on data that comes with scikit-learn
or is made on the spot: `python examples/quickstart.py` and so on. Pictures are written
to the current folder, or to the one that the variable `PICTURES` names. Those that draw
need matplotlib, and `group_lasso_one_hot.py` pandas besides:
`python -m pip install ".[plot,frame]"` installs both.

| | Question | Script |
| --- | --- | --- |
"""


def table() -> str:
    """The page with all examples."""
    return LEAD + "".join(row(script) for script in scripts())


def scripts() -> list[Path]:
    """All examples, the first steps first."""
    return sorted(EXAMPLES.glob("*.py"), key=lambda s: (s.stem != "quickstart", s.stem))


def row(script: Path) -> str:
    """The line of one example."""
    doc = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    question, name = doc.partition("\n\n")[0].replace("\n", " "), script.stem
    picture = f'<img src="thumbnails/{name}.png" width="{SIZE[0]}" alt="{name}">'
    return f"| {picture} | {question} | [{script.name}]({script.name}) |\n"


def make_thumbnail(script: Path) -> None:
    """Run an example, and keep a small picture of what it shows."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PICTURES": folder, "MPLBACKEND": "Agg"}
        done = subprocess.run(
            [sys.executable, str(script)],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        pictures = sorted(Path(folder).glob("*.png"), key=os.path.getmtime)
        shrink(pictures[-1] if pictures else typed(done.stdout, Path(folder)), script)


def typed(text: str, folder: Path) -> Path:
    """A picture of the first lines of a text."""
    import matplotlib.pyplot as plt

    lines = [line[:COLUMNS] for line in text.splitlines() if line.strip()][:LINES]
    figure = plt.figure(figsize=(4.8, 3.2), facecolor="#f6f8fa")
    style = {"family": "monospace", "fontsize": 8.2, "va": "top", "parse_math": False}
    figure.text(0.03, 0.95, "\n".join(lines), linespacing=1.35, **style)
    figure.savefig(folder / "typed.png", dpi=150)
    plt.close(figure)
    return folder / "typed.png"


def shrink(picture: Path, script: Path) -> None:
    """Write a picture into the folder of thumbnails, with few pixels and colours."""
    from PIL import Image, ImageOps

    with Image.open(picture) as whole:
        size = 2 * SIZE[0], 2 * SIZE[1]  # for screens with small pixels
        small = ImageOps.pad(whole.convert("RGB"), size, color=whole.getpixel((1, 1)))
        THUMBNAILS.mkdir(exist_ok=True)
        tree = Image.Quantize.FASTOCTREE  # keeps the colours of thin lines
        colors = small.quantize(COLORS, tree, dither=Image.Dither.NONE)
        colors.save(THUMBNAILS / f"{script.stem}.png", optimize=True)


if __name__ == "__main__":
    chosen = sys.argv[1:] or [script.stem for script in scripts()]
    for script in scripts():
        if script.stem in chosen:
            print(script.name)
            make_thumbnail(script)
    (EXAMPLES / "README.md").write_text(table(), encoding="utf-8")
