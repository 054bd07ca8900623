"""An edited part is compiled again, wherever the edit is; everything else is not."""

import pytest

# Every class gives GAIN * w in another way; 2.0 stands for the gain wherever it does.
PARTS = {
    "constant_in_the_method": "return 2.0 * w",
    "global_constant": "return GAIN * w",
    "global_defined_later": "return LATER * w",
    "global_array": "return ARRAY[1] * w",
    "global_tuple": "return TUPLE[1] * w",
    "global_enumeration": "return Level.HIGH.value * w",
    "constant_of_a_module": "return settings.GAIN * w",
    "constant_of_a_nested_module": "return settings.deeper.GAIN * w",
    "kernel_of_a_module": "return settings.scaled(w)",
    "helper_kernel": "return helper(w)",
    "helper_of_a_helper": "return outer(w)",
    "helper_with_a_default": "return defaulting(w)",
    "helper_that_is_plain": "return plain(w)",
    "helper_that_is_vectorized": "return vectorized(w)",
    "helper_that_is_intrinsic": "return exact(w)",
    "helper_that_takes_the_part": "return 2.0 * weighed(self, w)",
    "inner_function": "return (lambda x: 2.0 * x)(w)",
    "imported_by_another_name": "return rounded(2.5) * w",
    "nested_part": "return self.nested.cost(w, j)",
}

MODULE = """
import enum
import math
import numpy as np
from math import floor as rounded
from numba import njit, types, vectorize
from numba.extending import intrinsic, register_jitable
from skopt_solvers.toy import Toy, kernel
import settings
from ancestors import Ancestor, Mixin

GAIN = 2.0
ARRAY = np.array([1.0, 2.0])
TUPLE = (1.0, 2.0)
Level = enum.Enum("Level", {"LOW": 1.0, "HIGH": 2.0})

@kernel
def helper(w):
    return 2.0 * w

@njit
def outer(w):
    return helper(w)

@kernel
def defaulting(w, gain=2.0):
    return gain * w

@register_jitable
def plain(w):
    return 2.0 * w

@vectorize
def vectorized(w):
    return 2.0 * w

@kernel
def weighed(part, w):
    return part.beta * w

@intrinsic
def exact(typingctx, x):
    def build(context, builder, signature, arguments):
        return builder.fmul(arguments[0], context.get_constant(types.float64, 2.0))
    return types.float64(types.float64), build

class inner(Toy):
    def cost(self, w, j):
        return 2.0 * w

def make(gain):
    class closure_cell(Toy):
        def cost(self, w, j):
            return gain * w
    return closure_cell

closure_cell = make(2.0)

class inherited_method(Ancestor): pass

class mixed_in_method(Mixin, Toy): pass

class kernel_as_method(Toy):
    @kernel
    def cost(self, w, j):
        return 2.0 * w

@kernel
def own_kernel(part, w):
    return 2.0 * w.sum() + 0.0 * part.cost(w[0], 0)

class untouched(Toy):
    def cost(self, w, j):
        return 9.0 * w
"""

CLASS = """
class {name}(Toy):
    beta = 1.0

    def __init__(self, nested=None):
        self.nested = nested or inner()

    def cost(self, w, j):
        {body}
"""

ANCESTORS = """
from skopt_solvers.toy import Toy

class Ancestor(Toy):
    def cost(self, w, j):
        return 2.0 * w

class Mixin:
    def cost(self, w, j):
        return 2.0 * w
"""

SETTINGS = """
from types import SimpleNamespace
from skopt_solvers.toy import kernel
import deeper
GAIN = 2.0

@kernel
def scaled(w):
    return GAIN * w
"""

SCRIPT = """
import json, sys
import mine
from skopt_solvers.toy import measure, Line

numbers = {name: measure(getattr(mine, name)()) for name in sys.argv[1:]}
numbers["own_kernel"] = measure(Line(), loop=mine.own_kernel)
print(json.dumps(numbers))
"""

NAMES = [
    *PARTS,
    "closure_cell",
    "inherited_method",
    "mixed_in_method",
    "kernel_as_method",
    "untouched",
]
EDITED = [name for name in [*NAMES, "own_kernel"] if name != "untouched"]


def source(gain: str) -> str:
    classes = [CLASS.format(name=name, body=body) for name, body in PARTS.items()]
    return "".join([MODULE, *classes, "\nLATER = 2.0\n"]).replace("2.0", gain)


@pytest.fixture(scope="module")
def runs(lab):
    def write(gain: str, heading: str = "") -> None:
        text = source(gain)
        text = text if gain == "2.0" else text.replace("import floor", "import ceil")
        lab.write("mine.py", heading + text)
        lab.write("settings.py", SETTINGS.replace("2.0", gain))
        lab.write("deeper.py", f"GAIN = {gain}\n")
        lab.write("ancestors.py", ANCESTORS.replace("2.0", gain))

    lab.write("script.py", SCRIPT)
    runs = {}
    write("2.0")
    runs["before"] = lab.run("script.py", *NAMES)
    write("3.0", heading="# a comment\n\n\n")
    runs["after"] = lab.run("script.py", *NAMES)
    write("2.0", heading='"""A docstring.\n\nOf three lines."""\n')
    runs["undone"] = lab.run("script.py", *NAMES)
    return runs


@pytest.mark.parametrize("name", EDITED)
def test_edit_gives_a_miss_and_the_right_number(runs, name):
    (before, first), (after, second) = runs["before"][name], runs["after"][name]
    assert (before, after) == (12.0, 18.0)
    assert first > 0 and second > 0
    assert runs["undone"][name] == [12.0, 0]


def test_moved_and_commented_class_is_the_same(runs):
    assert [runs[run]["untouched"] for run in runs] == [[54.0, 1], [54.0, 0], [54.0, 0]]


MAIN = """
import json, sys
from skopt_solvers.toy import Toy, measure, kernel

class InMain(Toy):
    def cost(self, w, j):
        return 2.0 * w

CELL = '''
GAIN = 2.0

class InNotebook(Toy):
    def cost(self, w, j):
        return GAIN * w
'''

def run_cell(number, text):
    exec(compile(text, f"<ipython-input-{number}-abc>", "exec"), globals())

run_cell(1, CELL)
old = InNotebook()
numbers = {"main": measure(InMain()), "cell": measure(old)}
run_cell(2, CELL)
numbers["same cell again"] = measure(InNotebook())
run_cell(3, "GAIN = 5.0")
numbers["constant"] = measure(InNotebook())
run_cell(4, CELL.replace("GAIN *", "7.0 *").replace("GAIN = 2.0", ""))
numbers["class"] = measure(InNotebook())
numbers["old object"] = measure(old)
InNotebook.cost = InMain.cost
numbers["patched"] = measure(InNotebook())
print(json.dumps(numbers))
"""


def test_parts_in_a_script_and_in_notebook_cells(fresh_lab):
    fresh_lab.write("script.py", MAIN)
    first, second = fresh_lab.run("script.py"), fresh_lab.run("script.py")
    assert first == {
        "main": [12.0, 1],
        "cell": [12.0, 1],
        "same cell again": [12.0, 0],
        "constant": [30.0, 1],
        "class": [42.0, 1],
        "old object": [30.0, 0],
        "patched": [12.0, 1],
    }
    assert all(misses == 0 for _, misses in second.values())
    fresh_lab.edit("script.py", "2.0", "3.0")
    third = fresh_lab.run("script.py")
    assert third["main"] == third["cell"] == [18.0, 1]
    assert third["class"] == [42.0, 0]


HELPERS = """
import json, sys
from skopt_solvers.toy import *

GAIN = 2.0

@kernel
def helper(w):
    return GAIN * w

@kernel
def outer(w):
    return helper(w) + 0.0

@kernel
def loop(part, w):
    return total(part, w) + outer(w[0])

class Part(Toy):
    def cost(self, w, j):
        return outer(w)

numbers = []
for GAIN in map(float, sys.argv[1:]):
    numbers += [measure(Part())[0], measure(Part(), loop=loop)[0], outer(1.0)]
print(json.dumps(numbers))
"""


def test_constants_that_change_under_a_helper(fresh_lab):
    fresh_lab.write("script.py", HELPERS)
    assert fresh_lab.run("script.py", "2", "3", "2") == [
        12,
        12,
        2,
        18,
        18,
        3,
        12,
        12,
        2,
    ]
    for gain in (3, 2):
        numbers = fresh_lab.run("script.py", str(gain))
        assert numbers == [6 * gain, 6 * gain, gain]


FAMILY = """
import json
from skopt_solvers.toy import Compiled, measure

class Family(Compiled, native=("cost",), sums=False):
    def cost(self, w, j): ...

class Part(Family):
    def cost(self, w, j):
        return 2.0 * w

print(json.dumps(measure(Part())))
"""


def test_family_that_allows_other_sums_is_another_one(fresh_lab):
    fresh_lab.write("script.py", FAMILY)
    assert [fresh_lab.run("script.py")[1] for _ in range(2)] == [1, 0]
    fresh_lab.edit("script.py", "sums=False", "sums=True")
    assert fresh_lab.run("script.py") == [12.0, 1]


def test_deleted_module_breaks_no_other_program(fresh_lab):
    lab = fresh_lab
    program = "import json\nfrom skopt_solvers.toy import *\nfrom {0} import Part\n"
    program += "print(json.dumps(measure(Part())))"
    part = "from skopt_solvers.toy import Toy\nclass Part(Toy):\n"
    part += "    def cost(self, w, j): return {0} * w\n"
    for name, gain in (("mine", 2.0), ("yours", 3.0)):
        lab.write(f"{name}.py", part.format(gain))
        lab.write(f"{name}_program.py", program.format(name))
    assert lab.run("mine_program.py") == [12.0, 1]
    assert lab.run("yours_program.py") == [18.0, 1]
    (lab.root / "mine.py").rename(lab.root / "gone.py")
    assert lab.run("yours_program.py") == [18.0, 0]
    lab.write("yours.py", part.format(4.0))
    assert lab.run("yours_program.py") == [24.0, 1]
    (lab.root / "gone.py").rename(lab.root / "mine.py")
    assert lab.run("mine_program.py") == [12.0, 0]


SEND = """
import json, sys
from numba import cloudpickle
from skopt_solvers.toy import Compiled, Toy, measure

class Family(Compiled, native=("cost",)):
    def cost(self, w, j): ...

class Part(Family):
    def __init__(self, alpha):
        self.alpha = alpha

    def cost(self, w, j):
        return self.alpha * w

part = Part(2.0)
print(json.dumps(measure(part)))
with open(sys.argv[1], "wb") as file:
    cloudpickle.dump((part, part.record()), file)
"""

RECEIVE = """
import json, pickle, sys
from skopt_solvers.toy import measure
with open(sys.argv[1], "rb") as file:
    part, record = pickle.load(file)
assert type(part.record()) is type(record) and part.record() == record
print(json.dumps(measure(part)))
"""


def test_part_of_a_notebook_travels_to_a_worker(fresh_lab):
    fresh_lab.write("send.py", SEND)
    fresh_lab.write("receive.py", RECEIVE)
    path = str(fresh_lab.root / "part.pickle")
    assert fresh_lab.run("send.py", path) == [12.0, 1]
    assert fresh_lab.run("receive.py", path) == [12.0, 0]
