"""Regularisation paths: the same model at many strengths of its penalty."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from ._bars import Tally
from ._params import Number, Whole
from ._threads import one_blas_thread
from ._track import Track, assemble
from ._walk import grid, hardest, strongest, walk
from .problems import LinearProblem, without_empty_columns
from .run import budget_of

__all__ = ["RegularizationPath", "Strength", "regularization_path"]

Array = np.ndarray


@dataclass(frozen=True)
class Strength:
    """The parameter of an estimator that sets the strength of its penalty.

    Attributes
    ----------
    name : str
        Its name, ``"alpha"`` or ``"C"``.
    inverse : bool
        Whether it is one over the strength against the *summed* loss, as ``C`` is.
    """

    name: str = "alpha"
    inverse: bool = False

    def convert(self, values: Any, unit: float) -> Any:
        """From the parameter's scale to that of penalties.

        `unit` is the strength of the penalty where the parameter is one.
        """
        return unit / values if self.inverse else unit * values

    def restore(self, strengths: Any, unit: float) -> Any:
        """From the scale of penalties to the parameter's."""
        return unit / strengths if self.inverse else strengths / unit


class Walkable(Protocol):
    """What an estimator must offer: its problems, its solver and its strength."""

    def _prepare(self, X: Any, y: Any, sample_weight: Any) -> Any: ...

    def _plan(self, y: Any, weights: Any) -> Any: ...

    def _strength(self) -> Strength: ...

    def _problem(self, design: Any, plan: Any, task: Any) -> LinearProblem: ...

    def _keep(self, plan: Any, w: Array, b: Array) -> None: ...


@dataclass(repr=False)
class RegularizationPath:
    """What `regularization_path` returns, strongest penalty first.

    Attributes
    ----------
    alphas : ndarray of shape (n_alphas,)
        Strengths in the estimator's own scale: values of ``C`` for one that has it.
    coefs : ndarray of shape (n_features, n_alphas), or (n_outputs, ...) in front
        Coefficients; a CSC array where X is sparse, one for each of several outputs.
    intercepts : ndarray of shape (n_alphas,) or (n_outputs, n_alphas)
        Intercepts.
    certificates : ndarray of shape (n_alphas,)
        How far from optimal each solution is at most; the largest of several problems.
    certificate_kind : str
        What the certificates are: ``"duality gap"``, ``"violation"`` or
        ``"stationarity"``.
    n_nonzero : ndarray of shape (n_alphas,)
        Features that are used.
    deviance_explained : ndarray of shape (n_alphas,)
        One minus the loss over that of the best model without features.
    parameter : str
        Which parameter of the estimator `alphas` are values of.
    """

    alphas: Array
    coefs: Any
    intercepts: Array
    certificates: Array
    certificate_kind: str
    n_nonzero: Array
    deviance_explained: Array
    parameter: str = "alpha"
    feature_names: Array | None = None

    def __len__(self) -> int:
        return len(self.alphas)

    def __repr__(self) -> str:
        if not len(self):
            return "RegularizationPath(empty)"
        ends = f"{self.parameter} {self.alphas[0]:.4g} ... {self.alphas[-1]:.4g}"
        used = f"{self.n_nonzero[0]} ... {self.n_nonzero[-1]} features"
        worst = f"{self.certificate_kind} <= {self.certificates.max():.1e}"
        return f"RegularizationPath({len(self)} strengths, {ends}, {used}, {worst})"

    def plot(self, **options: Any) -> Any:
        """Draw the coefficients against the strength; needs the extra ``plot``.

        Parameters
        ----------
        **options
            Passed on to ``RegularizationPathDisplay.plot``, such as ``ax``.

        Returns
        -------
        RegularizationPathDisplay
            The drawing.
        """
        from .plotting import RegularizationPathDisplay

        return RegularizationPathDisplay.from_path(self, **options)


def regularization_path(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    alphas: Any = 100,
    eps: float = 1e-3,
    sample_weight: Any = None,
    early_exit: bool | None = None,
) -> RegularizationPath:
    r"""Fit an estimator at many strengths of its penalty.

    Each solution starts from the one before. For squared losses an active set with its
    Cholesky factor is carried along and several strengths are certified by one pass
    over the data, so a hundred strengths cost little more than the last one alone.

    Parameters
    ----------
    estimator : estimator of this package
        Such as `ProximalLasso` or `AdvancedLogisticRegression`; not modified. Its own
        strength is ignored, all other parameters hold, `tol` for every strength,
        `max_time` for the whole path; ``verbose=1`` shows a bar that counts strengths.
    X : {array-like, sparse matrix, sparse array} of shape (n_samples, n_features)
        Training data.
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
        Target.
    alphas : int or array-like, default=100
        Number of strengths on a geometric grid that begins where all penalised
        coefficients are zero (`alpha_max`); or the strengths themselves, in the
        estimator's own scale: ``C`` for logistic regression, else ``alpha``.
    eps : float, default=1e-3
        The weakest strength of such a grid, as a share of the strongest.
    sample_weight : array-like of shape (n_samples,), default=None
        Weight of each sample.
    early_exit : bool, default=None
        Whether to end where the deviance explained exceeds 0.999, or grows by less than
        1e-5 of itself from one strength to the next, as glmnet does. None for only
        where `alphas` is a number. Under a penalty that is not convex solutions may
        rest for a while, so that only the first counts. Several problems (targets, one
        class against the rest) are always followed to the end.

    Returns
    -------
    RegularizationPath
        With ``alphas`` (strongest penalty first), ``coefs``, ``intercepts``,
        ``certificates``, ``n_nonzero``, ``deviance_explained`` and ``plot()``.

    Raises
    ------
    ValueError
        When a parameter is out of range, or a grid was asked for although no strength
        makes the coefficients zero, as with a ridge penalty.

    Warns
    -----
    ConvergenceWarning
        Once, where a solution missed the tolerance or the time was over.

    References
    ----------
    Friedman, Hastie & Tibshirani (2010), J. Stat. Softw. 33, section 2.5; Efron,
    Hastie, Johnstone & Tibshirani (2004), Ann. Stat. 32, section 3, for the active set.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalLasso, regularization_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> path = regularization_path(ProximalLasso(), X, y, alphas=5)
    >>> path.n_nonzero
    array([ 0,  4,  7,  9, 10])
    >>> path.deviance_explained.round(3)
    array([0.   , 0.47 , 0.512, 0.515, 0.518])
    """
    model = clone(estimator)
    strength = unit_strength(model)
    design, target, weights = model._prepare(X, y, sample_weight)
    plan = model._plan(target, weights)
    design = without_empty_columns(design, plan.penalty)
    unit = float(plan.penalty.alpha)
    counted = count_of(alphas, eps)
    early = bool(counted) if early_exit is None else early_exit
    with one_blas_thread(), np.errstate(all="ignore"):
        problems = [model._problem(design, plan, task) for task in plan.tasks]
        if counted:
            first = max(map(strongest, problems))
            strengths = grid(finite(first, plan.penalty), counted, eps)
        else:
            strengths = _sorted(strength.convert(given(alphas, strength), unit))
        budget = budget_of(
            model._solver(problems[0]), model.tol, model.max_iter, model.max_time,
            model.random_state,
        )  # fmt: skip
        total = len(strengths) * len(problems)
        name, bar = type(model).__name__, model.verbose == 1
        watchers = model.set_params(verbose=0 if bar else model.verbose)._watchers()
        with Tally(name, "strengths", total, bar) as tally:
            solvers = [model._solver(hardest(each, strengths)) for each in problems]
            walks = [
                walk(problem, solver, strengths, budget, watchers)
                for problem, solver in zip(problems, solvers, strict=True)
            ]
            tracks = [
                Track.of(problem, tally.through(steps), early and len(problems) == 1)
                for problem, steps in zip(problems, walks, strict=True)
            ]
    done = min(map(len, tracks))
    tracks = [track.head(done) for track in tracks]
    shown = strength.restore(strengths[:done], unit) if unit else strengths[:done]
    _warn(estimator, tracks, budget.goal, done, len(strengths), early)
    return _result(model, plan, tracks, shown, strength.name, sp.issparse(X))


def unit_strength(model: Any) -> Strength:
    """The strength of a model of one's own, set to one.

    Raises
    ------
    ValueError
        When `model` has none.
    """
    if not callable(getattr(type(model), "_strength", None)):
        raise ValueError(
            "estimator must be one of this package with a strength, such as "
            f"ProximalLasso; got {model!r}."
        )
    strength: Strength = model._strength()
    model.set_params(**{strength.name: 1.0})
    return strength


def finite(first: float, penalty: Any) -> float:
    """The strongest strength, if there is one."""
    if math.isinf(first):
        raise ValueError(
            f"no strength of {type(penalty).__name__} makes all coefficients zero, so "
            "there is no grid to begin with: give the strengths as an array."
        )
    return first


def given(alphas: Any, strength: Strength) -> Array:
    """Strengths given one by one, checked."""
    try:
        values = np.array(alphas, np.float64)
    except (TypeError, ValueError):
        values = np.array(math.nan)
    fine = values.ndim == 1 and len(values) and np.isfinite(values).all()
    if not fine or values.min() < 0 or (strength.inverse and values.min() == 0):
        words = "greater than 0" if strength.inverse else "of at least 0"
        raise ValueError(
            f"{strength.name} must be an integer of at least 1 or an array of finite "
            f"values {words}; got {alphas!r}."
        )
    return values


def count_of(alphas: Any, eps: Any, name: str = "alphas") -> int:
    """The size of the grid that is asked for; 0 for an array."""
    if np.ndim(alphas) or not Whole(1).allows(alphas):
        given(alphas, Strength(name))
        return 0
    if not Number(0.0, 1.0, open_low=True, open_high=True).allows(eps):
        raise ValueError(f"eps must be a number in (0, 1); got {eps!r}.")
    return int(alphas)


def _sorted(strengths: Array) -> Array:
    return np.sort(strengths)[::-1]


# -- reporting -----------------------------------------------------------------------


def _warn(
    owner: Any, tracks: Sequence[Track], goal: float, done: int, asked: int,
    early: bool,
) -> None:  # fmt: skip
    """One warning where a path is not what was asked for."""
    name = type(owner).__name__
    stretches = [s for track in tracks for s in track.stretches]
    missed = [s for s in stretches if s.trouble]
    short = done < asked and not early
    if not missed and not short:
        return
    worst = max((float(s.certificates.max()) for s in stretches), default=math.nan)
    reasons = sorted({s.trouble for s in missed}) or ["the time limit was reached"]
    warnings.warn(
        f"The path of {name} did not converge at {len(missed) + asked - done} of "
        f"{asked} strengths: {'; '.join(reasons)}. The largest certificate is "
        f"{worst:.2e}, tol={goal:.2e}. Raise max_time or max_iter, raise eps, or scale "
        "the data (StandardScaler).",
        ConvergenceWarning,
        stacklevel=3,
    )


# -- collecting ----------------------------------------------------------------------


def _result(
    model: Any, plan: Any, tracks: Sequence[Track], shown: Array, name: str,
    sparse: bool,
) -> RegularizationPath:  # fmt: skip
    if plan.loss.lanes:
        coefs, intercepts = _kept(model, plan, tracks)
    else:
        coefs = [track.coefs for track in tracks]
        intercepts = np.array([track.intercepts for track in tracks])
    used = sum(abs(c) for c in coefs).sign()
    n_nonzero = np.asarray(used.sum(axis=0), np.int64)
    certificates = np.max([track.certificates for track in tracks], axis=0)
    null = sum(track.problem.null.loss for track in tracks)
    losses = np.sum([track.losses for track in tracks], axis=0)
    stored = coefs if sparse else np.array([c.toarray() for c in coefs])
    single = len(coefs) == 1
    return RegularizationPath(
        alphas=np.array(shown),
        coefs=stored[0] if single else stored,
        intercepts=intercepts[0] if single else intercepts,
        certificates=certificates,
        certificate_kind=tracks[0].stretches[-1].kind,
        n_nonzero=n_nonzero,
        deviance_explained=1.0 - losses / null if null > 0 else 0.0 * losses,
        parameter=name,
        feature_names=getattr(model, "feature_names_in_", None),
    )


def _kept(
    model: Any, plan: Any, tracks: Sequence[Track]
) -> tuple[list[Any], Array]:
    """Coefficients and intercepts of each output as the estimator keeps them."""
    coefs, intercepts = [], []
    for t in range(len(tracks[0])):
        model._keep(plan, *assemble(tracks, t))
        coefs.append(sp.csr_array(np.atleast_2d(model.coef_)))
        intercepts.append(model.intercept_)
    outputs = range(coefs[0].shape[0])
    stacked = [sp.csc_array(sp.vstack([c[[k]] for c in coefs]).T) for k in outputs]
    return stacked, np.array(intercepts).T
