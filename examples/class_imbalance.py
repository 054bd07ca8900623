"""What becomes of a rare class: weights, or another threshold?"""

import os
from pathlib import Path

import matplotlib.pyplot as plt
from sklearn.datasets import make_classification
from sklearn.metrics import PrecisionRecallDisplay, confusion_matrix
from sklearn.model_selection import TunedThresholdClassifierCV, train_test_split

from skopt_solvers import AdvancedLogisticRegression

X, y = make_classification(
    8000, 20, n_informative=6, weights=[0.97], flip_y=0.01, class_sep=0.8,
    random_state=0,
)  # fmt: skip
X, X_test, y, y_test = train_test_split(X, y, stratify=y, random_state=0)
plain = AdvancedLogisticRegression()
models = {
    "plain": plain,
    "balanced weights": AdvancedLogisticRegression(class_weight="balanced"),
    "weight of 5": AdvancedLogisticRegression(class_weight={0: 1.0, 1: 5.0}),
    "threshold for F1": TunedThresholdClassifierCV(plain, scoring="f1", cv=3),
}

print(f"{y.mean():.1%} of {len(y)} samples are rare; in {len(y_test)} more:")
print(f"{'':20s}{'found':>8s}{'missed':>8s}{'false alarms':>14s}{'precision':>11s}")
figure, ax = plt.subplots(layout="constrained")
for name, model in models.items():
    model.fit(X, y)
    (_, false), (missed, found) = confusion_matrix(y_test, model.predict(X_test))
    precision, recall = found / (found + false), found / (found + missed)
    print(f"{name:20s}{found:8d}{missed:8d}{false:14d}{precision:11.3f}")
    (point,) = ax.plot(recall, precision, "o", markersize=10, label=name, zorder=3)
    if name != "threshold for F1":  # a threshold moves along the curve of its model
        curve = {"name": "_", "curve_kwargs": {"color": point.get_color()}}
        PrecisionRecallDisplay.from_estimator(model, X_test, y_test, ax=ax, **curve)

ax.legend(*ax.get_legend_handles_labels(), loc="lower left")
ax.set(xlabel="recall: share of the rare class that is found", ylabel="precision")
figure.savefig(Path(os.environ.get("PICTURES", ".")) / "class_imbalance.png", dpi=100)
