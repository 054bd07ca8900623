"""Linear support vector machines under scikit-learn's name."""

import math
from dataclasses import KW_ONLY
from typing import Any

from .._params import Choice, Number
from ..losses import Hinge, SquaredHinge
from ..path import Strength
from ..penalties import L1, L2, NoPenalty, Penalty
from ._declare import estimator
from .classification import LinearClassifier

__all__ = ["AdvancedLinearSVC"]

LOSSES = {"squared_hinge": SquaredHinge, "hinge": Hinge}


@estimator
class AdvancedLinearSVC(LinearClassifier):
    r"""Linear support vector classification.

    .. math:: \min_{w, b}\; C \sum_i s_i \max(0, 1 - y_i (x_i w + b))^2
              + \tfrac12 \lVert w \rVert_2^2

    with y in {-1, +1}; without the square for the hinge loss, and with
    :math:`\lVert w \rVert_1` for the other penalty. This is
    `sklearn.svm.LinearSVC` with the same `C`, but for the intercept b, which is not
    penalised: LinearSVC comes there as its ``intercept_scaling`` grows, and is the same
    with ``fit_intercept=False``. Internally both sides are divided by
    :math:`C \sum_i s_i`; s includes the class weights. More than two classes are fitted
    one against the rest, with the weights of all classes: liblinear leaves those of the
    rest at one.

    Parameters
    ----------
    C : float, default=1.0
        Inverse strength of the penalty, greater than zero; ``inf`` for no penalty.
    loss : {"squared_hinge", "hinge"}, default="squared_hinge"
        The loss; "hinge" is that of the support vector machine. Both take both
        penalties.
    penalty : {"l2", "l1"}, default="l2"
        The penalty; "l1" leaves many coefficients at zero.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skopt_solvers import AdvancedLinearSVC
    >>> X, y = load_iris(return_X_y=True)
    >>> model = AdvancedLinearSVC(C=1.0).fit(X, y)
    >>> model.coef_.shape, round(model.score(X, y), 4)
    ((3, 4), 0.9667)
    """

    constraints = {  # noqa: RUF012
        "C": Number(0.0, math.inf, open_low=True),
        "loss": Choice(*LOSSES),
        "penalty": Choice("l2", "l1"),
    }

    C: float = 1.0
    _: KW_ONLY
    loss: str = "squared_hinge"
    penalty: str = "l2"

    def _loss(self, n_classes: int) -> Any:
        return LOSSES[self.loss]()

    def _penalty(self, total: float) -> Penalty:
        if math.isinf(self.C):
            return NoPenalty()
        alpha = 1.0 / (self.C * total)
        return L1(alpha) if self.penalty == "l1" else L2(alpha)

    def _strength(self) -> Strength:
        return Strength("C", inverse=True)
