"""Plain arrays are not checked at length, and nothing else tells."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.utils.validation import validate_data

from skopt_solvers import AdvancedLogisticRegression, ProximalLasso
from skopt_solvers.estimators._reading import READING, read

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3))
Y = RNG.normal(size=12)


@pytest.mark.parametrize("data", [
    X, np.asfortranarray(X), X.astype(np.float32), X[::-1], X.astype(">f8"), X[:, :1],
    X.tolist(), (10 * X).astype(int), sp.csr_array(X),
    pd.DataFrame(X), X.astype(object), X.astype(np.float16), X > 0,
], ids=lambda x: f"{type(x).__name__} {getattr(x, 'dtype', '')}")  # fmt: skip
@pytest.mark.parametrize("target", [
    Y, Y.astype(np.float32), (3 * Y).astype(int), Y > 0, Y.astype(">f8"), Y.tolist(),
    pd.Series(Y), Y[:, None].ravel(), Y.astype(object),
], ids=lambda y: f"{type(y).__name__} {getattr(y, 'dtype', '')}")  # fmt: skip
def test_what_is_read_is_what_scikit_learn_reads(data, target):
    ours, theirs = ProximalLasso(), ProximalLasso()
    found = read(ours, data, target, True, y_numeric=True)
    known = validate_data(theirs, data, target, y_numeric=True, **READING)
    for a, b in zip(found, known, strict=True):
        assert type(a) is type(b) and a.dtype == b.dtype
        same = (a != b).nnz == 0 if sp.issparse(a) else np.array_equal(a, b)
        assert same
    assert ours.n_features_in_ == theirs.n_features_in_


@pytest.mark.parametrize(("data", "target", "words"), [
    (X[:0], Y[:0], "0 sample"), (X[:, :0], Y, r"0 feature"), (X[0], Y, "2D array"),
    (X, Y[:-1], "inconsistent numbers"),
    (X, np.append(Y[1:], np.nan), "y contains NaN"),
    (X, np.append(Y[1:], np.inf), "y contains infinity"), (X[None], Y, "dim 3"),
    (X, None, "requires y"), (X.astype(complex), Y, "Complex data"),
    (np.where(X > 1, np.nan, X), Y, "X contains NaN"), (X[:1, 0:0], Y[:1], "0 feature"),
])  # fmt: skip
def test_what_is_wrong_is_refused_as_ever(data, target, words):
    with pytest.raises(ValueError, match=words):
        ProximalLasso().fit(data, target)


def test_names_of_an_earlier_frame_are_forgotten():
    model = ProximalLasso().fit(pd.DataFrame(X, columns=list("abc")), Y)
    assert list(model.feature_names_in_) == list("abc")
    model.fit(X[:, :2], Y)
    assert not hasattr(model, "feature_names_in_") and model.n_features_in_ == 2


def test_classes_that_look_like_numbers_to_predict_are_pointed_out():
    with pytest.warns(UserWarning, match="number of unique classes"):
        AdvancedLogisticRegression().fit(np.vstack([X, X]), np.arange(24))
    with pytest.raises(ValueError, match="continuous"):
        AdvancedLogisticRegression().fit(X, Y)
