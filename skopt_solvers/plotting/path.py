"""Coefficients and scores along a path of penalties."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ._style import aside, legend, one_of, pyplot, style, tidy

Array = np.ndarray

ACROSS = {"alpha": "alpha", "norm": "sum of absolute coefficients"}
GREY = "0.75"
TICKS = 7  # counts of non-zeros that are written above the axes


class RegularizationPathDisplay:
    """Coefficients for a falling strength of the penalty, and cross-validated errors.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
        Strengths of the penalty.
    coefs : array-like of shape (n_features, n_alphas), default=None
        Coefficients.
    n_nonzero : array-like of shape (n_alphas,), default=None
        Columns in use; None to count them in `coefs`.
    errors : array-like of shape (n_alphas, n_folds), default=None
        What cross-validation found; lower is better.
    best : float, default=None
        The alpha that was chosen; None for the one of the smallest mean error.
    error_name : str, default="mean squared error"
        What `errors` are.
    feature_names : sequence of str, default=None
        Names of the columns; None for ``x0, x1, ...``.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with coefficients; with errors where there are no coefficients.
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
        errors: Any = None,
        best: float | None = None,
        error_name: str = "mean squared error",
        feature_names: Sequence[str] | None = None,
    ) -> None:
        alphas = np.asarray(alphas, np.float64)
        order = np.argsort(-alphas, kind="stable")
        self.alphas = alphas[order]
        self.coefs = _columns("coefs", coefs, order)
        rows = None if errors is None else np.asarray(errors).T
        folds = _columns("errors", rows, order)
        self.errors = None if folds is None else folds.T
        if n_nonzero is not None:
            n_nonzero = np.asarray(n_nonzero)[order]
        elif self.coefs is not None:
            n_nonzero = np.count_nonzero(self.coefs, axis=0)
        self.n_nonzero = n_nonzero
        self.best = best
        self.error_name = error_name
        n_features = 0 if self.coefs is None else len(self.coefs)
        generic = [f"x{j}" for j in range(n_features)]
        self.feature_names = generic if feature_names is None else list(feature_names)

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
        path : object with `alphas` and `coefs`
            As `ProximalLasso.path` and its likes return it.
        feature_names : sequence of str, default=None
            Names of the columns.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.
        **options
            As in `plot`.
        """
        display = cls(path.alphas, path.coefs, feature_names=feature_names)
        return display.plot(ax=ax, **options)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        feature_names: Sequence[str] | None = None,
        ax: Any = None,
        **options: Any,
    ) -> Self:
        """Show what a cross-validated estimator saw before it chose ``alpha_``.

        Parameters
        ----------
        estimator : fitted estimator
            With `alphas_`, `mse_path_` and `alpha_`, as scikit-learn's `LassoCV`.
        feature_names : sequence of str, default=None
            Names of the columns; None for those that the estimator saw, if any.
        ax : matplotlib Axes or pair of them, default=None
            Where to draw; None for a new figure.
        **options
            As in `plot`.
        """
        check_is_fitted(estimator, ["alphas_", "mse_path_"])
        seen = getattr(estimator, "feature_names_in_", None)
        path = getattr(estimator, "path_", None)
        display = cls(
            estimator.alphas_,
            None if path is None else path.coefs,
            errors=estimator.mse_path_,
            best=estimator.alpha_,
            feature_names=seen if feature_names is None else feature_names,
        )
        return display.plot(ax=ax, **options)

    @property
    def one_standard_error(self) -> float:
        """The largest alpha with an error of one standard error above the lowest."""
        mean, spread = self._folds()
        lowest = int(np.argmin(mean))
        return float(
            self.alphas[np.flatnonzero(mean <= mean[lowest] + spread[lowest])[0]]
        )

    def plot(self, ax: Any = None, *, x: str = "alpha", n_named: int = 7) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes or pair of them, default=None
            Where to draw coefficients, or errors and coefficients; None for a new
            figure.
        x : {"alpha", "norm"}, default="alpha"
            Against what; "norm" shows coefficients only.
        n_named : int, default=7
            Columns that have a colour and a name; the others are grey.

        Returns
        -------
        self
        """
        one_of("x", x, ACROSS)
        both = self.errors is not None and self.coefs is not None and x == "alpha"
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
        if self.errors is not None and (self.coefs is None or len(self.axes_) > 1):
            self._draw_errors(self.axes_[0])
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
        ax.set(xlabel=ACROSS[x], ylabel="coefficient")
        tidy(ax)
        if len(named):
            aside(ax)

    def _draw_errors(self, ax: Any) -> None:
        mean, spread = self._folds()
        color = style(0)["color"]
        band = {"color": color, "alpha": 0.2, "linewidth": 0}
        ax.fill_between(self.alphas, mean - spread, mean + spread, **band,
                        label="± 1 standard error")  # fmt: skip
        ax.plot(self.alphas, mean, color=color, linewidth=1.8, label="mean of folds")
        best = float(self.alphas[np.argmin(mean)]) if self.best is None else self.best
        larger = self.one_standard_error
        for alpha, name, k, dash in ((best, "best", 1, "-"), (larger, "1-SE", 2, "--")):
            label = f"{name}: alpha = {alpha:.3g}"
            for each in self.axes_:
                each.axvline(
                    alpha, color=style(k)["color"], linestyle=dash, linewidth=1.4,
                    label=label if each is ax else None,
                )  # fmt: skip
        self._scale(ax, "alpha")
        ax.set(xlabel=ACROSS["alpha"], ylabel=self.error_name)
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
        if not ax.xaxis_inverted():
            ax.invert_xaxis()

    def _folds(self) -> tuple[Array, Array]:
        """Mean error of each alpha, and its standard error."""
        if self.errors is None:
            raise ValueError("there are no errors: nothing was cross-validated.")
        folds = self.errors.shape[1]
        spread = self.errors.std(axis=1, ddof=1 if folds > 1 else 0)
        return self.errors.mean(axis=1), spread / np.sqrt(folds)


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
