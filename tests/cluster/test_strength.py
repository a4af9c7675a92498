"""Prediction strength by hand, against a direct implementation, and where it must be high or low."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from segtui.cluster.strength import _halves, strength, weakest
from segtui.progress import finish

from .build import blobs


def test_weakest_by_hand():
    own = np.array([0, 0, 0, 0, 1, 1, 2], dtype=np.uint8)
    given = np.array([0, 0, 0, 1, 2, 2, 0], dtype=np.uint8)
    # cluster 0: 6 pairs, 3 of them still together; cluster 1: its one pair holds; cluster 2 has no pair
    assert weakest(own, given, 3) == pytest.approx(3 / 6)
    assert weakest(own[4:], given[4:], 3) == pytest.approx(1)
    assert weakest(own[6:], given[6:], 3) == 1  # nothing that could be broken


def direct(values, k, splits, seed):
    """As the paper writes it: pairs of each test cluster, co-membership by the other half's centroids."""
    rng, found = np.random.default_rng(seed), []
    for split in range(splits):
        order = rng.permutation(values.shape[1])
        halves = values.T[order[: len(order) // 2]], values.T[order[len(order) // 2 :]]
        fits = [KMeans(k, n_init=8, random_state=split).fit(half) for half in halves]
        for part in (0, 1):
            given, shares = fits[1 - part].predict(halves[part]), []
            for cluster in range(k):
                members = np.flatnonzero(fits[part].labels_ == cluster)
                together = given[members][:, None] == given[members][None]
                pairs = len(members) * (len(members) - 1)
                if pairs:
                    shares.append((together.sum() - len(members)) / pairs)
            found.append(min(shares))
    return float(np.mean(found))


@pytest.mark.parametrize("k", [2, 3, 5])
def test_as_a_direct_implementation_has_it(k):
    values = blobs(500, 2, 4, 11, spread=1.5)
    found = finish(strength(values.astype(np.float32), k, 0, splits=30))
    with threadpool_limits(1):
        expected = direct(values, k, 30, 3)
    assert found.value == pytest.approx(expected, abs=0.06)
    assert (found.splits, found.rows) == (30, 250)
    assert found.error < 0.06


def test_three_groups_are_predicted_and_six_are_not():
    values = blobs(1_000, 3, 3, 2, spread=0.5).astype(np.float32)
    assert finish(strength(values, 3, 0)).value > 0.97
    assert finish(strength(values, 6, 0)).value < 0.8


@pytest.mark.parametrize("customers", [100, 41_000])
def test_nobody_is_in_both_halves(customers):
    one, other = _halves(customers, min(customers, 20_000), 0, 0)
    assert len(one) == len(other)
    assert len(np.intersect1d(one, other)) == 0
    assert max(one.max(), other.max()) >= 0.99 * customers - 2  # drawn from everyone, not from the first
