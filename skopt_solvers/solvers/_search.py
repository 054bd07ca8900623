"""One line search for all: bracket, secant or Newton steps, kept away from the ends."""

import math

from ..problems._base import Line

DECREASE = 1e-4  # Armijo's constant, Nocedal & Wright (2006), section 3.1
FLAT = 0.5  # the slope must fall to this share: loose, as trials are cheap but not free
NOISE = 1e-15  # differences of the objective below this share of it are rounding


def search(
    line: Line, value: float, slope: float, t: float = 1.0, tries: int = 60,
    flat: float = FLAT,
) -> float | None:  # fmt: skip
    """A step length that satisfies Wolfe's conditions, None if there is no descent.

    Parameters
    ----------
    line : Line
        The objective along the direction.
    value, slope : float
        At the origin; the slope is negative.
    t : float, default=1.0
        First trial.
    tries : int, default=60
        Largest number of trials.
    flat : float, default=0.5
        Share of its size at the origin that the slope must fall to.
    """
    slack = NOISE * abs(value)
    low, low_slope, high = 0.0, slope, math.inf
    best, best_value = None, value
    for _ in range(tries):
        f, m, _ = line.at(t)
        if f < best_value:
            best, best_value = t, f
        if not f <= value + DECREASE * t * slope + slack:
            high = t
            t = _inside(low, low_slope, t, m, cautious=True)
        elif abs(m) <= flat * abs(slope):
            return t
        elif m > 0:
            high = t
            t = _inside(low, low_slope, t, m, cautious=False)
        else:
            farther = _outside(low, low_slope, t, m, high)
            low, low_slope, t = t, m, farther
        if not t > 0 or high - low <= 1e-14 * max(high, 1e-300):
            break
    return best


def _inside(low: float, low_slope: float, t: float, m: float, cautious: bool) -> float:
    """Where the secant of the slopes vanishes, within the inner part of (low, t)."""
    width = t - low
    share = -low_slope / (m - low_slope) if math.isfinite(m) and m > 0 else 0.0
    # without a usable slope the step may be far too long (exp): cut it tenfold
    if share <= 0.0:
        share = 0.1 if cautious and not math.isfinite(m) else 0.4
    return low + width * min(max(share, 0.05), 0.95)


def _outside(low: float, low_slope: float, t: float, m: float, high: float) -> float:
    """Farther than t: by the secant, at most tenfold, and short of `high`."""
    width = t - low
    share = low_slope / (low_slope - m) if m > low_slope else 10.0
    farther = low + width * min(max(share, 1.5), 10.0)
    return farther if farther < high else (t + high) / 2
