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
from scipy.special import xlogy
from sklearn.metrics import mean_tweedie_deviance

from skopt_solvers.estimators._parts import allows
from skopt_solvers.losses import (
    Binomial,
    Gamma,
    Hinge,
    Huber,
    InverseGaussian,
    LogCosh,
    Logistic,
    Loss,
    ModifiedHuber,
    Multinomial,
    NegativeBinomial,
    Poisson,
    PseudoHuber,
    Squared,
    SquaredHinge,
    Tweedie,
)
from skopt_solvers.testing import check_loss, check_vector_loss

DOMAINS = [
    (Logistic(), [-1.0, 1.0], [0.0, 0.5, 2.0, math.nan], "-1 and +1"),
    (SquaredHinge(), [-1.0, 1.0], [0.0, 0.5, 2.0, math.nan], "-1 and +1"),
    (Hinge(), [-1.0, 1.0], [0.0, 0.5, 2.0, math.nan], "-1 and +1"),
    (Poisson(), [0.0, 0.5, 3.0], [-1e-9, -1.0, math.nan, math.inf], "at least zero"),
    (ModifiedHuber(), [-1.0, 1.0], [0.0, math.nan], "-1 and +1"),
    (Binomial(), [0.0, 0.3, 1.0], [-1e-9, 1.1, math.nan, math.inf], "from 0 to 1"),
    (Gamma(), [1e-300, 2.0], [0.0, -1.0, math.nan, math.inf], "above zero"),
    (InverseGaussian(), [1e-300, 2.0], [0.0, -1.0, math.nan], "above zero"),
    (Tweedie(1.9), [0.0, 0.5, 3.0], [-1e-9, math.nan, math.inf], "at least zero"),
    (Tweedie(2.0), [0.5, 3.0], [0.0, math.nan, math.inf], "above zero"),
    (NegativeBinomial(), [0.0, 0.5, 3.0], [-1e-9, math.nan], "at least zero"),
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
    (Hinge(), -1.0, [0.0, 0.4, 1.0], lambda y, q: -q),
    (ModifiedHuber(), -1.0, [0.0, 0.4, 3.9], lambda y, q: -q + q * q / 4),
    (
        PseudoHuber(0.8),
        1.3,
        [-0.79, -0.3, 0.0, 0.7],
        lambda y, q: 0.64 * (1 - math.sqrt(1 - (q / 0.8) ** 2)) + q * y,
    ),
    (
        LogCosh(0.8),
        1.3,
        [-0.79, -0.3, 0.0, 0.7],
        lambda y, q: 0.32 * (xlogy(1 + q / 0.8, 1 + q / 0.8)
                             + xlogy(1 - q / 0.8, 1 - q / 0.8)) + q * y,
    ),
    (
        Gamma(),
        1.3,
        [-2.0, 0.0, 0.99],
        lambda y, q: (1 - q) * (math.log((1 - q) / y) - 1) + math.log(y) + 1,
    ),
    (
        Binomial(),
        0.3,
        [-0.29, 0.0, 0.6],
        lambda y, q: xlogy(q + y, q + y) + xlogy(1 - q - y, 1 - q - y)
        - xlogy(y, y) - xlogy(1 - y, 1 - y),
    ),
    (
        NegativeBinomial(0.5),
        3.0,
        [-2.9, 0.0, 1.9],
        lambda y, q: xlogy(q + y, q + y) - xlogy(y, y) + xlogy(2 - q, 1 - q / 2),
    ),
]  # fmt: skip

NUMBERS = """
import json
import numpy as np
from skopt_solvers.losses import *

p = np.linspace(-40.0, 40.0, 81)
q = np.linspace(-0.9, 0.0, 4)
out = []
for loss in (Squared(), Logistic(), SquaredHinge(), Huber(), Poisson(), Gamma(),
             InverseGaussian(), Tweedie(), NegativeBinomial(), Binomial(), LogCosh(),
             PseudoHuber(), ModifiedHuber()):
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
        (Gamma(), 2.0, 1.001),
        (Tweedie(2.0), 2.0, 1.001),
        (Tweedie(1.5), 0.0, -1e-3),
        (NegativeBinomial(2.0), 3.0, 0.501),
        (NegativeBinomial(2.0), 3.0, -3.001),
        (Binomial(), 0.3, 0.71),
        (Binomial(), 0.3, -0.31),
        (PseudoHuber(0.5), 1.0, 0.51),
        (LogCosh(0.5), 1.0, -0.51),
        (ModifiedHuber(), 1.0, 1e-3),
        (ModifiedHuber(), 1.0, -4.001),
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


@pytest.mark.parametrize("p", [-20.0, -1.1, 0.3, 20.0])
def test_small_gaps_are_exact(any_loss, p):
    """For the slope a little further on: ``curvature * distance**2 / 2``."""
    if not any_loss.dual:
        return
    record = any_loss.record()
    for y in (-1.0, 1.0) if any_loss.labels else (0.0, 0.3, 1.0):
        if not allows(any_loss, np.array([y])):
            continue
        distance = 1e-4
        bends = [record.curvature(y, p + k * distance) for k in (-1.0, 0.0, 1.0, 2.0)]
        if max(bends) > 1.1 * min(bends):  # a kink
            continue
        gap = record.gap(y, p, record.slope(y, p + distance))
        rounding = 1e-12 * abs(record.slope(y, p)) * distance  # of the slope itself
        expected = pytest.approx(bends[1] * distance**2 / 2, rel=1e-2, abs=rounding)
        assert gap == expected


@pytest.mark.parametrize("y", [0.2, 1.0, 30.0])
@pytest.mark.parametrize(
    ("power", "special"), [(1.0, Poisson()), (2.0, Gamma()), (3.0, InverseGaussian())]
)
def test_special_powers(power, special, y):
    general, special = Tweedie(power).record(), special.record()
    for p in (-3.0, 0.0, 2.0):
        for name in ("value", "slope", "curvature"):
            expected = getattr(special, name)(y, p)
            assert getattr(general, name)(y, p) == pytest.approx(expected, rel=1e-10)
        q = 0.3 * special.slope(y, p)
        if power > 2:  # not convex
            continue
        assert general.gap(y, p, q) == pytest.approx(special.gap(y, p, q), rel=1e-10)


@pytest.mark.parametrize("power", [1.0, 1.5, 2.0, 2.5, 3.0])
def test_deviances_are_scikit_learns(power):
    y, p = np.array([0.3, 1.0, 20.0]), np.array([-1.0, 0.5, 2.0])
    record = Tweedie(power).record()
    values = [record.value(a, b) for a, b in zip(y, p, strict=True)]
    expected = mean_tweedie_deviance(y, np.exp(p), power=power) / 2
    assert np.mean(values) == pytest.approx(expected, rel=1e-12)


def test_negative_binomial_tends_to_poisson():
    near, poisson = NegativeBinomial(1e-7).record(), Poisson().record()
    for y in (0.0, 2.0, 9.0):
        for p in (-2.0, 0.0, 1.5):
            assert near.value(y, p) == pytest.approx(poisson.value(y, p), abs=1e-4)


@pytest.mark.parametrize(
    "loss",
    [PseudoHuber(0.0), LogCosh(-1.0), Tweedie(0.5), Tweedie("a"), NegativeBinomial(0)],
)
def test_parameters_are_checked(loss):
    name = next(iter(loss.get_params()))
    with pytest.raises(ValueError, match=f"{type(loss).__name__} needs {name}"):
        loss.check(np.ones(3))


STARTS = [Squared(), Huber(), Poisson(), Logistic(), Gamma(), Tweedie(1.5),
          NegativeBinomial(), Binomial(), InverseGaussian()]  # fmt: skip


@pytest.mark.parametrize("loss", STARTS, ids=repr)
def test_start_is_near_the_best_constant(loss):
    y = np.array([1.0, 1.0, -1.0]) if loss.labels else np.array([0.8, 0.9, 0.7])
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
