"""Lines that show how far something is: tqdm's where it is installed, else plain."""

import functools
import math
import multiprocessing
import shutil
import sys
import threading
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, Self

__all__ = ["Bar", "Tally", "make_bar", "visible"]

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


class Tally:
    """A line that counts what is done of a path or a search; for use in ``with``.

    Parameters
    ----------
    label, unit : str
        What is going on, and what is counted.
    total : int
        How many there are.
    shown : bool
        Whether anything is to be written at all.
    delay : float, default=1.0
        Seconds before it is.
    stream : text stream, default=None
        Where to write; None for standard error, or the cell of a notebook.
    """

    def __init__(
        self, label: str, unit: str, total: int, shown: bool, delay: float = 1.0,
        stream: Any = None,
    ) -> None:  # fmt: skip
        self.label, self.unit, self.total, self.stream = label, unit, total, stream
        self._done, self._lock = 0, threading.Lock()
        self._bar: Bar | None = None
        self._due = time.monotonic() + delay if shown and visible(stream) else math.inf

    def add(self, count: int = 1) -> None:
        """So many more are done; threads may say so."""
        with self._lock:
            self._done += count
            if self._bar is None and time.monotonic() >= self._due:
                self._bar = make_bar(self.label, self.unit, self.stream)
            if self._bar is not None:
                self._bar.show(self._done, self.total, "")

    def through(self, pieces: Iterable[Any]) -> Iterator[Any]:
        """The pieces, each counted by its length as it comes."""
        for piece in pieces:
            yield piece
            self.add(len(piece))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: Any) -> None:
        if self._bar is not None:
            self._bar.close()
