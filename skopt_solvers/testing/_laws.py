"""How a law is stated: a condition, in words and as numbers."""

import pickle
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import clone

Array = np.ndarray

ROUNDING = 1e-12
STENCIL = np.array([1.0, -8.0, 8.0, -1.0]) / 12.0  # error h**4 f'''''/30
OFFSETS = np.array([-2.0, -1.0, 1.0, 2.0])


def obeys(part: Any, law: str, holds: Any, **numbers: Any) -> None:
    """Raise unless `holds` everywhere, with the `numbers` where it first does not."""
    holds = np.asarray(holds)
    if holds.all():
        return
    where = int(np.flatnonzero(~holds)[0])
    arrays = {name: np.broadcast_to(v, holds.shape) for name, v in numbers.items()}
    shown = ", ".join(f"{n}={float(a.flat[where])!r}" for n, a in arrays.items())
    raise AssertionError(f"{part!r} breaks the law that {law}: {shown}.")


def equal(part: Any, law: str, a: Any, b: Any, tol: Any, **numbers: Any) -> None:
    """The law that a is b up to `tol`; equal infinities are equal."""
    with np.errstate(invalid="ignore", over="ignore"):
        same = (a == b) | (np.abs(np.subtract(a, b)) <= tol)
    obeys(part, law, same, found=a, expected=b, **numbers)


def importable(part: Any) -> bool:
    """Whether pickle finds the class: not where it was made inside a function."""
    cls = type(part)
    return getattr(sys.modules.get(cls.__module__), cls.__name__, None) is cls


def check_record(part: Any, record: Any) -> None:
    """Records can be pickled: joblib sends them to other processes."""
    twin = pickle.loads(pickle.dumps(record)) if importable(part) else record
    obeys(part, "records can be pickled", repr(twin) == repr(record))


def check_parameters(part: Any) -> None:
    """What scikit-learn asks of any object with parameters."""
    before = repr(part.get_params())
    twins = [clone(part)]
    if importable(part):
        twins.append(pickle.loads(pickle.dumps(part)))
    for twin in twins:
        same = type(twin) is type(part) and repr(twin.get_params()) == before
        obeys(part, "clone and pickle keep its parameters", same)
    marks = {name: object() for name in part.get_params(deep=False)}
    made = type(part)(**marks)
    kept = [getattr(made, name) is mark for name, mark in marks.items()]
    obeys(part, "its constructor stores its arguments as they are", kept)


def check_derivative(
    part: Any,
    law: str,
    f: Callable[[Array], Array],
    slope: Callable[[Array], Array],
    points: Array,
    **numbers: Any,
) -> None:
    """`slope` is the central difference of f, where `slope` has no kink nearby."""
    h = 1e-3 * np.maximum(np.abs(points), 1.0)
    near = points + np.multiply.outer(OFFSETS, h)
    values, slopes, here = f(near), slope(near), slope(points)
    wide, narrow = slopes[3] - slopes[0], slopes[2] - slopes[1]
    rounding = 1e-11 * (np.abs(slopes).max(axis=0) + 1e-3)
    plain = np.abs(wide - 2 * narrow) <= 0.1 * np.abs(wide) + rounding
    middle = (slopes[1] + slopes[2]) / 2 - here
    plain &= np.abs(middle) <= 0.1 * np.abs(wide) + rounding
    obeys(part, f"{law} (no kink at most points)", plain.mean() > 0.5, **numbers)
    expected = STENCIL @ (values * np.ones_like(near)) / h
    tol = 1e-6 * np.abs(expected) + 1e-13 * np.abs(values).max(axis=0) / h + 1e-9
    close = np.abs(here - expected) <= tol
    obeys(part, law, close | ~plain, p=points, found=here, expected=expected, **numbers)
