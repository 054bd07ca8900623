"""Example parts: every concrete public class is under test as soon as it exists."""

import math
import sys

import pytest

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
    MultiSquared,
    NegativeBinomial,
    Poisson,
    PseudoHuber,
    Quantile,
    Squared,
    SquaredHinge,
    Tweedie,
    VectorLoss,
)
from skopt_solvers.penalties import (
    L0L2,
    L1,
    L2,
    MCP,
    SCAD,
    SLOPE,
    BlockPenalty,
    Box,
    ElasticNet,
    FusedLasso,
    GroupLasso,
    LogSum,
    Lq,
    NoPenalty,
    Penalty,
    SparseGroupLasso,
)

# Penalties with one number per column have three columns, those of blocks five.
TABLE = {
    Squared: [Squared()],
    Logistic: [Logistic()],
    SquaredHinge: [SquaredHinge()],
    Huber: [Huber(), Huber(delta=0.3), Huber(delta=2.0, scale="joint")],
    Hinge: [Hinge()],
    Quantile: [Quantile(), Quantile(0.1)],
    ModifiedHuber: [ModifiedHuber()],
    PseudoHuber: [PseudoHuber(), PseudoHuber(delta=0.2)],
    LogCosh: [LogCosh(), LogCosh(delta=0.3)],
    Poisson: [Poisson()],
    Gamma: [Gamma()],
    InverseGaussian: [InverseGaussian()],
    Tweedie: [Tweedie(power) for power in (1.0, 1.1, 1.5, 1.9, 2.0, 2.5, 3.0)],
    NegativeBinomial: [NegativeBinomial(), NegativeBinomial(dispersion=0.1)],
    Binomial: [Binomial()],
    Multinomial: [Multinomial()],
    MultiSquared: [MultiSquared()],
    NoPenalty: [NoPenalty()],
    L1: [
        L1(),
        L1(0.0),
        L1(0.3, weights=[0.0, 1.0, 2.5]),
        L1(0.3, positive=True),
        L1(0.3, weights=[0.0, 1.0, 2.5], positive=True),
    ],
    L2: [L2(), L2(0.3, weights=[0.0, 1.0, 2.5]), L2(0.3, positive=True)],
    ElasticNet: [
        ElasticNet(),
        ElasticNet(0.3, l1_ratio=0.0),
        ElasticNet(0.3, l1_ratio=1.0),
        ElasticNet(0.3, 0.9, weights=[0.0, 1.0, 2.5]),
        ElasticNet(0.3, 0.1, positive=True),
    ],
    Box: [
        Box(),
        Box(low=0.0, high=math.inf),
        Box(low=-math.inf, high=math.inf),
        Box(low=[-1.0, 0.0, 1.0], high=[1.0, 0.0, 3.0]),
        Box(low=[-math.inf, -0.2, 0.0], high=[-1.0, math.inf, 0.5]),
    ],
    GroupLasso: [
        GroupLasso(),
        GroupLasso(0.3, groups=[0, 1, 0, 1, 1]),
        GroupLasso(2.0, groups=[[4, 0], [1, 2, 3]], weights=[0.0, 1.5]),
    ],
    SLOPE: [
        SLOPE(),
        SLOPE(0.3, lambdas=[3.0, 1.0, 1.0, 0.5, 0.0]),
        SLOPE(0.3, lambdas=[1.0, 1.0, 1.0, 1.0, 1.0]),
    ],
    FusedLasso: [FusedLasso(), FusedLasso(0.3, 0.0), FusedLasso(0.3, 1.0)],
    SparseGroupLasso: [
        SparseGroupLasso(groups=[0, 0, 0, 1, 1]),
        SparseGroupLasso(0.3, 0.0, groups=[[0, 1, 2, 3, 4]]),
        SparseGroupLasso(0.3, 1.0, groups=[[0, 1, 2, 3, 4]]),
        SparseGroupLasso(0.7, 0.2, groups=[1, 0, 1, 0, 0], weights=[0.0, 1.5]),
    ],
    # gamma below a step, so that the prox jumps; eps and q at both ends
    MCP: [MCP(), MCP(0.3, 0.5), MCP(0.3, 1.5, [0.0, 1.0, 2.5]), MCP(positive=True)],
    SCAD: [SCAD(), SCAD(0.3, 1.3, [0.0, 1.0, 2.5]), SCAD(0.0), SCAD(positive=True)],
    LogSum: [LogSum(), LogSum(2.0, 0.01), LogSum(0.3, 2.0, [0.0, 1.0, 2.5], True)],
    Lq: [Lq(), Lq(0.3, 2 / 3, [0.0, 1.0, 2.5]), Lq(q=0.9), Lq(q=0.1, positive=True)],
    L0L2: [L0L2(), L0L2(0.3, 0.5, [0.0, 1.0, 2.5]), L0L2(0.0, 1.0, positive=True)],
}


def abstract(cls):
    """Whether a method of `cls` waits to be written."""
    members = (getattr(cls, name, None) for name in dir(cls))
    return any(getattr(member, "__isabstractmethod__", False) for member in members)


def concrete(family):
    """The package's public subclasses of `family` that can be made."""
    found = []
    for child in family.__subclasses__():
        found += concrete(child)
        ours = child.__module__.startswith("skopt_solvers.")
        if ours and not abstract(child) and not child.__name__.startswith("_"):
            found.append(child)
    return sorted(set(found), key=lambda each: each.__name__)


def examples(family):
    """The examples of every concrete class; its default where the table has none."""
    return [part for cls in concrete(family) for part in TABLE.get(cls) or [cls()]]


@pytest.fixture(scope="session")
def example_classes():
    """The classes that have examples, and those of each family in the package."""
    families = Loss, VectorLoss, Penalty, BlockPenalty
    return set(TABLE), {cls for family in families for cls in concrete(family)}


@pytest.fixture(params=examples(Loss), ids=repr)
def any_loss(request):
    return request.param


@pytest.fixture(params=examples(VectorLoss), ids=repr)
def any_vector_loss(request):
    return request.param


@pytest.fixture(params=examples(Penalty), ids=repr)
def any_penalty(request):
    return request.param


@pytest.fixture(params=examples(BlockPenalty), ids=repr)
def any_block_penalty(request):
    return request.param


@pytest.fixture(params=[p for p in examples(Penalty) if p.piecewise], ids=repr)
def any_piecewise(request):
    return request.param


@pytest.fixture(autouse=True)
def no_interrupt_before(monkeypatch):
    """A second interrupt within two seconds is not caught; tests follow faster."""
    # the module, which the function of the same name hides
    monkeypatch.setattr(sys.modules["skopt_solvers.run"], "_interrupts", [])
