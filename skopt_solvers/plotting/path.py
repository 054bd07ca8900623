"""Coefficients and scores along a path of penalties."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._pipelines import last_step
from ._cross_validated import Seen, blocks_of, row_names
from ._style import GREY, aside, legend, one_of, pyplot, style, tidy

Array = np.ndarray

ACROSS = ("alpha", "norm")
NORM = "sum of absolute coefficients"
TICKS = 7  # counts of non-zeros that are written above the axes


class RegularizationPathDisplay:
    """Coefficients for a falling strength of the penalty, and cross-validated scores.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
        Strengths of the penalty; values of ``C`` where that is the `parameter`.
    coefs : {array-like, sparse array} of shape (n_features, n_alphas), default=None
        Coefficients; with several outputs one such block for each.
    n_nonzero : array-like of shape (n_alphas,), default=None
        Columns in use; None to count them in `coefs`.
    scores : array-like of shape (n_alphas, n_folds), default=None
        What cross-validation found.
    score_name : str, default="score"
        What `scores` are.
    lower_is_better : bool, default=False
        Whether they are errors.
    parameter : str, default="alpha"
        What `alphas` are called; ``"C"`` is one over a strength.
    feature_names : sequence of str, default=None
        Names of the columns; None for ``x0, x1, ...``.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with coefficients; with scores where there are no coefficients.
    axes_ : list of matplotlib Axes
        All axes, from top to bottom.
    figure_ : matplotlib Figure
        Their figure.
    lines_ : list of matplotlib Line2D
        One per column that was ever in use.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from skopt_solvers.plotting import RegularizationPathDisplay
    >>> coefs = np.array([[0.0, 1.0, 2.0], [0.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
    >>> path = SimpleNamespace(alphas=[1.0, 0.1, 0.01], coefs=coefs)
    >>> display = RegularizationPathDisplay.from_path(path, x="norm")
    >>> [line.get_label() for line in display.lines_], display.n_nonzero
    (['x0', 'x1'], array([0, 1, 2]))
    """

    def __init__(
        self,
        alphas: Any,
        coefs: Any = None,
        *,
        n_nonzero: Any = None,
        scores: Any = None,
        score_name: str = "score",
        lower_is_better: bool = False,
        parameter: str = "alpha",
        feature_names: Sequence[str] | None = None,
    ) -> None:
        alphas = np.asarray(alphas, np.float64)
        self.inverse = parameter == "C"
        order = np.argsort(alphas if self.inverse else -alphas, kind="stable")
        self.alphas = alphas[order]
        blocks = [] if coefs is None else blocks_of(coefs)
        self.coefs = _columns("coefs", np.vstack(blocks) if blocks else None, order)
        rows = None if scores is None else np.asarray(scores).T
        folds = _columns("scores", rows, order)
        self.scores = None if folds is None else folds.T
        if n_nonzero is not None:
            n_nonzero = np.asarray(n_nonzero)[order]
        elif self.coefs is not None:
            n_nonzero = np.count_nonzero(self.coefs, axis=0)
        self.n_nonzero = n_nonzero
        self.parameter = parameter
        self.score_name, self.lower_is_better = score_name, lower_is_better
        self.feature_names = row_names(blocks, feature_names)

    @classmethod
    def from_path(
        cls,
        path: Any,
        *,
        feature_names: Sequence[str] | None = None,
        ax: Any = None,
        **options: Any,
    ) -> Self:
        """Show a path of fits.

        Parameters
        ----------
        path : RegularizationPath, or any object with `alphas` and `coefs`
            As `regularization_path` returns it.
        feature_names : sequence of str, default=None
            Names of the columns; None for those that the path knows, if any.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.
        **options
            As in `plot`.
        """
        known = getattr(path, "feature_names", None)
        display = cls(
            path.alphas,
            path.coefs,
            n_nonzero=getattr(path, "n_nonzero", None),
            parameter=getattr(path, "parameter", "alpha"),
            feature_names=known if feature_names is None else feature_names,
        )
        return display.plot(ax=ax, **options)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        path: Any = None,
        feature_names: Sequence[str] | None = None,
        ax: Any = None,
        **options: Any,
    ) -> Self:
        """Show what a cross-validated estimator saw before it chose a strength.

        Parameters
        ----------
        estimator : fitted estimator
            One of this package that ends in CV, or scikit-learn's `LassoCV` and
            `ElasticNetCV`, or a pipeline that ends with one. Of several shares of L1
            the one chosen is shown.
        path : RegularizationPath, default=None
            The path of the model at the same strengths, to show coefficients below.
        feature_names : sequence of str, default=None
            Names of the columns; None for those that the estimator saw, if any.
        ax : matplotlib Axes or pair of them, default=None
            Where to draw; None for a new figure.
        **options
            As in `plot`.
        """
        estimator = last_step(estimator)
        check_is_fitted(estimator)
        seen = Seen.by(estimator)
        known = getattr(estimator, "feature_names_in_", None)
        display = cls(
            seen.strengths,
            seen.matching(path),
            n_nonzero=getattr(path, "n_nonzero", None),
            scores=seen.scores,
            score_name=seen.name,
            lower_is_better=seen.lower,
            parameter=seen.parameter,
            feature_names=known if feature_names is None else feature_names,
        )
        return display.plot(ax=ax, **options)

    @property
    def one_standard_error(self) -> float:
        """The strongest penalty whose mean score is one standard error off the best."""
        mean, spread = self._folds()
        worse = mean if self.lower_is_better else -mean
        limit = worse.min() + spread[np.argmin(worse)]
        return float(self.alphas[np.argmax(worse <= limit)])

    @property
    def best(self) -> float:
        """The strength with the best mean score."""
        mean, _ = self._folds()
        return float(self.alphas[np.argmin(mean if self.lower_is_better else -mean)])

    def plot(self, ax: Any = None, *, x: str = "alpha", n_named: int = 7) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes or pair of them, default=None
            Where to draw coefficients, or scores and coefficients; None for a new
            figure.
        x : {"alpha", "norm"}, default="alpha"
            Against the strength or the norm; "norm" shows coefficients only.
        n_named : int, default=7
            Columns that have a colour and a name; the others are grey.

        Returns
        -------
        self
        """
        one_of("x", x, ACROSS)
        both = self.scores is not None and self.coefs is not None and x == "alpha"
        if ax is None:
            shape = {"nrows": 2, "sharex": True} if both else {"nrows": 1}
            height = 6.4 if both else 4.4
            _, ax = pyplot().subplots(
                **shape, figsize=(7.0, height), layout="constrained"
            )
        self.axes_ = list(np.ravel(np.asarray(ax, object)))
        self.ax_ = self.axes_[-1]
        self.lines_: list[Any] = []
        self.figure_ = self.ax_.figure
        if self.coefs is not None:
            self._draw_coefs(self.ax_, x, n_named)
        if self.scores is not None and (self.coefs is None or len(self.axes_) > 1):
            self._draw_scores(self.axes_[0])
        self._draw_counts(self.axes_[0], x)
        if len(self.axes_) > 1:
            self.axes_[0].set_xlabel("")
        return self

    def _across(self, x: str) -> Array:
        if x == "alpha" or self.coefs is None:
            return self.alphas
        return np.asarray(np.abs(self.coefs).sum(axis=0))

    def _draw_coefs(self, ax: Any, x: str, n_named: int) -> None:
        assert self.coefs is not None
        across = self._across(x)
        sizes = np.abs(self.coefs).max(axis=1)
        used = np.flatnonzero(sizes > 0)
        named = used[np.argsort(-sizes[used], kind="stable")][:n_named]
        for j in np.setdiff1d(used, named):
            label = self.feature_names[j]
            (line,) = ax.plot(
                across, self.coefs[j], color=GREY, lw=0.9, label=f"_{label}"
            )
            self.lines_.append(line)
        # from top to bottom as the curves end
        for k, j in enumerate(named[np.argsort(-self.coefs[named, -1], kind="stable")]):
            look = {**style(k), "marker": ""}
            label = str(self.feature_names[j])
            self.lines_ += ax.plot(across, self.coefs[j], label=label, **look)
        ax.axhline(0.0, color="0.3", linewidth=0.8)
        self._scale(ax, x)
        ax.set(xlabel=NORM if x == "norm" else self.parameter, ylabel="coefficient")
        tidy(ax)
        if len(named):
            aside(ax)

    def _draw_scores(self, ax: Any) -> None:
        mean, spread = self._folds()
        color = style(0)["color"]
        band = {"color": color, "alpha": 0.2, "linewidth": 0}
        ax.fill_between(self.alphas, mean - spread, mean + spread, **band,
                        label="± 1 standard error")  # fmt: skip
        ax.plot(self.alphas, mean, color=color, linewidth=1.8, label="mean of folds")
        best, strong = self.best, self.one_standard_error
        for alpha, name, k, dash in ((best, "best", 1, "-"), (strong, "1-SE", 2, "--")):
            label = f"{name}: {self.parameter} = {alpha:.3g}"
            for each in self.axes_:
                each.axvline(
                    alpha, color=style(k)["color"], linestyle=dash, linewidth=1.4,
                    label=label if each is ax else None,
                )  # fmt: skip
        self._scale(ax, "alpha")
        ax.set(xlabel=self.parameter, ylabel=self.score_name)
        tidy(ax)
        if len(self.axes_) > 1:
            aside(ax)
        else:
            legend(ax)

    def _draw_counts(self, ax: Any, x: str) -> None:
        """The number of columns in use, above the axes."""
        if self.n_nonzero is None:
            return
        from matplotlib.ticker import NullLocator

        across = self._across(x)
        place = np.log(across) if x == "alpha" else across
        spots = np.linspace(place[0], place[-1], TICKS)
        shown = np.unique([int(np.argmin(np.abs(place - spot))) for spot in spots])
        top = ax.secondary_xaxis("top")
        top.set_xticks(across[shown], [str(n) for n in self.n_nonzero[shown]])
        top.xaxis.set_minor_locator(NullLocator())
        top.set_xlabel("columns in use")

    def _scale(self, ax: Any, x: str) -> None:
        """Strong penalties left, weak ones right: coefficients grow to the right."""
        if x == "norm":
            return
        ax.set_xscale("log")
        if ax.xaxis_inverted() == self.inverse:
            ax.invert_xaxis()

    def _folds(self) -> tuple[Array, Array]:
        """Mean score of each strength, and its standard error."""
        if self.scores is None:
            raise ValueError("there are no scores: nothing was cross-validated.")
        folds = self.scores.shape[1]
        spread = self.scores.std(axis=1, ddof=1 if folds > 1 else 0)
        return self.scores.mean(axis=1), spread / np.sqrt(folds)


def _columns(name: str, values: Any, order: Array) -> Array | None:
    """`values`, one column per alpha, with the strongest penalty first."""
    if values is None:
        return None
    values = np.asarray(values, np.float64)
    if values.ndim != 2 or values.shape[1] != len(order):
        raise ValueError(
            f"{name} must hold one number per alpha ({len(order)}) and feature or fold;"
            f" got shape {values.shape}."
        )
    return values[:, order]
