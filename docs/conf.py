"""How the documentation is built: ``python -m sphinx -W docs build/html``."""

import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE)]  # this checkout, whatever is installed

import generate  # noqa: E402
import matplotlib  # noqa: E402

import skopt_solvers  # noqa: E402

matplotlib.use("Agg")
os.environ["PICTURES"] = str(generate.empty("pictures"))  # where examples save theirs
generate.write_all()

project = "skopt_solvers"
author = "The skopt_solvers developers"
copyright = author
version = release = skopt_solvers.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_generated/readme", "_generated/tables", "gallery/*.ipynb"]
templates_path = ["_templates"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
nitpicky = True  # all references to names of this package lead somewhere
nitpick_ignore_regex = [("py:.*", r"(?!skopt_solvers\.).*")]  # words such as array-like

autodoc_typehints = "none"  # docstrings say more
autosummary_ignore_module_all = False
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = f"skopt_solvers {version}"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_copy_source = False
html_show_sourcelink = False
pygments_style = "friendly"

sphinx_gallery_conf = {
    "examples_dirs": str(ROOT / "examples"),
    "gallery_dirs": "gallery",
    "filename_pattern": r"/(?!startup)\w+\.py$",  # that one compiles all anew, twice
    "within_subsection_order": "FileNameSortKey",
    "backreferences_dir": "_generated/backreferences",
    "doc_module": ("skopt_solvers",),
    "inspect_global_variables": False,
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 1e9,
    "write_computation_times": False,
    "abort_on_example_error": True,
    "copyfile_regex": r"never",
}


def setup(app: Any) -> None:
    """Connect what the extensions leave open."""
    app.connect("autodoc-process-docstring", generate.join_lines, priority=100)
    app.connect("autodoc-skip-member", generate.skip_foreign)
    app.connect("builder-inited", generate.put_thumbnails, priority=900)
    app.connect("source-read", generate.underline_title)
