"""The house: floors, files, exports and docstrings."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest
from sklearn.base import BaseEstimator

import skopt_solvers

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "skopt_solvers"
FLOORS = [
    {"_compile", "_params", "_math", "_matrices", "_threads", "_tables"}
    | {"_separation", "_bars", "_pipelines"},
    {"losses", "penalties", "schedules", "designs"},
    {"kernels"},
    {"problems", "result", "callbacks"},
    {"solvers"},
    {"run", "minimize", "_walk", "_track", "path", "landscapes", "doctor"},
    {"estimators", "plotting", "compare", "diagnose"}
    | {"testing", "_catalogue", "__main__", "__init__"},
]
FLOOR = {name: floor for floor, names in enumerate(FLOORS) for name in names}
APART = 1  # the floor on which no part imports another family
# looks up the solvers' names; draws: only when it is called
UPWARDS = {"solvers/_registry.py", "path.py"}
LONGEST = 500
SUBPACKAGES = sorted(p.parent.name for p in PACKAGE.glob("*/__init__.py"))
DOCTESTED = ("losses", "penalties", "schedules", "solvers", "estimators")


def sources(*folders):
    paths = [p for folder in folders for p in (ROOT / folder).rglob("*.py")]
    return sorted(p.relative_to(ROOT).as_posix() for p in paths)


def tree(path):
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def unit(path):
    """The file or folder of the package that `path` belongs to."""
    return Path(path).parts[1].removesuffix(".py")


def imported(path, node):
    """The absolute names of the modules that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = [*Path(path).with_suffix("").parts][: -node.level] if node.level else []
    base += node.module.split(".") if node.module else []
    here = ROOT.joinpath(*base)
    names = [alias.name for alias in node.names]
    inside = [n for n in names if here.joinpath(n).exists()
              or here.joinpath(f"{n}.py").exists()]  # fmt: skip
    modules = [".".join([*base, name]) for name in inside]
    return modules if len(inside) == len(names) else [*modules, ".".join(base)]


def imports(path):
    """Pairs of a module's absolute name and whether a function imports it."""
    whole = tree(path)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    late = {id(inner) for each in ast.walk(whole) if isinstance(each, functions)
            for inner in ast.walk(each)}  # fmt: skip
    for node in ast.walk(whole):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in imported(path, node):
                yield module, id(node) in late


def target_unit(module):
    """The file or folder of the package that a module belongs to, or None."""
    parts = module.split(".")
    return None if parts[0] != PACKAGE.name else (parts[1:] or ["__init__"])[0]


modules = pytest.mark.parametrize("path", sources("skopt_solvers"))


# -- floors ------------------------------------------------------------------------


@modules
def test_imports_point_down(path):
    own = unit(path)
    assert own in FLOOR, f"{path} is on no floor of the house"
    for module, late in imports(path):
        other = target_unit(module)
        if other in (None, own):
            continue
        if late and path.removeprefix("skopt_solvers/") in UPWARDS:
            continue
        step = FLOOR[own] - FLOOR[other]
        assert step >= 0, f"{path} imports {module}, which is above it"
        apart = step == 0 and FLOOR[own] == APART
        assert not apart, f"{path} imports {module}: families do not know each other"


def test_imports_are_found():
    """The walk sees relative, absolute and late imports alike."""
    seen = {path: set(imports(path)) for path in sources("skopt_solvers")}
    assert ("skopt_solvers._compile", False) in seen["skopt_solvers/losses/_base.py"]
    assert ("skopt_solvers.solvers", True) in seen["skopt_solvers/solvers/_registry.py"]
    used = {target_unit(m) for found in seen.values() for m, _ in found}
    assert used >= {"_compile", "losses", "penalties", "designs", "problems", "solvers"}
    assert target_unit("skopt_solvers.losses.huber") == "losses"
    assert target_unit("numpy.linalg") is None


@modules
def test_numba_is_known_to_floor_0_and_kernels_only(path):
    allowed = unit(path) in ("_compile", "kernels")
    found = {module.partition(".")[0] for module, _ in imports(path)}
    assert allowed or "numba" not in found


# -- files -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", sources("skopt_solvers", "tests", "parity", "examples", "benchmarks")
)
def test_files_are_short(path):
    lines = (ROOT / path).read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST, f"{path} has {lines} lines"


@modules
def test_everything_public_is_documented(path):
    whole = tree(path)
    if (ROOT / path).read_text(encoding="utf-8").strip():
        assert ast.get_docstring(whole), f"{path} says nothing of itself"
    kinds = (ast.ClassDef, ast.FunctionDef)
    shown = Path(path).name[0] != "_" or Path(path).name == "_base.py"
    public = (
        n for n in whole.body if isinstance(n, kinds) and n.name[0] != "_" and shown
    )
    silent = [node.name for node in public if not ast.get_docstring(node)]
    assert not silent, f"{path}: no docstring for {silent}"


# -- exports -----------------------------------------------------------------------


def order(name):
    """ruff's order: constants, classes, functions, numbers by value."""
    kind = 0 if name.isupper() else 1 if name[:1].isupper() else 2
    return kind, [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", name)]


def bound_names(path):
    """The public names of this package that an ``__init__`` file binds."""
    found = set()
    for node in tree(path).body:
        if isinstance(node, ast.ImportFrom):
            ours = node.level or (node.module or "").startswith("skopt_solvers")
            found |= {a.asname or a.name for a in node.names} if ours else set()
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
    return {name for name in found if name == "__version__" or name[0] != "_"}


@pytest.mark.parametrize("name", ["", *SUBPACKAGES])
def test_exports_are_complete_and_sorted(name):
    if name == "kernels":
        return  # its modules are named one by one
    module = importlib.import_module(f"skopt_solvers.{name}".rstrip("."))
    path = Path(module.__file__).relative_to(ROOT).as_posix()
    assert set(module.__all__) == bound_names(path)
    assert list(module.__all__) == sorted(module.__all__, key=order)
    assert all(hasattr(module, each) for each in module.__all__)


def exported(names=SUBPACKAGES):
    """The classes that subpackages export, each with its name."""
    found = []
    for name in names:
        module = importlib.import_module(f"skopt_solvers.{name}")
        for each in getattr(module, "__all__", ()):
            value = getattr(module, each)
            if inspect.isclass(value):
                found.append(value)
    return found


def abstract(cls):
    members = (getattr(cls, name, None) for name in dir(cls))
    return any(getattr(member, "__isabstractmethod__", False) for member in members)


@pytest.mark.parametrize(
    "name", [n for n in SUBPACKAGES if n in (*DOCTESTED, "designs")]
)
def test_every_concrete_class_is_exported(name):
    """One export line per part: a class without one is a class nobody finds."""
    bases = {c for c in exported([name]) if abstract(c)}
    known = set(exported([name]))
    for base in bases:
        children = [base]
        while children:
            child = children.pop()
            children += child.__subclasses__()
            ours = child.__module__.startswith(f"skopt_solvers.{name}.")
            if ours and not abstract(child) and child.__name__[0] != "_":
                assert child in known, f"{child.__name__} is not in {name}.__all__"


@pytest.mark.parametrize("cls", exported(), ids=lambda cls: cls.__qualname__)
def test_parameters_are_documented(cls):
    if not issubclass(cls, BaseEstimator) or abstract(cls):
        assert cls.__doc__
        return
    names = cls._get_param_names()
    documented = re.findall(r"^    (\w[\w, ]*) : ", cls.__doc__, re.MULTILINE)
    found = {name for line in documented for name in line.split(", ")}
    assert set(names) <= found, f"{set(names) - found} of {cls.__name__} unexplained"
    assert bool(names) == ("\n    Parameters\n    ----------\n" in cls.__doc__)


@pytest.mark.parametrize(
    "cls",
    [
        c
        for c in exported([n for n in DOCTESTED if n in SUBPACKAGES])
        if not abstract(c) and issubclass(c, BaseEstimator)
    ],
    ids=lambda cls: cls.__qualname__,
)
def test_parts_have_a_doctest(cls):
    assert "\n    >>> " in cls.__doc__, f"{cls.__name__} shows no example"


def test_every_part_has_examples(example_classes):
    given, needed = example_classes
    assert needed == given


def test_the_version_is_one():
    assert re.fullmatch(r"\d+\.\d+.*", skopt_solvers.__version__)


def test_kernels_live_only_where_the_cache_stamp_looks():
    from skopt_solvers._compile.cache import KERNEL_SOURCES, PACKAGE

    stamped = {path for pattern in KERNEL_SOURCES for path in PACKAGE.glob(pattern)}
    for path in PACKAGE.rglob("*.py"):
        if "@kernel" in path.read_text(encoding="utf-8"):
            assert path in stamped, f"{path} holds a kernel outside {KERNEL_SOURCES}"
