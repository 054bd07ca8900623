"""The laws of penalties of blocks."""

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, SplineTransformer

from skopt_solvers._math import length
from skopt_solvers.designs import as_design
from skopt_solvers.penalties import BlockPenalty, GroupLasso, SparseGroupLasso
from skopt_solvers.testing import check_block_penalty

BAD = [
    (GroupLasso(alpha=-1.0), r"GroupLasso needs a number alpha >= 0; got alpha=-1\.0"),
    (SparseGroupLasso(l1_ratio=2.0), r"l1_ratio to be a number in \[0.0, 1.0\]"),
    (GroupLasso(groups=[0, 1]), r"an integer for each column.*for 3 columns got \[0"),
    (GroupLasso(groups=3), r"an integer for each column.*got \[3\]|got 3"),
    (GroupLasso(groups=[[0, 1]]), r"every column in a group; column 2 is in none"),
    (GroupLasso(groups=[[0, 1], [1, 2]]), r"in one group each; got 1"),
    (GroupLasso(groups=[[0, 1], [2, 3]]), r"columns 0 \.\.\. 2; got 3"),
    (GroupLasso(groups=[[0, 1], [2], []]), r"at least one column each.*got \[\]"),
    (GroupLasso(groups="auto"), r"names of columns, and X has none.*got 'auto'"),
    (GroupLasso(groups={"a": ["x"]}), r"names of columns, and X has none"),
    (GroupLasso(weights=[1.0]), r"one weight per group, shape \(3,\);.*\(1,\)"),
    (GroupLasso(weights=[1.0, -1.0, 1.0]), r"at least zero; weights\[1\] is -1\.0"),
]


def test_laws(any_block_penalty):
    check_block_penalty(any_block_penalty, n_columns=5)


class Largest(BlockPenalty):
    """Two methods: the largest coefficient of all."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def cost(self, w, j):
        return self.alpha * np.abs(w).max()

    def prox(self, z, step, j, out):
        # what exceeds a level is cut off; cut off is step * alpha in sum
        sizes = np.sort(np.abs(z))[::-1]
        total, level = 0.0, 0.0
        for k in range(len(sizes)):
            total += sizes[k]
            level = max(level, (total - step * self.alpha) / (k + 1))
        for a in range(len(z)):
            out[a] = math.copysign(min(abs(z[a]), level), z[a])


def test_a_penalty_of_two_methods_obeys_the_laws():
    check_block_penalty(Largest(0.5), n_columns=4)


@pytest.mark.parametrize("law", ["prox", "violation", "gap", "shrink", "curve"])
def test_a_broken_penalty_is_found(law):
    """The laws can fail: each method off by a little breaks one."""

    def prox(self, z, step, j, out):
        share = 1.0 - min(1.01 * step * self.level[j] / (length(z) + 1e-9), 1.0)
        for a in range(len(z)):
            out[a] = share * z[a]

    def violation(self, w, g, j):
        return 1e-3 * length(g)

    def gap(self, w, v, j):
        return 1.001 * (self.level[j] * length(w) - np.dot(w, v))

    def shrink(self, v, j):
        return 1.0

    def curve(self, w, v, j, out):
        out[:] = v * (self.level[j] / length(w))

    bent = locals()[law]
    crooked = type("Crooked", (GroupLasso,), {"__module__": __name__, law: bent})
    with pytest.raises(AssertionError, match=r"breaks the law that .*=") as error:
        check_block_penalty(crooked(groups=[0, 0, 0]))
    assert "Crooked(" in str(error.value)


@pytest.mark.parametrize(("penalty", "message"), BAD, ids=lambda each: repr(each)[:60])
def test_bad_parameters_are_named(penalty, message):
    with pytest.raises(ValueError, match=message):
        penalty.check(3)


# -- groups ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "groups",
    [
        [5, 5, -2],
        np.array([1, 1, 0]),
        [[2], [0, 1]],
        {"late": [2], "early": [0, 1]},
        {"late": ["c"], "early": ["a", "b"]},
        {"c": "late", "a": "early", "b": "early"},
        [["c"], ["a", 1]],
    ],
    ids=str,
)
def test_every_way_to_say_the_groups(groups):
    names = np.array(["a", "b", "c"], object)
    penalty = GroupLasso(groups=groups).named(names, as_design(np.zeros((1, 3))))
    assert penalty.groups_of(3).tolist() == [1, 1, 0]
    penalty.check(3)


def test_unknown_names_are_told_with_those_that_exist():
    names, design = np.array(["a", "b"], object), as_design(np.zeros((1, 2)))
    with pytest.raises(ValueError, match=r"columns of X, which are 'a', 'b'.*'x'"):
        GroupLasso(groups=[["a", "x"]]).named(names, design)
    with pytest.raises(ValueError, match=r"groups must be None.*got 'atuo'"):
        GroupLasso(groups="atuo").named(names, design)


@pytest.mark.parametrize("drop", [None, "first", "if_binary"])
@pytest.mark.parametrize("verbose", [True, False])
def test_groups_are_read_from_the_names_that_scikit_learn_gives(drop, verbose):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({
        "hours_per_week": rng.normal(size=80),
        "hours_per_day": rng.normal(size=80),
        "size": rng.choice(["big", "small", "very_small"], 80),
        "size_class": rng.choice(["a_1", "a_2", "b"], 80),
        "flag": rng.choice(["no", "yes"], 80),
        "a": rng.normal(size=80),
        "b": rng.normal(size=80),
    })  # fmt: skip
    parts = [
        ("one", OneHotEncoder(drop=drop, sparse_output=False),
         ["size", "size_class", "flag"]),
        ("spline", SplineTransformer(n_knots=4), ["a", "b"]),
    ]  # fmt: skip
    transformer = ColumnTransformer(
        parts, remainder="passthrough", verbose_feature_names_out=verbose
    ).set_output(transform="pandas")
    X = transformer.fit_transform(frame)
    penalty = GroupLasso(groups="auto").named(X.columns, as_design(X.to_numpy()))
    found = [np.flatnonzero(penalty.groups_of(X.shape[1]) == g).tolist()
             for g in np.unique(penalty.groups_of(X.shape[1]))]  # fmt: skip
    less = {None: (3, 3, 2), "first": (2, 2, 1), "if_binary": (3, 3, 1)}[drop]
    sizes = [*less, 6, 6, 1, 1]
    assert [len(group) for group in found] == sizes
    assert np.concatenate(found).tolist() == list(range(X.shape[1]))
