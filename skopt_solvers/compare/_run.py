"""Fit the same model with several solvers, and note how long each takes."""

import importlib.util
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.exceptions import ConvergenceWarning

from .._compile import specialisations
from .._params import Number, Optional, check_values
from .._pipelines import last_step, steps_before
from ..estimators._base import LinearModel, problems_of
from ..estimators._report import what_it_is, worst
from ..problems import IncompatibleProblem, Problem, require
from ..result import History, Result, Status
from ..solvers import Solver, as_solver
from ..solvers._auto import choose
from ..solvers._registry import able, snake_case, solver_classes
from ._comparison import PRECISIONS, Comparison, Trial

TOLERANCE = Optional(Number(0.0, math.inf, open_high=True))
SECONDS = Number(0.0, open_low=True)
COMPILING = 3  # runs at most of which none is counted, since something was compiled
REPEATS = 3  # runs that are counted, of which the fastest is shown,
ENOUGH = 0.2  # unless they took so many seconds together


def compare_solvers(
    estimator: Any,
    X: Any,
    y: Any,
    solvers: Any = None,
    *,
    tol: float | None = 1e-6,
    max_time: float = 10.0,
    sample_weight: Any = None,
    test_size: float | int | None = None,
    precisions: Sequence[float] = PRECISIONS,
    random_state: Any = 0,
) -> Comparison:
    """Fit an estimator with every solver that can, and say how long each took.

    Kernels are compiled, or loaded, when a combination is first used. A run during
    which that happened is not counted: it is made again. Of short runs the fastest of
    three is shown.

    Parameters
    ----------
    estimator : estimator of this package, or Pipeline that ends with one
        What to fit; never modified. Of a pipeline, the steps before are fitted once.
    X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
        Data.
    y : array-like of shape (n_samples,)
        Target.
    solvers : list or mapping of Solver or str, default=None
        What to compare, with names or without; None for all solvers that are
        compatible, with their defaults; those that ask for values only where there is
        no gradient.
    tol : float, default=1e-6
        Tolerance of all solvers; None for each one's own.
    max_time : float, default=10.0
        Seconds after which each run ends.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights.
    test_size : float or int, default=None
        Share or number of rows to hold out for a score; None for no score.
    precisions : sequence of float, default=(1e-2, 1e-4, 1e-6)
        Distances to the lowest objective, relative to it, for which to give the time.
    random_state : int, RandomState or None, default=0
        Source of randomness of stochastic solvers and of the split.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        When a parameter is out of range, the estimator cannot be fitted to the data,
        or none of the solvers given is compatible.
    TypeError
        When the estimator is not one of this package's.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalLasso, compare_solvers
    >>> X, y = load_diabetes(return_X_y=True)
    >>> solvers = ["coordinate_descent", "proximal_gradient", "newton"]
    >>> comparison = compare_solvers(ProximalLasso(0.1), X, y, solvers)
    >>> sorted(trial.name for trial in comparison.trials), comparison.auto
    (['coordinate_descent', 'proximal_gradient'], 'coordinate_descent')
    >>> print(comparison.excluded["newton"][:43])
    Newton needs an objective that is smooth ev
    """
    check_values("compare_solvers", tol=(tol, TOLERANCE), max_time=(max_time, SECONDS))
    _check_precisions(precisions)
    split = _Split(estimator, X, y, sample_weight, test_size, random_state)
    problem = problems_of(split.model, *split.train)[0]
    auto = snake_case(type(choose(problem)).__name__)
    options = {"tol": tol, "max_time": max_time, "random_state": random_state}
    options |= {"callbacks": None, "verbose": 0, "warm_start": False}
    excluded, trials = {}, []
    candidates = _candidates(problem, solvers)
    if not candidates:
        raise ValueError(
            "compare_solvers needs at least one solver; got solvers="
            f"{solvers!r}. None compares all that are compatible."
        )
    for name, solver in candidates.items():
        try:
            require(problem, solver, solver_classes())
        except IncompatibleProblem as reason:
            excluded[name] = str(reason)
            continue
        model = clone(split.model).set_params(solver=clone(solver), **options)
        try:
            trials.append(_trial(name, model, split))
        except MemoryError as reason:
            excluded[name] = f"{name} needs more memory than there is: {reason}"
            continue
        if trials[-1].message == Status.INTERRUPTED.value:
            break
    if not trials:
        raise ValueError(f"no solver can be compared: {' '.join(excluded.values())}")
    if solvers is None:
        others = (snake_case(c.__name__) for c in solver_classes())
        excluded = {n: _reason(problem, n) for n in others if n not in _names(problem)}
    return Comparison(trials, excluded, auto, precisions)


def _check_precisions(given: Any) -> None:
    positive = Number(0.0, math.inf, True, True)
    several = np.ndim(given) == 1 and len(given) > 0
    if not several or not all(map(positive.allows, given)):
        raise ValueError(
            "compare_solvers needs precisions to be a sequence of numbers greater "
            f"than 0, such as (1e-2, 1e-4); got precisions={given!r}."
        )


class _Split:
    """The model by itself, rows to fit it to, and rows to score it on."""

    def __init__(
        self, estimator: Any, X: Any, y: Any, weights: Any, size: Any, rng: Any
    ) -> None:
        # imported here: it would double the time to import the package
        from sklearn.model_selection import train_test_split

        model = last_step(estimator)
        if not isinstance(model, LinearModel):
            raise TypeError(
                "compare_solvers needs an estimator of skopt_solvers, or a pipeline "
                f"that ends with one; got {what_it_is(model)}."
            )
        self.model = model
        test = None
        if size is not None:
            parts = [X, y] if weights is None else [X, y, weights]
            labels = y if is_classifier(model) else None
            pieces = train_test_split(
                *parts, test_size=size, random_state=rng, stratify=labels
            )
            X, y, weights = (*pieces[::2], None)[:3]
            test = pieces[1::2]
        for before in steps_before(estimator):
            before = clone(before)
            X = before.fit_transform(X, y)
            test = test and [before.transform(test[0]), *test[1:]]
        self.train, self.test = (X, y, weights), test

    def score(self, model: LinearModel) -> float:
        return math.nan if self.test is None else float(model.score(*self.test))  # type: ignore[attr-defined]


def _trial(name: str, model: LinearModel, split: _Split) -> Trial:
    """Fit until nothing was compiled on the way, and note how it went."""
    results = _fastest(model, split)
    certificate = worst(results).certificate
    failed = [r for r in results if not r.success]
    return Trial(
        name=name,
        solver=model.solver_,
        history=History.joined([r.history for r in results]),
        n_iter=sum(r.n_iter for r in results),
        objective=float(sum(r.objective for r in results)),
        certificate=float(certificate.value),
        certificate_kind=certificate.kind,
        message=(failed or results)[0].message,
        score=split.score(model),
    )


def _fastest(model: LinearModel, split: _Split) -> list[Result]:
    """The results of the fastest of some fits that compiled nothing."""
    counted: list[tuple[float, list[Result]]] = []
    spent = 0.0
    for attempt in range(COMPILING + REPEATS):
        before = specialisations()
        results = _fit(model, split)
        seconds = sum(r.seconds for r in results)
        interrupted = any(r.status is Status.INTERRUPTED for r in results)
        if specialisations() == before or attempt >= COMPILING or interrupted:
            counted.append((seconds, results))
            spent += seconds
        if interrupted or len(counted) == REPEATS or spent > ENOUGH:
            break
    return min(counted, key=lambda pair: pair[0])[1]


def _fit(model: LinearModel, split: _Split) -> list[Result]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(*split.train)
    return model.result_ if isinstance(model.result_, list) else [model.result_]


def _candidates(problem: Problem, solvers: Any) -> dict[str, Solver]:
    """What is to be compared, by name."""
    if solvers is None:
        return {name: as_solver(name) for name in _names(problem)}

    def made_of(solver: Any) -> Solver:
        named_auto = isinstance(solver, str) and solver == "auto"
        return choose(problem) if named_auto else as_solver(solver)

    if isinstance(solvers, Mapping):
        return {str(name): made_of(solver) for name, solver in solvers.items()}
    if isinstance(solvers, str | Solver):
        solvers = [solvers]
    distinct = {str(solver): solver for solver in map(made_of, solvers)}
    made = list(distinct.values())
    short = [snake_case(type(solver).__name__) for solver in made]
    names = [n if short.count(n) == 1 else " ".join(str(s).split())
             for n, s in zip(short, made, strict=True)]  # fmt: skip
    return dict(zip(names, made, strict=True))


def _names(problem: Problem) -> list[str]:
    return [snake_case(c.__name__) for c in able(problem)]


def _reason(problem: Problem, name: str) -> str:
    """Why a solver is not compared where all are that can minimise a problem."""
    solver = as_solver(name)
    try:
        require(problem, solver, solver_classes())
    except IncompatibleProblem as reason:
        return str(reason)
    missing = [m for m in solver.modules if not importlib.util.find_spec(m)]
    if missing:
        return f"{name} needs {', '.join(missing)}, which is not installed."
    return f"{name} asks for values only; it is compared where it is named."
