"""Offset and exposure: metadata of fit, predict and score."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.model_selection import GridSearchCV

from skopt_solvers import AdvancedLinearRegressor


def poisson(**parameters):
    return AdvancedLinearRegressor("poisson", alpha=0.1, tol=1e-12, **parameters)


@pytest.fixture
def counts():
    rng = np.random.default_rng(0)
    X, exposure = rng.normal(size=(80, 3)), rng.uniform(0.2, 5.0, size=80)
    return X, rng.poisson(exposure * np.exp(0.5 * X[:, 0])).astype(float), exposure


def test_exposure_is_a_rate_with_weights(counts):
    """Poisson: counts with exposure are rates weighted by exposure."""
    X, y, exposure = counts
    a = poisson().fit(X, y, exposure=exposure)
    b = poisson(penalty=None).fit(X, y, exposure=exposure)
    c = poisson(penalty=None).fit(X, y / exposure, sample_weight=exposure)
    np.testing.assert_allclose(b.coef_, c.coef_, atol=1e-5)
    np.testing.assert_allclose(b.intercept_, c.intercept_, atol=1e-5)
    d = poisson().fit(X, y, offset=np.log(exposure))
    np.testing.assert_allclose(a.coef_, d.coef_, atol=1e-7)
    expected = exposure * a.predict(X)
    np.testing.assert_allclose(a.predict(X, exposure=exposure), expected)
    np.testing.assert_allclose(a.predict(X, offset=np.log(exposure)), expected)
    assert a.score(X, y, exposure=exposure) > a.score(X, y)


def test_offset_of_several_targets(small):
    X, y, _, _ = small
    Y, offset = np.column_stack([y, -y]), np.linspace(-1, 1, len(y))
    both = AdvancedLinearRegressor(alpha=0.1, tol=1e-12)
    both.fit(X, Y, offset=np.column_stack([offset, 0 * offset]))
    one = AdvancedLinearRegressor(alpha=0.1, tol=1e-12).fit(X, y - offset)
    two = AdvancedLinearRegressor(alpha=0.1, tol=1e-12).fit(X, -y)
    np.testing.assert_allclose(both.coef_, [one.coef_, two.coef_], atol=1e-7)
    moved = both.predict(X, offset=offset) - both.predict(X)
    np.testing.assert_allclose(moved, np.column_stack([offset, offset]))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"exposure": np.zeros(80)}, r"exposure\[0\] is 0.0"),
        ({"exposure": -np.ones(80)}, "greater than zero"),
        ({"offset": np.ones(79)}, r"offset needs one number per sample, shape \(80,\)"),
        ({"offset": np.full(80, np.nan)}, "offset contains NaN"),
    ],
)
def test_unusable_offsets_are_refused(counts, given, message):
    X, y, _ = counts
    with pytest.raises(ValueError, match=message):
        poisson().fit(X, y, **given)
    with pytest.raises(ValueError, match=message):
        poisson().fit(X, y).predict(X, **given)


def test_exposure_needs_a_logarithmic_link(small):
    X, y, _, _ = small
    with pytest.raises(ValueError, match="Squared has the link 'identity'"):
        AdvancedLinearRegressor().fit(X, y, exposure=np.ones(len(y)))


def test_routing(counts):
    X, y, exposure = counts
    with config_context(enable_metadata_routing=True):
        model = poisson().set_fit_request(exposure=True)
        model = model.set_score_request(exposure=True)
        search = GridSearchCV(model, {"alpha": [0.01, 10.0]}, error_score="raise")
        search.fit(X, y, exposure=exposure)
    direct = poisson().set_params(**search.best_params_).fit(X, y, exposure=exposure)
    np.testing.assert_allclose(search.best_estimator_.coef_, direct.coef_)
