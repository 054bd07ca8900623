"""A laboratory: a copy of the package's floor 0 with toy parts, run in subprocesses."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COMPILE = Path(__file__).parents[2] / "skopt_solvers" / "_compile"

TOY = '''
from abc import abstractmethod

import numpy as np

from ._compile import KERNELS, Compiled, kernel, readonly


class Toy(Compiled, native=("cost",)):
    @abstractmethod
    def cost(self, w, j): ...


class Line(Toy):
    def __init__(self, alpha=1.0, mode="unused", weights=None):
        self.alpha, self.mode, self.weights = alpha, mode, weights

    def cost(self, w, j):
        return 2.0 * self.alpha * w


class Bare(Toy):
    def cost(self, w, j):
        return 5.0 * w


class Other(Compiled, native=("cost",)):
    """A second family: the same method with other parameters."""

    @abstractmethod
    def cost(self, target): ...


class Odd(Other):
    def cost(self, target):
        return 7.0 * target


@kernel
def total(part, w):
    result = w[0] * w[0]
    for j in range(w.size):
        result += part.cost(w[j], j)
    return result


@kernel
def other_total(part, w):
    result = w[0] * w[0]
    for j in range(w.size):
        result += part.cost(w[j])
    return result


def misses():
    return sum(sum(k.stats.cache_misses.values()) for k in KERNELS)


def hits():
    return sum(sum(k.stats.cache_hits.values()) for k in KERNELS)


def measure(part, dtype=np.float64, loop=total):
    """The sum of ``part.cost`` over 0, 1, 2, 3 and how much had to be compiled."""
    before = misses() if KERNELS else 0
    value = loop(part.record(dtype), readonly(np.arange(4, dtype=dtype)))
    return [float(value), (misses() if KERNELS else 0) - before]
'''


class Lab:
    """A folder with a tiny copy of the package; every run is a new process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.package = root / "skopt_solvers"
        self.package.mkdir()
        self.write("skopt_solvers/__init__.py", "")
        unbuilt = shutil.ignore_patterns("__pycache__")
        shutil.copytree(COMPILE, self.package / "_compile", ignore=unbuilt)
        self.write("skopt_solvers/toy.py", TOY)

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))

    def start(
        self, script: str, *arguments: str, **environment: str
    ) -> subprocess.Popen:
        """Start the file `script`; what it prints last must be JSON."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
        # bytecode files are told apart by size and second: edits here are faster
        kept |= {"PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.Popen(
            [sys.executable, "-W", "error", str(self.root / script), *arguments],
            env=kept | {"HOME": str(self.root)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, script: str, *arguments: str, **environment: str):
        return self.result(self.start(script, *arguments, **environment))

    @staticmethod
    def result(process: subprocess.Popen):
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return json.loads(out.splitlines()[-1])

    def files(self) -> list[Path]:
        return sorted(self.package.glob("__pycache__/kernels/*/*.nbc"))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def fresh_lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)
