"""The Euclidean silhouette against scikit-learn, whole and sampled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_samples

from segtui.cluster.euclidean import WHOLE, chosen, euclidean
from segtui.evidence import reading
from segtui.progress import finish

from .build import blobs


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(2, 6))
def test_the_same_as_scikit_learn(seed, columns, k):
    values = blobs(300, columns, 4, seed, spread=2.0).astype(np.float32)
    labels = np.random.default_rng(seed).integers(0, k, 300).astype(np.uint8)
    labels[:k] = np.arange(k)
    expected = silhouette_samples(values.T.astype(np.float64), labels)
    found = finish(euclidean(values, labels, k, 0))
    assert found.micro == pytest.approx(expected.mean(), abs=1e-6)
    means = [expected[labels == j].mean() for j in range(k)]
    assert found.by_cluster == pytest.approx(means, abs=1e-6)
    assert found.macro == pytest.approx(np.mean(means), abs=1e-6)
    assert (found.rows, found.sampled) == (300, False)


def test_one_alone_counts_as_zero_and_an_empty_cluster_not_at_all():
    values = np.array([[0.0, 1.0, 50.0]], dtype=np.float32)
    labels = np.array([0, 0, 2], dtype=np.uint8)
    found = finish(euclidean(values, labels, 3, 0))
    expected = silhouette_samples(values.T, labels)
    assert found.by_cluster == pytest.approx((expected[:2].mean(), 0, 0))
    assert found.micro == pytest.approx(expected.mean())
    assert found.macro == pytest.approx(expected[:2].mean() / 2)


def test_a_sample_by_cluster_sees_small_ones():
    """A cluster of 60 among 30,000 customers: a uniform sample of 2,000 would hold four of it."""
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(0, 1, (2, 29_940)), rng.normal(9, 1, (2, 60))], axis=1).astype(np.float32)
    labels = np.concatenate([(values[0, :29_940] > 0), np.full(60, 2)]).astype(np.uint8)
    order = rng.permutation(30_000)
    values, labels = np.ascontiguousarray(values[:, order]), labels[order]
    found = finish(euclidean(values, labels, 3, 0))
    expected = silhouette_samples(values.T[:12_000], labels[:12_000])
    truth = [expected[labels[:12_000] == j].mean() for j in range(3)]
    assert found.by_cluster == pytest.approx(truth, abs=0.03)
    assert found.sampled
    assert found.rows == 666 * 2 + 60
    assert found.micro == pytest.approx(expected.mean(), abs=0.02)


@pytest.mark.parametrize("k", [2, 12, 50])
def test_never_more_than_the_limit(k):
    labels = (np.arange(200_000) % k).astype(np.uint8)
    rows = chosen(labels, k, 0)
    assert len(rows) <= WHOLE
    assert np.bincount(labels[rows]).min() >= min(200, WHOLE // k)
    assert np.all(np.diff(rows) > 0)


def test_the_reading_of_kaufman_and_rousseeuw():
    assert [reading(s) for s in (0.25, 0.26, 0.5, 0.51, 0.7, 0.71)] == [
        "none", "weak", "weak", "reasonable", "reasonable", "strong",
    ]  # fmt: skip
