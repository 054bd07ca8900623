"""Ways of solvers over a surface."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from .._params import Number, Whole, check_values
from ..landscapes import Landscape
from ..minimize import minimize
from ..solvers import Solver, as_solver
from ._style import COLORS, aside, axes, named, pyplot, style

Array = np.ndarray

GRID = 200  # places a side at which the surface is evaluated
BANDS = 18
LENGTH = Number(0.0, 3600.0, open_low=True)  # of a film, in seconds
GROUND = ("#eef3f7", "#c3d3e0", "#94adc2", "#7c97b0")  # low to high
POINTS: dict[str, Any] = {"linestyle": "", "markeredgewidth": 1.2}
PACE = 2.0  # frames show the beginning of a way slowly: steps go as time to this power


class LandscapeDisplay:
    """Contours of a function of two variables, and trajectories on it.

    Parameters
    ----------
    landscape : Landscape
        The surface; those of `skopt_solvers.landscapes`, or one of your own.
    trajectories : mapping of str to array-like of shape (n_steps + 1, 2)
        Places visited, the start first.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with contours and trajectories.
    figure_ : matplotlib Figure
        Its figure.
    lines_ : list of matplotlib Line2D
        One per trajectory.

    Examples
    --------
    >>> from skopt_solvers.landscapes import ROSENBROCK
    >>> from skopt_solvers.plotting import LandscapeDisplay
    >>> from skopt_solvers.solvers import SGD, Newton
    >>> solvers = {"momentum": SGD(2e-4, momentum=0.95), "Newton": Newton()}
    >>> display = LandscapeDisplay.from_solvers(ROSENBROCK, solvers, max_iter=100)
    >>> [entry.get_text() for entry in display.ax_.get_legend().get_texts()]
    ['momentum: f = 1.8 after 100', 'Newton: f = 8e-15 after 21', 'start', 'minimum']
    """

    def __init__(self, landscape: Landscape, trajectories: Mapping[str, Any]) -> None:
        _check_landscape(landscape)
        if not isinstance(trajectories, Mapping):
            raise TypeError(
                "trajectories must be a mapping of names to arrays, such as "
                f"{{'Adam': places}}; got {type(trajectories).__name__}."
            )
        self.landscape = landscape
        self.trajectories = {
            name: _checked(name, places) for name, places in trajectories.items()
        }

    @classmethod
    def from_solvers(
        cls,
        landscape: Landscape,
        solvers: Any,
        *,
        start: Any = None,
        max_iter: int = 200,
        random_state: Any = 0,
        ax: Any = None,
    ) -> Self:
        """Let solvers run on a landscape, and show their ways.

        Parameters
        ----------
        landscape : Landscape
            The surface.
        solvers : Solver, str, list or mapping of str to any of these
            Solvers, with names or without.
        start : array-like of shape (2,), default=None
            Where all begin; None for the landscape's own start.
        max_iter : int, default=200
            Largest number of steps of each.
        random_state : int, RandomState, Generator or None, default=0
            Source of randomness of the solvers that need one.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Raises
        ------
        IncompatibleProblem
            When a solver cannot minimise a function with value, gradient and Hessian.
        ValueError
            When `start` is not two finite numbers, or `max_iter` is out of range.
        """
        _check_landscape(landscape)
        x0 = np.asarray(landscape.start if start is None else start, np.float64)
        if x0.shape != (2,) or not np.isfinite(x0).all():
            raise ValueError(f"start must be two finite numbers; got start={start!r}.")
        trajectories = {
            name: _walk(landscape, as_solver(solver), x0, max_iter, random_state)
            for name, solver in named(solvers).items()
        }
        return cls(landscape, trajectories).plot(ax=ax)

    @classmethod
    def from_trajectories(
        cls, landscape: Landscape, trajectories: Mapping[str, Any], *, ax: Any = None
    ) -> Self:
        """Show ways that were recorded elsewhere."""
        return cls(landscape, trajectories).plot(ax=ax)

    def plot(self, ax: Any = None, *, legend: bool = True) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.
        legend : bool, default=True
            Whether to name the ways, right of the axes.

        Returns
        -------
        self
        """
        ax = axes(ax, 8.0, 5.2)
        self._draw_ground(ax)
        self.lines_, self._ends = [], []
        for k, (name, places) in enumerate(self.trajectories.items()):
            line, end = self._draw_way(ax, k, self._label(name, places), places)
            self.lines_.append(line)
            self._ends.append(end)
        self._draw_start(ax)
        self._draw_minima(ax)
        if legend:
            aside(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def animate(
        self, path: str | Path, *, seconds: float = 8.0, fps: int = 15, dpi: int = 90
    ) -> Path:
        """Write a film of the ways to a file.

        Parameters
        ----------
        path : str or Path
            A ``.gif`` (written by pillow), or another format that matplotlib can write
            on your machine.
        seconds : float, default=8.0
            Its length, about an eighth of which shows the end.
        fps : int, default=15
            Pictures a second.
        dpi : int, default=90
            Resolution.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            When a parameter is out of range, or there is no trajectory.
        """
        pyplot()
        check_values("animate", seconds=(seconds, LENGTH), fps=(fps, Whole(1)),
                     dpi=(dpi, Whole(1)))  # fmt: skip
        from matplotlib.animation import FuncAnimation

        if not self.trajectories:
            raise ValueError("there is nothing to animate: no trajectory was given.")
        figure, lines, ends = self._stage(dpi)

        def show(share: float) -> list[Any]:
            """The ways as they were at this share of the longest one."""
            ways = self.trajectories.values()
            shown = 1 + int(np.ceil(share * (max(map(len, ways)) - 1)))
            for places, line, end in zip(ways, lines, ends, strict=True):
                line.set_data(*places[:shown].T)
                end.set_data(*places[:shown][-1:].T)
            return [*lines, *ends]

        moving = max(2, round(7 / 8 * seconds * fps))
        clock = np.linspace(0.0, 1.0, moving) ** PACE
        frames = [*clock, *[1.0] * max(1, round(seconds * fps) - moving)]
        film = FuncAnimation(figure, show, frames=frames, blit=False)
        path = Path(path)
        writer: dict[str, Any] = (
            {"writer": "pillow"} if path.suffix.lower() == ".gif" else {}
        )
        film.save(path, fps=fps, dpi=dpi, **writer)
        pyplot().close(figure)
        return path

    def _stage(self, dpi: int) -> tuple[Any, list[Any], list[Any]]:
        """A figure with a photograph of all that stands still, and what moves on it."""
        self.plot()
        for each in (*self.lines_, *self._ends):
            each.set_visible(False)
        self.figure_.set_dpi(dpi)
        self.figure_.canvas.draw()
        photograph = np.array(self.figure_.canvas.buffer_rgba())
        box, size = self.ax_.get_position(), self.figure_.get_size_inches()
        pyplot().close(self.figure_)
        stage = pyplot().figure(figsize=size, dpi=dpi)
        stage.figimage(photograph, zorder=-1)
        ax = stage.add_axes(box)
        ax.set(xlim=self.landscape.box[0], ylim=self.landscape.box[1])
        ax.set_axis_off()
        pairs = [self._draw_way(ax, k, "", places)
                 for k, places in enumerate(self.trajectories.values())]  # fmt: skip
        self._draw_start(ax)
        return stage, [line for line, _ in pairs], [end for _, end in pairs]

    def _label(self, name: str, places: Array) -> str:
        value = float(self.landscape(places[-1]))
        return f"{name}: f = {value:.2g} after {len(places) - 1}"

    def _draw_ground(self, ax: Any) -> None:
        from matplotlib.colors import LinearSegmentedColormap

        (left, right), (bottom, top) = self.landscape.box
        x, y = np.linspace(left, right, GRID), np.linspace(bottom, top, GRID)
        z = np.asarray(self.landscape(np.stack(np.meshgrid(x, y))), np.float64)
        # bands of equal area, finer where it is low: fits every surface
        levels = np.unique(np.quantile(z, np.linspace(0.0, 1.0, BANDS) ** 1.7))
        if len(levels) < 2:  # flat: one band
            levels = levels[0] + np.array([-1.0, 1.0]) * max(1.0, abs(levels[0]))
        colors = LinearSegmentedColormap.from_list("ground", GROUND, len(levels) - 1)
        ax.contourf(x, y, z, levels, colors=colors(np.arange(len(levels) - 1)))
        lines = {"colors": "white", "linewidths": 0.5, "linestyles": "solid"}
        ax.contour(x, y, z, levels, alpha=0.8, **lines)
        ax.set(xlim=(left, right), ylim=(bottom, top), title=self.landscape.name)
        ax.set_xlabel("$x_1$")
        ax.set_ylabel("$x_2$")

    def _draw_way(self, ax: Any, k: int, label: str, places: Array) -> Any:
        from matplotlib.patheffects import Normal, Stroke

        look = style(k)
        color, marker = look["color"], look["marker"]
        (line,) = ax.plot(
            *places.T,
            color=color,
            linestyle="-" if k < len(COLORS) else (0, (3.5, 1.2)),
            linewidth=1.7,
            path_effects=[Stroke(linewidth=2.9, foreground="white"), Normal()],
            zorder=3 + 0.01 * k,
        )
        # ends at one place are drawn one inside the other
        (end,) = ax.plot(
            *places[-1:].T,
            color=color,
            linestyle=line.get_linestyle(),
            linewidth=1.7,
            label=label,
            marker=marker,
            markersize=max(12.0 - 0.9 * k, 5.0) + 3.0 * (marker in "PX"),
            markeredgecolor="white",
            markeredgewidth=1.1,
            zorder=5 + 0.01 * k,
        )
        return line, end

    def _draw_start(self, ax: Any) -> None:
        starts = {tuple(places[0]) for places in self.trajectories.values()}
        if starts:
            ax.plot(
                *np.transpose(sorted(starts)), marker="o", markersize=10, label="start",
                markerfacecolor="white", markeredgecolor="black", zorder=6, **POINTS,
            )  # fmt: skip

    def _draw_minima(self, ax: Any) -> None:
        ax.plot(
            *np.transpose(self.landscape.minima), marker="*", markersize=17,
            markerfacecolor="#F0E442", markeredgecolor="black", label="minimum",
            zorder=2.9, **POINTS,
        )  # fmt: skip


def _walk(
    landscape: Landscape, solver: Solver, x0: Any, max_iter: int, random_state: Any
) -> Array:
    """The places that a solver visits."""
    places: list[Array] = []
    minimize(
        landscape,
        x0,
        jac=landscape.gradient,
        hess=landscape.hessian,
        solver=solver,
        max_iter=max_iter,
        callbacks=lambda progress: places.append(np.array(progress.state.point.x)),
        random_state=random_state,
    )
    return np.array(places)


def _check_landscape(landscape: Any) -> None:
    if not isinstance(landscape, Landscape):
        raise TypeError(
            "landscape must be a Landscape, such as those of skopt_solvers.landscapes "
            f"(HIMMELBLAU, ROSENBROCK, ...); got {landscape!r}."
        )


def _checked(name: str, places: Any) -> Array:
    """A trajectory as an array of places."""
    places = np.asarray(places, np.float64)
    if places.ndim != 2 or places.shape[1] != 2 or not len(places):
        raise ValueError(
            "a trajectory must be an array of shape (n_steps + 1, 2); "
            f"{name!r} has shape {places.shape}."
        )
    return places
