"""The path of one problem, as far as it was walked."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from .problems import LinearProblem
from .solvers._base import Stretch

Array = np.ndarray

SATURATED = 0.999  # deviance explained beyond which nothing is left to learn
STEADY = 1e-5  # least relative gain of deviance explained from one strength to the next
FEWEST = 5  # strengths before either of them counts


@dataclass
class Track:
    """The path of one problem."""

    problem: LinearProblem
    stretches: list[Stretch]
    losses: Array

    @classmethod
    def of(cls, problem: LinearProblem, steps: Iterator[Stretch], early: bool) -> Any:
        """Walk to the end, or until the deviance is saturated."""
        track = cls(problem, [], np.zeros(0))
        for stretch in steps:
            track.add(stretch)
            steady = STEADY if problem.penalty.convex else -math.inf
            last = _saturated(track.explained, steady) if early else None
            if last is not None:
                return track.head(last)
        return track

    def add(self, stretch: Stretch) -> None:
        """Go on by some strengths; their predictions, which are large, are let go."""
        self.stretches.append(replace(stretch, z=None))
        self.losses = np.concatenate([self.losses, stretch.losses])

    @property
    def explained(self) -> Array:
        """One minus the losses over that of the model without features."""
        null = self.problem.null.loss
        return 1.0 - self.losses / null if null > 0 else np.zeros(len(self.losses))

    def head(self, count: int) -> "Track":
        """The first strengths."""
        kept, left = [], count
        for stretch in self.stretches:
            kept.append(stretch.head(left) if left < len(stretch) else stretch)
            left -= len(kept[-1])
            if left <= 0:
                break
        return replace(self, stretches=kept, losses=self.losses[:count])

    def __len__(self) -> int:
        return len(self.losses)

    @property
    def certificates(self) -> Array:
        """How far from optimal each solution is at most."""
        return np.concatenate([s.certificates for s in self.stretches])

    @cached_property
    def coefs(self) -> sp.csc_array:
        """The flat coefficients, one column per strength."""
        parts = []
        for s in self.stretches:
            small = sp.coo_array(s.w)
            parts.append((s.columns[small.col], small.row, small.data, len(s)))
        starts = np.cumsum([0, *(part[3] for part in parts)])
        pairs = zip(parts, starts, strict=False)
        rows = np.concatenate([part[0] for part in parts])
        strengths = np.concatenate([part[1] + start for part, start in pairs])
        values = np.concatenate([part[2] for part in parts])
        design, lanes = self.problem.design, self.problem.lanes
        if design.kept is not None:
            rows = design.kept[rows // lanes] * lanes + rows % lanes
        shape = design.whole.shape[1] * lanes, int(starts[-1])
        whole = sp.coo_array((values, (rows, strengths)), shape=shape)
        return sp.csc_array(whole)

    @property
    def intercepts(self) -> Array:
        """Intercepts in the user's units, for one prediction per sample."""
        mean = self.problem.mean
        return np.concatenate([s.intercepts(mean) for s in self.stretches])

    def unpack(self, t: int) -> tuple[Array, Array]:
        """Coefficients (p, lanes) and intercepts (lanes,) at strength number t."""
        problem, design = self.problem, self.problem.design
        w = self.coefs[:, [t]].toarray().reshape(design.whole.shape[1], -1)
        tails = np.concatenate([s.tail for s in self.stretches])
        x = np.concatenate([design.picked(w).ravel(), tails[t]])
        return w, np.ravel(problem.unpack(x)[1])


def assemble(tracks: Sequence[Track], t: int) -> tuple[Array, Array]:
    """Coefficients and intercepts of all problems side by side."""
    pairs = [track.unpack(t) for track in tracks]
    return np.hstack([w for w, _ in pairs]), np.concatenate([b for _, b in pairs])


def _saturated(explained: Array, steady: float) -> int | None:
    """After how many strengths nothing more is to be gained, if that is so.

    Under a penalty that is not convex solutions stay the same for a while, and go on.
    """
    full = explained > SATURATED
    gain = np.diff(explained, prepend=-np.inf)
    full |= (gain < steady * explained) & (explained > 0)
    full[: FEWEST - 1] = False
    return int(np.argmax(full)) + 1 if full.any() else None
