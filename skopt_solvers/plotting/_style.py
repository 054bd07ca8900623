"""How all displays look, and the one place that imports matplotlib."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

# Okabe & Ito (2008): told apart with every kind of colour vision; no yellow on white
COLORS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
)
GREY = "0.75"  # of curves without a name
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "h")
LINES = ("-", "--", ":", "-.")
INSIDE = 4  # entries up to which a legend may stand among the curves


def pyplot() -> Any:
    """``matplotlib.pyplot``, or an error that says how to get it."""
    try:
        import matplotlib.pyplot
    except ImportError as reason:
        raise ImportError(
            "pictures need matplotlib, which is not installed: "
            "python -m pip install 'skopt-solvers[plot]'"
        ) from reason
    return matplotlib.pyplot


def axes(ax: Any, width: float = 6.4, height: float = 4.4) -> Any:
    """`ax`, or the axes of a new figure, which makes room for what stands outside."""
    if ax is not None:
        return ax
    _, ax = pyplot().subplots(figsize=(width, height), layout="constrained")
    return ax


def style(k: int) -> dict[str, Any]:
    """Colour, marker and line of the k-th curve; no two of the first 28 agree."""
    turn, which = divmod(k, len(COLORS))
    marker = MARKERS[k % len(MARKERS)]
    return {
        "color": COLORS[which],
        "marker": marker,
        "linestyle": LINES[turn % len(LINES)],
        "linewidth": 1.8,
        "markersize": 7.5 if marker in "PX" else 5.5,  # else they look like lines
        "markeredgecolor": "white",
        "markeredgewidth": 0.6,
    }


def legend(ax: Any) -> None:
    """A legend: among the curves where it is short, right of the axes otherwise."""
    entries = ax.get_legend_handles_labels()[1]
    if len(entries) > INSIDE:
        aside(ax)
    elif entries:
        ax.legend(loc="best", fontsize="small", framealpha=0.85, edgecolor="none")


def aside(ax: Any) -> None:
    """A legend right of the axes, where nothing can be in its way."""
    place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}
    ax.legend(frameon=False, fontsize="small", labelspacing=0.65, **place)


def tidy(ax: Any) -> None:
    """A light grid, and no frame where there is no axis."""
    ax.grid(True, color="0.92", linewidth=0.8)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def every(n: int, k: int = 0) -> tuple[int, int]:
    """Where a curve of n points has markers: about eight, staggered by curve."""
    gap = max(1, math.ceil(n / 8))
    return (k * gap // 3) % gap, gap


def named(items: Any) -> dict[str, Any]:
    """``{name: item}`` of a mapping, a sequence or a single item.

    Items without names are called after their class; by all of their parameters where
    the class is not enough to tell them apart.
    """
    if isinstance(items, Mapping):
        return {str(name): item for name, item in items.items()}
    if isinstance(items, str) or not isinstance(items, Iterable):
        items = [items]
    items = list(items)
    short = [_name(item) for item in items]
    long = [n if short.count(n) == 1 else " ".join(repr(item).split())
            for n, item in zip(short, items, strict=True)]  # fmt: skip
    unique = [n if long.count(n) == 1 else f"{n} ({long[:k].count(n) + 1})"
              for k, n in enumerate(long)]  # fmt: skip
    return dict(zip(unique, items, strict=True))


def _name(item: Any) -> str:
    if isinstance(item, str):
        return item
    return str(getattr(item, "__name__", type(item).__name__))


def one_of(name: str, value: Any, allowed: Iterable[str]) -> None:
    """Raise ValueError when a choice does not exist."""
    allowed = list(allowed)
    if value not in allowed:
        choices = ", ".join(map(repr, allowed))
        raise ValueError(f"{name} must be one of {choices}; got {value!r}.")
