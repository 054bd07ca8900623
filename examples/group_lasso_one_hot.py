"""Which categories matter, when each has a column for every one of its values?

A lasso drops single values of a category; a group lasso keeps or drops the category as
a whole. The groups are read from the names that scikit-learn's transformers give.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer

from skopt_solvers import ProximalGroupLasso, ProximalLasso, regularization_path
from skopt_solvers.plotting import RegularizationPathDisplay

rng = np.random.default_rng(0)
n = 2000
frame = pd.DataFrame({
    "city": rng.choice(list("ABCDEFGH"), n),
    "colour": rng.choice(["red", "green", "blue", "dark_red"], n),
    "shape": rng.choice(["round", "square", "other"], n),
    "age": rng.uniform(20, 80, n),
    "height": rng.normal(170, 10, n),
})  # fmt: skip
effect = dict(zip("ABCDEFGH", rng.normal(size=8), strict=True))
y = frame["city"].map(effect) + np.sin(frame["age"] / 10) + rng.normal(size=n)

features = ColumnTransformer([
    ("one", OneHotEncoder(sparse_output=False), ["city", "colour", "shape"]),
    ("curve", SplineTransformer(n_knots=6), ["age", "height"]),
]).set_output(transform="pandas")  # fmt: skip
X = features.fit_transform(frame)


def used(model):
    """The columns that belong to a feature and are used, of all of these."""
    chosen = model.coef_ != 0
    for feature in frame.columns:
        own = np.array([f"__{feature}_" in name for name in X.columns])
        print(f"  {feature:7} {int(chosen[own].sum())} of {int(own.sum())} columns")


print("lasso:")
used(ProximalLasso(0.01).fit(X, y))
print("group lasso:")
pipeline = make_pipeline(features, ProximalGroupLasso(0.02, groups="auto"))
model = pipeline.fit(frame, y)[-1]
used(model)
print("groups:", [len(group) for group in model.groups_])
print(f"certificate: {model.certificate_:.1e}, score: {pipeline.score(frame, y):.3f}")

path = regularization_path(ProximalGroupLasso(groups="auto"), X, y, alphas=20)
print("columns along the path:", *path.n_nonzero)
picture = RegularizationPathDisplay.from_path(path, feature_names=X.columns)
where = Path(os.environ.get("PICTURES", ".")) / "group_lasso_one_hot.png"
picture.figure_.savefig(where, dpi=100)
