"""From arrays to a problem: what sample weights become."""

import numpy as np
import pytest

from skopt_solvers.losses import Squared
from skopt_solvers.penalties import L2
from skopt_solvers.problems import linear_problem

X = np.random.default_rng(0).normal(size=(20, 3))
Y = X[:, 0] + 1.0


@pytest.mark.parametrize("weight", [1, 1.0, 0.1, 7, 1e-300, 1e300])
def test_equal_weights_are_none(weight):
    plain = linear_problem(X, Y, Squared(), L2(0.1))
    made = linear_problem(X, Y, Squared(), L2(0.1), sample_weight=np.full(20, weight))
    assert (made.response.weights == plain.response.weights).all()
    assert made.response.equal == plain.response.equal == 0.05


def test_others_sum_to_one_and_are_not_equal():
    weights = np.arange(20.0)
    made = linear_problem(X, Y, Squared(), L2(0.1), sample_weight=weights)
    np.testing.assert_allclose(made.response.weights, weights / weights.sum())
    assert made.response.equal == 0.0
    part = made.response.take(np.array([3, 3, 3]))
    assert part.equal == made.response.weights[3]
    rows = np.ones(20)
    np.testing.assert_allclose(made.response.weigh(rows), made.response.weights)


@pytest.mark.parametrize("weights", [np.ones(7), np.arange(7.0)])
def test_weights_of_other_samples_are_refused(weights):
    with pytest.raises(ValueError):
        linear_problem(X, Y, Squared(), L2(0.1), sample_weight=weights).null  # noqa: B018
