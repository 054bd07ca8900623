"""How much does a fit gain from the one before it?"""

import time

import numpy as np
from sklearn.datasets import make_regression

from skopt_solvers import ProximalLasso

X, y = make_regression(500, 2000, n_informative=30, noise=5.0, random_state=0)
X, y = X - X.mean(axis=0), y - y.mean()
largest = np.abs(X.T @ y).max() / len(y)  # the strength from which on all are zero
alphas = largest * np.geomspace(0.5, 0.01, 12)
ProximalLasso(alphas[-1]).fit(X, y)  # compiles, or loads what was compiled before


def path(warm_start):
    model = ProximalLasso(warm_start=warm_start)
    for alpha in alphas:
        begun = time.perf_counter()
        model.set_params(alpha=alpha).fit(X, y)
        yield model, time.perf_counter() - begun


print("   alpha non-zero      gap   iterations and seconds, cold and warm")
totals = [0.0, 0.0]
for alpha, (cold, cold_s), (warm, warm_s) in zip(
    alphas, path(False), path(True), strict=True
):
    totals = [totals[0] + cold_s, totals[1] + warm_s]
    used, gap = (warm.coef_ != 0).sum(), warm.certificate_
    print(
        f"{alpha:8.3f} {used:8d} {gap:8.0e}   "
        f"{cold.n_iter_:3d} {cold_s:.3f}   {warm.n_iter_:3d} {warm_s:.3f}"
    )
print(f"the whole path: {totals[0]:.3f} s cold, {totals[1]:.3f} s warm")
