"""What a part may be made of, and what becomes of it in a kernel."""

import copy
import functools
import math
import pickle
from abc import abstractmethod

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core import config
from sklearn.base import BaseEstimator, clone

from skopt_solvers import _compile
from skopt_solvers._compile import (
    Compiled,
    Record,
    bits_from_float,
    float_from_bits,
    kernel,
    readonly,
)


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    chosen, config.CACHE_DIR = config.CACHE_DIR, str(tmp_path_factory.mktemp("cache"))
    _compile.cache_directory.cache_clear()
    yield
    config.CACHE_DIR = chosen
    _compile.cache_directory.cache_clear()


class Cost(Compiled, native=("cost", "twice")):
    """The family of these tests."""

    @abstractmethod
    def cost(self, w, j): ...

    def twice(self, w, j):
        return 2.0 * self.cost(w, j)


class Reward(Compiled, native=("cost",)):
    """Another family, whose method of the same name has other parameters."""

    def cost(self, target): ...


@kernel
def one(part, w):
    return part.cost(w, 0)


@kernel
def double(part, w):
    return part.twice(w, 0)


class Scaled(BaseEstimator, Cost):
    """A part as users write them: an estimator of scikit-learn."""

    def __init__(self, alpha=1.0, mode="auto", weights=None):
        self.alpha = alpha
        self.mode = mode
        self.weights = weights

    def cost(self, w, j):
        return self.alpha * w


class Bare(Cost):
    def cost(self, w, j):
        return 3.0 * w


def part(body, *, base="Cost", init="", name="Part", **more):
    """A class whose `cost` has that body, as if the user had written it."""
    lines = [f"class {name}({base}):", *init.splitlines()]
    lines += ["    def cost(self, w, j):", f"        {body}"]
    space = dict(globals(), **more)
    exec("\n".join(lines), space)
    return space[name]


INIT = "    def __init__(self, value=2.0):\n        self.value = value"


# -- what a part is made of --------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cls", [Scaled, Bare])
def test_kernel_and_record_agree_with_the_part(cls, dtype):
    record, w = cls().record(dtype), dtype(1.5)
    assert one(record, w) == record.cost(w, 0) == cls().cost(w, 0)
    assert double(record, w) == 2 * one(record, w)


@given(alpha=st.floats(-1e9, 1e9), w=st.floats(allow_nan=False, width=64))
@settings(max_examples=50, deadline=None)
def test_compiled_is_interpreted(alpha, w):
    record = Scaled(alpha).record()
    with np.errstate(all="ignore"):
        expected = record.cost(w, 0)
    np.testing.assert_equal(one(record, w), float(expected))


def test_part_without_fields_has_a_record():
    assert len(Bare().record()) == 1


def test_families_share_a_method_name():
    class Prize(Reward):
        def cost(self, target):
            return 5.0 * target

    @kernel
    def prize(part, w):
        return part.cost(w)

    assert prize(Prize().record(), 2.0) == 10.0
    assert one(Bare().record(), 2.0) == 6.0


def test_clone_takes_parts():
    assert not isinstance(Scaled(), tuple)
    assert clone(Scaled(alpha=7.0)).get_params()["alpha"] == 7.0


def test_parameters_that_are_not_mentioned_may_be_anything():
    assert Scaled(2.0, mode=object(), weights=["a"]).record()._fields == ("alpha",)


def test_attributes_of_other_things_are_not_mentioned():
    init = "    def __init__(self, where='left'):\n        self.where = where"
    cls = part("return np.where(w > 0.0, 1.0, 2.0) * w", init=init)
    assert one(cls().record(), 2.0) == 2.0


@pytest.mark.parametrize(
    "value", [None, "0.5", [1.0], 1j, np.array(["a"]), np.array([None])]
)
def test_mentioned_value_that_cannot_be_native(value):
    cls = part("return self.value * w", init=INIT, name="Mine")
    with pytest.raises(TypeError, match=r"Mine\.value is .*native code uses it"):
        cls(value).record()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (2, np.float32),
        (2.0, np.float32),
        (np.float64(2), np.float32),
        (np.int64(2), np.int64),
        (True, bool),
        (np.bool_(True), np.bool_),
        (np.array([2.0]), np.ndarray),
    ],
)
def test_kinds_of_values(value, kind):
    record = part("return self.value * w", init=INIT)(value).record(np.float32)
    assert type(record[0]) is kind


def test_integers_booleans_and_arrays_in_kernels():
    loop = "return sum([self.values[i] for i in range(self.count)]) * w"
    init = "    def __init__(self, values, count):\n"
    init += "        self.values, self.count = values, count"
    values = np.array([1.0, 2.0, 4.0])
    record = part(loop, init=init)(values, np.int64(2)).record()
    assert one(record, 1.0) == 3.0
    assert not record.values.flags.writeable
    assert values.flags.writeable
    choice = part("return w if self.value else -w", init=INIT)
    assert one(choice(True).record(), 1.0) == -one(choice(False).record(), 1.0) == 1.0


def test_properties_and_class_facts_are_fields():
    class Facts(Cost):
        _gain = 2.0
        table = np.array([1.0, 3.0])
        half = np.float32(0.5)

        @property
        def five(self):
            return 5.0

        @functools.cached_property
        def seven(self):
            return 7.0

        def cost(self, w, j):
            return w * self._gain * self.table[1] * self.half * self.five * self.seven

    assert one(Facts().record(), 1.0) == 105.0
    assert Facts().record().cost(1.0, 0) == 105.0


def test_error_of_a_property_is_not_hidden():
    class Broken(Cost):
        @property
        def rate(self):
            return self.missing

        def cost(self, w, j):
            return self.rate * w

    with pytest.raises(AttributeError, match="missing"):
        Broken().record()


def test_part_within_a_part():
    nest = part("return self.value.cost(w, j) + w", init=INIT)
    assert one(nest(Scaled(2.0)).record(), 1.0) == 3.0
    assert one(nest(Bare()).record(), 1.0) == 4.0
    assert one(nest(nest(Bare())).record(np.float32), np.float32(1.0)) == 5.0


@kernel
def weighed(part, w):
    return part.value * w


def test_helpers_may_read_the_part():
    assert one(part("return weighed(self, w)", init=INIT)(4.0).record(), 2.0) == 8.0


def test_fields_can_be_replaced():
    assert Scaled(2.0).record(alpha=4.0).alpha == 4.0


def test_annotations_do_not_matter():
    class Annotated(Cost):
        def cost(self, w: float, j: int) -> float:
            return 2.0 * w

    assert one(Annotated().record(), 1.0) == 2.0


# -- errors at the door ------------------------------------------------------------


def test_abstract_parts_have_no_record():
    class Half(Cost):
        pass

    with pytest.raises(TypeError, match=r"Half is incomplete; write\s+def cost\(self"):
        Half().record()


def test_parts_of_no_family_have_no_record():
    class Solver(Compiled):
        pass

    with pytest.raises(TypeError, match="Solver is abstract: no family"):
        Solver().record()


@pytest.mark.parametrize(
    "signature", ["self, w", "self, w, k", "self, w, j=0", "self, w, j, k"]
)
def test_other_parameters_than_the_familys(signature):
    with pytest.raises(TypeError, match=r"Wrong\.cost needs the parameters"):
        exec(f"class Wrong(Cost):\n    def cost({signature}): return w", globals())


def test_static_method_is_no_native_method():
    with pytest.raises(TypeError, match=r"Wrong\.cost needs the parameters"):

        class Wrong(Cost):
            @staticmethod
            def cost(w, j):
                return w


# -- specialisation ----------------------------------------------------------------


def test_readonly_and_writeable_arrays_compile_once():
    @kernel
    def first(part, w):
        return part.cost(w[0], 0)

    writeable = np.ones(3)
    memory_map = np.ones(3)
    memory_map.flags.writeable = False
    for array in (writeable, memory_map):
        assert first(Bare().record(), readonly(array)) == 3.0
    assert len(first.signatures) == 1
    assert writeable.flags.writeable


def test_dtype_of_the_record_decides():
    @kernel
    def once(part, w):
        return part.cost(w, 0)

    for dtype in (np.float32, np.float64):
        once(Scaled(2.0).record(dtype), dtype(1.0))
        once(Scaled(3.0).record(dtype), dtype(1.0))
    results = [sig.return_type for sig in once.nopython_signatures]
    assert results == [numba.float32, numba.float64]


def test_equal_fields_of_different_parts_do_not_mix():
    halves = part("return self.value / w", init=INIT)
    times = part("return self.value * w", init=INIT)
    for _ in range(2):
        assert one(halves(6.0).record(), 2.0) == 3.0
        assert one(times(6.0).record(), 2.0) == 12.0


def test_subclass_with_the_same_code_compiles_nothing():
    class Child(Scaled):
        def __init__(self, alpha=2.0):
            super().__init__(alpha)

    assert type(Child().record()) is type(Scaled().record())
    assert one(Child().record(), 1.0) == 2.0


@pytest.mark.parametrize("sums", [False, True])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_sums_keep_what_is_not_finite(sums, bad):
    class Row(Compiled, native=("dot",), sums=sums):
        def dot(self, w): ...

    class Dense(Row):
        def __init__(self, values):
            self.values = values

        def dot(self, w):
            total = 0.0
            for j in range(w.size):
                total += self.values[j] * w[j]
            return total

    @kernel(sums=sums)
    def own(part, w):
        total = 0.0
        for j in range(w.size):
            total += w[j]
        return total, part.dot(w), total != total

    w = np.ones(33)
    w[17] = bad
    total, dot, seen = own(Dense(np.ones(33)).record(), w)
    np.testing.assert_equal((total, dot), (bad, bad))
    assert seen == math.isnan(bad)


# -- identity ----------------------------------------------------------------------


def digest(cls):
    return cls().record().identity[2]


def test_identity_knows_no_lines_and_no_history():
    text = "class Part(Cost):\n    def cost(self, w, j):\n"
    text += "        f = lambda x: x + 1.0\n        return f(w)"
    digests = set()
    for heading in ("", "# a comment\n\n\n", "import math\n"):
        space = dict(globals())
        exec(compile(heading + text, f"<ipython-input-{len(heading)}>", "exec"), space)
        digests.add(digest(space["Part"]))
        for _ in range(1000):  # CPython rewrites code that is run often
            space["Part"]().cost(1.0, 0)
        digests.add(digest(space["Part"]))
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("w + 1.0", "w + 2.0"),
        ("w + 0.0", "w - 0.0"),
        ("w * 0.0", "w * -0.0"),
        ("w * 1", "w * 1.0"),
        ("w * 1", "w * True"),
        ("w * gain", "w * GAIN"),
        ("math.exp(w)", "math.log(w)"),
        ("np.sum(w)", "np.prod(w)"),
        ("(lambda x: x + 1.0)(w)", "(lambda x: x + 2.0)(w)"),
        ("w if j in (1, 2) else 0.0", "w if j in (1, 3) else 0.0"),
    ],
)
def test_identity_sees(first, second):
    assert digest(part(f"return {first}")) != digest(part(f"return {second}"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (math.exp, math.log),
        (np.exp, np.log),
        (np.sum, np.prod),
        (np.float32, np.float64),
        (numba.float32, numba.float64),
        (np.dtype("f4"), np.dtype("f8")),
        (math, np),
        (np.array([1.0]), np.array([2.0])),
        (np.array([[1.0], [2.0]]), np.array([[1.0, 2.0]])),
        (1.0, np.float64(1.0)),
        ((1.0, (2.0,)), ((1.0, 2.0),)),
        (kernel(lambda w: w), kernel(lambda w: w, sums=True)),
        (kernel(lambda w: w), numba.njit(lambda w: w)),
    ],
)
def test_identity_sees_the_global(first, second):
    classes = [part("return thing(w)", thing=thing) for thing in (first, second)]
    assert digest(classes[0]) != digest(classes[1])
    assert digest(classes[0]) == digest(part("return thing(w)", thing=first))


def test_globals_may_refer_to_themselves():
    endless = [1.0]
    endless.append(endless)
    body = "return w if j < 9 else endless[j] + there(w) + cost_of(Part)"
    space = {"endless": endless}
    exec("def there(n): return back(n)\ndef back(n): return there(n)", space)
    cls = part(body, **space, cost_of=print)
    assert digest(cls) == digest(cls)


def test_closure_is_part_of_the_identity():
    def make(gain):
        class Closure(Cost):
            def cost(self, w, j):
                return gain * w

        return Closure

    assert one(make(2.0)().record(), 1.0) == 2.0
    assert one(make(3.0)().record(), 1.0) == 3.0


# -- records -----------------------------------------------------------------------


def test_records_are_named_tuples():
    record = Scaled(2.0).record()
    assert isinstance(record, Record)
    assert record == (2.0,)
    assert record.alpha == 2.0
    assert repr(record) == "ScaledRecord({'alpha': np.float64(2.0)})"


@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))]
)
def test_records_can_be_copied_and_pickled(again):
    record = Scaled(2.0).record()
    assert again(record) == record
    assert type(again(record)) is type(record)


def test_bits_of_floats():
    for value in (0.0, -1.5, math.inf, 5e-324):
        assert float_from_bits(bits_from_float(value)) == value
    assert bits_from_float(1.0) == 0x3FF0000000000000
    assert bits_from_float.py_func(1.0) == 0x3FF0000000000000
    assert float_from_bits.py_func(0x3FF0000000000000) == 1.0


def test_kernel_with_more_data_than_fits_in_code_is_not_kept():
    table = np.arange(200_000.0)

    @kernel
    def lookup(i):
        return table[i]

    assert lookup(7) == 7.0
