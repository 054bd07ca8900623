"""SAG: stochastic steps along the mean of remembered gradients."""

from ..problems._visits import Visit
from ._variance_reduced import VarianceReduced


class SAG(VarianceReduced):
    r"""Stochastic average gradient.

    Of each row i the last slope :math:`q_i` seen is remembered, zero to begin with, and
    their mean gradient :math:`\bar g`. A visit to row i, which has weight :math:`s_i`,
    finds the slope :math:`q` and does

    .. math::
        \bar g &\leftarrow \bar g + s_i (q - q_i)\, x_i, \quad q_i \leftarrow q, \\
        w &\leftarrow \operatorname{prox}_{\eta \Omega}(w - \eta \bar g).

    Converges linearly, as `SAGA`, but its steps are biased: they follow gradients of
    long ago, and swing around the optimum at long ones. Rows are drawn with
    replacement, without which they would swing up.

    Cost per epoch: n_rows visits of ``O(n_columns)``, or the non-zeros of a sparse row,
    and a pass for the certificate; memory n_rows numbers (per class) and a shuffled
    copy of X.

    Parameters
    ----------
    learning_rate : float or "auto", default="auto"
        Rate :math:`\eta`, in the units of the preconditioner. "auto" takes
        :math:`1 / (4 L)` for the largest curvature L that a visit can meet (a third of
        that without preconditioner), and half of it where epochs do not help.
    preconditioner : {"auto"} or None, default="auto"
        "auto" scales the columns implicitly (and centres those of dense data) and
        visits rows the more often the more their losses bend, at half the mean rate at
        least; coefficients come back in the user's units. None is the plain rule:
        every row once an epoch on average.
    tol : float, default=1e-6
        Certificate at which to stop, looked at after every epoch.
    max_iter : int, default=1000
        Largest number of epochs.

    References
    ----------
    Le Roux, Schmidt & Bach (2012), NIPS 25, equation (5); Schmidt, Le Roux & Bach
    (2017), Math. Program. 162, section 4, for lazy updates.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.preprocessing import scale
    >>> from skopt_solvers import AdvancedLogisticRegression
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = AdvancedLogisticRegression(C=0.01, solver="sag", random_state=0)
    >>> model.fit(scale(X), y).certificate_ <= 1e-6
    True
    """

    good_for = "comparison with `SAGA`: its steps are biased"
    visit = Visit(whole=False, keep=True, replace=True)
    share = 0.25
    warm = False
