"""How do the solvers minimise a function that is no linear model?"""

import numpy as np
from scipy.optimize import rosen, rosen_der, rosen_hess, rosen_hess_prod

from skopt_solvers import minimize
from skopt_solvers.penalties import L1, Box
from skopt_solvers.problems import IncompatibleProblem
from skopt_solvers.solvers import LBFGS, Adam

x0 = np.array([0.5, -1.0, 2.0, 0.0])
given = {"jac": rosen_der, "hess": rosen_hess, "hessp": rosen_hess_prod}
adam = Adam(0.05, max_iter=3000, tol=1e-6)
for solver in (LBFGS(tol=1e-8), "newton", "newton_cg", adam):
    result = minimize(rosen, x0, **given, solver=solver)
    print(f"{solver!s:50s} f {result.fun:.1e} after {result.n_iter} iterations, "
          f"{result.counts.evaluations} evaluations: {result.message}")  # fmt: skip

print("\nbounds, and a penalty: proximal gradient descent")
for penalty in (Box(-1.0, 0.5), L1(1.0)):
    result = minimize(
        rosen, x0, jac=rosen_der, penalty=penalty, solver="proximal_gradient"
    )
    print(f"{penalty}: {result.x.round(4)}, {result.certificate.kind} "
          f"{result.certificate.value:.0e}")  # fmt: skip

print("\nwhat is missing is said at once")
try:
    minimize(rosen, x0, jac=rosen_der, solver="newton")
except IncompatibleProblem as reason:
    print(reason)
