"""Comparisons of solvers: what is compatible, what is measured, how it is shown."""

import math
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import Lasso
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLogisticRegression,
    History,
    ProximalLasso,
    ProximalLassoCV,
    compare_solvers,
)
from skopt_solvers.compare import Comparison, Trial
from skopt_solvers.losses import Squared
from skopt_solvers.penalties import L1
from skopt_solvers.problems import linear_problem
from skopt_solvers.solvers import BFGS, LBFGS, SGD, Newton, ProximalGradient
from skopt_solvers.solvers._registry import able, snake_case

FAST = ["coordinate_descent", "proximal_gradient"]


@pytest.fixture(scope="module")
def diabetes():
    return load_diabetes(return_X_y=True)


@pytest.fixture(scope="module")
def lasso(diabetes):
    return compare_solvers(ProximalLasso(0.1), *diabetes, [*FAST, "newton"])


def trial(name, objectives, seconds=None, certificate=0.0):
    """A trial that was never made."""
    history = History()
    for i, objective in enumerate(objectives):
        history.append(objective, math.nan, seconds[i] if seconds else i, math.nan, i)
    last = objectives[-1]
    return Trial(name, LBFGS(), history, len(objectives) - 1, last, certificate,
                 "duality gap", "done", math.nan)  # fmt: skip


# -- what is run -------------------------------------------------------------------


def test_all_compatible_solvers_are_run_by_default(diabetes):
    X, y = diabetes
    comparison = compare_solvers(ProximalLasso(0.1), X, y, max_time=0.05)
    problem = linear_problem(X, y, Squared(), L1(0.1))
    names = {snake_case(c.__name__) for c in able(problem)}
    assert {t.name for t in comparison.trials} == names
    assert {"lbfgs", "newton"} <= comparison.excluded.keys()
    assert not names & comparison.excluded.keys()
    assert "smooth everywhere" in comparison.excluded["lbfgs"]
    assert comparison.auto == "coordinate_descent"


def test_given_solvers_that_cannot_are_named_with_their_reason(lasso):
    assert [t.name for t in lasso.trials] != []
    assert lasso.excluded.keys() == {"newton"}
    assert "Left out: newton." in str(lasso)


def test_objective_certificate_and_solver_are_those_of_the_fit(lasso, diabetes):
    for each in lasso.trials:
        model = ProximalLasso(0.1, solver=each.name, tol=1e-6).fit(*diabetes)
        assert each.objective == pytest.approx(model.result_.objective, rel=1e-12)
        assert each.certificate <= 1e-6
        assert each.solver.tol == 1e-6
        assert each.history.objective == model.history_.objective


def test_estimator_is_left_alone(diabetes):
    seen = []
    model = ProximalLasso(0.1, callbacks=seen.append, verbose=2)
    before = model.get_params()
    compare_solvers(model, *diabetes, "coordinate_descent")
    assert model.get_params() == before and not hasattr(model, "coef_")
    assert seen == []


def test_names_tell_solvers_of_one_class_apart(diabetes):
    pair = [SGD(batch_size=16, max_iter=2), SGD(batch_size=32, max_iter=2)]
    comparison = compare_solvers(ProximalLasso(0.1), *diabetes, pair)
    assert len({t.name for t in comparison.trials}) == 2
    mine = {"mine": ProximalGradient(), "exact": "coordinate_descent"}
    comparison = compare_solvers(ProximalLasso(0.1), *diabetes, mine)
    assert {t.name for t in comparison.trials} == {"mine", "exact"}


def test_time_limit_holds_for_each_solver(diabetes):
    slow = ProximalGradient(accelerated=False, max_iter=10**9)
    X, y = diabetes
    comparison = compare_solvers(
        ProximalLasso(1e-5), X, y, slow, tol=1e-15, max_time=0.05
    )
    assert comparison.trials[0].message == "the time limit was reached"


def test_rows_are_held_out_for_a_score():
    X, y = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), AdvancedLogisticRegression())
    comparison = compare_solvers(pipeline, X, y, ["lbfgs", "newton"], test_size=0.3)
    scores = [t.score for t in comparison.trials]
    assert min(scores) > 0.9 and "score" in str(comparison)
    problem_rows = math.ceil(0.7 * len(y))
    trained = compare_solvers(
        AdvancedLogisticRegression(), scale(X), y, "lbfgs", test_size=len(y) - 300
    )
    assert problem_rows > 300 and 0.9 < trained.trials[0].score <= 1


def test_weights_are_split_with_the_rows(diabetes):
    X, y = diabetes
    weights = np.where(np.arange(len(y)) % 2, 1.0, 0.0)
    some = compare_solvers(ProximalLasso(), X, y, FAST, sample_weight=weights)
    half = compare_solvers(ProximalLasso(), X[1::2], y[1::2], FAST)
    assert some.lowest == pytest.approx(half.lowest, rel=1e-9)
    held = compare_solvers(
        ProximalLasso(), X, y, FAST, sample_weight=weights, test_size=0.2
    )
    assert all(math.isfinite(t.score) for t in held.trials)


def test_one_problem_per_class_and_sparse_data():
    X, y = load_iris(return_X_y=True)
    model = AdvancedLinearClassifier("squared_hinge", alpha=0.01)
    comparison = compare_solvers(model, sp.csr_array(X), y, ["lbfgs", "newton_cg"])
    fitted = model.set_params(solver="lbfgs").fit(X, y)
    total = sum(r.objective for r in fitted.result_)
    assert comparison.lowest == pytest.approx(total, rel=1e-5)
    assert len(comparison) == 2


def test_compilation_is_not_measured(diabetes, monkeypatch):
    """A run during which something was compiled is made again."""
    import skopt_solvers.compare._run as module

    counts = iter([0, 5, 5, 5, 5, 5, 5, 5])
    monkeypatch.setattr(module, "specialisations", lambda: next(counts))
    fits = []
    fit = ProximalLasso.fit
    monkeypatch.setattr(
        ProximalLasso, "fit", lambda self, *a: fits.append(1) or fit(self, *a)
    )
    compare_solvers(ProximalLasso(), *diabetes, "coordinate_descent")
    assert len(fits) == 4  # one that compiled, three that count


# -- what is said ------------------------------------------------------------------


def test_times_are_those_of_the_first_iterate_that_is_close_enough():
    a = trial("a", [11.0, 10.05, 10.0005, 10.0])
    b = trial("b", [11.0, 10.0005, 10.2, 10.0005])
    comparison = Comparison([a, b], {}, "b")
    assert comparison.times(a) == [1, 2, 3]
    assert comparison.times(b) == [1, 1, math.inf]
    assert (comparison.best, comparison.lowest) == ("a", 10.0)
    assert [t.name for t in comparison.trials] == ["a", "b"]


def test_order_does_not_depend_on_the_order_given():
    quick = trial("quick", [2.0, 1.0], seconds=[0, 1])
    late = trial("late", [2.0, 1.0], seconds=[0, 2])
    worse = trial("worse", [2.0, 1.5], seconds=[0, 0.5])
    for order in ([quick, late, worse], [worse, late, quick], [late, worse, quick]):
        comparison = Comparison(order, {}, "late")
        assert [t.name for t in comparison.trials] == ["quick", "late", "worse"]


def test_optimal_objective_of_zero():
    exact, near = trial("exact", [1.0, 0.0]), trial("near", [1.0, 1e-17])
    assert Comparison([exact, near], {}, "near").times(near) == [1, 1, 1]


def test_solvers_that_blow_up_come_last():
    bad, good = trial("bad", [1.0, math.nan]), trial("good", [1.0, 0.5])
    comparison = Comparison([bad, good], {}, "good")
    assert [t.name for t in comparison.trials] == ["good", "bad"]
    assert comparison.lowest == 0.5
    assert comparison.times(bad) == [math.inf] * 3


def test_nothing_to_compare():
    empty = Comparison([], {"newton": "because"}, "lbfgs")
    assert "Left out: newton." in str(empty) and "<table" in empty._repr_html_()
    with pytest.raises(ValueError, match="no solver was compared"):
        _ = empty.best


def test_table(lasso):
    lines = str(lasso).splitlines()
    assert lines[0].split()[:3] == ["solver", "to", "1e-02"]
    assert "coordinate_descent (auto)" in str(lasso)
    assert "compilation is not counted" in str(lasso)
    assert max(map(len, lines)) < 160
    assert repr(lasso) == str(lasso)


class Balanced(HTMLParser):
    """Counts what is open."""

    def __init__(self):
        super().__init__()
        self.open, self.words = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_html_is_balanced_and_escaped(diabetes):
    mine = {"<b>bold</b>": "coordinate_descent"}
    comparison = compare_solvers(ProximalLasso(0.1), *diabetes, mine)
    parser = Balanced()
    parser.feed(comparison._repr_html_())
    assert parser.open == [] and "<b>bold</b>" in parser.words


def test_frame(lasso):
    frame = lasso.to_frame()
    assert list(frame.index) == [t.name for t in lasso.trials]
    assert frame.loc["coordinate_descent", "auto"]
    assert frame["certificate"].max() <= 1e-6
    assert "seconds_to_0.01" in frame


def test_frame_without_pandas_names_the_extra(lasso, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"'skopt-solvers\[frame\]'"):
        lasso.to_frame()


def test_plot(lasso):
    import matplotlib.pyplot as plt

    display = lasso.plot()
    assert display.ax_.get_xscale() == "log"
    assert [line.get_label() for line in display.lines_] == [
        t.name for t in lasso.trials
    ]
    plt.close(display.figure_)


# -- hostile input -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tol": -1.0}, "needs tol to be"),
        ({"max_time": 0.0}, "needs max_time to be"),
        ({"precisions": ()}, "needs precisions to be"),
        ({"precisions": [0.1, -1.0]}, "needs precisions to be"),
        ({"precisions": 0.1}, "needs precisions to be"),
        ({"solvers": []}, "needs at least one solver"),
        ({"solvers": {}}, "needs at least one solver"),
        ({"solvers": ["lbfgz"]}, "Did you mean 'lbfgs'"),
        ({"solvers": [Newton]}, r"write Newton\(\)"),
        ({"test_size": 2.0}, "test_size"),
    ],
)
def test_options_out_of_range_are_refused(diabetes, options, message):
    with pytest.raises(ValueError, match=message):
        compare_solvers(ProximalLasso(), *diabetes, **options)


def test_solvers_of_which_none_can_are_refused(diabetes):
    with pytest.raises(ValueError, match="no solver can be compared: Newton needs"):
        compare_solvers(ProximalLasso(), *diabetes, ["newton", "lbfgs"])


def test_other_estimators_are_refused(diabetes):
    with pytest.raises(TypeError, match="needs an estimator of skopt_solvers"):
        compare_solvers(Lasso(), *diabetes)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_data_that_cannot_be_fitted_are_refused(diabetes, bad):
    X, y = diabetes[0].copy(), diabetes[1]
    X[3, 2] = bad
    with pytest.raises(ValueError, match="X contains"):
        compare_solvers(ProximalLasso(), X, y)


def test_auto_is_a_solver_like_others(diabetes):
    given = ["auto", "coordinate_descent", "proximal_gradient"]
    comparison = compare_solvers(ProximalLasso(0.1), *diabetes, given)
    assert sorted(t.name for t in comparison.trials) == FAST
    assert "coordinate_descent (auto)" in str(comparison)


@pytest.mark.parametrize(
    ("given", "hint"),
    [(ProximalLasso, r"write ProximalLasso\(\)"), (ProximalLassoCV(), "model itself")],
)
def test_what_is_no_model_is_named(diabetes, given, hint):
    with pytest.raises(TypeError, match=hint):
        compare_solvers(given, *diabetes)


def test_a_solver_without_memory_is_left_out(monkeypatch):
    def full(*_):
        raise MemoryError("Unable to allocate 27 GiB")

    monkeypatch.setattr(BFGS, "init", full)
    X, y = load_iris(return_X_y=True)
    comparison = compare_solvers(AdvancedLogisticRegression(), X, y, ["bfgs", "lbfgs"])
    assert [trial.name for trial in comparison.trials] == ["lbfgs"]
    assert "27 GiB" in comparison.excluded["bfgs"]
