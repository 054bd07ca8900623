"""Which words tell two kinds of text apart? Sparse data, and a sparse model."""

from sklearn.feature_extraction.text import CountVectorizer
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

for l1_ratio in (0.0, 1.0):
    logistic = AdvancedLogisticRegression(2.0, l1_ratio=l1_ratio)
    model = make_pipeline(CountVectorizer(), logistic).fit(texts, labels)
    words = model[0].get_feature_names_out()
    coef = logistic.coef_[0]
    order = coef.argsort()
    solver, used = type(logistic.solver_).__name__, (coef != 0).sum()
    print(f"{solver}, l1_ratio {l1_ratio:g}: {used} of {len(coef)} words")
    for end in (order[:5], order[::-1][:5]):
        label = logistic.classes_[int(coef[end[0]] > 0)]
        shown = [f"{words[j]} {coef[j]:+.2f}" for j in end if coef[j] != 0]
        print(f"  {label}: {', '.join(shown)}")

print(model.predict(["a crater seen from orbit", "bake a cake with butter"]))
