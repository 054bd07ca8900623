"""Lines that show how far something is: tqdm's where it is installed, else plain."""

import functools
import multiprocessing
import shutil
import sys
import time
import warnings
from abc import ABC, abstractmethod
from typing import Any

__all__ = ["Bar", "make_bar", "visible"]

PAUSE = 0.1  # seconds between two drawings: no eye sees more
WIDTH = 24


class Bar(ABC):
    """One line that is drawn again and again."""

    @abstractmethod
    def show(self, done: int, total: int, note: str) -> None:
        """Say that `done` of `total` are done."""

    @abstractmethod
    def close(self) -> None:
        """End the line: what is printed next begins a new one."""


class TextBar(Bar):
    """A line of characters, for terminals."""

    def __init__(self, label: str, unit: str, stream: Any) -> None:
        self.label, self.unit, self.stream = label, unit, stream
        self._last, self._pending, self._width = -PAUSE, "", 0

    def show(self, done: int, total: int, note: str) -> None:
        full = min(WIDTH, WIDTH * done // max(total, 1))
        filled = "#" * full + "." * (WIDTH - full)
        line = f"{self.label} [{filled}] {done}/{total} {self.unit}  {note}"
        line = line[: shutil.get_terminal_size().columns - 1]  # longer ones would wrap
        self._pending = f"\r{line.ljust(self._width)}"
        self._width = len(line)
        if time.monotonic() - self._last >= PAUSE:
            self._draw()

    def close(self) -> None:
        self._draw()
        self.stream.write("\n")
        self.stream.flush()

    def _draw(self) -> None:
        self._last = time.monotonic()
        self.stream.write(self._pending)
        self.stream.flush()
        self._pending = ""


class TqdmBar(Bar):
    """tqdm's, which also draws itself in notebooks."""

    def __init__(self, tqdm: Any, label: str, unit: str, stream: Any) -> None:
        # notebooks draw widgets where no stream is named
        options = {"desc": label, "unit": f" {unit}", "file": stream}
        self._make = functools.partial(tqdm, dynamic_ncols=True, **options)
        self._bar: Any = None

    def show(self, done: int, total: int, note: str) -> None:
        if self._bar is None:  # what was done before does not count for the speed
            self._bar = self._make(initial=done, total=total)
        self._bar.total = total
        self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.total = self._bar.n  # over, however many there might have been
            self._bar.refresh()
            self._bar.close()


def make_bar(label: str, unit: str, stream: Any) -> Bar:
    """A bar on `stream`; None for standard error, or the cell of a notebook."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # widgets may be missing: text will do
            from tqdm.auto import tqdm
    except ImportError:
        return TextBar(label, unit, stream or sys.stderr)
    return TqdmBar(tqdm, label, unit, stream)


def visible(stream: Any) -> bool:
    """Whether someone is looking: a terminal or a notebook, and no worker process."""
    if multiprocessing.parent_process() is not None:
        return False
    return bool((stream or sys.stderr).isatty()) or (stream is None and _notebook())


def _notebook() -> bool:
    """Whether a cell of a notebook shows what is printed."""
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell else None
    return running is not None and "IPKernelApp" in running.config
