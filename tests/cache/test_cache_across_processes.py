"""Machine code outlives the process that made it, wherever it can be written."""

import pytest

ALL = """
import json, sys
import numpy as np
from skopt_solvers import toy

parts = {"line": (toy.Line(1.5), toy.total), "bare": (toy.Bare(), toy.total)}
parts["odd"] = toy.Odd(), toy.other_total
chosen = sys.argv[1:] or list(parts)
numbers = {
    f"{name} {np.dtype(dtype)}": toy.measure(parts[name][0], dtype, parts[name][1])
    for name in chosen
    for dtype in (np.float32, np.float64)
}
caches = sorted({str(k.stats.cache_path) for k in toy.KERNELS})
print(json.dumps({"numbers": numbers, "hits": toy.hits(), "caches": caches}))
"""

RIGHT = {"line": 18.0, "bare": 30.0, "odd": 42.0}


def numbers(report):
    return {name: value for name, (value, _) in report["numbers"].items()}


def misses(report):
    return sum(count for _, count in report["numbers"].values())


def right(report):
    return all(v == RIGHT[name.split()[0]] for name, v in numbers(report).items())


@pytest.fixture(scope="module")
def runs(lab):
    lab.write("everything.py", ALL)
    return [lab.run("everything.py") for _ in range(2)]


def test_first_process_compiles_each_part_and_dtype_once(runs):
    assert misses(runs[0]) == 6
    assert right(runs[0])


def test_second_process_compiles_nothing(runs):
    assert misses(runs[1]) == 0
    assert runs[1]["hits"] == 6
    assert numbers(runs[1]) == numbers(runs[0])


def test_interpreted_gives_the_same_numbers(lab, runs):
    interpreted = lab.run("everything.py", NUMBA_DISABLE_JIT="1")
    assert numbers(interpreted) == numbers(runs[0])


def test_reads_a_cache_that_it_may_not_write(lab, runs):
    frozen = "from skopt_solvers._compile import cache\ncache.cache_directory = str\n"
    lab.write("frozen.py", frozen + ALL)
    report = lab.run("frozen.py")
    assert report["caches"] == [""]
    assert misses(report) == 0


def test_damaged_files_are_made_again(lab, runs):
    for path in lab.files():
        path.write_bytes(path.read_bytes()[:100])
    damaged, repaired = lab.run("everything.py"), lab.run("everything.py")
    assert right(damaged) and misses(damaged) == 6
    assert right(repaired) and misses(repaired) == 0


def test_processes_that_compile_at_once(fresh_lab):
    fresh_lab.write("everything.py", ALL)
    names = ("line", "bare", "odd", "line")
    processes = [fresh_lab.start("everything.py", name) for name in names]
    assert all(right(fresh_lab.result(process)) for process in processes)
    after = fresh_lab.run("everything.py")
    assert right(after)
    assert misses(after) == 0


def test_edited_package_compiles_again(fresh_lab):
    lab = fresh_lab
    lab.write("everything.py", ALL)
    before = lab.run("everything.py", "line")
    old_files = lab.files()
    lab.edit("skopt_solvers/toy.py", "2.0 * self.alpha", "4.0 * self.alpha")
    (lab.package / ".#lock.py").symlink_to("nowhere")  # as editors leave behind
    after = lab.run("everything.py", "line")
    assert numbers(before)["line float64"] == 18.0
    assert numbers(after)["line float64"] == 36.0
    assert misses(after) == 2
    with (lab.package / "_compile" / "bits.py").open("a") as source:
        source.write("\n# edited\n")
    again = lab.run("everything.py", "line")
    assert numbers(again)["line float64"] == 36.0
    assert misses(again) == 2
    assert not any(path.exists() for path in old_files)


def test_falls_back_to_the_users_cache(fresh_lab, tmp_path):
    fresh_lab.write("everything.py", ALL)
    (fresh_lab.package / "__pycache__").write_text("not a folder")
    user = str(tmp_path / "user")
    runs = [
        fresh_lab.run("everything.py", "line", XDG_CACHE_HOME=user) for _ in range(2)
    ]
    assert all(right(report) for report in runs)
    assert [misses(report) for report in runs] == [2, 0]
    assert all(path.startswith(user) for path in runs[0]["caches"])


def test_works_where_nothing_can_be_written(fresh_lab):
    fresh_lab.write("everything.py", ALL)
    (fresh_lab.package / "__pycache__").write_text("not a folder")
    blocked = str(fresh_lab.package / "__pycache__" / "below a file")
    report = fresh_lab.run("everything.py", "line", XDG_CACHE_HOME=blocked)
    assert right(report)
    assert misses(report) == 2
    assert report["caches"] == [""]


def test_chosen_directory_is_the_only_one(lab, runs, tmp_path):
    report = lab.run("everything.py", "bare", NUMBA_CACHE_DIR=str(tmp_path))
    assert misses(report) == 2
    assert all(path.startswith(str(tmp_path)) for path in report["caches"])
