"""What fitted estimators keep of cross-validation, and paths, as plain arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

Array = np.ndarray


@dataclass(frozen=True)
class Seen:
    """Strengths tried and how they did.

    Attributes
    ----------
    strengths : ndarray of shape (n_alphas,)
        Values of `parameter`.
    scores : ndarray of shape (n_alphas, n_folds)
        Of the share of L1 that was chosen, if there were several.
    parameter : str
        ``"alpha"`` or ``"C"``.
    name : str
        What the scores are.
    lower : bool
        Whether they are errors.
    """

    strengths: Array
    scores: Array
    parameter: str
    name: str
    lower: bool

    @classmethod
    def by(cls, estimator: Any) -> Self:
        """What a cross-validated estimator has kept, ours or scikit-learn's."""
        kept = vars(estimator)
        chosen = [name for name in ("C", "alpha") if f"{name}_" in kept]
        if not chosen or not {"mse_path_", "scores_"} & set(kept):
            raise TypeError(
                "the estimator must keep the scores of its folds, as ProximalLassoCV "
                f"does; got {type(estimator).__name__}. Of a model with one strength, "
                "show regularization_path(model, X, y) by from_path."
            )
        parameter = chosen[0]
        strengths = np.asarray(kept.get(f"{parameter}s_", kept.get("alphas_")))
        errors = kept.get("mse_path_")
        scores = np.moveaxis(estimator.scores_, 0, -1) if errors is None else errors
        row = _share(estimator)
        scores = scores[row] if np.ndim(scores) == 3 else scores
        strengths = strengths[row] if strengths.ndim == 2 else strengths
        scoring = estimator.get_params().get("scoring")
        named = scoring.replace("_", " ") if isinstance(scoring, str) else "score"
        return cls(
            strengths=strengths,
            scores=np.asarray(scores),
            parameter=parameter,
            name=named if errors is None else "mean squared error",
            lower=errors is not None,
        )

    def matching(self, path: Any) -> Any:
        """The coefficients of a path, if it has these strengths."""
        if path is None:
            return None
        same = np.shape(path.alphas) == self.strengths.shape
        if not same or not np.allclose(path.alphas, self.strengths):
            raise ValueError(
                f"path must have the {len(self.strengths)} strengths of the "
                f"estimator; got {len(path.alphas)} others. Compute it with "
                f"alphas=estimator.{self.parameter}s_."
            )
        return path.coefs


def _share(estimator: Any) -> int:
    """Which of several shares of L1 was chosen."""
    tried = estimator.get_params()
    shares = np.atleast_1d(tried.get("l1_ratios", tried.get("l1_ratio", 0.0)))
    chosen = getattr(estimator, "l1_ratio_", shares[0])
    return int(np.argmin(np.abs(shares.astype(float) - chosen)))


def blocks_of(coefs: Any) -> list[Array]:
    """Coefficients as dense matrices with a column per strength, one per output."""
    if sp.issparse(coefs):
        return [coefs.toarray()]
    if len(coefs) and sp.issparse(coefs[0]):
        return [block.toarray() for block in coefs]
    coefs = np.asarray(coefs, np.float64)
    return list(coefs) if coefs.ndim == 3 else [coefs]


def row_names(blocks: Sequence[Array], feature_names: Any) -> list[str]:
    """A name for each row of the blocks, one below the other."""
    if not blocks:
        return []
    given = feature_names is not None
    names = feature_names if given else [f"x{j}" for j in range(len(blocks[0]))]
    if len(names) != len(blocks[0]):
        raise ValueError(
            f"feature_names must hold {len(blocks[0])} names; got {len(names)}."
        )
    if len(blocks) == 1:
        return [str(name) for name in names]
    return [f"{name} [{k}]" for k in range(len(blocks)) for name in names]
