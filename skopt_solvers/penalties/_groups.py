"""Which columns belong together: by number, by name, or by what names say."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray

SPLINE = re.compile(r"(.*)_sp_\d+")
SHAPES = (
    "groups must be None (each column by itself), a list of lists of columns, an "
    "integer for each column, a dict of group to columns or of column to group, or "
    "'auto', which reads the names of the columns"
)


def labels_of(owner: Any, groups: Any, n_columns: int) -> Array:
    """The number of each column's group, from 0 on, of groups that are numbers."""
    if groups is None:
        return np.arange(n_columns)
    if _are_numbers(groups):
        return _from_labels(owner, groups, n_columns)
    if isinstance(groups, str) or _mentions_names(groups):
        raise _error(
            owner, "names of columns, and X has none: give X as a data frame, such as "
            "of set_output(transform='pandas'), or the numbers of columns", groups
        )  # fmt: skip
    groups = _listed(groups)
    if len(groups) and all(map(_is_list, groups)):
        return _from_lists(owner, groups, n_columns)
    return _from_labels(owner, groups, n_columns)


def resolved(owner: Any, groups: Any, names: Array | None, design: Any) -> Any:
    """`groups` with numbers of columns in place of their names."""
    if groups is None or names is None or _are_numbers(groups):
        return groups
    if isinstance(groups, str):
        if groups != "auto":
            raise _error(owner, SHAPES, groups)
        return _from_names([str(name) for name in names], design)
    if not _mentions_names(groups):
        return groups
    place = {str(name): j for j, name in enumerate(names)}
    lists = _listed(groups)
    named = [c for each in lists for c in each if isinstance(c, str)]
    unknown = [name for name in named if name not in place]
    if unknown:
        shown = ", ".join(map(repr, list(place)[:10]))
        raise _error(owner, f"columns of X, which are {shown} ...", unknown[0])
    return [[place[c] if isinstance(c, str) else c for c in each] for each in lists]


def _listed(groups: Any) -> Any:
    """A dict, of group to columns or of column to group, as the columns of each."""
    if not isinstance(groups, Mapping):
        return list(groups) if np.iterable(groups) else [groups]
    if any(map(_is_list, groups.values())):
        return list(groups.values())
    members: dict[Any, list[Any]] = {}
    for column, group in groups.items():
        members.setdefault(group, []).append(column)
    return list(members.values())


def _mentions_names(groups: Any) -> bool:
    lists = (each for each in _listed(groups) if _is_list(each))
    return any(isinstance(c, str) for each in lists for c in each)


def _are_numbers(groups: Any) -> bool:
    return isinstance(groups, np.ndarray) and groups.dtype.kind in "iu"


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | np.ndarray)


def _error(owner: Any, allowed: str, groups: Any) -> ValueError:
    shown = repr(groups)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return ValueError(f"{type(owner).__name__} needs groups of {allowed}; got {shown}.")


def _from_lists(owner: Any, groups: Sequence[Any], n_columns: int) -> Array:
    labels = np.full(n_columns, -1)
    for number, group in enumerate(groups):
        columns = np.asarray(group)
        if not len(columns) or columns.dtype.kind not in "iu":
            raise _error(owner, "at least one column each, by its number", group)
        bad = columns[(columns < 0) | (columns >= n_columns)]
        if len(bad):
            raise _error(owner, f"columns 0 ... {n_columns - 1}", int(bad[0]))
        for column in columns:
            if labels[column] >= 0:
                raise _error(owner, "columns that are in one group each", int(column))
            labels[column] = number
    if (labels < 0).any():
        missing = int(np.flatnonzero(labels < 0)[0])
        raise ValueError(
            f"{type(owner).__name__} needs every column in a group; column {missing} "
            f"is in none. Add [{missing}] as a group of its own, with a weight of 0 "
            "if it shall not be penalised."
        )
    return labels


def _from_labels(owner: Any, groups: Any, n_columns: int) -> Array:
    try:
        labels = np.asarray(groups)
    except ValueError:
        labels = np.zeros((0, 0))
    if labels.shape != (n_columns,) or labels.dtype.kind not in "iub":
        raise ValueError(
            f"{type(owner).__name__}: {SHAPES}; for {n_columns} columns got "
            f"{groups!r:.60}."
        )
    signed = n_columns > 0 and labels.dtype.kind == "i"
    inside = signed and labels.min() >= 0 and labels.max() < n_columns
    if inside and np.bincount(labels).all():
        return labels  # numbers of groups already
    return np.unique(labels, return_inverse=True)[1]


# -- what names say ------------------------------------------------------------------


def _from_names(names: list[str], design: Any) -> Array:
    """Groups of splines and of one-hot columns, as scikit-learn names them.

    A spline's columns are named alike up to ``_sp_`` and a number; those of one
    category begin with its feature's name and an underscore, hold zeros and ones, and
    no row has two of them. All others are groups of their own.
    """
    ones = np.ones(design.shape[0])
    indicator = design.square_tdot(ones) == design.tdot(ones)
    labels, number, j = np.empty(len(names), np.int64), 0, 0
    while j < len(names):
        stop = _spline_end(names, j)
        if stop == j + 1 and indicator[j]:
            stop = _category_end(names, j, indicator, design)
        labels[j:stop] = number
        j, number = stop, number + 1
    return labels


def _spline_end(names: list[str], j: int) -> int:
    """Behind the last column of the spline that begins at column j."""
    first, stop = SPLINE.fullmatch(names[j]), j + 1
    while first and stop < len(names):
        match = SPLINE.fullmatch(names[stop])
        if not match or match[1] != first[1]:
            break
        stop += 1
    return stop


def _category_end(names: list[str], j: int, indicator: Array, design: Any) -> int:
    """Behind the last column of the category that begins at column j."""
    own = names[j].rpartition("__")[2]  # without the part of a ColumnTransformer
    feature, underscore, _ = own.partition("_")
    head = names[j][: len(names[j]) - len(own)] + feature + underscore
    taken, stop = design.dot_columns(np.array([j]), np.ones(1)), j + 1
    while underscore and stop < len(names):
        taken = taken + design.dot_columns(np.array([stop]), np.ones(1))
        exclusive = indicator[stop] and taken.max() <= 1
        if not exclusive or not names[stop].startswith(head):
            break
        stop += 1
    return stop
