"""The laws of schedules."""

from typing import Any

import numpy as np

from ..schedules import Schedule
from ._laws import Array, check_parameters, equal, obeys

UPDATES, PER_EPOCH = 60, 10
RUN = np.arange(1, 2 * UPDATES + 1)  # a run, and as much again past its end
FAR = np.array([10**3, 10**6, 10**9])


def check_schedule(schedule: Schedule) -> None:
    """Raise AssertionError for the first law that a schedule breaks.

    The laws: factors are finite, at least zero and float64, of the shape of the update
    counts, which are integers from one; they depend on nothing but the count; `bound`
    leaves the original as it is and is idempotent; `clone` and `pickle` work.

    Parameters
    ----------
    schedule : Schedule
        Tested in a run of 60 updates, 10 an epoch.

    Raises
    ------
    AssertionError
        With the part, the law and the numbers.

    Examples
    --------
    >>> from skopt_solvers.schedules import CosineAnnealing
    >>> from skopt_solvers.testing import check_schedule
    >>> check_schedule(CosineAnnealing(period=20))
    """
    check_parameters(schedule)
    before = repr(schedule.get_params())
    ready = schedule.bound(UPDATES, PER_EPOCH)
    kept = ready is not schedule and repr(schedule.get_params()) == before
    obeys(schedule, "bound leaves the original as it is", kept)
    factors = ready.factors(RUN)
    again = ready.bound(7, 3).factors(RUN)
    equal(schedule, "binding again changes nothing", again, factors, 0.0, t=RUN)
    _check_values(schedule, ready)
    _check_pure(schedule, ready, factors)
    for t in ([0], [1, -3], [1.5]):
        _check_refuses(schedule, ready, t)


def _check_values(schedule: Schedule, ready: Schedule) -> None:
    for t in (RUN, FAR):
        factors = ready.factors(t)
        obeys(schedule, "factors are float64", factors.dtype == np.float64)
        good = np.isfinite(factors) & (factors >= 0)
        obeys(schedule, "factors are finite and at least 0", good, t=t, found=factors)


def _check_pure(schedule: Schedule, ready: Schedule, factors: Array) -> None:
    backwards = ready.factors(RUN[::-1])[::-1]
    tol = 1e-13 * np.abs(factors) + 1e-16
    equal(schedule, "factors know no order", backwards, factors, tol, t=RUN)
    for part in (slice(0, 1), slice(3, 20), slice(55, 90)):
        law, found = "a stretch of a run equals the whole", ready.factors(RUN[part])
        equal(schedule, law, found, factors[part], tol[part], t=RUN[part])
    square, number = ready.factors(RUN.reshape(4, -1)), ready.factors(RUN[3])
    shaped = square.shape == (4, len(RUN) // 4) and number.shape == ()
    obeys(schedule, "factors have the shape of t", shaped)


def _check_refuses(schedule: Schedule, ready: Schedule, t: Any) -> None:
    try:
        ready.factors(t)
    except ValueError:
        return
    obeys(schedule, "update counts are integers from 1", np.zeros(1), t=t[-1])
