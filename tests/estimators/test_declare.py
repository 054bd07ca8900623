"""Estimators are declared once: constructor and documentation come from that."""

import inspect
import re
from dataclasses import KW_ONLY
from typing import Any

import numpy as np
import pytest
from sklearn.base import is_classifier

from skopt_solvers import (
    AdvancedLinearClassifier,
    AdvancedLinearRegressor,
    AdvancedLogisticRegression,
    PathCV,
    ProximalGroupLasso,
    estimators,
    losses,
)
from skopt_solvers.estimators._declare import estimator
from skopt_solvers.estimators.regression import LinearRegressor
from skopt_solvers.losses import Squared
from skopt_solvers.penalties import NoPenalty
from skopt_solvers.problems import IncompatibleProblem
from skopt_solvers.solvers._registry import snake_case

ALL = [getattr(estimators, name) for name in estimators.__all__]
CLASSES = [each for each in ALL if inspect.isclass(each)]


@estimator
class LeastSquares(LinearRegressor):
    """Least squares.

    Parameters
    ----------
    level : float, default=2.0
        Not used.
    fit_intercept : bool, default=False
        Without one, usually.
    """

    level: float = 2.0
    _: KW_ONLY
    fit_intercept: bool = False

    def _loss(self) -> Any:
        return Squared()

    def _penalty(self, *_: Any) -> Any:
        return NoPenalty()


def test_own_parameters_come_first():
    names = list(inspect.signature(LeastSquares).parameters)
    assert names[:3] == ["level", "fit_intercept", "solver"]
    kinds = [p.kind.name for p in inspect.signature(LeastSquares).parameters.values()]
    assert kinds[:2] == ["POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY"]
    assert LeastSquares(3.0).level == 3.0 and LeastSquares().fit_intercept is False
    with pytest.raises(TypeError, match="unexpected keyword argument 'alpha'"):
        LeastSquares(alpha=1.0)


def test_documentation_is_inherited():
    doc = inspect.getdoc(LeastSquares)
    assert doc.index("level :") < doc.index("fit_intercept :") < doc.index("solver :")
    assert "Without one, usually." in doc and "Whether to fit an intercept" not in doc
    assert doc.index("Parameters\n---") < doc.index("Attributes\n---")
    assert doc.count("n_iter_ :") == 1


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_constructors_are_explicit(cls):
    """What scikit-learn and editors read."""
    parameters = inspect.signature(cls).parameters.values()
    kinds = {p.kind for p in parameters}
    assert kinds <= {inspect.Parameter.POSITIONAL_OR_KEYWORD,
                     inspect.Parameter.KEYWORD_ONLY}  # fmt: skip
    required = [p.name for p in parameters if p.default is inspect.Parameter.empty]
    assert required == (["estimator"] if cls is PathCV else [])


def test_the_third_argument_is_the_solver():
    model = AdvancedLinearRegressor("huber", "l1", "lbfgs")
    assert (model.loss, model.penalty, model.solver) == ("huber", "l1", "lbfgs")
    with pytest.raises(TypeError, match="positional"):
        AdvancedLogisticRegression(1.0, 0.5)


def test_equality_stays_that_of_objects():
    assert LeastSquares() != LeastSquares() and hash(LeastSquares())


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    "cls", [AdvancedLinearRegressor, ProximalGroupLasso, AdvancedLinearClassifier]
)
def test_errors_and_docstrings_list_the_losses_that_are_taken(small, cls):
    X, real, labels, _ = small
    targets = [real, np.abs(real) + 0.1, 1.0 * (real > 0)]
    targets = [labels] if is_classifier(cls()) else targets
    with pytest.raises(ValueError, match="got 'none'") as caught:
        cls(loss="none").fit(X, labels)
    listed = str(caught.value).partition("one of ")[2].partition(";")[0].split(", ")
    taken = set()
    for name in [snake_case(each) for each in losses.__all__]:
        for y in targets:
            try:
                cls(loss=name, max_iter=1).fit(X, y)
            except IncompatibleProblem:  # by this penalty
                taken.add(name)
            except ValueError:
                continue
            taken.add(name)
    assert sorted(taken) == listed
    assert taken <= set(re.findall(r'"(\w+)"', cls.__doc__))
