"""Stability against a direct implementation, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from segtui.cluster.kmeans import converge
from segtui.cluster.stability import best_matches, crossed, first_places, stability
from segtui.evidence import band
from segtui.progress import finish
from segtui.recipe import ClusterSpec

from .build import blobs, exact, matrix, silent


def fitted(values, k):
    return finish(converge(matrix(values), ClusterSpec(k), exact(values), silent))


def jaccard(one: set[int], other: set[int]) -> float:
    return len(one & other) / len(one | other)


def direct(values, labels, k, draws, seed):
    """Hennig's bootstrap as one reads it, with sets and scikit-learn: mean best Jaccard per cluster, pairwise ARI."""
    rng = np.random.default_rng(seed)
    n = values.shape[1]
    found, given = np.zeros((draws, k)), []
    for draw in range(draws):
        drawn = rng.integers(0, n, n)
        fit = KMeans(k, n_init=8, random_state=draw).fit(values.T[drawn])
        there = {int(i): int(fit.labels_[place]) for place, i in enumerate(drawn)}
        for cluster in range(k):
            own = {i for i in there if labels[i] == cluster}
            others = [{i for i in there if there[i] == other} for other in range(k)]
            found[draw, cluster] = max(jaccard(own, other) for other in others)
        given.append(fit.predict(values.T))
    pairs = [adjusted_rand_score(a, b) for i, a in enumerate(given) for b in given[:i]]
    return found.mean(axis=0), float(np.median(pairs))


@pytest.mark.parametrize(("k", "spread"), [(3, 1.0), (4, 2.5)])
def test_as_a_direct_implementation_has_it(k, spread):
    values = blobs(600, 2, 4, 7, spread).astype(np.float32).astype(np.float64)
    labels = fitted(values, k).labels
    with threadpool_limits(1):  # threads wait for each other where the processor is shared
        expected, agreed = direct(values, labels, k, 40, 1)
    found = finish(stability(values.astype(np.float32), labels, k, 0, draws=40))
    assert found.jaccard == pytest.approx(expected, abs=0.07)
    assert found.median_ari == pytest.approx(agreed, abs=0.07)
    assert (found.draws, found.rows, len(found.ari)) == (40, 600, 40 * 39 // 2)


def test_clear_groups_come_back_and_a_cut_cloud_does_not():
    clear = blobs(2_000, 3, 4, 3, spread=0.3)
    found = finish(stability(clear.astype(np.float32), fitted(clear, 4).labels, 4, 0))
    assert found.lowest > 0.99
    assert found.dissolved == (0.0,) * 4
    assert found.median_ari is not None
    assert found.median_ari > 0.99
    cloud = np.random.default_rng(5).normal(size=(2, 1_500))
    cut = finish(stability(cloud.astype(np.float32), fitted(cloud, 7).labels, 7, 0))
    assert cut.lowest < 0.75
    assert max(cut.dissolved) > 0


def test_it_depends_on_the_seed_alone():
    values = blobs(500, 2, 3, 1).astype(np.float32)
    labels = fitted(values, 3).labels
    first, again, other = (finish(stability(values, labels, 3, seed, draws=5)) for seed in (0, 0, 1))
    assert first == again
    assert first.jaccard != other.jaccard


def test_many_customers_are_drawn_from_all_of_them():
    """The second half of the customers is a group of its own: draws of the first ones alone would never see it."""
    values = np.concatenate([np.zeros(30_000), np.full(30_000, 10.0)])[None] + np.random.default_rng(0).normal(
        size=(1, 60_000)
    )
    labels = (values[0] > 5).astype(np.uint8)
    found = finish(stability(values.astype(np.float32), labels, 2, 0, draws=3))
    assert found.rows == 20_000
    assert found.lowest > 0.99


def test_best_matches_by_hand():
    labels = np.array([0, 0, 0, 1, 1, 2], dtype=np.uint8)
    found = np.array([0, 0, 1, 1, 1, 1], dtype=np.uint8)
    # cluster 0 {a b c} with {a b}: 2/3; cluster 1 {d e} with {c d e f}: 2/4; cluster 2 {f} with {c d e f}: 1/4
    assert best_matches(labels, found, 3) == pytest.approx([2 / 3, 1 / 2, 1 / 4])
    assert best_matches(labels[:3], found[:3], 3) == pytest.approx([2 / 3, 0, 0])  # nobody of 1 and 2 was drawn


def test_small_pieces_by_hand():
    assert first_places(np.array([7, 3, 7, 5, 3])).tolist() == [1, 3, 0]
    table = crossed(np.array([0, 0, 1], dtype=np.uint8), np.array([2, 0, 2], dtype=np.uint8), 2, 3)
    assert table.tolist() == [[1, 0, 1], [0, 0, 1]]
    assert [band(value) for value in (0.86, 0.85, 0.75, 0.74, 0.6, 0.59)] == [
        "highly stable", "highly stable", "stable", "pattern only", "pattern only", "not stable",
    ]  # fmt: skip
