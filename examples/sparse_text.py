"""Which words tell two kinds of text apart? Sparse data, and a sparse model."""

import os
from pathlib import Path

import matplotlib.pyplot as plt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from skopt_solvers import AdvancedLogisticRegression

SPACE = [
    "the probe sends pictures of the rings of saturn",
    "a comet passes the orbit of jupiter this year",
    "astronauts repair the telescope in orbit",
    "the launch of the rocket was delayed by wind",
    "a new moon of saturn was found by the telescope",
    "the rover crosses a crater near the pole",
    "light from this star left it before the rocket was invented",
    "the orbit of the station is raised by a small rocket",
]
KITCHEN = [
    "stir the butter and the sugar until pale",
    "bake the bread in a hot oven until golden",
    "a pinch of salt lifts the sweetness of the sugar",
    "simmer the sauce with garlic and a little salt",
    "fold the egg whites into the batter",
    "let the dough rest near the oven before you bake it",
    "roast the garlic in butter",
    "whisk the eggs with sugar and bake at once",
]
texts = SPACE + KITCHEN
labels = ["space"] * len(SPACE) + ["kitchen"] * len(KITCHEN)

figure, axes = plt.subplots(1, 2, figsize=(8.0, 4.0), layout="constrained")
for l1_ratio, ax in zip((0.0, 1.0), axes, strict=True):
    logistic = AdvancedLogisticRegression(10.0, l1_ratio=l1_ratio)
    vectorizer = TfidfVectorizer(stop_words="english")
    model = make_pipeline(vectorizer, logistic).fit(texts, labels)
    words, coef = vectorizer.get_feature_names_out(), logistic.coef_[0]
    solver, used = type(logistic.solver_).__name__, logistic.n_features_selected_
    print(f"{solver}, l1_ratio {l1_ratio:g}: {used} of {len(coef)} words")
    shown = [j for j in abs(coef).argsort()[:-13:-1] if coef[j] != 0]
    shown.sort(key=lambda j: coef[j])
    print(" ", ", ".join(f"{words[j]} {coef[j]:+.2f}" for j in shown))
    colors = ["C1" if coef[j] > 0 else "C0" for j in shown]
    ax.barh(words[shown], coef[shown], color=colors)
    kitchen, space = logistic.classes_
    ax.set(title=f"{used} of {len(coef)} words", xlabel=f"{kitchen}  <  >  {space}")

print(model.predict(["a crater seen from orbit", "bake a cake with butter"]))
figure.savefig(Path(os.environ.get("PICTURES", ".")) / "sparse_text.png", dpi=100)
