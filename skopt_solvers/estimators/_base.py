"""What all estimators do: validate, build the problem, run, unpack."""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.utils import assert_all_finite
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from .._params import (
    VERBOSE,
    Adjustable,
    Constraint,
    Flag,
    Number,
    Optional,
    Whole,
    validate,
)
from .._threads import one_blas_thread, threads
from ..callbacks import Observer, as_callbacks
from ..designs import Design, as_design
from ..doctor import Case
from ..path import Strength
from ..penalties._base import BasePenalty
from ..problems import LinearProblem, linear_problem, without_empty_columns
from ..problems._strength import relaxed
from ..result import Result, Status
from ..run import advance, as_generator, budget_of, run
from ..solvers import Solver
from ..solvers._auto import choose, followers, solver_for
from ..solvers._base import State
from ._covariance import Fit
from ._declare import estimator
from ._error_bound import ErrorBound
from ._inference import Inference
from ._offset import NO_SHIFT, Shift
from ._parts import as_loss, for_classes
from ._reading import READING
from ._report import advice, warn, worst

Array = np.ndarray

NEAR = 1e-2  # tolerance of a solution that is where another fit begins
NON_NEGATIVE = Number(0.0, math.inf, open_high=True)
COMMON: Mapping[str, Constraint] = {
    "fit_intercept": Flag(),
    "tol": Optional(NON_NEGATIVE),
    "max_iter": Optional(Whole(0)),
    "max_time": Optional(Number(0.0)),
    "warm_start": Flag(),
    "verbose": VERBOSE,
    "n_threads": Optional(Whole(1)),
}


@dataclass(frozen=True)
class Task:
    """One of the problems of a fit: its targets, and the numbers it predicts."""

    y: Array
    lanes: int = 1
    offset: Array | None = None


@dataclass(frozen=True)
class Plan:
    """What is to be minimised: the same loss, penalty and weights for every task."""

    tasks: Sequence[Task]
    loss: Any
    penalty: BasePenalty
    weights: Array

    def shifted(self, offset: Array | None) -> "Plan":
        """The same with an offset, one for all tasks or a column for each."""
        if offset is None:
            return self
        if self.loss.lanes:
            return replace(self, tasks=[replace(t, offset=offset) for t in self.tasks])
        columns = np.broadcast_to(offset.T, (len(self.tasks), len(self.weights)))
        pairs = zip(self.tasks, columns, strict=True)
        return replace(self, tasks=[replace(t, offset=c) for t, c in pairs])

    def starts(self) -> Iterator[tuple[Task, slice]]:
        """Each task, and where its predictions stand among all."""
        done = 0
        for task in self.tasks:
            yield task, slice(done, done + task.lanes)
            done += task.lanes


@estimator
class LinearModel(Adjustable, Inference, ErrorBound, ABC):
    """A linear model: validate, build the problem, run, unpack.

    A subclass says how its targets are read (`_read`), what is to be minimised
    (`_plan`) and in which shape coefficients are kept (`_keep`).

    Parameters
    ----------
    fit_intercept : bool, default=True
        Whether to fit an intercept.
    solver : "auto", str or Solver, default="auto"
        A solver object, its name (``"lbfgs"``, ``"coordinate_descent"``, ...), or
        "auto" to choose by the problem; `solver_` says which it was.
    tol : float, default=None
        Certificate at which to stop; None for the solver's own.
    max_iter : int, default=None
        Largest number of iterations; None for the solver's own.
    max_time : float, default=None
        Seconds after which the fit ends; None for no limit.
    warm_start : bool, default=False
        Whether to begin at the previous fit's coefficients, if their shape agrees.
    callbacks : callable or list of callable, default=None
        Called with a `Progress` after every iteration; a returned string ends the fit.
    verbose : int, default=0
        1 shows a progress bar on long fits, 2 prints every iteration.
    random_state : int, RandomState, Generator or None, default=None
        Source of randomness of stochastic solvers.
    n_threads : int or None, default=None
        Threads for passes over large data in `fit`, with the same result for any
        number; None for all cores, and for one inside a worker of joblib.

    Attributes
    ----------
    certificate_ : float
        Certificate reached, the largest of all problems of the fit: the relative
        duality gap where the problem is convex and its conjugates are known, else the
        scaled violation of the conditions of optimality.
    certificate_kind_ : {"duality gap", "violation", "stationarity"}
        What `certificate_` is; "stationarity" where the problem is not convex, so that
        a solution need not be the best.
    history_ : History or list of History
        Objective, certificate, seconds and learning rate of each iteration.
    result_ : Result or list of Result
        Status, message and counts, of each problem if there are several.
    solver_ : Solver
        The solver that was used, with the `tol` and `max_iter` that were in force;
        where "auto" went on with another, the last (`result_.log` says why).
    loss_, penalty_ : Loss, Penalty
        The parts of the objective.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, if X had any.
    """

    constraints: ClassVar[Mapping[str, Constraint]] = {}

    _: KW_ONLY
    fit_intercept: bool = True
    solver: Any = "auto"
    tol: float | None = None
    max_iter: int | None = None
    max_time: float | None = None
    warm_start: bool = False
    callbacks: Any = None
    verbose: int = 0
    random_state: Any = None
    n_threads: int | None = None

    @abstractmethod
    def _read(self, X: Any, y: Any, part: bool = False) -> tuple[Any, Array]:
        """X and y, validated; `part` says that they may be not the first ones."""

    @abstractmethod
    def _plan(self, y: Array, weights: Array, before: float | None = None) -> Plan:
        """What is to be minimised.

        For a part of the data, `before` is the sum of the weights of those before it.
        """

    @abstractmethod
    def _keep(self, plan: Plan, w: Array, b: Array) -> None:
        """Store coefficients (p, predictions) and intercepts (predictions,)."""

    def _fit(self, X: Any, y: Any, sample_weight: Any, shift: Shift = NO_SHIFT) -> Self:
        """Validate, build the problems, run them, unpack their solutions."""
        self._parts: Any = None
        design, target, weights = self._prepare(X, y, sample_weight)
        with self._without_held_out(target, weights) as weights:
            plan = self._plan(target, weights)
            plan = plan.shifted(shift.of(plan.loss, len(weights)))
            design = without_empty_columns(design, plan.penalty)
            # another number of BLAS threads would change the last bits
            with one_blas_thread(), threads(self.n_threads):
                results, coefficients, what = self._solve(design, plan)
        kind = design.dtype
        self._keep(plan, *(part.astype(kind, copy=False) for part in coefficients))
        self._report(plan, results)
        warn(self, self.solver_, results, what)
        return self

    @contextmanager
    def _without_held_out(self, y: Array, weights: Array) -> Iterator[Array]:
        """The weights to learn from: callbacks may hold samples out during a fit."""
        observers = [c for c in self._watchers() if isinstance(c, Observer)]
        classes = bool(getattr(self, "classes_", None) is not None)
        try:
            for each in observers:
                rng = as_generator(self.random_state)
                weights = each.hold_out(y, weights, classes, rng)
            yield weights
        finally:
            for each in observers:
                each.release()

    def sparsify(self) -> Self:
        """Keep `coef_` as a CSR array, one row per output.

        Saves memory, and time in `predict`, where most coefficients are zero.

        Returns
        -------
        self
            The fitted estimator.
        """
        check_is_fitted(self)
        if not sp.issparse(self.coef_):
            self.coef_: Any = sp.csr_array(np.atleast_2d(self.coef_))
        return self

    def densify(self) -> Self:
        """Keep `coef_` as a dense array, as after `fit`.

        Returns
        -------
        self
            The fitted estimator.
        """
        check_is_fitted(self)
        if sp.issparse(self.coef_):
            dense = self.coef_.toarray()
            self.coef_ = dense if np.ndim(self.intercept_) else dense[0]
        return self

    @property
    def n_features_selected_(self) -> int:
        """Number of features with a coefficient other than zero.

        Those that ``SelectFromModel(model, threshold=1e-10)`` keeps. Without a
        threshold scikit-learn goes by names of classes.
        """
        check_is_fitted(self)
        used = abs(self.coef_).sum(axis=0) if self.coef_.ndim > 1 else self.coef_
        return int(np.count_nonzero(used))

    def _prepare(
        self, X: Any, y: Any, sample_weight: Any = None, part: bool = False
    ) -> tuple[Design, Array, Array]:
        """The data, the target and the weights, checked."""
        self._check()
        X, y = self._read(X, y, part)
        design = as_design(X)
        if not math.isfinite(design.energy):
            assert_all_finite(X, estimator_name=type(self).__name__, input_name="X")
        return design, y, _weights(sample_weight, X)

    def _strength(self) -> Strength:
        """The parameter that a regularisation path varies."""
        return Strength()

    def _watchers(self) -> list[Any]:
        return as_callbacks(self.callbacks, self.verbose)

    def _check(self) -> None:
        validate(self, self.constraints)
        validate(self, COMMON)

    def _solve(
        self, design: Design, plan: Plan
    ) -> tuple[list[Result], tuple[Array, Array], str]:
        """The results of all tasks, their coefficients and intercepts side by side,
        and what to do about the first that failed.
        """
        limit = math.inf if self.max_time is None else self.max_time
        deadline = time.perf_counter() + limit
        total = sum(task.lanes for task in plan.tasks)
        shape, b = (design.whole.shape[1], total), np.empty(total)
        before = self._previous(shape) if self.warm_start else None
        w: list[Array] = []
        results: list[Result] = []
        self._fits: list[Fit] = []
        what = ""
        for task, lanes in plan.starts():
            problem = self._problem(design, plan, task)
            if not results:
                self.solver_ = self._solver(problem)
            easier, start = None, None
            if before is not None:
                start = pack(problem, *before, lanes)
            else:
                easier = self._easier(problem, design, plan, task)
            results.append(self._run(problem, deadline, results, easier, start))
            result = results[-1]
            self.solver_ = result.solver
            count = float(plan.weights.sum())
            self._fits.append(Fit(problem, result.x, count, result))
            if not (result.success or what):
                what = advice(Case(problem, self.solver_, result, self.get_params()))
            coefficients, b[lanes] = problem.unpack(result.x)
            w.append(design.spread(coefficients).reshape(shape[0], -1))
        design.forget()
        return results, (w[0] if len(w) == 1 else np.hstack(w), b), what

    @property
    def _begun(self) -> bool:
        """Whether there are coefficients already."""
        return hasattr(self, "coef_")

    def _run(
        self,
        problem: LinearProblem,
        deadline: float,
        done: Sequence[Result],
        easier: LinearProblem | None,
        start: Array | None,
    ) -> Result:
        """Solve one problem, after an easier one if that is where it begins.

        After an interrupt the others stay where they begin.
        """
        first, state = [], None
        if easier is not None:
            before, known = _run_easier(problem, easier, deadline)
            first, start = [before], before.x
            same = type(before.solver) is type(self.solver_)
            same = same and easier.response is problem.response
            if same and easier.response.loss.quadratic:  # so is the Gram matrix
                state = known
        interrupted = any(r.status is Status.INTERRUPTED for r in [*done, *first])
        with np.errstate(all="ignore"):  # the run looks for overflow itself
            result = run(
                self.solver_,
                problem,
                start,
                max_iter=0 if interrupted else None,
                max_time=max(0.0, deadline - time.perf_counter()),
                callbacks=self._watchers(),
                random_state=self.random_state,
                state=state,
                others=followers(problem, self.solver, self.solver_),
            )
        return replace(result, n_iter=result.n_iter + sum(r.n_iter for r in first))

    def _easier(
        self, problem: LinearProblem, design: Design, plan: Plan, task: Task
    ) -> LinearProblem | None:
        """The problem with a loss that has derivatives, where its own has none, or with
        a convex penalty, where its own is not."""
        if not plan.loss.whole:
            return relaxed(problem)
        if plan.loss.surrogate is None:
            return None
        loss = for_classes(as_loss(plan.loss.surrogate), task.lanes)
        return self._problem(design, replace(plan, loss=loss), task)

    def _problem(self, design: Design, plan: Plan, task: Task) -> LinearProblem:
        problem = linear_problem(
            design,
            task.y,
            plan.loss,
            plan.penalty.named(getattr(self, "feature_names_in_", None), design),
            sample_weight=plan.weights,
            fit_intercept=self.fit_intercept,
            lanes=task.lanes,
            offset=task.offset,
        )
        _check_range(problem)
        return problem

    def _solver(self, problem: LinearProblem) -> Solver:
        """A solver of our own, with the estimator's `tol` and `max_iter` if given."""
        solver = solver_for(problem, self.solver)
        solver = clone(solver) if solver is self.solver else solver
        solver.tol = solver.tol if self.tol is None else self.tol
        solver.max_iter = solver.max_iter if self.max_iter is None else self.max_iter
        return solver

    def _previous(self, shape: tuple[int, int]) -> tuple[Array, Array] | None:
        """Coefficients and intercepts of the previous fit, if of this shape."""
        coef = getattr(self, "coef_", None)
        if coef is None:
            return None
        coef = coef.toarray() if sp.issparse(coef) else coef
        coef = np.atleast_2d(coef).T.astype(np.float64)
        if coef.shape != shape or not np.isfinite(coef).all():
            return None
        return coef, np.ravel(self.intercept_).astype(np.float64)

    def _report(self, plan: Plan, results: list[Result]) -> None:
        """Everything there is to know about the fit."""
        certificate = worst(results).certificate
        single = len(results) == 1
        given = list(vars(self).values())  # may be changed by whoever gave them
        self.loss_, self.penalty_ = (
            clone(part) if any(part is each for each in given) else part
            for part in (plan.loss, plan.penalty)
        )
        self.certificate_ = float(certificate.value)
        self.certificate_kind_ = certificate.kind
        self.result_ = results[0] if single else results
        self.history_ = results[0].history if single else [r.history for r in results]

    def _predictions(self, X: Any) -> Array:
        """``X @ coef_.T + intercept_``, without any offset."""
        check_is_fitted(self)
        finite = READING | {"ensure_all_finite": True}
        X = validate_data(self, X, reset=False, **finite)
        p = safe_sparse_dot(X, self.coef_.T, dense_output=True)
        single = p.ndim > np.ndim(self.intercept_) + 1  # a sparse row
        return (p[:, 0] if single else p) + self.intercept_  # type: ignore[no-any-return]

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled and copied: everything but the training data."""
        state = dict(super().__getstate__())
        state.pop("_fits", None)
        return state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _run_easier(
    problem: LinearProblem, easier: LinearProblem, deadline: float
) -> tuple[Result, State]:
    """The solution of an easier problem, near enough where its loss is the same."""
    solver, limit = choose(easier), max(0.0, deadline - time.perf_counter())
    tol = NEAR if problem.response.differentiable else None
    with np.errstate(all="ignore"):
        budget = budget_of(solver, tol, max_time=limit)
        return advance(solver, easier, easier.start(), budget)


def problems_of(
    model: LinearModel, X: Any, y: Any, sample_weight: Any = None
) -> list[LinearProblem]:
    """The problems that a fit of `model` would solve; `model` is left alone."""
    model = clone(model)
    design, target, weights = model._prepare(X, y, sample_weight)
    plan = model._plan(target, weights)
    return [model._problem(design, plan, task) for task in plan.tasks]


def _weights(sample_weight: Any, X: Any) -> Array:
    """Sample weights as float64, checked."""
    if sample_weight is None:
        return np.ones(X.shape[0])
    weights = _check_sample_weight(
        sample_weight, X, dtype=np.float64, ensure_non_negative=True
    )
    if not weights.any():
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return weights  # type: ignore[no-any-return]


def _check_range(problem: LinearProblem) -> None:
    """Refuse numbers that a sum of squares turns into infinite ones, or into zeros."""
    design, smooth = problem.design, problem.response.differentiable
    with np.errstate(all="ignore"):
        large = not math.isfinite(design.energy)
        large = large or (smooth and not problem.null.finite)
        small = design.energy == 0.0 < design.largest
        smooth = smooth and not (large or small or problem.response.loss.kinked)
        if smooth and problem.null.loss == 0.0:
            largest = float(np.max(np.abs(problem.null.slopes), initial=0.0))
            small = largest > 0.0 == largest**2
    if large or small:
        size, do = ("large", "overflow") if large else ("small", "vanish")
        raise ValueError(
            f"X or y holds numbers so {size} that their squares {do}; scale them "
            "first, for instance with StandardScaler."
        )


def pack(problem: LinearProblem, w: Array, b: Array, lanes: slice) -> Array:
    """The problem's vector of the given coefficients and intercepts."""
    shape, w = problem.response.shape, problem.design.picked(w)
    return problem.pack(w[:, lanes].reshape(len(w), *shape), b[lanes].reshape(shape))
