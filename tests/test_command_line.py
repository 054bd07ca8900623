"""``python -m skopt_solvers``."""

import pytest

import skopt_solvers
from skopt_solvers import __main__ as command_line
from skopt_solvers._compile import cache_directory


def test_info_names_versions_and_cache(capsys):
    assert command_line.main(["info"]) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = {line[:15].strip(): line[16:] for line in lines}
    assert shown["skopt_solvers"] == skopt_solvers.__version__
    assert {"python", "numpy", "scipy", "scikit-learn", "numba"} <= shown.keys()
    assert shown["cache folder"] == cache_directory()


def test_info_counts_files_in_subfolders(capsys, monkeypatch, tmp_path):
    folder = tmp_path / "digest"
    folder.mkdir()
    (folder / "kernel.nbc").write_bytes(bytes(2_500_000))
    monkeypatch.setattr(command_line, "cache_directory", lambda: str(tmp_path))
    command_line.main(["info"])
    printed = capsys.readouterr().out
    assert "2.5 MB" in printed and str(tmp_path) in printed


def test_info_says_when_nothing_is_kept(capsys, monkeypatch):
    monkeypatch.setattr(command_line, "cache_directory", lambda: "")
    command_line.main(["info"])
    assert "none is writable" in capsys.readouterr().out


def test_warm_up_fits_and_shows_progress(capsys, monkeypatch):
    fitted = []
    jobs = [(f"job {k}", lambda k=k: fitted.append(k)) for k in range(3)]
    monkeypatch.setattr(command_line, "combinations", lambda: iter(jobs))
    assert command_line.main(["warm-up"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert fitted == [0, 1, 2]
    assert lines[0] == f"[{'#' * 10:30s}] 1/3 job 0"
    assert lines[2] == f"[{'#' * 30:30s}] 3/3 job 2"
    assert lines[-1].startswith("3 combinations in 0 s, kept in ")


@pytest.mark.parametrize("kind", ["dense float64", "sparse float32"])
def test_warm_up_combinations_fit(kind):
    jobs = [fit for name, fit in command_line.combinations() if name.startswith(kind)]
    assert len(jobs) > 10
    for fit in jobs:
        fit()


def test_unknown_commands_are_refused(capsys):
    for arguments in ([], ["cool-down"]):
        with pytest.raises(SystemExit) as stop:
            command_line.main(arguments)
        assert stop.value.code == 2
    assert "warm-up" in capsys.readouterr().err
