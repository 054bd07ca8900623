"""Elementary functions, against 50 digits."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skopt_solvers._math import (
    LARGEST,
    SMALLEST,
    exp,
    faded,
    log,
    log1p_unit,
    relative_entropy,
)

POSITIVE = st.floats(1e-12, 1e12)


def exact(function, *numbers):
    with localcontext() as context:
        context.prec = 60
        return function(*map(Decimal, numbers))


def error(found, expected):
    """Relative error, in units of the spacing of doubles."""
    with localcontext() as context:
        context.prec = 60
        gap = abs(Decimal(found) - expected)
        return float(gap / abs(expected)) * 2**52 if expected else float(gap)


@given(st.floats(SMALLEST, LARGEST))
@settings(deadline=None, max_examples=500)
def test_exp(x):
    assert error(exp(x), exact(Decimal.exp, x)) <= 2


@pytest.mark.parametrize("x", [0.0, -0.0, 1.0, math.log(2), 708.9999, -707.9999])
def test_exp_at_ends_and_knots(x):
    assert error(exp(x), exact(Decimal.exp, x)) <= 2


def test_exp_is_clipped_and_shows_nan():
    assert exp(1e300) == exp(math.inf) == exp(LARGEST)
    assert exp(-1e300) == exp(-math.inf) == exp(SMALLEST) < 1e-307
    assert math.isnan(exp(math.nan))


@given(st.floats(0.0, exclude_min=True, allow_infinity=False))
@settings(deadline=None, max_examples=500)
def test_log(x):
    assert error(log(x), exact(Decimal.ln, x)) <= 2


@pytest.mark.parametrize("x", [5e-324, 2.0**-1022, 0.7071, 1.0, 1.4142135, 1.4142136])
def test_log_at_ends_and_knots(x):
    assert error(log(x), exact(Decimal.ln, x)) <= 2


def test_log_shows_what_is_not_finite():
    assert log(math.inf) == math.inf
    assert math.isnan(log(math.nan))


@given(st.floats(1e-300, 800.0))
@settings(deadline=None, max_examples=500)
def test_faded(x):
    assert error(faded(x), exact(lambda x: -_expm1(-x), x)) <= 3


@pytest.mark.parametrize("x", [1e-9, 0.3465, 0.3466, 1.0397, 1.0398, 40.0, 1e9])
def test_faded_at_knots(x):
    assert faded(x) == pytest.approx(-math.expm1(-x), rel=5e-16)
    assert faded(0.0) == 0.0


def _expm1(x):
    """``e**x - 1`` for decimals, by its series where x is small."""
    return x.exp() - 1 if abs(x) > 1e-10 else x + x * x / 2 + x**3 / 6


def test_exp_increases():
    x = np.linspace(-2.0, 2.0, 20_001)
    values = np.array([exp(each) for each in x])
    assert (np.diff(values) > 0).all()


@given(st.floats(1e-15, 1.0))
@settings(deadline=None, max_examples=500)
def test_log1p(e):
    expected = exact(lambda x: (1 + x).ln(), e)
    assert abs(log1p_unit(e) - float(expected)) <= 7e-16 * max(float(expected), e)


@pytest.mark.parametrize("e", [0.0, 1e-307, 1e-300, 1e-17])
def test_log1p_of_almost_nothing(e):
    assert log1p_unit(e) == e


def test_log1p_shows_nan():
    assert math.isnan(log1p_unit(math.nan))


@given(POSITIVE, POSITIVE)
@settings(deadline=None, max_examples=300)
def test_relative_entropy(a, b):
    expected = float(exact(lambda x, y: x * (x / y).ln() - x + y, a, b))
    found = relative_entropy(a, b, math.log(b))
    assert found >= 0
    assert found == pytest.approx(expected, rel=1e-11, abs=1e-12 * min(a, b))


@given(POSITIVE, st.floats(-0.1, 0.1))
@settings(deadline=None, max_examples=300)
def test_small_relative_entropies_do_not_cancel(b, share):
    a = b * (1 + share)
    expected = float(exact(lambda x, y: x * (x / y).ln() - x + y, a, b))
    found = relative_entropy(a, b, math.log(b))
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-28 * b)


def test_relative_entropy_at_the_ends():
    assert relative_entropy(-1e-300, 1.0, 0.0) == math.inf
    assert relative_entropy(0.0, 0.25, math.log(0.25)) == 0.25
    assert relative_entropy(1.0, 0.0, -math.inf) == math.inf
    assert math.isnan(relative_entropy(math.nan, 1.0, 0.0))
    assert math.isnan(relative_entropy(1.0, math.nan, math.nan))
