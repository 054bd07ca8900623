"""The laws of schedules."""

import math
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

import skopt_solvers.schedules as module
from skopt_solvers.schedules import (
    Chain,
    Constant,
    CosineAnnealing,
    CosineRestarts,
    Cyclic,
    ExponentialDecay,
    FromCallable,
    InverseSqrt,
    InverseTime,
    LinearDecay,
    OneCycle,
    Piecewise,
    PolynomialDecay,
    Product,
    ReduceOnPlateau,
    Schedule,
    Searched,
    StepDecay,
    Warmup,
    as_schedule,
)
from skopt_solvers.testing import check_schedule

UPDATES, PER_EPOCH = 120, 10
WHOLE = np.arange(1, 2 * UPDATES + 1)  # a run, and as much again past its end


def halved(k):
    return 0.5 ** (k / 20)


def first_five(k):
    return 1.0 if k < 5 else 0.1


EXAMPLES = [
    Constant(),
    ReduceOnPlateau(),
    Searched(),
    StepDecay(),
    StepDecay(step_size=7, gamma=0.3),
    Piecewise(),
    Piecewise([3, 40.5, 41], gamma=0.5),
    Piecewise([]),
    ExponentialDecay(),
    ExponentialDecay(gamma=0.97),
    PolynomialDecay(),
    PolynomialDecay(total=33, power=0.7, end=0.1),
    LinearDecay(),
    LinearDecay(total=50, end=0.2),
    InverseSqrt(),
    InverseSqrt(t0=3),
    InverseTime(),
    InverseTime(decay=0.05),
    Cyclic(),
    Cyclic(period_up=9, period_down=4, mode="triangular2", low=0.0),
    Cyclic(period_up=7.3, mode="exp_range", gamma=0.99),
    CosineAnnealing(),
    CosineAnnealing(period=20, end=0.05),
    CosineRestarts(),
    CosineRestarts(period=9, mult=2, end=0.01),
    CosineRestarts(period=6.5, mult=1.5),
    OneCycle(),
    OneCycle(total=40, three_phase=True, anneal="linear"),
    OneCycle(total=5, pct_start=0.2),
    Warmup(),
    Warmup(steps=2.5, start=1 / 3, schedule=CosineAnnealing(end=0.1)),
    Warmup(steps=5, schedule=halved),
    Chain([Warmup(), halved, CosineAnnealing(), None]),
    Chain([StepDecay(3), LinearDecay()], milestones=[17.5]),
    Product([StepDecay(), ExponentialDecay(), first_five]),
    FromCallable(halved),
    FromCallable(first_five),
]

# In epochs of PER_EPOCH updates, and the same in updates.
EPOCHS = [
    (ReduceOnPlateau(), ReduceOnPlateau(per="update")),
    (Searched(), Searched(per="update")),
    (Constant(per="epoch"), Constant()),
    (StepDecay(0.3, per="epoch"), StepDecay(3)),
    (Piecewise([1, 2.7], per="epoch"), Piecewise([10, 27])),
    (ExponentialDecay(0.5, per="epoch"), ExponentialDecay(0.5**0.1)),
    (PolynomialDecay(3.3, 2, per="epoch"), PolynomialDecay(33, 2)),
    (LinearDecay(0.7, per="epoch"), LinearDecay(7)),
    (InverseSqrt(0.5, per="epoch"), InverseSqrt(5)),
    (InverseTime(0.5, per="epoch"), InverseTime(0.05)),
    (
        Cyclic(0.7, 1.1, "exp_range", gamma=0.5, per="epoch"),
        Cyclic(7, 11, "exp_range", gamma=0.5**0.1),
    ),
    (CosineAnnealing(2.1, per="epoch"), CosineAnnealing(21)),
    (CosineRestarts(1.1, 2, per="epoch"), CosineRestarts(11, 2)),
    (OneCycle(4.1, per="epoch"), OneCycle(41)),
    (Warmup(0.6, schedule=StepDecay(3), per="epoch"), Warmup(6, schedule=StepDecay(3))),
    (
        Chain([None, StepDecay(1, per="epoch")], [0.6], per="epoch"),
        Chain([None, StepDecay(10)], [6]),
    ),
    (Product([StepDecay(1, per="epoch")], per="epoch"), Product([StepDecay(10)])),
    (FromCallable(halved, per="epoch"), FromCallable(lambda k: halved(k / 10))),
]


def concrete(family):
    for child in family.__subclasses__():
        yield from concrete(child)
        if (
            child.__module__.startswith("skopt_solvers")
            and not child.__abstractmethods__
        ):
            yield child


def bound(schedule):
    return schedule.bound(UPDATES, PER_EPOCH)


def whole(schedule):
    return bound(schedule).factors(WHOLE)


def name(value):
    return type(value).__name__


def shown(value):
    """An id that is the same in every process: functions print their address."""
    return re.sub(r" at 0x\w+", "", repr(value))[:100]


every_example = pytest.mark.parametrize("schedule", EXAMPLES, ids=shown)
every_class = pytest.mark.parametrize(
    "schedule", {type(each): each for each in EXAMPLES}.values(), ids=name
)


# ---------------------------------------------------------------- the family


def test_every_class_is_exported_and_has_examples():
    classes = set(concrete(Schedule))
    assert classes == {type(each) for each in EXAMPLES}
    assert classes == {type(epochs) for epochs, _ in EPOCHS}
    names = {each.__name__ for each in classes} | {"Schedule", "as_schedule"}
    assert sorted(names) == sorted(module.__all__)


@pytest.mark.parametrize("family", sorted(concrete(Schedule), key=lambda c: c.__name__))
def test_every_class_is_documented(family):
    doc = family.__doc__
    for part in ("``factor", "Parameters\n", "Notes\n", "References\n", "Examples\n"):
        assert part in doc
    for parameter in family._get_param_names():
        assert f"\n    {parameter} : " in doc


def test_no_class_overrides_a_concrete_method():
    for family in concrete(Schedule):
        assert not {"factors", "bound"} & set(vars(family))


@every_example
def test_public_laws(schedule):
    check_schedule(schedule)


# ---------------------------------------------------------------- the factors


@every_example
def test_factors_are_finite_nonnegative_float64(schedule):
    far = np.array([1, 2, 10**3, 10**6, 10**9])
    for t in (WHOLE, far):
        factors = bound(schedule).factors(t)
        assert factors.dtype == np.float64
        assert np.isfinite(factors).all() and (factors >= 0).all()
        assert factors.max() <= 1


@every_example
@given(t=st.lists(st.integers(1, len(WHOLE)), max_size=12))
@settings(deadline=None, max_examples=25)
def test_factors_are_pure(schedule, t):
    ready = bound(schedule)
    t = np.array(t, dtype=np.int64)
    t.flags.writeable = False
    once, twice = ready.factors(t), ready.factors(t)
    assert_array_equal(once, twice)
    assert_allclose(once, ready.factors(WHOLE)[t - 1], rtol=1e-14, atol=1e-17)


@every_example
@given(start=st.integers(1, 150), length=st.integers(0, 80))
@settings(deadline=None, max_examples=25)
def test_slices_equal_the_whole(schedule, start, length):
    piece = bound(schedule).factors(np.arange(start, start + length))
    expected = whole(schedule)[start - 1 : start - 1 + length]
    assert_allclose(piece, expected, rtol=1e-14, atol=1e-17)


@every_example
@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint32])
def test_shape_is_kept(schedule, dtype):
    t = WHOLE.astype(dtype)
    flat = whole(schedule)
    assert_array_equal(bound(schedule).factors(t.reshape(6, -1)), flat.reshape(6, -1))
    assert bound(schedule).factors(dtype(3)).shape == ()
    assert bound(schedule).factors([]).shape == (0,)


@every_class
@pytest.mark.parametrize("t", [0, [1, -3], [1.5], ["1"], [True]])
def test_update_counts_are_integers_from_one(schedule, t):
    with pytest.raises(ValueError, match=r"^t .*; got|^t counts"):
        bound(schedule).factors(t)


# ---------------------------------------------------------------- the object


@every_example
def test_clone_and_pickle_keep_the_factors(schedule):
    for twin in (clone(schedule), pickle.loads(pickle.dumps(schedule))):
        assert twin is not schedule
        assert_array_equal(whole(twin), whole(schedule))
    ready = pickle.loads(pickle.dumps(bound(schedule)))
    assert_array_equal(ready.factors(WHOLE), whole(schedule))


@every_example
def test_constructor_only_stores(schedule):
    marks = {each: object() for each in schedule.get_params(deep=False)}
    made = type(schedule)(**marks)
    assert all(getattr(made, each) is mark for each, mark in marks.items())


@every_example
def test_bound_leaves_the_original_and_is_idempotent(schedule):
    before = repr(schedule.get_params())
    ready = bound(schedule)
    assert ready is not schedule and type(ready) is type(schedule)
    assert repr(schedule.get_params()) == before
    assert ready.per == "update"
    again = ready.bound(7, 3)
    assert_array_equal(again.factors(WHOLE), ready.factors(WHOLE))


@pytest.mark.parametrize(("epochs", "updates"), EPOCHS, ids=lambda s: name(s))
def test_epochs_are_scaled_updates(epochs, updates):
    assert_allclose(whole(epochs), whole(updates), rtol=1e-13, atol=1e-16)
    with pytest.raises(ValueError, match=r"per='epoch' .* call bound"):
        epochs.factors(WHOLE)


def test_nested_parameters_are_searchable():
    schedule = Warmup(schedule=StepDecay())
    assert schedule.get_params()["schedule__gamma"] == 0.1
    schedule.set_params(schedule__gamma=0.5, schedule__step_size=2, steps=1)
    expected = [1, 1, 1, 0.5, 0.5, 0.25]
    assert_array_equal(schedule.factors(np.arange(1, 7)), expected)


def test_horizons_inside_are_what_is_left():
    run = np.arange(1, 11)
    ramp = Warmup(4, schedule=LinearDecay()).bound(10, 5).factors(run)
    assert_allclose(ramp[4:], 1 - np.arange(6) / 6)
    chain = Chain([LinearDecay(), LinearDecay()], [4]).bound(10, 5).factors(run)
    assert_allclose(chain, np.r_[1 - np.arange(4) / 4, 1 - np.arange(6) / 6])
    product = Product([LinearDecay(), LinearDecay()]).bound(10, 5).factors(run)
    assert_allclose(product, (1 - np.arange(10) / 10) ** 2)


def test_parts_whose_turn_never_comes_are_allowed():
    late = Chain([Constant(), Warmup(50, schedule=LinearDecay())], [30])
    assert_array_equal(late.bound(5, 5).factors([1, 2, 3, 4, 5]), np.ones(5))


@pytest.mark.parametrize("updates", [1, 2, 3])
@every_example
def test_the_shortest_runs_are_allowed(schedule, updates):
    factors = schedule.bound(updates, 1).factors(np.arange(1, updates + 1))
    assert np.isfinite(factors).all()


# ---------------------------------------------------------------- refusals


@every_class
@pytest.mark.parametrize("value", [math.nan, -1.0, 1j, "bad", object()], ids=name)
def test_hostile_values_are_named(schedule, value):
    for parameter in schedule.get_params(deep=False):
        hostile = clone(schedule).set_params(**{parameter: value})
        message = rf"^{name(schedule)}: {parameter} must be .*; got "
        with pytest.raises(ValueError, match=message):
            bound(hostile)
        with pytest.raises(ValueError, match=message):
            hostile.factors(WHOLE)


@pytest.mark.parametrize(
    ("schedule", "parameter"),
    [
        (StepDecay(step_size=0), "step_size"),
        (StepDecay(step_size=math.inf), "step_size"),
        (StepDecay(step_size=10**400), "step_size"),
        (StepDecay(step_size=True), "step_size"),
        (StepDecay(gamma=0), "gamma"),
        (StepDecay(gamma=1.1), "gamma"),
        (StepDecay(gamma=None), "gamma"),
        (StepDecay(per="epochs"), "per"),
        (Piecewise([2, 2]), "milestones"),
        (Piecewise([3, 2]), "milestones"),
        (Piecewise([0, 2]), "milestones"),
        (Piecewise("12"), "milestones"),
        (ExponentialDecay(1.01), "gamma"),
        (PolynomialDecay(power=0), "power"),
        (LinearDecay(end=1.5), "end"),
        (InverseSqrt(t0=0), "t0"),
        (Cyclic(period_up=None), "period_up"),
        (Cyclic(period_down=0), "period_down"),
        (Cyclic(mode=None), "mode"),
        (CosineRestarts(mult=0.5), "mult"),
        (OneCycle(div=0.5), "div"),
        (OneCycle(pct_start=0.6, three_phase=True), "pct_start"),
        (OneCycle(anneal="sin"), "anneal"),
        (Warmup(schedule=StepDecay), "schedule"),
        (Chain([]), "schedules"),
        (Chain([Constant(), "cosine"]), "schedules"),
        (Chain([Constant(), None], milestones=[1, 2]), "milestones"),
        (Chain([Constant(), None], milestones=[]), "milestones"),
        (Product(()), "schedules"),
        (Product(Constant()), "schedules"),
        (FromCallable(None), "function"),
    ],
    ids=shown,
)
def test_values_out_of_range_are_named(schedule, parameter):
    with pytest.raises(ValueError, match=f"^{name(schedule)}: {parameter} must be "):
        bound(schedule)


def test_parts_are_checked_too():
    for schedule in (
        Warmup(5, schedule=StepDecay(gamma=-1)),
        Chain([StepDecay(gamma=-1)], []),
        Product([Product([StepDecay(gamma=-1)])]),
    ):
        with pytest.raises(ValueError, match=r"^StepDecay: gamma must be .*got -1"):
            bound(schedule)


@pytest.mark.parametrize(
    "schedule",
    [
        StepDecay(),
        Piecewise(),
        ExponentialDecay(),
        PolynomialDecay(),
        LinearDecay(),
        InverseSqrt(),
        InverseTime(),
        CosineAnnealing(),
        CosineRestarts(),
        OneCycle(),
        Warmup(),
        Warmup(5, schedule=LinearDecay()),
        Chain([None, None]),
        Product([LinearDecay()]),
    ],
    ids=shown,
)
def test_open_horizons_ask_for_bound(schedule):
    with pytest.raises(ValueError, match=r"=None depends on the run; call bound"):
        schedule.factors(WHOLE)


@pytest.mark.parametrize("updates", [0, -1, math.nan, None, "9"])
def test_bound_checks_the_run(updates):
    with pytest.raises(ValueError, match="LinearDecay: updates must be"):
        LinearDecay().bound(updates, 1)
    with pytest.raises(ValueError, match="LinearDecay: per_epoch must be"):
        LinearDecay().bound(10, updates)


# ---------------------------------------------------------------- callables


def test_the_door():
    schedule = StepDecay()
    assert as_schedule(schedule) is schedule
    assert type(as_schedule(None)) is Constant
    assert_array_equal(as_schedule(halved).factors(WHOLE), halved(WHOLE - 1))
    for value in ("cosine", 0.5, [0.1, 0.2], object()):
        with pytest.raises(TypeError, match=r"must be a Schedule, a callable .*; got"):
            as_schedule(value)
    with pytest.raises(TypeError, match="call it"):
        as_schedule(StepDecay)


@pytest.mark.parametrize(
    "function",
    [
        lambda k: 1 / (1 + k),
        lambda k: 1 / math.sqrt(1 + k),
        lambda k: 0.5 if k > 3 else 1,
        lambda k: 2**-k,
        lambda k: [1.0, 0.5, 0.25, 0.1, 0.1, 0.1, 0.1, 0.1][min(k, 7)],
        lambda k: np.float32(0.5),
        lambda k: 0.5,
    ],
)
def test_callables_for_arrays_and_for_numbers(function):
    expected = [float(function(k)) for k in range(10)]
    made = FromCallable(function)
    assert_allclose(made.factors(np.arange(1, 11)), expected, rtol=1e-15)
    assert_allclose(made.factors(4), expected[3], rtol=1e-15)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -0.1])
def test_callables_with_bad_factors_are_refused(bad):
    made = FromCallable(lambda k: np.where(k == 2, bad, 1.0))
    with pytest.raises(ValueError, match=r"FromCallable: function .* at k = 2"):
        made.factors(np.arange(1, 6))


def test_errors_of_a_callable_are_its_own():
    with pytest.raises(ZeroDivisionError):
        FromCallable(lambda k: 1 // (int(k) - int(k))).factors([1, 2])
    with pytest.raises(TypeError, match="argument"):
        FromCallable(lambda: 1).factors([1, 2])


def test_linear_is_polynomial_of_power_one():
    linear, polynomial = LinearDecay(end=0.3), PolynomialDecay(end=0.3)
    assert_allclose(whole(linear), whole(polynomial), rtol=1e-14)
