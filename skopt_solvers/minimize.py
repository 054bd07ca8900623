"""Minimise any function with the solvers of this package."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ._params import VERBOSE, check_values
from .callbacks import as_callbacks
from .penalties._base import BasePenalty
from .problems.function import FunctionProblem
from .problems.gradients import GradientEstimator
from .result import Result, Status
from .run import as_generator, run
from .solvers import Solver
from .solvers._auto import followers, solver_for

__all__ = ["minimize"]

FAR = 1e-2  # a violation at which no rounding is to blame
STEP = 1e-4  # of differences: far from rounding, and near enough
MISMATCH = 0.1  # of a slope: far more than differences are off


def minimize(
    fun: Callable[..., Any],
    x0: Any,
    *,
    jac: Callable[..., Any] | GradientEstimator | bool | None = None,
    hess: Callable[..., Any] | None = None,
    hessp: Callable[..., Any] | None = None,
    penalty: BasePenalty | None = None,
    solver: Solver | str = "auto",
    args: tuple[Any, ...] = (),
    tol: float | None = None,
    max_iter: int | None = None,
    max_time: float | None = None,
    callbacks: Callable[..., Any] | Sequence[Callable[..., Any]] | None = None,
    verbose: int = 0,
    random_state: Any = None,
) -> Result:
    r"""Minimise :math:`f(x) + \sum_j \Omega_j(x_j)`.

    Parameters
    ----------
    fun : callable
        ``fun(x, *args)`` returns the objective; with ``jac=True`` the pair of it and
        its gradient.
    x0 : array-like of shape (n,)
        Where to begin.
    jac : callable, GradientEstimator or bool, default=None
        Gradient ``jac(x, *args)``; True when `fun` returns it along; None for finite
        differences, at n evaluations each; ``SPSA()`` for estimates from two
        evaluations, which suit the stochastic solvers.
    hess, hessp : callable, default=None
        Hessian matrix, or its product with a vector ``hessp(x, v, *args)``.
    penalty : Penalty, default=None
        Added to `fun`; `Box` for bounds.
    solver : Solver or str, default="auto"
        A solver object or its name, as in the estimators.
    args : tuple, default=()
        Further arguments of all callables.
    tol, max_iter : default=None
        Override the solver's.
    max_time : float, default=None
        Seconds after which to stop.
    callbacks : callable or sequence of callable, default=None
        Called with a `Progress` after every iteration; a returned string ends the run.
    verbose : int, default=0
        1 shows a progress bar on long runs, 2 prints every iteration.
    random_state : int, RandomState, Generator or None
        Source of randomness.

    Returns
    -------
    Result
        With ``x``, ``objective`` (also ``fun``), ``certificate``, ``status``,
        ``message``, ``n_iter`` and ``history``. Where a run comes to a halt, `message`
        says so if `jac` does not match `fun`.

    Raises
    ------
    IncompatibleProblem
        When the solver needs something that was not given, such as a Hessian.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers import minimize
    >>> result = minimize(lambda x: np.sum((x - 3) ** 2), np.zeros(2))
    >>> np.round(result.x, 6), result.success
    (array([3., 3.]), True)
    """
    if penalty is not None and not isinstance(penalty, BasePenalty):
        raise ValueError(
            "penalty must be None or a Penalty object such as L1(0.1); "
            f"got {penalty!r}."
        )
    check_values("minimize", verbose=(verbose, VERBOSE))
    rng = as_generator(random_state)
    problem = FunctionProblem(fun, x0, jac, hess, hessp, penalty, args, rng)
    first = solver_for(problem, solver)
    result = run(
        first,
        problem,
        tol=tol,
        max_iter=max_iter,
        max_time=max_time,
        callbacks=as_callbacks(callbacks, verbose),
        random_state=rng,
        others=followers(problem, solver, first),
    )
    halted = result.status is Status.STALLED and result.certificate.value > FAR
    if not halted or problem.estimator is not None:
        return result
    return _with_gradient_checked(problem, result)


def _with_gradient_checked(problem: FunctionProblem, result: Result) -> Result:
    """The message says so where the gradient is not that of the function.

    Differences along it tell; at a kink, those of one side agree. A function with noise
    is left alone.
    """
    x = result.x
    g = problem.at(x).gradient
    size = float(np.linalg.norm(g))
    if not 0 < size < math.inf:
        return result
    h = STEP * max(1.0, float(np.max(np.abs(x))))
    places = x, x, x + h * g / size, x - h * g / size
    f, again, ahead, behind = (problem.evaluate(place)[0] for place in places)
    slopes = np.array([(ahead - f) / h, (ahead - behind) / (2 * h), (f - behind) / h])
    if again != f or not np.abs(slopes - size).min() > MISMATCH * size:
        return result
    message = (
        "no step along the gradient makes progress: jac does not match fun, whose "
        f"slope there is {slopes[1]:.3g} by differences, and {size:.3g} by jac"
    )
    return replace(result, message=message)
