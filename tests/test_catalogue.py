"""Tables of solvers and schedules come from the classes, and say what one lacks."""

import re

import pytest

from skopt_solvers import __main__ as command_line
from skopt_solvers import _catalogue, schedules, solvers
from skopt_solvers._tables import markdown_table, replace_block, sparkline

MARKED = "above\n<!-- {0} -->\nold\n<!-- end of {0} -->\nbelow"


class Silent(solvers.Solver):
    """Says nothing of itself."""

    requires = solvers.SGD.requires

    def init(self, problem, x, budget):
        """No state."""

    def step(self, problem, state):
        """No step."""


SOLVER_FACTS = {
    _catalogue.HOW_COST: "Cost per epoch: a lot; memory ``p`` numbers.",
    _catalogue.HOW_SOURCE: "References\n----------\nWe (2000), equation (1).",
}


@pytest.mark.parametrize("lacking", SOLVER_FACTS)
def test_an_incomplete_docstring_is_told_what_to_add(lacking):
    told = [text for how, text in SOLVER_FACTS.items() if how != lacking]
    doc = "\n\n".join([Silent.__doc__, *told, "Examples\n--------"])
    cls = type("Silent", (Silent,), {"__doc__": doc, "good_for": "nothing"})
    with pytest.raises(_catalogue.IncompleteFacts, match=re.escape(lacking)) as error:
        _catalogue.solver_row(cls)
    assert "Silent has no row" in str(error.value)


def test_a_complete_class_has_a_row():
    doc = "\n\n".join([Silent.__doc__, *SOLVER_FACTS.values()])
    cls = type("Silent", (Silent,), {"__doc__": doc, "good_for": "something"})
    row = _catalogue.solver_row(cls)
    assert row[2:] == ["something", "per epoch: a lot", "`p` numbers",
                       "We (2000), equation (1)"]  # fmt: skip
    with pytest.raises(_catalogue.IncompleteFacts, match="good_for"):
        _catalogue.solver_row(type("Silent", (Silent,), {"__doc__": doc}))


def test_a_schedule_without_formula_is_told_to_add_it():
    cls = type("Mute", (schedules.Constant,), {"__doc__": "Mute."})
    with pytest.raises(_catalogue.IncompleteFacts, match=r"factor\(k\) = "):
        _catalogue.schedule_row(cls)


@pytest.mark.parametrize(
    "cls", [schedules.LinearDecay, schedules.InverseSqrt, schedules.ExponentialDecay]
)
def test_pictures_of_decays_descend_from_the_top(cls):
    picture = _catalogue.picture(cls)
    assert picture[0] == "█" and list(picture) == sorted(picture, reverse=True)
    assert len(set(picture)) > 4 and len(picture) == _catalogue.POINTS


def test_references_name_a_place_or_a_year():
    for name, table in _catalogue.TABLES.items():
        for row in table()[1]:
            known = re.search(r"\(\d{4}\)|doi|PyTorch|optax|parts|own", row[-1])
            assert known, f"{name}: {row[0]} refers to {row[-1]!r}"


def test_the_command_prints_and_rewrites(capsys, tmp_path):
    assert command_line.main(["tables"]) == 0
    assert "| `SGD` | " in capsys.readouterr().out
    file = tmp_path / "page.md"
    text = "\n".join(MARKED.format(name) for name in _catalogue.TABLES)
    file.write_text(text, encoding="utf-8")
    command_line.main(["tables", str(file)])
    assert "written anew" in capsys.readouterr().out
    written = file.read_text(encoding="utf-8")
    assert "| `SGD` | " in written and "\nold\n" not in written
    command_line.main(["tables", str(file)])
    assert "as it was" in capsys.readouterr().out
    assert file.read_text(encoding="utf-8") == written


def test_a_block_is_replaced_and_the_rest_kept():
    assert replace_block(MARKED.format("x"), "x", "new") == MARKED.format("x").replace(
        "old", "new"
    )


@pytest.mark.parametrize("text", ["", "<!-- x -->\n", 2 * MARKED.format("x")])
def test_missing_and_double_markers_are_refused(text):
    with pytest.raises(ValueError, match="one pair of markers <!-- x -->"):
        replace_block(text, "x", "new")


def test_cells_escape_bars():
    assert markdown_table(["a"], [["|w|"]]).splitlines()[-1] == r"| \|w\| |"


def test_sparklines_span_zero_to_the_largest():
    assert sparkline([0.0, 1.0, 2.0]) == "▁▅█" and sparkline([0.0, 0.0]) == "▁▁"


def test_every_solver_is_in_one_family_and_says_what_it_assumes():
    tables = map(_catalogue.assumption_table, _catalogue.FAMILIES)
    rows = [row for _, family in tables for row in family]
    every = {row[0] for row in _catalogue.solver_table()[1]}
    assert len(rows) == len(every) and {row[0] for row in rows} == every
    assert all(all(row) for row in rows)
