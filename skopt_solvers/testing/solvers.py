"""What every solver must do: reach a certified optimum, or say that it cannot."""

from typing import Any

import numpy as np

from ..losses import Squared
from ..penalties import L1, L2
from ..problems import Certificate, IncompatibleProblem, Oracle, Problem, linear_problem
from ..run import run
from ..solvers import Solver
from ..solvers.preconditioners import Cholesky

__all__ = ["check_solver"]


def check_solver(solver: Solver, problem: Problem | None = None) -> None:
    """Check that `solver` obeys the laws of solvers.

    On a problem that provides what it requires it must end at the certified optimum; on
    any other, raise `IncompatibleProblem` with the names of solvers that can. It must
    not change its own parameters, and the same seed must give the same bits. Of a
    solver that asks for values only, no more is expected than that it does not lose
    ground, and certifies where that costs no further values.

    Parameters
    ----------
    solver : Solver
        For stochastic solvers, one whose settings reach its ``tol``: a full batch and
        enough epochs.
    problem : Problem, default=None
        Where to check; None for a small lasso and a small ridge regression.

    Raises
    ------
    AssertionError
        With the law that is broken and the numbers.

    Examples
    --------
    >>> from skopt_solvers.solvers import LBFGS
    >>> from skopt_solvers.testing import check_solver
    >>> check_solver(LBFGS())
    """
    for each in [problem] if problem is not None else _small_problems():
        if solver.requires & ~each.provides:
            _check_refusal(solver, each)
        else:
            _check_solution(solver, each)


def _small_problems() -> list[Problem]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 5))
    y = X[:, 0] - 2 * X[:, 1] + rng.normal(size=40)
    return [linear_problem(X, y, Squared(), penalty) for penalty in (L1(0.1), L2(0.1))]


def _check_refusal(solver: Solver, problem: Problem) -> None:
    missing = solver.requires & ~problem.provides
    try:
        run(solver, problem)
    except IncompatibleProblem as error:
        assert missing.meaning in str(error), f"{error} does not say {missing.meaning}"
        assert "Solvers that can" in str(error), f"{error} names no solver that can"
        return
    raise AssertionError(f"{solver!r} ran on {problem} without {missing!r}")


def _certificate(problem: Any, x: np.ndarray) -> Certificate:
    """Anew from x alone: by its own slopes, or by those of a Newton step."""
    point = problem.at(x)
    found = [problem.certificate(point)]
    if not (Oracle.DUAL | Oracle.COLUMNS | Oracle.HESSIAN) & ~problem.provides:
        metric = Cholesky()
        metric.build(problem, point)
        witness = problem.linearised(point, metric.solve, 1e-12)
        found.append(problem.certificate(point, witness=witness))
    return min(found, key=lambda each: each.value)


def _check_solution(solver: Solver, problem: Problem) -> None:
    before = repr(solver.get_params())
    result = run(solver, problem, random_state=0)
    reached = f"{solver!r} on {problem}: {result.message}, {result.certificate}"
    assert result.success, reached
    searching = solver.requires == Oracle.VALUE
    dual = solver.requires & (Oracle.DUAL | Oracle.PIECES)
    if not (searching or dual):  # slopes are a point's
        again = _certificate(problem, result.x)
        slack = 10 * (solver.tol or 0.0) + 1e-12
        fine = again.value <= slack
        assert fine, f"{reached}; certified anew it is {again.value:.1e}"
    certified = result.certificate.kind != "none"
    known = not searching or Oracle.CERTIFICATE in problem.provides
    assert certified == known, f"{reached}, where certificates are known: {known}"
    start = next(problem.values(problem.start()[None]))
    worst = start + 1e-12 * abs(start) + 1e-300
    assert result.objective <= worst, f"{reached}; got worse"
    _check_deterministic(solver, problem, result)
    assert repr(solver.get_params()) == before, f"{solver!r} changed its parameters"


def _check_deterministic(solver: Solver, problem: Problem, result: Any) -> None:
    twin = run(solver, problem, random_state=0)
    same = np.array_equal(twin.x, result.x)
    assert same, f"{solver!r}: the same seed gave {twin.x} and {result.x}"
