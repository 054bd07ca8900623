"""One fold of a cross-validation: a path on some rows, judged on others.

Rows that are left out have weight zero, so all folds share one matrix.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _check_method_params

from .._threads import one_blas_thread
from .._track import Track, assemble
from .._walk import hardest, walk
from ..designs import Design
from ..problems import LinearProblem
from ..problems._shared_gram import SharedGram
from ..problems.responses import as_response
from ..run import budget_of
from ..solvers._base import Stretch
from ._base import LinearModel, Plan

Array = np.ndarray


@dataclass
class Data:
    """What all folds share."""

    X: Any
    y: Any
    design: Design
    target: Array
    weights: Array
    gram: SharedGram


@dataclass
class Fold:
    """Rows to learn from, rows to be judged on, and the judge."""

    data: Data
    train: Array
    test: Array
    scorer: Callable[..., float] | None
    options: dict[str, Any]

    @property
    def weights(self) -> Array:
        """Weights of all rows; a row drawn twice counts twice."""
        n = len(self.data.weights)
        return self.data.weights * np.bincount(self.train, minlength=n)

    def run(
        self, model: LinearModel, strengths: Callable[[Plan], Array], seconds: float
    ) -> tuple[Array, Array, list[str]]:
        """Scores and certificates at all strengths, and what went wrong.

        Strengths that were not reached in time have NaN.
        """
        weights = self.weights
        plan = model._plan(self.data.target, weights)
        values = strengths(plan)
        scores, certificates = np.full((2, len(values)), np.nan)
        with one_blas_thread(), np.errstate(all="ignore"):
            problems = [
                model._problem(self.data.design, plan, task) for task in plan.tasks
            ]
            walks = [self._walk(model, p, values, weights, seconds) for p in problems]
            judge = self._losses if self.scorer is None else self._scored
            tracks, found = judge(model, plan, problems, walks)
        scores[: len(found)] = found
        worst = np.max([t.certificates[: len(found)] for t in tracks], axis=0)
        certificates[: len(found)] = worst
        return scores, certificates, [s.trouble for t in tracks for s in t.stretches]

    def _walk(
        self, model: Any, problem: LinearProblem, values: Array, weights: Array,
        seconds: float,
    ) -> Iterator[Stretch]:  # fmt: skip
        solver = model._solver(hardest(problem, values))
        budget = budget_of(solver, max_time=seconds, random_state=model.random_state)
        return walk(
            problem, solver, values, budget, model._watchers(),
            lambda: self.data.gram.of(weights, problem.mean),
        )  # fmt: skip

    # -- judges --------------------------------------------------------------------

    def _losses(
        self, model: Any, plan: Plan, problems: Sequence[LinearProblem],
        walks: Sequence[Iterator[Stretch]],
    ) -> tuple[list[Track], Array]:  # fmt: skip
        """Minus the mean loss on the rows held out, averaged over several problems."""
        tracks, found = [], []
        for task, problem, steps in zip(plan.tasks, problems, walks, strict=True):
            held = self.data.weights[self.test]
            response = as_response(
                plan.loss, task.y[self.test], held / held.sum(), task.lanes
            )
            track, losses = Track(problem, [], np.zeros(0)), []
            for stretch in steps:
                z = self._predictions(problem, stretch)
                losses += [response.jets(np.ascontiguousarray(row))[0] for row in z]
                track.add(stretch)
            tracks.append(track)
            found.append(losses)
        done = min(map(len, found))
        return tracks, -np.mean([each[:done] for each in found], axis=0)

    def _predictions(self, problem: LinearProblem, stretch: Stretch) -> Array:
        """Predictions of the rows held out, (strengths, rows, ...)."""
        if stretch.z is not None:
            return np.asarray(stretch.z[:, self.test])
        used = np.flatnonzero(stretch.w.any(axis=0))
        columns, w = stretch.columns[used], stretch.w[:, used]
        z = problem.design.dot_rows(self.test, columns, np.ascontiguousarray(w.T))
        return np.ascontiguousarray((z + stretch.intercepts(problem.mean)).T)

    def _scored(
        self, model: Any, plan: Plan, problems: Sequence[LinearProblem],
        walks: Sequence[Iterator[Stretch]],
    ) -> tuple[list[Track], Array]:  # fmt: skip
        """Scores of the model itself, by any scorer."""
        tracks = [Track(problem, [], np.zeros(0)) for problem in problems]
        for track, steps in zip(tracks, walks, strict=True):
            for stretch in steps:
                track.add(stretch)
        X = _safe_indexing(self.data.X, self.test)
        y = _safe_indexing(self.data.y, self.test)
        options = _check_method_params(self.data.X, self.options, indices=self.test)
        model.loss_, model.penalty_ = plan.loss, plan.penalty
        found = []
        for t in range(min(map(len, tracks))):
            model._keep(plan, *assemble(tracks, t))
            assert self.scorer is not None
            found.append(self.scorer(model, X, y, **options))
        return tracks, np.array(found, np.float64)


def check_splits(folds: Any, weights: Array) -> list[tuple[Array, Array]]:
    """Splits as integer indices, each with something to learn from and to judge."""
    splits = [(_indices(train), _indices(test)) for train, test in folds]
    if not splits:
        raise ValueError("cv gave no split.")
    for k, (train, test) in enumerate(splits):
        for name, rows in (("training", train), ("test", test)):
            if not weights[rows].any():
                raise ValueError(f"the {name} rows of split {k} have no weight.")
    return splits


def _indices(rows: Any) -> Array:
    rows = np.asarray(rows)
    return np.flatnonzero(rows) if rows.dtype == bool else rows.astype(np.int64)
