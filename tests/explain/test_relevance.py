"""HINoV and sparse k-means: numbers worked out by hand, properties, and those of METHODS C3 on Online Retail."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from segtui.cluster.judge import agreement
from segtui.explain.influence import blocks
from segtui.explain.relevance import (
    Spread,
    agreements,
    alone,
    bounds,
    chances,
    relevance,
    sparse,
    sparsest,
    starts_of,
    weights,
)
from segtui.progress import finish
from tests.explain.retail import NAMES, with_noise_and_copy

Arrays = list[np.ndarray]


def labels(*rows: list[int]) -> Arrays:
    return [np.array(row, dtype=np.uint8) for row in rows]


def planted(customers: int = 3_000, seed: int = 0) -> np.ndarray:
    """Two features that split customers at the same place, two that have nothing to do with anything."""
    rng = np.random.default_rng(seed)
    half = rng.permutation(customers) % 2
    signal = 4.0 * half + rng.normal(size=(2, customers))
    return np.vstack([signal, rng.normal(size=(2, customers))]).astype(np.float32)


FOUR = {"x": [0], "y": [1], "u": [2], "v": [3]}

# -- HINoV -------------------------------------------------------------------------------------------------


def test_topri_by_hand():
    """ARI of two equal labellings is 1. Crossed halves of four share no pair: (0 - 2/3) / (2 - 2/3) = -1/2."""
    found = finish(agreements(labels([0, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1])))
    assert found == pytest.approx([1 - 0.5, 1 - 0.5, -0.5 - 0.5])


def test_one_cluster_agrees_with_nothing():
    assert finish(agreements(labels([0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]))) == pytest.approx([0.0, 1.0, 1.0])


def test_any_number_of_noise_columns_changes_little():
    rng = np.random.default_rng(0)
    signal = labels(*[[0, 1] * 2_000] * 2)
    noise = [rng.integers(0, 4, 4_000).astype(np.uint8) for _ in range(10)]
    few, many = finish(agreements([*signal, noise[0]])), finish(agreements([*signal, *noise]))
    assert few[:2] == pytest.approx([1.0, 1.0], abs=0.01)
    assert many[:2] == pytest.approx([1.0, 1.0], abs=0.02)


def test_chance_is_what_dealing_out_gives():
    """The standard deviation of the adjusted Rand index over 4,000 deals, of clusters of unequal size."""
    rng = np.random.default_rng(0)
    one = np.repeat([0, 1, 2], [300, 80, 20]).astype(np.uint8)
    other = np.repeat([0, 1], [250, 150]).astype(np.uint8)
    dealt = [agreement(one, rng.permutation(other)) for _ in range(4_000)]
    assert chances([one, other]) == pytest.approx([np.std(dealt)] * 2, rel=0.06)
    assert chances(labels([0, 0, 0], [0, 1, 1])) == [0.0, 0.0]


def test_few_values_are_clusters_themselves():
    block = np.array([[0, 1, 1, 0, 5]], dtype=np.float32)
    assert finish(alone(block, 4, np.random.default_rng(0))).tolist() == [0, 1, 1, 0, 2]
    levels = np.array([[1, 0, 0, 1], [0, 1, 0, 0]], dtype=np.float32)  # a, b, neither, a
    found = finish(alone(levels, 3, np.random.default_rng(0)))
    assert found[0] == found[3]
    assert len(set(found.tolist())) == 3


# -- weights of sparse k-means -----------------------------------------------------------------------------


def test_weights_by_hand():
    """At s = sqrt 2 nothing is cut: (3, 4) / 5. At s = 1.2: x + y = 1.2 and x^2 + y^2 = 1, so x y = .22."""
    a = np.array([3.0, 4.0])
    assert weights(a, sqrt(2)) == pytest.approx([0.6, 0.8])
    y = (1.2 + sqrt(1.44 - 0.88)) / 2
    assert weights(a, 1.2) == pytest.approx([1.2 - y, y], abs=1e-9)
    assert weights(a, 1.0) == pytest.approx([0.0, 1.0], abs=1e-6)
    assert weights(np.array([-1.0, 2.0]), 1.4) == pytest.approx([0.0, 1.0])  # what is negative gets nothing
    assert weights(np.zeros(4), 1.5) == pytest.approx([0.5] * 4)


@pytest.mark.parametrize("seed", range(20))
def test_no_other_weights_do_better(seed: int):
    rng = np.random.default_rng(seed)
    a, s = rng.random(6), float(rng.uniform(1.0, sqrt(6)))
    best = weights(a, s)
    assert np.square(best).sum() == pytest.approx(1.0)
    assert best.sum() <= s + 1e-9
    assert (best >= 0).all()
    others = rng.random((5_000, 6)) ** rng.uniform(0.2, 8.0, (5_000, 1))
    others /= np.sqrt(np.square(others).sum(axis=1, keepdims=True))
    allowed = others[others.sum(axis=1) <= s]
    assert not len(allowed) or (allowed @ a).max() <= float(best @ a) + 1e-9


# -- clusters of sparse k-means ----------------------------------------------------------------------------


def test_features_have_equal_spread():
    """However loud, and however many columns; what does not vary is 0 and not what rounding left of it."""
    rng = np.random.default_rng(0)
    level = rng.integers(0, 3, 900)
    wide = np.vstack([1_000 + 50 * rng.normal(size=900), *(level == i for i in range(3)), np.full(900, 0.1)])
    spread = finish(Spread.of(wide.astype(np.float32), {"number": [0], "levels": [1, 2, 3], "constant": [4]}))
    variance = np.bincount(spread.owner, spread.values.astype(np.float64).var(axis=1))
    assert variance == pytest.approx([1.0, 1.0, 0.0], abs=1e-5)
    assert spread.values.mean(axis=1) == pytest.approx([0.0] * 5, abs=1e-5)


def test_between_by_hand():
    """Values -1 and 1: the clusters that separate them have all of the variance, those that cross them none."""
    spread = finish(Spread.of(np.array([[-1, -1, 1, 1], [-1, 1, -1, 1]], dtype=np.float32), {"a": [0], "b": [1]}))
    found = spread.split(np.array([0, 0, 1, 1], dtype=np.uint8), 2)
    assert found.between == pytest.approx([1.0, 0.0])
    assert found.means == pytest.approx(np.array([[-1.0, 0.0], [1.0, 0.0]]))


def test_bounds_rise_in_equal_steps_of_the_logarithm():
    found = bounds(9)
    assert found[0] == pytest.approx(1.2)
    assert found[-1] == pytest.approx(2.7)
    steps = [b / a for a, b in pairwise(found)]
    assert steps == pytest.approx([steps[0]] * len(steps))


def test_the_sparsest_within_one_error_of_the_best():
    assert sparsest(np.array([0.1, 0.48, 0.5, 0.3]), np.array([0.01, 0.01, 0.03, 0.01])) == 1
    assert sparsest(np.array([0.1, 0.4, 0.5, 0.3]), np.array([0.01, 0.01, 0.03, 0.01])) == 2


def test_noise_gets_neither():
    found = finish(relevance(planted(), FOUR, 2, 0))
    assert min(found.hinov["x"], found.hinov["y"]) > 0.5
    assert max(abs(found.hinov["u"]), abs(found.hinov["v"])) < 0.01
    assert min(found.sparse["x"], found.sparse["y"]) > 0.9
    assert max(found.sparse["u"], found.sparse["v"]) < 0.05
    assert max(found.sparse.values()) == 1.0


def test_neither_how_loud_a_feature_is_nor_where_it_lies_counts():
    values = planted()
    moved = values * np.array([[1.0], [0.01], [100.0], [1.0]], dtype=np.float32) + np.float32(500.0)
    plain, changed = (finish(relevance(v, FOUR, 2, 0)) for v in (values, moved))
    assert changed.hinov == pytest.approx(plain.hinov, abs=0.03)
    assert changed.sparse == pytest.approx(plain.sparse, abs=0.03)


def test_online_retail(shared_data: Path):
    """METHODS C3: HINoV .23 .58 1.20 .001 .003 1.20 and, at s = 2, weights .23 .54 .57 0 0 .57, both with the copy left
    in. Here within .03 (random columns within .01 of 0: their sign is chance) and .015."""
    matrix, _ = with_noise_and_copy(shared_data)
    features = blocks(matrix.columns)
    found = finish(relevance(matrix.values, features, 4, 0))
    assert found.hinov == pytest.approx(dict(zip(NAMES, (0.23, 0.58, 1.20, 0.001, 0.003, 1.20), strict=True)), abs=0.03)
    assert max(abs(found.hinov["noise 1"]), abs(found.hinov["noise 2"])) < 0.01

    rng = np.random.default_rng(0)
    spread = finish(Spread.of(matrix.values, features))
    groups = [finish(alone(matrix.values[at], 4, rng)) for at in features.values()]
    starts = finish(starts_of(spread, groups, 4, rng))
    weighed, _ = finish(sparse(spread, starts, 4, 2.0, rng))
    assert weighed == pytest.approx([0.23, 0.54, 0.57, 0.0, 0.0, 0.57], abs=0.015)
