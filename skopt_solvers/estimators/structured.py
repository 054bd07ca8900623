"""Linear regression whose coefficients belong together."""

from dataclasses import KW_ONLY
from itertools import pairwise
from typing import Any

from .._params import Number
from ..designs import Design
from ..losses import MultiSquared
from ..penalties import GroupLasso, SparseGroupLasso
from ..penalties._base import BasePenalty
from ..problems import LinearProblem
from ._base import NON_NEGATIVE, Plan, Task
from ._declare import estimator
from ._parts import SIDES, allows, regression_loss
from .regression import LinearRegressor

__all__ = ["MultiTaskLasso", "ProximalGroupLasso"]


@estimator
class ProximalGroupLasso(LinearRegressor):
    r"""Linear regression that uses groups of features, or none of a group.

    .. math:: \min_{w, b}\; \frac{1}{\sum_i s_i} \sum_i s_i\, \ell(y_i, x_i w + b)
              + \alpha \sum_g u_g \left(\rho \lVert w_g \rVert_1
              + (1 - \rho) \lVert w_g \rVert_2\right)

    with :math:`\rho` = `l1_ratio`: the group lasso for 0, the sparse group lasso
    between 0 and 1. celer's and skglm's ``GroupLasso(groups, alpha)`` are the squared
    loss with ``weights`` of ones and the same `alpha`. For classes, give a `GroupLasso`
    or `SparseGroupLasso` to `AdvancedLinearClassifier` or `AdvancedLogisticRegression`.
    The intercept b is not penalised.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least zero.
    groups : default=None
        Which features belong together: a list of lists of columns (numbers, or names
        where X has any), an integer for each column, a dict of group to columns or of
        column to group, or "auto" to read it from names such as those that
        `OneHotEncoder`, `SplineTransformer` and `ColumnTransformer` give to a data
        frame. None makes each feature a group of its own.
    weights : array-like of shape (n_groups,), default=None
        Factor :math:`u_g \ge 0` of each group, in the order of the groups; None for the
        root of its number of features. 0 means unpenalised.
    l1_ratio : float, default=0.0
        Share :math:`\rho` of L1, between 0 and 1.
    loss : str or Loss, default="squared"
        A loss object, or the name of one with its default parameters: "squared",
        "huber", "pseudo_huber", "log_cosh", "quantile", "poisson", "gamma", "tweedie",
        "negative_binomial", "inverse_gaussian", "binomial", or "multi_squared" for
        several targets together.

    Attributes
    ----------
    groups_ : list of ndarray
        The columns of each group.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalGroupLasso
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> blood = ["s1", "s2", "s3", "s4", "s5", "s6"]
    >>> groups = [["age"], ["sex"], ["bmi"], ["bp"], blood]
    >>> model = ProximalGroupLasso(0.8, groups=groups).fit(X, y)
    >>> model.coef_.nonzero()[0]
    array([2, 3, 4, 5, 6, 7, 8, 9])
    """

    constraints = {  # noqa: RUF012
        "alpha": NON_NEGATIVE,
        "l1_ratio": Number(0.0, 1.0),
    }

    alpha: float = 1.0
    _: KW_ONLY
    groups: Any = None
    weights: Any = None
    l1_ratio: float = 0.0
    loss: Any = "squared"

    def _loss(self) -> Any:
        return regression_loss(self)

    def _penalty(self, total: float) -> BasePenalty:
        if self.l1_ratio == 0:
            return GroupLasso(self.alpha, self.groups, self.weights)
        return SparseGroupLasso(self.alpha, self.l1_ratio, self.groups, self.weights)

    def _problem(self, design: Design, plan: Plan, task: Task) -> LinearProblem:
        problem = super()._problem(design, plan, task)
        layout: Any = problem.regularizer
        columns, ends = layout.columns(layout.which), layout.starts // problem.lanes
        self.groups_ = [columns[a:b] for a, b in pairwise(ends.tolist())]
        return problem

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        any_sign = allows(self.loss, SIDES)
        tags.target_tags.positive_only = not any_sign
        tags.target_tags.multi_output = any_sign
        return tags


@estimator
class MultiTaskLasso(LinearRegressor):
    r"""Linear regression of several targets that share their features.

    .. math:: \min_{W, b}\; \frac{1}{2 \sum_i s_i} \sum_i s_i
              \lVert y_i - x_i W - b \rVert^2 + \alpha \sum_j u_j \lVert W_j \rVert_2

    A feature is used for all targets or for none. This is
    `sklearn.linear_model.MultiTaskLasso` with the same `alpha`, for any sample weights
    s. The intercepts b are not penalised.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the penalty, at least zero.
    weights : array-like of shape (n_features,), default=None
        Factor :math:`u_j \ge 0` of each feature, None for ones; 0 means unpenalised.

    Examples
    --------
    >>> from sklearn.datasets import load_linnerud
    >>> from skopt_solvers import MultiTaskLasso
    >>> X, y = load_linnerud(return_X_y=True)
    >>> model = MultiTaskLasso(alpha=30.0).fit(X, y)
    >>> model.coef_.shape, model.n_features_selected_
    ((3, 3), 2)
    """

    constraints = {"alpha": NON_NEGATIVE}  # noqa: RUF012

    alpha: float = 1.0
    _: KW_ONLY
    weights: Any = None

    def _loss(self) -> MultiSquared:
        return MultiSquared()

    def _penalty(self, total: float) -> BasePenalty:
        return GroupLasso(self.alpha, None, self.weights)
