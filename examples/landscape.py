"""Which ways do solvers take over a surface that is not convex?"""

import os
from pathlib import Path

from skopt_solvers.landscapes import BEALE, HIMMELBLAU, ROSENBROCK
from skopt_solvers.plotting import LandscapeDisplay
from skopt_solvers.solvers import (
    CMAES,
    LBFGS,
    SGD,
    Adagrad,
    Adam,
    Newton,
    RandomSearch,
    RMSProp,
)

RATES = {ROSENBROCK: 1e-3, HIMMELBLAU: 3e-3, BEALE: 3e-3}  # what SGD bears

folder = Path(os.environ.get("PICTURES", "."))
for landscape, rate in RATES.items():
    solvers = {
        "gradient descent": SGD(rate),
        "momentum": SGD(rate / 2, momentum=0.9),
        "Nesterov": SGD(rate / 2, momentum=0.9, nesterov=True),
        "Adagrad": Adagrad(0.5),
        "RMSProp": RMSProp(0.02),
        "Adam": Adam(0.1),
        "Newton": Newton(),
        "L-BFGS": LBFGS(),
        "CMA-ES": CMAES(sigma0=0.3),
        "random search": RandomSearch(),
    }
    display = LandscapeDisplay.from_solvers(landscape, solvers, max_iter=300)
    path = folder / f"landscape_{landscape.name.lower()}.png"
    display.figure_.savefig(path, dpi=100)
    print(f"{landscape.name}, minimum {landscape.lowest:g}: {path}")
    for name, places in display.trajectories.items():
        value = landscape(places[-1])
        print(f"  {name:18s}{len(places) - 1:4d} steps  f = {value:.1e}")
# display.animate("film.gif") makes a film of it
