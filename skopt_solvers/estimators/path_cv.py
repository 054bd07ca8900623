"""Any estimator of this package at the strength that predicts best."""

from collections.abc import Sequence
from dataclasses import KW_ONLY
from typing import Any

from ._base import Array, LinearModel
from ._declare import estimator as declared
from ._search import EPS, CrossValidated

__all__ = ["PathCV"]


@declared
class PathCV(CrossValidated):
    r"""Any estimator of this package, at the strength that predicts best.

    Folds are weights of zero and one over one X that all of them share, and the
    penalty's path is walked on each in turn, so a cross-validation needs hardly more
    memory than a fit. For squared losses the predictions of the rows held out are a
    by-product; where there are many more rows than columns, all folds together cost
    two Gram matrices.

    Parameters
    ----------
    estimator : estimator of this package
        Such as `AdvancedLinearRegressor("huber", "l1")`; its own strength is ignored.
    alphas : int or array-like, default=100
        Number of strengths on a geometric grid from the smallest at which all
        coefficients are zero; or the strengths, in the estimator's own scale
        (``C`` for `AdvancedLogisticRegression`). A ridge alone has no such grid, as no
        strength makes its coefficients zero: give the strengths.
    eps : float, default=1e-3
        The weakest strength of such a grid, as a share of the strongest.
    refit : bool, default=True
        Whether to fit to all rows with what was chosen; without it there is no
        `predict`.

    Attributes
    ----------
    alpha_ : float
        The strength chosen, named `C_` for an estimator with ``C``.
    alphas_ : ndarray of shape (n_alphas,)
        The strengths, strongest penalty first.
    scores_ : ndarray of shape (n_folds, n_alphas)
        Scores on the rows held out; larger is better.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import AdvancedLinearRegressor, PathCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = PathCV(AdvancedLinearRegressor("huber", "l1"), alphas=20).fit(X, y)
    >>> model.scores_.shape, model.n_features_selected_
    ((5, 20), 7)
    """

    constraints = {"eps": EPS}  # noqa: RUF012

    estimator: Any
    _: KW_ONLY
    alphas: Any = 100
    eps: float = 1e-3
    refit: bool = True  # type: ignore[misc]

    def _estimator(self) -> LinearModel:
        return self.estimator  # type: ignore[no-any-return]

    def _asked(self) -> tuple[Any, float]:
        return self.alphas, self.eps

    def _store(self, grids: Sequence[Array], scores: Array) -> None:
        self.alphas_, self.scores_ = grids[0], scores[:, 0]
