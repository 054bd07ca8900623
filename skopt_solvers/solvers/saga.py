"""SAGA: stochastic steps whose noise vanishes."""

from ..problems._visits import Visit
from ._variance_reduced import VarianceReduced


class SAGA(VarianceReduced):
    r"""Stochastic average gradient, without bias.

    Of each row i the last slope :math:`q_i` seen is remembered, and their mean gradient
    :math:`\bar g`. A visit to row i, which has weight :math:`s_i` and is drawn with
    probability :math:`p_i`, finds the slope :math:`q` and does

    .. math::
        w &\leftarrow \operatorname{prox}_{\eta \Omega}\left(w - \eta \left[
            \tfrac{s_i}{p_i} (q - q_i)\, x_i + \bar g\right]\right), \\
        \bar g &\leftarrow \bar g + s_i (q - q_i)\, x_i, \quad q_i \leftarrow q.

    The noise of the steps vanishes at the optimum, so that a constant rate converges
    linearly, to any precision. Rows are visited in shuffled blocks. Sparse rows move
    only the coordinates that they contain; what the others have missed is caught up
    with in closed form.

    Cost per epoch: n_rows visits of ``O(n_columns)``, or the non-zeros of a sparse row,
    and a pass for the certificate; memory n_rows numbers (per class) and a shuffled
    copy of X.

    Parameters
    ----------
    learning_rate : float or "auto", default="auto"
        Rate :math:`\eta`, in the units of the preconditioner. "auto" takes
        :math:`1 / L` for the largest curvature L that a visit can meet (a third of
        that without preconditioner), and half of it where epochs do not help.
    preconditioner : {"auto"} or None, default="auto"
        "auto" scales the columns implicitly (and centres those of dense data) and
        visits rows the more often the more their losses bend, at half the mean rate at
        least; coefficients come back in the user's units. None is the plain rule:
        every row once an epoch.
    tol : float, default=1e-6
        Certificate at which to stop, looked at after every epoch.
    max_iter : int, default=1000
        Largest number of epochs.

    References
    ----------
    Defazio, Bach & Lacoste-Julien (2014), NIPS 27, equations (1) and (2); Schmidt et
    al. (2015), AISTATS, for drawing by curvature.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalLasso
    >>> from skopt_solvers.solvers import SAGA
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalLasso(1.0, solver=SAGA(tol=1e-8), random_state=0).fit(X, y)
    >>> model.coef_[[2, 3, 8]].round(1), model.certificate_ <= 1e-8
    (array([367.7,   6.3, 307.6]), True)
    """

    good_for = "many rows, any separable penalty: few passes, and to any precision"
    visit = Visit(whole=True, keep=True, replace=False)
