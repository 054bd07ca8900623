"""Linear regression that chooses its own strength by cross-validation."""

from collections.abc import Sequence
from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from .._params import Flag
from ._base import Array
from ._declare import estimator
from ._search import EPS, Candidate, Tuned, shares_of
from .regression import ProximalElasticNet, ProximalLasso

__all__ = ["ProximalElasticNetCV", "ProximalLassoCV"]


@estimator
class SquaredCV(Tuned):
    """Mean squared errors as `LassoCV` keeps them.

    Parameters
    ----------
    alphas : int or array-like, default=100
        Number of strengths on a geometric grid from the smallest at which all
        coefficients are zero; or the strengths.
    eps : float, default=1e-3
        The weakest strength of such a grid, as a share of the strongest.
    scoring : str or callable, default=None
        Any scorer of scikit-learn; None for minus the mean squared error.
    weights : array-like of shape (n_features,), default=None
        Factor of each coefficient's penalty, None for ones; 0 means unpenalised.
    positive : bool, default=False
        Whether coefficients must be at least zero.
    """

    constraints = {"eps": EPS, "positive": Flag()}  # noqa: RUF012
    unit = 2.0  # the loss is half the squared error

    _: KW_ONLY
    alphas: Any = 100
    eps: float = 1e-3
    weights: Any = None
    positive: bool = False

    def _asked(self) -> tuple[Any, float]:
        return self.alphas, self.eps

    def _store(self, grids: Sequence[Array], scores: Array) -> None:
        single = len(grids) == 1 or np.ndim(self.alphas) > 0
        self.alphas_ = grids[0] if single else np.array(grids)
        self.scores_ = np.squeeze(scores, axis=1) if len(grids) == 1 else scores
        if not self.scoring:
            self.mse_path_ = np.squeeze(-np.moveaxis(scores, 0, 2))


@estimator
class ProximalLassoCV(SquaredCV):
    r"""A lasso at the strength that predicts best.

    The grid, the folds' mean squared errors and the choice are those of
    `sklearn.linear_model.LassoCV`, up to its tolerance. Folds are weights over one X:
    they copy nothing.

    Attributes
    ----------
    alpha_ : float
        The strength chosen.
    alphas_ : ndarray of shape (n_alphas,)
        The strengths, strongest penalty first.
    mse_path_ : ndarray of shape (n_alphas, n_folds)
        Mean squared errors on the rows held out, where `scoring` is None.
    scores_ : ndarray of shape (n_folds, n_alphas)
        Scores on the rows held out; larger is better.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalLassoCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalLassoCV().fit(X, y)
    >>> round(model.alpha_, 6), model.n_features_selected_
    (0.003754, 9)
    >>> round(ProximalLassoCV(selection="1se").fit(X, y).alpha_, 4)
    0.1868
    """

    kind = ProximalLasso


@estimator
class ProximalElasticNetCV(SquaredCV):
    r"""An elastic net at the strength, and the share of L1, that predict best.

    The grid, the folds' mean squared errors and the choice are those of
    `sklearn.linear_model.ElasticNetCV`, up to its tolerance. Folds are weights over one
    X: they copy nothing.

    Parameters
    ----------
    l1_ratio : float or array-like, default=0.5
        Shares of L1 to choose from, between 0 (ridge; needs given alphas) and 1
        (lasso).

    Attributes
    ----------
    alpha_, l1_ratio_ : float
        The strength and the share chosen.
    alphas_ : ndarray of shape (n_alphas,) or (n_l1_ratio, n_alphas)
        The strengths, strongest penalty first; a row for each of several shares unless
        they were given.
    mse_path_ : ndarray of shape (n_alphas, n_folds) or (n_l1_ratio, n_alphas, n_folds)
        Mean squared errors on the rows held out, where `scoring` is None.
    scores_ : ndarray of shape (n_folds, n_alphas) or (n_folds, n_l1_ratio, n_alphas)
        Scores on the rows held out; larger is better.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalElasticNetCV
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalElasticNetCV(l1_ratio=[0.5, 1.0], alphas=30).fit(X, y)
    >>> model.l1_ratio_, model.mse_path_.shape
    (1.0, (2, 30, 5))
    """

    kind = ProximalElasticNet
    sought = frozenset({"l1_ratio", "verbose"})

    _: KW_ONLY
    l1_ratio: Any = 0.5

    def _candidates(self) -> Sequence[Candidate]:
        return [{"l1_ratio": share} for share in shares_of(self.l1_ratio, "l1_ratio")]
