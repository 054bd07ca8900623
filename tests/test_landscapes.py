"""Landscapes: derivatives are those of the value, minima are minima."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize as scipy_minimize

from skopt_solvers import minimize
from skopt_solvers.landscapes import BEALE, CAMEL, LANDSCAPES

each = pytest.mark.parametrize("landscape", LANDSCAPES, ids=lambda x: x.name)
shares = st.tuples(st.floats(0, 1), st.floats(0, 1))
STEP = 1e-6


def inside(landscape, share):
    low, high = np.transpose(landscape.box)
    return low + np.array(share) * (high - low)


def differences(function, x):
    return np.array(
        [(function(x + STEP * e) - function(x - STEP * e)) / (2 * STEP)
         for e in np.eye(2)]
    )  # fmt: skip


@each
@given(share=shares)
def test_derivatives_are_those_of_the_value(landscape, share):
    x = inside(landscape, share)
    slope, bend = landscape.gradient(x), landscape.hessian(x)
    size = 1.0 + np.abs(landscape(x))
    np.testing.assert_allclose(slope, differences(landscape, x), atol=1e-7 * size)
    rough = differences(landscape.gradient, x)
    np.testing.assert_allclose(bend, rough, atol=1e-6 * (1 + np.abs(bend).max()))
    np.testing.assert_array_equal(bend, bend.T)


@each
@given(share=shares)
def test_nothing_in_the_box_is_below_the_minima(landscape, share):
    assert landscape(inside(landscape, share)) >= landscape.lowest - 1e-12


@each
def test_minima_are_stationary_and_equal(landscape):
    for place in landscape.minima:
        np.testing.assert_allclose(landscape.gradient(place), 0.0, atol=1e-12)
        assert np.linalg.eigvalsh(landscape.hessian(place)).min() > 0
        assert landscape(place) == pytest.approx(landscape.lowest, abs=1e-12)


@each
def test_no_minimum_in_the_box_is_missing(landscape):
    """scipy finds no lowest place that is not listed."""
    grid = np.linspace(0.05, 0.95, 7)
    for share in np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2):
        x = inside(landscape, share)
        found = scipy_minimize(landscape, x, jac=landscape.gradient)
        if found.fun < landscape.lowest + 1e-8:
            distances = np.linalg.norm(np.subtract(landscape.minima, found.x), axis=1)
            assert distances.min() < 1e-3


@each
def test_box_holds_minima_and_start(landscape):
    low, high = np.transpose(landscape.box)
    for place in (*landscape.minima, landscape.start):
        assert np.all(low < place) and np.all(place < high)
    assert landscape(landscape.start) > landscape.lowest + 0.1


@each
def test_many_places_at_once(landscape):
    places = np.random.default_rng(0).uniform(-1, 1, (2, 3, 4))
    values = landscape(places)
    assert values.shape == (3, 4)
    assert values[1, 2] == pytest.approx(landscape(places[:, 1, 2]), rel=1e-14)


@pytest.mark.parametrize("solver", ["lbfgs", "newton"])
def test_minimum_is_reached_from_the_start(solver):
    result = minimize(BEALE, BEALE.start, jac=BEALE.gradient, hess=BEALE.hessian,
                      solver=solver, tol=1e-10)  # fmt: skip
    np.testing.assert_allclose(result.x, BEALE.minima[0], atol=1e-4)


def test_values_of_the_literature():
    assert CAMEL.lowest == pytest.approx(-1.031628453489877, abs=1e-15)
    assert BEALE([0.0, 0.0]) == pytest.approx(14.203125)
