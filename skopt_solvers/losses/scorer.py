"""Scores of scikit-learn as losses."""

import inspect
import threading
import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from .._params import Flag, validate
from ._base import WholeLoss, reject

_QUIET = threading.Lock()  # filters of warnings belong to all threads


class ScorerLoss(WholeLoss):
    r"""Minus a score of the training data, optimised as it is: :math:`-S(y, p)`.

    Nothing is put in the score's place; as it has no gradient, this is for solvers
    that need values only, such as `CMAES`. The fit begins at the solution of
    `surrogate`, and moves the intercept (the threshold) along with the coefficients.

    Of two classes the score sees -1 and +1, so ``pos_label=1`` is ``classes_[1]``; of
    more, their indices. It is of all classes together, never one against the rest.
    Most scores stay the same when all coefficients shrink, so a penalty would draw them
    to zero for nothing. It acts on the surrogate instead, and through that on where the
    fit begins; bounds hold throughout. ``penalised=True`` adds it to the score as well.

    Cost per value: one product with X and one call of the scorer, often a millisecond.

    Parameters
    ----------
    scoring : str or callable, default="accuracy"
        Name of a scorer (``"f1"``, ``"roc_auc"``, ...), a scorer as `make_scorer`
        gives, called with an estimator, samples and y, or ``f(y, decision)``, where
        more is better. Sample weights are handed over as ``sample_weight``.
    surrogate : str, Loss or None, default="logistic"
        The loss whose solution is where to begin; None to begin at zero.
    penalised : bool, default=False
        Whether the penalty is added to minus the score.

    Raises
    ------
    ValueError
        When a fit starts with a score that does not exist, needs probabilities, or
        takes no weights while they differ.

    Examples
    --------
    >>> import numpy as np
    >>> from skopt_solvers.losses import ScorerLoss
    >>> y, decision = np.array([-1.0, 1.0, 1.0, 1.0]), np.array([-2.0, -1.0, 1.0, 2.0])
    >>> ScorerLoss("recall").value(y, decision, None)
    -0.6666666666666666
    >>> ScorerLoss(lambda y, p: np.mean(y * p)).value(y, decision, None)
    -1.0
    """

    def __init__(
        self,
        scoring: Any = "accuracy",
        surrogate: Any = "logistic",
        penalised: bool = False,
    ):
        self.scoring = scoring
        self.surrogate = surrogate
        self.penalised = penalised

    def value(self, y: np.ndarray, p: np.ndarray, weights: np.ndarray | None) -> float:
        score, positional = _score(self.scoring)
        y = y.astype(np.int64)
        given = (y, p) if positional == 2 else (_Fixed(p), p, y)
        named = {} if weights is None else {"sample_weight": weights}
        with _QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of precision without any positive
            try:
                return -float(score(*given, **named))
            except (TypeError, AttributeError) as error:
                raise ValueError(
                    f"ScorerLoss cannot use scoring={self.scoring!r}: it must accept "
                    f"{'weights, and ' * bool(named)}decisions or labels (not "
                    f"probabilities), and return a number; it raised {error}"
                ) from error

    def check(self, y: np.ndarray) -> None:
        validate(self, {"penalised": Flag()})
        _score(self.scoring)
        whole = (np.abs(y) < np.inf) & (y >= -1) & (y == np.floor(y))
        reject(self, y, ~whole, "that are classes")


class _Fixed(ClassifierMixin, BaseEstimator):  # type: ignore[misc, unused-ignore]
    """A classifier whose samples are its decisions."""

    def __init__(self, p: Any) -> None:
        self.p = p
        self.classes_ = np.array([-1, 1]) if p.ndim == 1 else np.arange(p.shape[1])

    def decision_function(self, X: Any) -> Any:
        return X

    def predict(self, X: Any) -> Any:
        best = X > 0 if X.ndim == 1 else X.argmax(axis=1)
        return self.classes_[best.astype(np.intp)]


def _score(scoring: Any) -> tuple[Any, int]:
    """The function, and how many arguments it needs."""
    score = scoring
    if isinstance(scoring, str):
        from sklearn.metrics import get_scorer  # slow to import

        score = get_scorer(scoring)
    if not callable(score):
        raise ValueError(
            "ScorerLoss needs scoring to be the name of a scorer or a callable; "
            f"got scoring={scoring!r}."
        )
    parameters = inspect.signature(score).parameters.values()
    needed = [p for p in parameters if p.default is p.empty
              and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]  # fmt: skip
    if len(needed) not in (2, 3):
        raise ValueError(
            "ScorerLoss needs scoring(y, decision) or scoring(estimator, X, y); "
            f"got scoring={scoring!r} with {len(needed)} arguments."
        )
    return score, len(needed)
