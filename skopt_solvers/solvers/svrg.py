"""SVRG: stochastic steps corrected by a full gradient now and then."""

from ..problems._visits import Visit
from ._variance_reduced import VarianceReduced


class SVRG(VarianceReduced):
    r"""Stochastic variance-reduced gradient.

    Before each epoch the slopes :math:`q_i` of all rows and the gradient
    :math:`\bar g` are computed. A visit to row i, which has weight :math:`s_i` and is
    drawn with probability :math:`p_i`, finds the slope :math:`q` and does

    .. math:: w \leftarrow \operatorname{prox}_{\eta \Omega}\left(w - \eta \left[
              \tfrac{s_i}{p_i} (q - q_i)\, x_i + \bar g\right]\right).

    As `SAGA`, but the gradient stays as it is during an epoch: cheaper visits to dense
    rows, and the certificate of each epoch comes with the gradient.

    Cost per epoch: n_rows visits of ``O(n_columns)``, or the non-zeros of a sparse row,
    and one value and gradient; memory n_rows numbers (per class) and a shuffled copy of
    X.

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
    Johnson & Zhang (2013), NIPS 26, figure 1 (option I, an epoch being n visits); Xiao
    & Zhang (2014), SIAM J. Optim. 24, for the prox and for drawing by curvature.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skopt_solvers import ProximalElasticNet
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = ProximalElasticNet(0.01, solver="svrg", random_state=0).fit(X, y)
    >>> model.coef_[:3].round(), model.certificate_ <= 1e-6
    (array([ 33., -35., 211.]), True)
    """

    good_for = "many dense rows: few passes, and to any precision"
    visit = Visit(whole=True, keep=False, replace=False)
    patience = 1
    refresh = True
