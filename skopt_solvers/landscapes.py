"""Surfaces over the plane on which solvers are watched: values, gradients, minima."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "BEALE",
    "CAMEL",
    "HIMMELBLAU",
    "LANDSCAPES",
    "RASTRIGIN",
    "ROSENBROCK",
    "SADDLE",
    "Landscape",
]

Array = np.ndarray
Pair = tuple[float, float]


@dataclass(frozen=True)
class Landscape:
    """A function of two variables, with its derivatives; called, it is its value.

    Attributes
    ----------
    name : str
        What it is called in titles.
    value : callable
        ``value(x)`` for x of shape (2,) or (2, ...), for many places at once.
    gradient : callable
        ``gradient(x)`` of shape (2,).
    hessian : callable
        ``hessian(x)`` of shape (2, 2).
    minima : tuple of pairs
        All places where the function is smallest.
    box : pair of pairs
        ``((left, right), (bottom, top))``, what a picture shows.
    start : pair
        A place from which the way is worth watching.

    Examples
    --------
    >>> from skopt_solvers import minimize
    >>> from skopt_solvers.landscapes import HIMMELBLAU
    >>> HIMMELBLAU([3.0, 2.0]), HIMMELBLAU.gradient([3.0, 2.0])
    (0.0, array([0., 0.]))
    >>> result = minimize(HIMMELBLAU, HIMMELBLAU.start, jac=HIMMELBLAU.gradient)
    >>> result.x.round(3) + 0.0
    array([ 3.584, -1.848])
    """

    name: str
    value: Callable[[Any], Any]
    gradient: Callable[[Any], Array]
    hessian: Callable[[Any], Array]
    minima: tuple[Pair, ...]
    box: tuple[Pair, Pair]
    start: Pair

    def __call__(self, x: Any) -> Any:
        return self.value(x)

    @property
    def lowest(self) -> float:
        """The smallest value."""
        return float(self.value(self.minima[0]))


def _symmetric(xx: Any, xy: Any, yy: Any) -> Array:
    return np.array([[xx, xy], [xy, yy]], np.float64)


# -- Rosenbrock (1960): a curved, flat valley --------------------------------------


def _rosenbrock(p: Any) -> Any:
    x, y = p
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _rosenbrock_gradient(p: Any) -> Array:
    x, y = p
    return np.array([2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)])


def _rosenbrock_hessian(p: Any) -> Array:
    x, y = p
    return _symmetric(2 - 400 * (y - 3 * x**2), -400 * x, 200)


# -- Himmelblau (1972): four equal minima ------------------------------------------


def _himmelblau(p: Any) -> Any:
    x, y = p
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def _himmelblau_gradient(p: Any) -> Array:
    x, y = p
    a, b = x**2 + y - 11, x + y**2 - 7
    return np.array([4 * x * a + 2 * b, 2 * a + 4 * y * b])


def _himmelblau_hessian(p: Any) -> Array:
    x, y = p
    xx = 12 * x**2 + 4 * y - 42
    return _symmetric(xx, 4 * (x + y), 12 * y**2 + 4 * x - 26)


# -- Beale (1958): plateaus, and cliffs towards the corners ------------------------

BEALE_TERMS = ((1.5, 1), (2.25, 2), (2.625, 3))


def _beale(p: Any) -> Any:
    x, y = p
    return sum((c - x + x * y**k) ** 2 for c, k in BEALE_TERMS)


def _beale_gradient(p: Any) -> Array:
    x, y = p
    total = np.zeros(2)
    for c, k in BEALE_TERMS:
        slopes = np.array([y**k - 1, k * x * y ** (k - 1)])
        total += 2 * (c - x + x * y**k) * slopes
    return total


def _beale_hessian(p: Any) -> Array:
    x, y = p
    total = np.zeros((2, 2))
    for c, k in BEALE_TERMS:
        slopes = np.array([y**k - 1, k * x * y ** (k - 1)])
        bend = k * (k - 1) * x * y ** (k - 2) if k > 1 else 0.0
        curved = _symmetric(0.0, k * y ** (k - 1), bend)
        total += 2 * (np.outer(slopes, slopes) + (c - x + x * y**k) * curved)
    return total


# -- Rastrigin (1974): a bowl full of local minima ---------------------------------


def _rastrigin(p: Any) -> Any:
    x, y = np.asarray(p)
    return 20 + x**2 + y**2 - 10 * (np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y))


def _rastrigin_gradient(p: Any) -> Array:
    p = np.asarray(p, np.float64)
    return 2 * p + 20 * np.pi * np.sin(2 * np.pi * p)


def _rastrigin_hessian(p: Any) -> Array:
    p = np.asarray(p, np.float64)
    return np.diag(2 + 40 * np.pi**2 * np.cos(2 * np.pi * p))


# -- Six-hump camel (Dixon & Szegö, 1978): two global minima, four local -----------


def _camel(p: Any) -> Any:
    x, y = p
    return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2


def _camel_gradient(p: Any) -> Array:
    x, y = p
    return np.array([8 * x - 8.4 * x**3 + 2 * x**5 + y, x + 16 * y**3 - 8 * y])


def _camel_hessian(p: Any) -> Array:
    x, y = p
    return _symmetric(8 - 25.2 * x**2 + 10 * x**4, 1, 48 * y**2 - 8)


# -- A saddle between two minima ---------------------------------------------------


def _saddle(p: Any) -> Any:
    x, y = p
    return (x**2 - y**2) / 2 + y**4 / 4


def _saddle_gradient(p: Any) -> Array:
    x, y = p
    return np.array([x, y**3 - y], np.float64)


def _saddle_hessian(p: Any) -> Array:
    return _symmetric(1, 0, 3 * p[1] ** 2 - 1)


ROSENBROCK = Landscape(
    "Rosenbrock",
    _rosenbrock,
    _rosenbrock_gradient,
    _rosenbrock_hessian,
    minima=((1.0, 1.0),),
    box=((-2.0, 2.0), (-1.0, 3.0)),
    start=(-1.2, 1.0),
)
HIMMELBLAU = Landscape(
    "Himmelblau",
    _himmelblau,
    _himmelblau_gradient,
    _himmelblau_hessian,
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    ),
    box=((-5.0, 5.0), (-5.0, 5.0)),
    start=(0.5, -1.0),
)
BEALE = Landscape(
    "Beale",
    _beale,
    _beale_gradient,
    _beale_hessian,
    minima=((3.0, 0.5),),
    box=((-1.0, 4.5), (-2.0, 2.0)),
    start=(0.5, -1.0),
)
RASTRIGIN = Landscape(
    "Rastrigin",
    _rastrigin,
    _rastrigin_gradient,
    _rastrigin_hessian,
    minima=((0.0, 0.0),),
    box=((-3.0, 3.0), (-3.0, 3.0)),
    start=(2.3, -1.7),
)
CAMEL = Landscape(
    "Six-hump camel",
    _camel,
    _camel_gradient,
    _camel_hessian,
    minima=(
        (0.08984201310031806, -0.7126564030207396),
        (-0.08984201310031806, 0.7126564030207396),
    ),
    box=((-2.0, 2.0), (-1.2, 1.2)),
    start=(1.9, 0.9),
)
SADDLE = Landscape(
    "Saddle",
    _saddle,
    _saddle_gradient,
    _saddle_hessian,
    minima=((0.0, 1.0), (0.0, -1.0)),
    box=((-2.0, 2.0), (-2.0, 2.0)),
    start=(-1.7, 0.001),
)
LANDSCAPES = (ROSENBROCK, HIMMELBLAU, BEALE, RASTRIGIN, CAMEL, SADDLE)
