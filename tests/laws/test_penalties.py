"""The laws of penalties."""

import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone

from skopt_solvers._compile import readonly
from skopt_solvers.kernels import penalties as kernels
from skopt_solvers.penalties import (
    L0L2,
    L1,
    L2,
    MCP,
    SCAD,
    Box,
    ElasticNet,
    LogSum,
    Lq,
    NoPenalty,
    Penalty,
)
from skopt_solvers.testing import check_penalty

BAD = [
    (L1(alpha=-1.0), r"L1 needs a number alpha >= 0; got alpha=-1\.0"),
    (L1(alpha=math.nan), r"alpha >= 0; got alpha=nan"),
    (L1(alpha=math.inf), r"alpha >= 0; got alpha=inf"),
    (L2(alpha=None), r"L2 needs a number alpha >= 0; got alpha=None"),
    (ElasticNet(alpha="a"), r"ElasticNet needs a number alpha >= 0; got alpha='a'"),
    (
        ElasticNet(l1_ratio=1.01),
        r"l1_ratio to be a number in \[0.0, 1.0\]; got .*=1.01",
    ),
    (ElasticNet(l1_ratio=-0.1), r"l1_ratio to be .*; got l1_ratio=-0.1"),
    (ElasticNet(l1_ratio=None), r"l1_ratio to be .*; got l1_ratio=None"),
    (ElasticNet(l1_ratio=math.nan), r"l1_ratio to be .*; got l1_ratio=nan"),
    (L1(weights=[1.0, 2.0]), r"L1 needs one weight per column, shape \(3,\); .*\(2,\)"),
    (L2(weights=[[1.0, 2.0, 3.0]]), r"L2 needs one weight per column.*\(1, 3\)"),
    (L1(weights=[]), r"L1 needs one weight per column.*\(0,\)"),
    (L1(weights=2.0), r"L1 needs one weight per column.*got shape \(\)"),
    (L1(weights=[1.0, -1.0, 0.0]), r"at least zero; weights\[1\] is -1\.0"),
    (L2(weights=[1.0, 1.0, math.nan]), r"at least zero; weights\[2\] is nan"),
    (L2(weights=[math.inf, 1.0, 1.0]), r"finite and .*; weights\[0\] is inf"),
    (L1(weights=["a", "b", "c"]), r"L1 needs weights to be numbers; got weights=\['a'"),
    (L1(positive="no"), r"L1 needs positive to be True or False; got positive='no'"),
    (L2(positive=2), r"L2 needs positive to be True or False; got positive=2"),
    (ElasticNet(positive=None), r"ElasticNet needs positive .*; got positive=None"),
    (Box(low=2.0, high=1.0), r"Box needs low <= high.*got low=2\.0, high=1\.0"),
    (Box(low=math.nan), r"Box needs low <= high.*got low=nan"),
    (Box(low=math.inf, high=math.inf), r"a number between them.*low=inf, high=inf"),
    (Box(low=[0.0, 0.0]), r"Box needs low as a number or one per column.*\(2,\)"),
    (Box(high="a"), r"Box needs high to be numbers; got high='a'"),
    (MCP(alpha=-1.0), r"MCP needs a number alpha >= 0; got alpha=-1\.0"),
    (MCP(gamma=0.0), r"MCP needs gamma to be a number greater than 0; got gamma=0\.0"),
    (SCAD(gamma=1.0), r"SCAD needs gamma to be .* greater than 1; got gamma=1\.0"),
    (SCAD(positive=1), r"SCAD needs positive to be True or False; got positive=1"),
    (LogSum(eps=0.0), r"LogSum needs eps to be .* greater than 0; got eps=0\.0"),
    (LogSum(weights=[1.0]), r"LogSum needs one weight per column.*\(1,\)"),
    (Lq(q=1.0), r"Lq needs q to be a number in \(0\.0, 1\.0\); got q=1\.0"),
    (L0L2(ridge=-1.0), r"L0L2 needs ridge to be .* at least 0; got ridge=-1\.0"),
    (L0L2(weights=[1.0, -1.0, 0.0]), r"at least zero; weights\[1\] is -1\.0"),
]

NUMBERS = """
import json
import math
import numpy as np
from skopt_solvers._compile import readonly
from skopt_solvers.kernels import penalties as kernels
from skopt_solvers.penalties import *

out, z = [], readonly(np.linspace(-3.0, 3.0, 61))
steps = readonly(np.full(61, 0.7))
free = readonly(np.zeros(1, bool))
parts = [NoPenalty(), L1(0.4), L2(0.4, positive=True), ElasticNet(0.7, 0.3), Box(-1, 2)]
parts += [MCP(0.4), SCAD(0.4), LogSum(0.4, 0.1), Lq(0.4), Lq(0.4, 2 / 3), L0L2(0.4)]
for penalty in parts:
    record = penalty.record()
    w = readonly(kernels.proxes(record, z, steps, 61))
    v = readonly(np.clip(z, -0.3, 0.3))
    out += [*w, *kernels.violations(record, w, z, 61), kernels.costs(record, w, 61)]
    out += [*kernels.slopes(record, w, 61), *kernels.curvatures(record, w, 61)]
    out += [kernels.shrinkage(record, z, 1.0, free, 61)]
    if penalty.convex:
        out += [*kernels.along(record, w, w, 0.3, 61)]
    if penalty.dual(1) and not penalty.free(1).any():
        out.append(kernels.gaps(record, w, v, free, 0.9, 61))
print(json.dumps([float(each) for each in out]))
"""


def numbers(**environment):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", NUMBERS],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return np.array(json.loads(done.stdout))


def test_laws(any_penalty):
    check_penalty(any_penalty)


def test_without_compiler_the_numbers_are_the_same():
    np.testing.assert_allclose(numbers(), numbers(NUMBA_DISABLE_JIT="1"), rtol=1e-13)


# -- formulas --------------------------------------------------------------------------


def test_costs_are_those_of_the_docstrings():
    w, u = np.array([-1.5, 0.0, 2.0]), np.array([0.0, 1.0, 2.5])
    l1, l2 = np.abs(w) @ u, w**2 @ u / 2
    pairs = [
        (NoPenalty(), 0.0),
        (L1(0.3, weights=u), 0.3 * l1),
        (L2(0.3, weights=u), 0.3 * l2),
        (ElasticNet(0.3, 0.2, weights=u), 0.3 * (0.2 * l1 + 0.8 * l2)),
        (L1(0.3, positive=True), math.inf),
        (Box(-2.0, 2.0), 0.0),
        (Box(-1.0, 2.0), math.inf),
    ]
    for penalty, expected in pairs:
        record = penalty.record(n_columns=3)
        assert kernels.costs(record, readonly(w), 1) == pytest.approx(expected)


@pytest.mark.parametrize("z", [-2.0, -0.3, 0.0, 0.2, 5.0])
@pytest.mark.parametrize("step", [0.1, 1.0, 4.0])
def test_proxes_are_those_of_the_docstrings(z, step):
    soft = math.copysign(max(abs(z) - step * 0.4 * 0.25, 0.0), z)
    pairs = [
        (NoPenalty(), z),
        (L1(0.1), math.copysign(max(abs(z) - step * 0.1, 0.0), z)),
        (L1(0.1, positive=True), max(z - step * 0.1, 0.0)),
        (L2(0.3), z / (1 + step * 0.3)),
        (L2(0.3, positive=True), max(z, 0.0) / (1 + step * 0.3)),
        (ElasticNet(0.4, 0.25), soft / (1 + step * 0.4 * 0.75)),
        (Box(-0.5, 2.0), min(max(z, -0.5), 2.0)),
    ]
    for penalty, expected in pairs:
        assert penalty.record().prox(z, step, 0) == pytest.approx(expected, abs=1e-16)


@pytest.mark.parametrize(
    ("penalty", "v", "conjugate"),
    [
        (L1(0.5), [-0.5, 0.2, 0.5], lambda v: 0.0),
        (L1(0.5, positive=True), [-40.0, 0.0, 0.5], lambda v: 0.0),
        (L2(0.5), [-2.0, 0.0, 3.0], lambda v: v * v),
        (L2(0.5, positive=True), [-2.0, 0.0, 3.0], lambda v: max(v, 0) ** 2),
        (ElasticNet(1.0, 0.5), [-2.0, 0.3, 3.0], lambda v: max(abs(v) - 0.5, 0) ** 2),
        (Box(-1.0, 2.0), [-3.0, 0.0, 4.0], lambda v: max(-v, 2 * v)),
    ],
    ids=lambda each: "" if callable(each) else repr(each),
)
def test_conjugates(penalty, v, conjugate):
    """The gap is cost + conjugate - w v, the conjugate a maximum over a fine grid."""
    record, grid = penalty.record(), np.linspace(-20.0, 20.0, 40_001)
    costs = np.array([record.cost(w, 0) for w in grid])
    for each in v:
        maximum = np.max(each * grid - costs)
        assert maximum == pytest.approx(conjugate(each), abs=1e-6)
        for w in grid[np.isfinite(costs)][::997]:
            expected = record.cost(w, 0) + conjugate(each) - w * each
            assert record.gap(w, each, 0) == pytest.approx(expected, abs=1e-12)


def test_infeasible_slopes_and_coefficients_have_an_infinite_gap():
    assert L1(0.5).record().gap(1.0, 0.51, 0) == math.inf
    assert L1(0.5).record().gap(1.0, -0.51, 0) == math.inf
    assert L1(0.5, positive=True).record().gap(1.0, 0.51, 0) == math.inf
    assert L1(0.5, positive=True).record().gap(-1.0, 0.1, 0) == math.inf
    assert NoPenalty().record().gap(1.0, 0.1, 0) == math.inf
    assert Box(0.0, 1.0).record().gap(1.1, 0.1, 0) == math.inf
    assert L1(0.5).record().gap(0.0, 0.5 * (1 + 1e-15), 0) >= 0  # rounding is forgiven


def test_weight_zero_means_unpenalised():
    for penalty in (L1(2.0), L2(2.0), ElasticNet(2.0)):
        penalty.set_params(weights=[0.0, 1.0, 0.0])
        assert penalty.free(3).tolist() == [True, False, True]
        assert penalty.dual(3)
        record = penalty.record(n_columns=3)
        assert record.prox(-3.0, 1.0, 0) == -3.0 and record.cost(-3.0, 0) == 0.0
        assert abs(record.prox(-3.0, 1.0, 1)) < 3.0 and record.cost(-3.0, 1) > 0.0
        bounded = clone(penalty).set_params(positive=True)
        assert not bounded.free(3).any() and not bounded.dual(3)


def test_smooth_where_it_says_so():
    smooth = [NoPenalty(), L2(), L2(weights=[0, 1, 2]), ElasticNet(l1_ratio=0.0)]
    smooth += [L1(0.0), Box(-np.inf, np.inf), L1(weights=[0.0, 0.0])]
    assert all(penalty.smooth for penalty in smooth)
    rough = [L1(), L2(positive=True), ElasticNet(), Box(), L1(weights=[0.0, 1.0])]
    rough += [Box(low=[-np.inf, 0.0], high=np.inf), L1(0.0, positive=True)]
    assert not any(penalty.smooth for penalty in rough)


# -- records ---------------------------------------------------------------------------


def test_all_piecewise_penalties_are_one_compilation(any_penalty):
    record = any_penalty.record(n_columns=3)
    alike = type(record) is type(L1().record())
    assert alike == any_penalty.piecewise == any_penalty.convex
    arrays = [field for field in record if isinstance(field, np.ndarray)]
    assert arrays and not any(array.flags.writeable for array in arrays)


def test_float32_records(any_penalty):
    single = any_penalty.record(np.float32, n_columns=3)
    double = any_penalty.record(n_columns=3)
    kinds = {np.asarray(field).dtype for field in single}
    assert kinds - {np.dtype(bool)} == {np.dtype(np.float32)}
    z = np.linspace(-4.0, 4.0, 33)
    for j in range(3):
        found = [single.prox(np.float32(each), np.float32(0.7), j) for each in z]
        expected = [double.prox(each, 0.7, j) for each in z]
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_records_do_not_follow_the_caller():
    weights = np.ones(3)
    record = L1(weights=weights).record(n_columns=3)
    before = record.level.copy()
    weights[:] = 7.0
    np.testing.assert_array_equal(record.level, before)


@pytest.mark.parametrize(("penalty", "message"), BAD, ids=lambda each: repr(each)[:60])
def test_bad_parameters_are_named(penalty, message):
    for door in (penalty.check, lambda n: penalty.record(n_columns=n)):
        with pytest.raises(ValueError, match=message):
            door(3)


@pytest.mark.parametrize("law", ["prox", "violation", "gap", "shrink"])
def test_a_broken_penalty_is_found(law):
    """The laws can fail: each method off by a little breaks one."""

    def prox(self, z, step, j):
        return math.copysign(max(abs(z) - 1.001 * step * self.level[j], 0.0), z)

    def violation(self, w, g, j):
        return abs(g) * 1e-3

    def gap(self, w, v, j):
        return 1.001 * (self.level[j] * abs(w) - w * v)

    def shrink(self, v, j):
        return 1.0

    bent = {"prox": prox, "violation": violation, "gap": gap, "shrink": shrink}[law]
    crooked = type("Crooked", (L1,), {"__module__": __name__, law: bent})
    with pytest.raises(AssertionError, match=r"breaks the law that .*=") as error:
        check_penalty(crooked())
    assert "Crooked()" in str(error.value)


def test_a_penalty_of_three_methods_obeys_the_laws():
    """What a user writes: no certificate, not convex."""

    class Capped(Penalty):
        convex = False

        def __init__(self, alpha=1.0):
            self.alpha = alpha

        def cost(self, w, j):
            return self.alpha if w != 0.0 else 0.0

        def prox(self, z, step, j):
            return z if z * z > 2.0 * step * self.alpha else 0.0 * z

        def violation(self, w, g, j):
            return abs(g) if w != 0.0 else 0.0

    check_penalty(Capped(0.5))
