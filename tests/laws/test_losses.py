"""The laws of losses."""

import json
import math
import os
import subprocess
import sys
from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from skopt_solvers.losses import (
    Huber,
    Logistic,
    Loss,
    Multinomial,
    Poisson,
    Squared,
    SquaredHinge,
)
from skopt_solvers.testing import check_loss, check_vector_loss

DOMAINS = [
    (Logistic(), [-1.0, 1.0], [0.0, 0.5, 2.0, math.nan], "-1 and +1"),
    (SquaredHinge(), [-1.0, 1.0], [0.0, 0.5, 2.0, math.nan], "-1 and +1"),
    (Poisson(), [0.0, 0.5, 3.0], [-1e-9, -1.0, math.nan, math.inf], "at least zero"),
    (Multinomial(), [0.0, 1.0, 7.0], [-1.0, 0.5, math.nan, math.inf], "0, 1, 2"),
]


def shown(value):
    """An id that is the same in every process: functions print their address."""
    return "" if callable(value) else repr(value)


# Written out from the formulas in the docstrings, for slopes inside the domain.
CONJUGATES = [
    (Squared(), 1.3, [-2.0, 0.0, 0.7], lambda y, q: q * q / 2 + q * y),
    (Huber(0.8), 1.3, [-0.8, -0.3, 0.0, 0.79], lambda y, q: q * q / 2 + q * y),
    (
        Logistic(),
        1.0,
        [-0.999, -0.5, -1e-3],
        lambda y, q: -q * math.log(-q) + (1 + q) * math.log(1 + q),
    ),
    (
        Poisson(),
        3.3,
        [-3.2, 0.0, 5.0],
        lambda y, q: (q + y) * math.log(q + y) - (q + y) - y * math.log(y) + y,
    ),
    (SquaredHinge(), -1.0, [0.0, 0.4, 6.0], lambda y, q: -q + q * q / 4),
]  # fmt: skip

NUMBERS = """
import json
import numpy as np
from skopt_solvers.losses import *

p = np.linspace(-40.0, 40.0, 81)
q = np.linspace(-0.9, 0.0, 4)
out = []
for loss in (Squared(), Logistic(), SquaredHinge(), Huber(), Poisson()):
    record = loss.record()
    for z in p.tolist():
        out += [record.value(1.0, z), record.slope(1.0, z), record.curvature(1.0, z)]
        out += [record.gap(1.0, z, each) for each in q.tolist()]
record, slopes, bent = Multinomial().record(), np.empty(3), np.empty(3)
for row in p[:-1].reshape(-1, 2):
    point = np.array([*row, 0.5])
    out += [record.value(1, point), record.slopes(1, point, slopes), *slopes]
    record.curve(point, point[::-1].copy(), bent)
    out += [*bent, record.gap(1, point, np.array([0.2, -0.5, 0.3]))]
print(json.dumps([float(each) for each in out]))
"""


def subprocess_numbers(script, **environment):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return np.array(json.loads(done.stdout))


def test_laws(any_loss):
    check_loss(any_loss)


def test_vector_laws(any_vector_loss):
    check_vector_loss(any_vector_loss)


def test_without_compiler_the_numbers_are_the_same():
    compiled = subprocess_numbers(NUMBERS)
    plain = subprocess_numbers(NUMBERS, NUMBA_DISABLE_JIT="1")
    np.testing.assert_allclose(compiled, plain, rtol=1e-13, atol=1e-14)


# -- gaps --------------------------------------------------------------------------


@pytest.mark.parametrize(("loss", "y", "slopes", "formula"), CONJUGATES, ids=shown)
def test_conjugates(loss, y, slopes, formula):
    """The gap is value + conjugate - p q, the conjugate a maximum over p."""
    record, grid = loss.record(), np.linspace(-30.0, 30.0, 6001)
    values = np.array([record.value(y, p) for p in grid])
    for q in slopes:
        top = grid[np.argmax(q * grid - values)]
        found = minimize_scalar(
            lambda u, q=q: record.value(y, u) - q * u,
            bounds=(top - 0.02, top + 0.02),
            options={"xatol": 1e-12},
            method="bounded",
        )
        assert -found.fun == pytest.approx(formula(y, q), abs=1e-9)
        for p in (-7.0, -0.3, 0.0, 1.0, 4.4):
            expected = record.value(y, p) - found.fun - p * q
            assert record.gap(y, p, q) == pytest.approx(expected, rel=1e-9, abs=1e-8)


@pytest.mark.parametrize(
    ("loss", "y", "slope"),
    [
        (Logistic(), 1.0, 1e-3),
        (Logistic(), 1.0, -1.001),
        (Logistic(), -1.0, -1e-3),
        (SquaredHinge(), 1.0, 1e-3),
        (SquaredHinge(), -1.0, -1e-3),
        (Huber(0.5), 3.0, 0.51),
        (Huber(0.5), 3.0, -0.51),
        (Poisson(), 2.0, -2.001),
        (Poisson(), 0.0, -1e-9),
    ],
    ids=repr,
)
def test_what_is_no_slope_has_an_infinite_gap(loss, y, slope):
    for p in (-3.0, 0.0, 5.0):
        assert loss.record().gap(y, p, slope) == math.inf


def test_slopes_outside_the_simplex_have_an_infinite_gap():
    record, p = Multinomial().record(), np.array([0.1, 0.2, -0.4])
    for q in ([-0.1, 0.05, 0.05], [-1.2, 0.6, 0.6]):
        assert record.gap(1 if q[0] > -1 else 0, p, np.array(q)) == math.inf


@pytest.mark.parametrize("y", [0.0, 1.0, 1e3, 1e6, 1e9])
def test_small_gaps_of_counts_are_exact(y):
    """A slope off by a share d has a gap of ``mu d**2 / 2``, for any count."""
    p = math.log(y) + 0.25 if y else 0.25
    mu = math.exp(p)
    for d in (1e-3, 1e-5):
        gap = Poisson().record().gap(y, p, (1 + d) * mu - y)
        assert gap == pytest.approx(mu * d * d / 2, rel=1e-3)


@pytest.mark.parametrize("p", [-30.0, -3.0, 0.0, 3.0, 30.0])
def test_small_gaps_of_two_classes_are_exact(p):
    """Relative to the divergence of Bernoulli distributions in 60 digits."""
    record = Logistic().record()
    for share in (0.99, 0.9999, 0.5):
        slope = record.slope(1.0, p) * share
        with localcontext() as context:
            context.prec = 60
            a, b = -Decimal(slope), 1 / (1 + Decimal(p).exp())
            expected = a * (a / b).ln() + (1 - a) * ((1 - a) / (1 - b)).ln()
        found = record.gap(1.0, p, slope)
        assert found == pytest.approx(float(expected), rel=1e-9, abs=1e-30)


# -- the door ----------------------------------------------------------------------


@pytest.mark.parametrize(("loss", "good", "bad", "allowed"), DOMAINS, ids=repr)
def test_targets_outside_the_domain_are_named(loss, good, bad, allowed):
    loss.check(np.array(good))
    name = type(loss).__name__
    for value in bad:
        message = rf"^{name} needs targets .*{allowed}.*; y\[1\] is {value!r}\.$"
        with pytest.raises(ValueError, match=message.replace("+", r"\+")):
            loss.check(np.array([good[0], value]))


@pytest.mark.parametrize("delta", [0.0, -1.0, math.nan, None, "a"])
def test_delta_out_of_range_is_named(delta):
    message = rf"^Huber needs delta to be a number greater than 0; got delta={delta!r}"
    with pytest.raises(ValueError, match=message):
        Huber(delta=delta).check(np.zeros(3))


@pytest.mark.parametrize("loss", [Squared(), Huber(), Poisson(), Logistic()], ids=repr)
def test_start_is_near_the_best_constant(loss):
    y = np.array([1.0, 1.0, -1.0]) if loss.labels else np.array([0.9, 1.0, 1.3])
    mean = y.mean()
    slopes = [loss.slope(each, loss.start(mean)) for each in y]
    assert abs(np.mean(slopes)) < 1e-12
    assert loss.predict(np.array([loss.start(mean)])).shape == (1,)
    extremes = (-1.0, 1.0) if loss.labels else (0.0, 1e6)
    assert all(math.isfinite(loss.start(each)) for each in extremes)


@pytest.mark.parametrize("law", ["slope", "curvature", "gap", "value"])
def test_a_broken_loss_is_found(law):
    """The laws can fail: each method off by a little breaks one."""

    def slope(self, y, p):
        return 1.001 * (p - y)

    def curvature(self, y, p):
        return 0.999

    def gap(self, y, p, q):
        return 0.5001 * (p - y - q) * (p - y - q)

    def value(self, y, p):
        return 0.5 * (p - y) * (p - y) + 0.001

    bent = {"slope": slope, "curvature": curvature, "gap": gap, "value": value}[law]
    methods = vars(Squared) | {"__module__": __name__}
    crooked = type("Crooked", (Loss,), methods | {law: bent})
    with pytest.raises(AssertionError, match=r"breaks the law that .*=") as error:
        check_loss(crooked())
    assert "Crooked()" in str(error.value)
