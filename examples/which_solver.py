"""Which solver suits a problem? Which cannot solve it, and why?"""

import time

from sklearn.datasets import make_classification

from skopt_solvers import AdvancedLinearClassifier
from skopt_solvers.penalties import L1, L2
from skopt_solvers.problems import IncompatibleProblem

SOLVERS = ["coordinate_descent", "lbfgs", "newton", "newton_cg", "proximal_gradient"]
SHAPES = {"tall": (20_000, 30), "wide": (200, 1_000)}

for shape, (n, p) in SHAPES.items():
    X, y = make_classification(n, p, n_informative=10, random_state=0)
    for penalty in (L1(0.02), L2(0.02)):
        print(f"\n{shape}: {n} x {p}, {penalty}")
        auto = AdvancedLinearClassifier("logistic", penalty).fit(X, y)
        for solver in SOLVERS:
            model = AdvancedLinearClassifier("logistic", penalty, solver, tol=1e-6)
            try:
                model.fit(X, y)  # compiles, or loads what was compiled before
            except IncompatibleProblem as reason:
                print(f"  {solver:20s} {str(reason).split(', which')[0]}")
                continue
            begun = time.perf_counter()
            model.fit(X, y)
            seconds = time.perf_counter() - begun
            chosen = type(model.solver_) is type(auto.solver_)
            print(
                f"  {solver:20s} {seconds:7.3f} s  gap {model.certificate_:.0e}  "
                f"objective {model.result_.objective:.8f}{'  <- auto' * chosen}"
            )
