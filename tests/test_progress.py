"""Progress bars: where they are drawn, what they count, how they end."""

import io
import pickle
import subprocess
import sys
from contextlib import suppress
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLogisticRegression,
    ProximalElasticNetCV,
    ProximalLasso,
    ProximalLassoCV,
    minimize,
    regularization_path,
)
from skopt_solvers._bars import Tally, TextBar, TqdmBar, make_bar, visible
from skopt_solvers.callbacks import ProgressBar
from skopt_solvers.solvers import LBFGS, SGD


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Recorder:
    """tqdm's interface, which notes what is done to it."""

    made: list = []  # noqa: RUF012

    def __init__(self, **options):
        self.options, self.n, self.notes = options, options["initial"], []
        self.total = options["total"]
        self.closed = False
        Recorder.made.append(self)

    def set_postfix_str(self, note, refresh):
        self.notes.append(note)

    def update(self, n):
        self.n += n

    def refresh(self):
        pass

    def close(self):
        self.closed = True


@pytest.fixture
def no_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)


@pytest.fixture
def tqdm(monkeypatch):
    module = ModuleType("tqdm.auto")
    module.tqdm = Recorder
    monkeypatch.setitem(sys.modules, "tqdm", ModuleType("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", module)
    monkeypatch.setattr(Recorder, "made", [])
    return Recorder.made


def bowl(x):
    return float(x @ x), 2 * x


def descend(*callbacks, n=50):
    solver = SGD(learning_rate=0.01, max_iter=n, tol=0.0)
    return minimize(bowl, np.ones(3), jac=True, solver=solver, callbacks=callbacks)


# -- plain text --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stream", "silent"), [(Terminal(), False), (io.StringIO(), True)]
)
def test_progress_is_shown_on_terminals_only(no_tqdm, stream, silent):
    descend(ProgressBar(delay=0.0, stream=stream))
    assert (stream.getvalue() == "") == silent
    assert silent or "50/50 iterations" in stream.getvalue()


def test_line_ends_once_and_nothing_is_left_behind(no_tqdm):
    stream = Terminal()
    for _ in range(2):
        descend(ProgressBar(delay=0.0, stream=stream))
    text = stream.getvalue()
    assert text.endswith("\n") and text.count("\n") == 2
    for line in text.splitlines():
        drawn = line.split("\r")[1:]
        lengths = [len(one) for one in drawn]
        assert all(
            b >= len(a.rstrip()) for a, b in zip(drawn, lengths[1:], strict=False)
        )


@pytest.mark.parametrize("end", [RuntimeError, KeyboardInterrupt])
def test_line_ends_however_the_run_does(no_tqdm, end):
    def breaks(progress):
        if progress.n_iter == 5:
            raise end

    stream = Terminal()
    with suppress(RuntimeError):
        descend(ProgressBar(delay=0.0, stream=stream), breaks)
    assert stream.getvalue().endswith("\n")


def test_short_runs_are_silent(no_tqdm):
    stream = Terminal()
    descend(ProgressBar(delay=60.0, stream=stream))
    assert stream.getvalue() == ""


def test_lines_fit_the_terminal(no_tqdm, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    descend(ProgressBar(delay=0.0, stream=stream))
    assert max(map(len, stream.getvalue().rstrip("\n").split("\r"))) <= 39


def test_drawing_is_rare(no_tqdm):
    stream = Terminal()
    bar = TextBar("a", "fits", stream)
    for k in range(10_000):
        bar.show(k, 10_000, "note")
    bar.close()
    assert stream.getvalue().count("\r") < 100
    assert "9999/10000 fits" in stream.getvalue()


def test_streams_of_logs_and_pipes_stay_empty():
    code = (
        "from skopt_solvers import minimize; from skopt_solvers.solvers import SGD;"
        "import numpy as np; from skopt_solvers.callbacks import ProgressBar;"
        "minimize(lambda x: x @ x, np.ones(2), callbacks=ProgressBar(delay=0.0))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == done.stderr == ""


# -- tqdm --------------------------------------------------------------------------


def test_tqdm_counts_iterations_and_is_closed(tqdm):
    stream = Terminal()
    descend(ProgressBar(delay=0.0, stream=stream), n=20)
    (bar,) = tqdm
    assert (bar.n, bar.total, bar.closed) == (20, 20, True)
    assert bar.options["file"] is stream and bar.options["desc"] == "SGD"
    assert bar.notes[-1].startswith("objective ")
    assert "certificate" not in bar.notes[-1]  # unknown while a run is stochastic


def test_tqdm_is_full_when_a_run_converges_early(tqdm):
    bar = ProgressBar(delay=0.0, stream=Terminal())
    result = minimize(bowl, np.ones(3), jac=True, solver=LBFGS(), callbacks=bar)
    assert tqdm[0].total == tqdm[0].n == result.n_iter < 1000
    assert "certificate" in tqdm[0].notes[-1]


def test_verbose_uses_the_bar(tqdm, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr("skopt_solvers.callbacks.ProgressBar.__init__.__defaults__",
                        (0.0, None, None))  # fmt: skip
    X, y = load_iris(return_X_y=True)
    AdvancedLogisticRegression(verbose=1).fit(X, y > 0)
    minimize(bowl, np.ones(3), jac=True, verbose=1)
    assert [bar.closed for bar in tqdm] == [True, True]


def test_notebooks_are_recognised(tqdm, monkeypatch):
    shell = SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setitem(
        sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell)
    )
    assert visible(None) and not visible(io.StringIO())
    bar = make_bar("a", "fits", None)
    bar.show(1, 2, "")
    assert isinstance(bar, TqdmBar)
    assert tqdm[0].options["file"] is None  # a widget, where tqdm has them
    shell.config.clear()
    assert not visible(io.StringIO())


# -- paths and searches ------------------------------------------------------------


def test_one_bar_counts_many_runs(tqdm):
    with ProgressBar(delay=0.0, stream=Terminal(), runs=4) as bar:
        for _ in range(4):
            descend(bar, n=5)
            assert len(tqdm) == 1
        assert tqdm[0].closed
    assert (tqdm[0].n, tqdm[0].options["unit"]) == (4, " fits")


def test_search_shares_the_bar(tqdm):
    X, y = load_iris(return_X_y=True)
    bar = ProgressBar(delay=0.0, stream=Terminal(), runs=7)
    search = GridSearchCV(
        AdvancedLogisticRegression(callbacks=[bar]), {"C": [0.1, 1.0]}, cv=3
    )
    search.fit(X, y > 0)
    assert len(tqdm) == 1
    assert (tqdm[0].n, tqdm[0].closed) == (7, True)


def test_fewer_runs_than_announced_end_the_line_too(tqdm):
    with ProgressBar(delay=0.0, stream=Terminal(), runs=9) as bar:
        descend(bar, n=5)
        assert not tqdm[0].closed
    assert tqdm[0].closed


def test_more_runs_than_announced_begin_anew(tqdm):
    bar = ProgressBar(delay=0.0, stream=Terminal(), runs=2)
    for _ in range(3):
        descend(bar, n=5)
    bar.close()
    assert [each.n for each in tqdm] == [2, 1]


def test_bars_can_be_cloned_and_sent_to_workers():
    bar = ProgressBar(delay=0.5, stream=Terminal())
    copy = clone(AdvancedLogisticRegression(callbacks=[bar])).callbacks[0]
    assert copy is not bar and copy.stream is bar.stream
    assert pickle.loads(pickle.dumps(bar)).stream is None
    shared = ProgressBar(runs=3)
    assert clone(AdvancedLogisticRegression(callbacks=shared)).callbacks is shared


@pytest.mark.parametrize("options", [{"delay": -1}, {"runs": 0}, {"runs": 1.5}])
def test_parameters_are_checked(options):
    with pytest.raises(ValueError, match=f"ProgressBar needs {next(iter(options))}"):
        ProgressBar(**options)


def look(monkeypatch, stream):
    """Write to `stream` without delay; within a test, for captures end before it."""
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(Tally.__init__, "__defaults__", (0.0, None))


def test_a_path_counts_its_strengths(tqdm, monkeypatch):
    look(monkeypatch, Terminal())
    X, y = load_iris(return_X_y=True)
    regularization_path(ProximalLasso(verbose=1), X, y, alphas=7, early_exit=False)
    (bar,) = tqdm
    assert (bar.n, bar.total, bar.closed) == (7, 7, True)
    assert bar.options["unit"] == " strengths"


def test_a_path_of_several_problems_counts_them_all(tqdm, monkeypatch):
    look(monkeypatch, Terminal())
    X, y = load_iris(return_X_y=True)
    model = AdvancedLinearClassifier("squared_hinge", "l1", tol=1e-2, verbose=1)
    regularization_path(model, X, y, alphas=3)
    assert (tqdm[0].n, tqdm[0].closed, len(tqdm)) == (9, True, 1)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_cross_validation_counts_its_folds(tqdm, monkeypatch, n_jobs):
    look(monkeypatch, Terminal())
    X, y = load_iris(return_X_y=True)
    ProximalElasticNetCV(
        l1_ratio=[0.5, 1.0], alphas=3, cv=4, n_jobs=n_jobs, verbose=1
    ).fit(X, y)
    (bar,) = tqdm
    assert (bar.n, bar.total, bar.closed) == (8, 8, True)
    assert bar.options["desc"] == "ProximalElasticNetCV"


def test_paths_and_searches_are_silent_by_default_and_where_nobody_looks(
    tqdm, monkeypatch
):
    look(monkeypatch, Terminal())
    X, y = load_iris(return_X_y=True)
    regularization_path(ProximalLasso(), X, y, alphas=3)
    ProximalLassoCV(alphas=3, cv=3).fit(X, y)
    look(monkeypatch, io.StringIO())
    regularization_path(ProximalLasso(verbose=1), X, y, alphas=3)
    ProximalLassoCV(alphas=3, cv=3, verbose=1).fit(X, y)
    assert not tqdm and sys.stderr.getvalue() == ""


def test_counts_end_their_line_when_something_breaks(no_tqdm):
    stream = Terminal()
    with suppress(RuntimeError), Tally("a", "folds", 9, True, 0.0, stream) as tally:
        tally.add(2)
        raise RuntimeError
    assert stream.getvalue().endswith("2/9 folds  \n")
