"""The named GLMs are scikit-learn's: objective, predictions and score."""

import numpy as np
import pytest
from sklearn import linear_model

from skopt_solvers import (
    AdvancedGammaRegressor,
    AdvancedPoissonRegressor,
    AdvancedTweedieRegressor,
)

PAIRS = [
    (AdvancedPoissonRegressor, linear_model.PoissonRegressor, {}),
    (AdvancedGammaRegressor, linear_model.GammaRegressor, {}),
    (AdvancedTweedieRegressor, linear_model.TweedieRegressor, {}),
    (AdvancedTweedieRegressor, linear_model.TweedieRegressor, {"power": 1.5}),
    (AdvancedTweedieRegressor, linear_model.TweedieRegressor, {"power": 3.0}),
]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("alpha", [0.01, 1.0])
@pytest.mark.parametrize(("ours", "theirs", "parameters"), PAIRS)
def test_against_scikit_learn(diabetes, ours, theirs, parameters, alpha, weighted):
    X, y = diabetes
    y = y / 100.0
    s = np.linspace(0.1, 2.0, len(y)) if weighted else None
    model = ours(alpha=alpha, tol=1e-12, **parameters).fit(X, y, s)
    peer = theirs(
        alpha=alpha, solver="newton-cholesky", tol=1e-12, max_iter=1000, **parameters
    ).fit(X, y, s)
    np.testing.assert_allclose(model.coef_, peer.coef_, atol=1e-6)
    np.testing.assert_allclose(model.predict(X), peer.predict(X), rtol=1e-6)
    assert model.score(X, y, s) == pytest.approx(peer.score(X, y, s), abs=1e-6)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"power": 0.5}, "0 or at least 1"),
        ({"power": -1.0}, "needs power"),
        ({"power": 1.5, "link": "identity"}, "needs link='log'"),
        ({"power": 0.0, "link": "log"}, "needs link='identity'"),
        ({"link": "logit"}, "one of 'auto'"),
    ],
)
def test_unusable_parameters_are_refused(diabetes, parameters, message):
    with pytest.raises(ValueError, match=message):
        AdvancedTweedieRegressor(**parameters).fit(*diabetes)
