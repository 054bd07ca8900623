"""How does a lasso depend on its strength, and which strength predicts best?"""

import os
from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import PolynomialFeatures, scale

from skopt_solvers import (
    ProximalLasso,
    ProximalLassoCV,
    alpha_max,
    regularization_path,
)
from skopt_solvers.plotting import RegularizationPathDisplay

# ten measurements, their squares and products
X, y = load_diabetes(return_X_y=True)
names = load_diabetes().feature_names
products = PolynomialFeatures(degree=2, include_bias=False).fit(X)
X, names = scale(products.transform(X)), products.get_feature_names_out(names)

path = regularization_path(ProximalLasso(), X, y, alphas=100)
print(path)
print(f"from {alpha_max(X, y):.3f} on, no feature is used")

print("\n   alpha  features  explained      gap")
for t in range(0, len(path), 11):
    print(
        f"{path.alphas[t]:8.4f}  {path.n_nonzero[t]:8d}"
        f"  {path.deviance_explained[t]:9.3f}  {path.certificates[t]:7.0e}"
    )

entered = np.argmax(path.coefs != 0, axis=1)
order = np.argsort(entered[entered > 0])
print("\nfirst to enter:", *names[entered > 0][order][:6])

# the best mean squared error of five folds, and the plainest model close to it
for selection in ("min", "1se"):
    model = ProximalLassoCV(selection=selection).fit(X, y)
    k = np.flatnonzero(model.alphas_ == model.alpha_)[0]
    used, error = model.n_features_selected_, model.mse_path_[k].mean()
    print(f"{selection}: alpha {model.alpha_:.3f}, {used} features, error {error:.0f}")

draw = RegularizationPathDisplay.from_estimator
picture = draw(model, path=path, feature_names=names).figure_
picture.savefig(Path(os.environ.get("PICTURES", ".")) / "lasso_path.png", dpi=100)
