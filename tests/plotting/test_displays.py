"""Displays: what is drawn is what was measured."""

import re
import sys
from dataclasses import replace
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image
from scipy.sparse import csr_array
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import ElasticNetCV, LassoCV, RidgeCV, lasso_path
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    AdvancedLogisticRegressionCV,
    PathCV,
    ProximalLasso,
    ProximalLassoCV,
    minimize,
    regularization_path,
)
from skopt_solvers.landscapes import HIMMELBLAU, LANDSCAPES, ROSENBROCK
from skopt_solvers.plotting import (
    ConvergenceDisplay,
    LandscapeDisplay,
    RegularizationPathDisplay,
    ScheduleDisplay,
)
from skopt_solvers.plotting._style import COLORS, GREY, named, style
from skopt_solvers.problems import IncompatibleProblem
from skopt_solvers.schedules import Chain, Constant, LinearDecay, StepDecay
from skopt_solvers.solvers import LBFGS, SGD, Adam, Newton


def text(legend):
    return [entry.get_text() for entry in legend.get_texts()]


def overlaps(figure):
    """Pairs of texts of a figure that stand on one another."""
    figure.canvas.draw()
    ticks = [t for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)
             for t in (*axis.get_major_ticks(), *axis.get_minor_ticks())
             if not min(v := axis.get_view_interval()) <= t.get_loc() <= max(v)]
    hidden = {id(label) for t in ticks for label in (t.label1, t.label2)}
    shown = [t for t in figure.findobj(plt.Text)
             if t.get_visible() and t.get_text() and id(t) not in hidden]  # fmt: skip
    boxes = [t.get_window_extent() for t in shown]
    return [(shown[a].get_text(), shown[b].get_text()) for a in range(len(shown))
            for b in range(a) if boxes[a].overlaps(boxes[b])
            and boxes[a].width * boxes[b].width > 0]  # fmt: skip


@pytest.fixture(scope="module")
def fits():
    X, y = load_diabetes(return_X_y=True)
    solvers = {"exact": "coordinate_descent", "first order": "proximal_gradient"}
    solvers["Adam"] = Adam(max_iter=5, tol=None)
    return {name: ProximalLasso(0.1, solver=solver, random_state=0).fit(X, y)
            for name, solver in solvers.items()}  # fmt: skip


# -- convergence -------------------------------------------------------------------


def test_convergence_shows_the_history(fits):
    display = ConvergenceDisplay.from_estimators(fits, x="n_iter", y="objective")
    for line, fit in zip(display.lines_, fits.values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), fit.history_.objective)
        np.testing.assert_array_equal(line.get_xdata(), fit.history_.iteration)
    assert text(display.ax_.get_legend()) == list(fits)
    assert display.figure_ is display.ax_.figure


def test_excess_is_above_the_lowest_objective_of_all(fits):
    display = ConvergenceDisplay.from_estimators(fits)
    lowest = min(min(fit.history_.objective) for fit in fits.values())
    assert display.lowest == lowest
    for line, fit in zip(display.lines_, fits.values(), strict=True):
        excess = np.array(fit.history_.objective) - lowest
        resolved = np.maximum(excess, np.finfo(float).eps * lowest)
        np.testing.assert_array_equal(line.get_ydata(), resolved)
    assert display.ax_.get_yscale() == "log"


def test_certificates_that_were_not_computed_are_said_to_be_missing(fits):
    display = ConvergenceDisplay.from_estimators(fits, y="certificate")
    assert text(display.ax_.get_legend())[-1] == "Adam (none recorded)"


def test_one_problem_per_class_adds_up():
    X, y = load_iris(return_X_y=True)
    model = AdvancedLinearClassifier("squared_hinge", solver="lbfgs").fit(X, y)
    display = ConvergenceDisplay.from_estimator(model, y="objective")
    shown = display.lines_[0].get_ydata()
    assert len(shown) == sum(len(h) for h in model.history_)
    assert shown[-1] == pytest.approx(sum(r.objective for r in model.result_))
    assert np.all(np.diff(display.lines_[0].get_xdata()) >= 0)


def test_pipelines_and_results():
    X, y = load_diabetes(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), ProximalLasso()).fit(X, y)
    display = ConvergenceDisplay.from_estimator(pipeline)
    assert [line.get_label() for line in display.lines_] == ["CoordinateDescent"]
    result = minimize(ROSENBROCK, ROSENBROCK.start, jac=ROSENBROCK.gradient)
    display = ConvergenceDisplay.from_results({"mine": result})
    assert len(display.lines_[0].get_ydata()) == len(result.history)


def test_several_displays_share_axes(fits):
    first = ConvergenceDisplay.from_estimator(fits["exact"])
    second = ConvergenceDisplay.from_estimator(fits["Adam"], ax=first.ax_, name="b")
    assert second.ax_ is first.ax_
    assert len(first.ax_.lines) == 2


@pytest.mark.parametrize("choice", [{"x": "time"}, {"y": "loss"}])
def test_choices_that_do_not_exist_are_refused(fits, choice):
    with pytest.raises(ValueError, match=r"must be one of .*; got '(time|loss)'"):
        ConvergenceDisplay.from_estimators(fits, **choice)


def test_unfitted_estimators_are_refused():
    with pytest.raises(NotFittedError):
        ConvergenceDisplay.from_estimators([ProximalLasso()])


@pytest.mark.parametrize("unit", [1e-7, 2.7e-5, 1.0, 3e4])
def test_many_curves_are_told_apart_or_grey(fits, unit):
    history = replace(fits["exact"].history_)
    history.seconds = [k * unit for k in range(len(history))]
    many = {f"fit {k}": history for k in range(9)}
    display = ConvergenceDisplay(many).plot(n_named=6)
    assert text(display.ax_.get_legend()) == [*list(many)[:6], "3 more"]
    assert {line.get_color() for line in display.lines_[6:]} == {GREY}
    assert not overlaps(display.figure_) and fits_in(display.figure_)


def fits_in(figure):
    """Whether all texts of a legend are inside the picture."""
    figure.canvas.draw()
    width, height = figure.canvas.get_width_height()
    boxes = [t.get_window_extent() for t in figure.axes[0].get_legend().get_texts()]
    return all(b.x0 >= 0 and b.x1 <= width and b.y0 >= 0 and b.y1 <= height
               for b in boxes)  # fmt: skip


def test_fullest_legend_fits_in(fits):
    many = {f"solver number {k}": fits["exact"].history_ for k in range(40)}
    assert fits_in(ConvergenceDisplay(many).plot().figure_)


def test_nothing_to_show_is_an_empty_picture():
    assert ConvergenceDisplay({}).plot().lines_ == []


# -- schedules ---------------------------------------------------------------------


def test_schedules_are_drawn_as_a_run_follows_them():
    chain = Chain([Constant(), LinearDecay()], milestones=[2], per="epoch")
    display = ScheduleDisplay.from_schedules(
        [StepDecay(), chain, lambda k: 1 / (1 + k)],
        epochs=4, updates_per_epoch=50, learning_rate=0.2,
    )  # fmt: skip
    expected = 0.2 * chain.bound(200, 50).factors(np.arange(1, 201))
    np.testing.assert_allclose(display.lines_[1].get_ydata(), expected)
    np.testing.assert_allclose(display.lines_[1].get_xdata(), np.arange(200) / 50)
    assert text(display.ax_.get_legend()) == ["StepDecay", "Chain", "<lambda>"]


def test_long_runs_are_drawn_in_bounded_time():
    display = ScheduleDisplay.from_schedules(
        LinearDecay(), epochs=100, updates_per_epoch=10**6
    )
    assert len(display.lines_[0].get_ydata()) <= 2000
    assert display.lines_[0].get_ydata()[0] == 1.0
    assert display.lines_[0].get_ydata()[-1] < 1e-7


def test_schedule_of_a_fit_is_its_history(fits):
    display = ScheduleDisplay.from_estimator(fits["Adam"])
    rates = fits["Adam"].history_.learning_rate
    np.testing.assert_array_equal(display.lines_[0].get_ydata(), rates)


@pytest.mark.parametrize(
    "run", [{"epochs": 0}, {"updates_per_epoch": 1.5}, {"learning_rate": -1.0}]
)
def test_impossible_runs_are_refused(run):
    with pytest.raises(ValueError, match=f"needs {next(iter(run))} to be"):
        ScheduleDisplay.from_schedules(Constant(), **run)


# -- paths -------------------------------------------------------------------------


@pytest.fixture
def path():
    X, y = load_diabetes(return_X_y=True)
    alphas, coefs, _ = lasso_path(X, y, alphas=np.geomspace(2.0, 2e-3, 20))
    return SimpleNamespace(alphas=alphas, coefs=coefs)


@pytest.fixture
def searched(path):
    X, y = load_diabetes(return_X_y=True)
    return LassoCV(alphas=path.alphas, cv=4).fit(X, y)


def test_path_is_drawn_from_strong_to_weak(path):
    display = RegularizationPathDisplay.from_path(path, n_named=3)
    assert display.ax_.get_xscale() == "log" and display.ax_.xaxis_inverted()
    assert len(display.lines_) == np.count_nonzero(np.any(path.coefs != 0, axis=1))
    shown = text(display.ax_.get_legend())
    largest = np.argsort(-np.abs(path.coefs).max(axis=1))[:3]
    assert sorted(shown) == sorted(f"x{j}" for j in largest)
    np.testing.assert_array_equal(
        display.n_nonzero, np.count_nonzero(path.coefs, axis=0)
    )


def test_order_of_alphas_does_not_matter(path):
    turned = SimpleNamespace(alphas=path.alphas[::-1], coefs=path.coefs[:, ::-1])
    one, two = (RegularizationPathDisplay.from_path(p) for p in (path, turned))
    for a, b in zip(one.lines_, two.lines_, strict=True):
        np.testing.assert_array_equal(a.get_xydata(), b.get_xydata())


def test_path_against_the_norm(path):
    display = RegularizationPathDisplay.from_path(path, x="norm")
    norms = np.abs(path.coefs).sum(axis=0)
    np.testing.assert_allclose(display.lines_[0].get_xdata(), norms)
    assert display.ax_.get_xscale() == "linear"


def test_cross_validation_shows_both_alphas(searched, path):
    display = RegularizationPathDisplay.from_estimator(searched, path=path)
    assert len(display.axes_) == 2 and display.ax_ is display.axes_[1]
    mean = searched.mse_path_.mean(axis=1)
    error = searched.mse_path_.std(axis=1, ddof=1) / np.sqrt(4)
    best = np.argmin(mean)
    allowed = searched.alphas_[mean <= mean[best] + error[best]]
    assert display.one_standard_error == allowed.max()
    entries = text(display.axes_[0].get_legend())
    assert f"best: alpha = {searched.alpha_:.3g}" in entries
    assert f"1-SE: alpha = {allowed.max():.3g}" in entries


def test_cross_validation_without_a_path(searched, path):
    display = RegularizationPathDisplay.from_estimator(searched)
    assert len(display.axes_) == 1 and display.lines_ == []
    axes = plt.subplots(2)[1]
    assert display.plot(axes[0]).ax_ is axes[0]
    path.alphas = path.alphas[1:]
    with pytest.raises(ValueError, match=r"path must have the 20 strengths.*alphas_"):
        RegularizationPathDisplay.from_estimator(searched, path=path)


def test_classifiers_show_scores_of_the_share_that_was_chosen():
    X, y = load_iris(return_X_y=True)
    model = AdvancedLogisticRegressionCV(Cs=4, l1_ratios=[0.2, 1.0], cv=3, tol=1e-3)
    model.fit(X, y)
    display = RegularizationPathDisplay.from_estimator(model)
    chosen = model.scores_[:, [0.2, 1.0].index(model.l1_ratio_)]
    np.testing.assert_array_equal(display.scores, chosen.T)
    np.testing.assert_array_equal(display.alphas, model.Cs_)  # strongest first
    best = int(np.argmax(chosen.mean(axis=0)))
    error = chosen[:, best].std(ddof=1) / np.sqrt(3)
    close = chosen.mean(axis=0) >= chosen.mean(axis=0)[best] - error
    assert display.one_standard_error == model.Cs_[close].min()
    assert display.best == model.C_
    assert f"best: C = {model.C_:.3g}" in text(display.ax_.get_legend())
    model.set_params(selection="1se").fit(X, y)  # chooses another, the best is the same
    again = RegularizationPathDisplay.from_estimator(model)
    assert (again.best, again.one_standard_error) == (display.best, model.C_)
    assert not display.ax_.xaxis_inverted()  # strong penalties left, as for alpha


@pytest.mark.parametrize("store", [np.asarray, csr_array])
def test_paths_of_several_classes_have_a_curve_for_each(store):
    X, y = load_iris(return_X_y=True)
    model = AdvancedLogisticRegression(l1_ratio=1.0, tol=1e-3)
    path = regularization_path(model, store(X), y, alphas=5)
    display = path.plot()
    dense = np.array([np.asarray(store(block).todense()) if store is csr_array
                      else block for block in path.coefs])  # fmt: skip
    assert len(display.lines_) == np.count_nonzero(np.any(dense != 0, axis=-1))
    assert all(re.fullmatch(r"x\d \[\d\]", n) for n in display.feature_names)
    assert display.ax_.get_xlabel() == "C" and not overlaps(display.figure_)


def test_scores_by_name_and_of_scikit_learn():
    X, y = load_diabetes(return_X_y=True)
    ours = PathCV(ProximalLasso(), alphas=4, cv=3, scoring="neg_mean_squared_error")
    display = RegularizationPathDisplay.from_estimator(ours.fit(X, y))
    assert display.ax_.get_ylabel() == "neg mean squared error"
    theirs = ElasticNetCV(l1_ratio=[0.5, 0.9], alphas=4, cv=3).fit(X, y)
    shown = RegularizationPathDisplay.from_estimator(theirs)
    row = [0.5, 0.9].index(theirs.l1_ratio_)
    np.testing.assert_array_equal(shown.scores, theirs.mse_path_[row])
    assert shown.lower_is_better and not overlaps(shown.figure_)


def test_hostile_paths():
    one = RegularizationPathDisplay([1.0], [[0.0], [2.0]]).plot()
    assert len(one.lines_) == 1
    nothing = RegularizationPathDisplay([1.0, 0.1], np.zeros((3, 2))).plot()
    assert nothing.lines_ == [] and nothing.plot(x="norm").lines_ == []
    with pytest.raises(ValueError, match="one number per alpha"):
        RegularizationPathDisplay([1.0, 0.1], [[1.0]])
    with pytest.raises(ValueError, match="nothing was cross-validated"):
        _ = one.one_standard_error
    with pytest.raises(ValueError, match="x must be one of"):
        one.plot(x="lambda")


# -- landscapes --------------------------------------------------------------------


def test_trajectories_are_what_solvers_did():
    seen = []
    solver = SGD(1e-3, momentum=0.9)
    result = minimize(
        ROSENBROCK, ROSENBROCK.start, jac=ROSENBROCK.gradient, solver=solver,
        max_iter=30, tol=0.0, callbacks=lambda p: seen.append(p.state.point.x.copy()),
    )  # fmt: skip
    display = LandscapeDisplay.from_solvers(
        ROSENBROCK, {"a": solver, "b": Newton()}, max_iter=30
    )
    np.testing.assert_array_equal(display.trajectories["a"], seen)
    np.testing.assert_array_equal(display.lines_[0].get_xydata(), seen)
    value = float(ROSENBROCK(seen[-1]))
    assert result.n_iter == 30
    entries = text(display.ax_.get_legend())
    assert entries[0] == f"a: f = {value:.2g} after 30"
    assert entries[-2:] == ["start", "minimum"]


@pytest.mark.parametrize("landscape", LANDSCAPES, ids=lambda x: x.name)
def test_every_landscape_is_drawn_without_overlapping_text(landscape):
    solvers = {
        "momentum": SGD(1e-3, momentum=0.9),
        "Adam": Adam(0.1),
        "L-BFGS": LBFGS(),
    }
    display = LandscapeDisplay.from_solvers(landscape, solvers, max_iter=20)
    assert not overlaps(display.figure_)
    assert display.ax_.get_xlim() == landscape.box[0]


def test_film(tmp_path):
    display = LandscapeDisplay.from_solvers(HIMMELBLAU, [Newton(), LBFGS()])
    path = display.animate(tmp_path / "film.gif", seconds=0.5, fps=10, dpi=40)
    with Image.open(path) as film:
        assert film.n_frames >= 3
        first, last = np.array(film.convert("RGB")), film.seek(film.n_frames - 1)
        last = np.array(film.convert("RGB"))
    assert first.std() > 10  # the ground is there, and something moved on it
    assert np.any(first != last)


def test_film_of_nothing_is_refused(tmp_path):
    with pytest.raises(ValueError, match="nothing to animate"):
        LandscapeDisplay(HIMMELBLAU, {}).animate(tmp_path / "film.gif")


def test_hostile_trajectories():
    for places in ([[1.0, 2.0, 3.0]], [1.0, 2.0], np.zeros((0, 2))):
        with pytest.raises(ValueError, match="must be an array of shape"):
            LandscapeDisplay.from_trajectories(HIMMELBLAU, {"mine": places})
    away = LandscapeDisplay.from_trajectories(
        HIMMELBLAU, {"away": [[0.0, 0.0], [1e9, np.nan]]}
    )
    assert not overlaps(away.figure_)
    with pytest.raises(IncompatibleProblem):
        LandscapeDisplay.from_solvers(HIMMELBLAU, "coordinate_descent")
    with pytest.raises(TypeError, match="a mapping of names to arrays"):
        LandscapeDisplay.from_trajectories(HIMMELBLAU, [[0.0, 0.0], [1.0, 1.0]])
    with pytest.raises(TypeError, match="landscape must be a Landscape"):
        LandscapeDisplay.from_solvers("himmelblau", "newton")
    with pytest.raises(ValueError, match="needs max_iter to be"):
        LandscapeDisplay.from_solvers(HIMMELBLAU, "newton", max_iter=-1)
    for start in ([1.0, 2.0, 3.0], [np.nan, 0.0], 1.0):
        with pytest.raises(ValueError, match="start must be two finite numbers"):
            LandscapeDisplay.from_solvers(HIMMELBLAU, "newton", start=start)


@pytest.mark.parametrize("options", [{"fps": 0}, {"seconds": -1.0}, {"dpi": 0.5}])
def test_options_of_a_film_are_checked(options, tmp_path):
    display = LandscapeDisplay(HIMMELBLAU, {"mine": [[0.0, 0.0], [1.0, 1.0]]})
    with pytest.raises(ValueError, match=f"animate needs {next(iter(options))} to be"):
        display.animate(tmp_path / "film.gif", **options)


def test_a_flat_surface_has_a_picture():
    flat = replace(HIMMELBLAU, value=lambda x: 3.0 + 0.0 * np.asarray(x)[0])
    LandscapeDisplay.from_trajectories(flat, {"mine": [[0.0, 0.0], [1.0, 1.0]]})


def test_options_of_schedules_are_checked():
    with pytest.raises(ValueError, match="ScheduleDisplay needs epochs to be"):
        ScheduleDisplay.from_schedules(Constant(), epochs=0)


# -- style -------------------------------------------------------------------------


def test_curves_differ_in_more_than_colour():
    looks = [style(k) for k in range(28)]
    keys = {(s["color"], s["linestyle"], s["marker"]) for s in looks}
    assert len(keys) == 28
    assert len({s["marker"] for s in looks[: len(COLORS)]}) == len(COLORS)


def test_colours_differ_in_lightness_or_hue_for_all_eyes():
    """Distinct also when red and green cones agree (deuteranopia, Viénot 1999)."""
    rgb = np.array([[int(c[k : k + 2], 16) / 255 for k in (1, 3, 5)] for c in COLORS])
    seen = rgb**2.2 @ np.array(
        [[0.29275, 0.29275, -0.02234], [0.70725, 0.70725, 0.02234], [0, 0, 1]]
    )
    seen = np.clip(seen, 0, 1) ** (1 / 2.2)
    apart = [np.abs(a - b).max() for i, a in enumerate(seen) for b in seen[:i]]
    assert min(apart) > 0.1


def test_names():
    assert list(named([LBFGS(), Newton()])) == ["LBFGS", "Newton"]
    assert list(named([Constant(), Constant()])) == ["Constant() (1)", "Constant() (2)"]
    assert list(named("lbfgs")) == ["lbfgs"]
    assert "learning_rate=0.1" in next(iter(named([SGD(0.1), SGD(0.2)])))


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install 'skopt-solvers\[plot\]'"):
        ScheduleDisplay.from_schedules(Constant())


def test_pipelines_are_shown_by_their_last_step():
    X, y = load_diabetes(return_X_y=True)
    tuned = make_pipeline(StandardScaler(), ProximalLassoCV(cv=3)).fit(X, y)
    display = RegularizationPathDisplay.from_estimator(tuned)
    assert display.best == pytest.approx(tuned[-1].alpha_)
    model = AdvancedLinearRegressor(solver=SGD(0.01), max_iter=3, tol=0)
    with pytest.warns(ConvergenceWarning):
        fitted = make_pipeline(StandardScaler(), model).fit(X, y)
    display = ScheduleDisplay.from_estimator(fitted)
    np.testing.assert_array_equal(
        display.lines_[0].get_ydata(), fitted[-1].history_.learning_rate
    )


@pytest.mark.parametrize("model", [ProximalLasso(), RidgeCV()])
def test_estimators_without_scores_of_folds_are_named(model):
    model.fit(*load_diabetes(return_X_y=True))
    with pytest.raises(TypeError, match=f"got {type(model).__name__}.*from_path"):
        RegularizationPathDisplay.from_estimator(model)


def test_feature_names_must_fit_the_columns():
    with pytest.raises(ValueError, match="must hold 2 names; got 1"):
        RegularizationPathDisplay([1.0], [[1.0], [2.0]], feature_names=["a"])
