"""Criteria against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_samples

from segtui.cluster.criteria import scores
from segtui.cluster.kmeans import converge
from segtui.progress import finish
from segtui.recipe import ClusterSpec
from segtui.results import Converged, Segmentation

from .build import blobs, exact, matrix, silent


def segmentation(values, labels, k) -> Segmentation:
    labels = np.asarray(labels, dtype=np.uint8)
    counts = np.bincount(labels, minlength=k)
    means = np.array([values[:, labels == j].mean(axis=1) if counts[j] else np.zeros(len(values)) for j in range(k)])
    inertia = float(np.square(values - means[labels].T).sum())
    end = (True, Converged.LABELS, 1, len(labels), 0, (), ())
    return Segmentation(labels, means, tuple(int(c) for c in counts), inertia, *end)


def test_by_hand():
    values = np.array([[0.0, 2.0, 10.0, 12.0]])
    found = finish(scores(matrix(values), segmentation(values, [0, 0, 1, 1], 2)))
    assert found.space == "space"
    assert found.inertia == pytest.approx(4)
    assert found.explained == pytest.approx(1 - 4 / 104)
    assert found.calinski_harabasz == pytest.approx(100 / (4 / 2))
    assert found.davies_bouldin == pytest.approx((1 + 1) / 10)
    outer, inner = 1 - 4 / ((100 + 144) / 2), 1 - 4 / ((64 + 100) / 2)
    assert found.silhouette_squared == pytest.approx((outer + inner) / 2, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(2, 8), st.sampled_from([0.0, 10.0, 1_000.0]))
def test_the_same_as_scikit_learn(seed, columns, k, offset):
    values = blobs(200, columns, 4, seed, spread=2.0) + offset
    labels = np.random.default_rng(seed).integers(0, k, 200)
    labels[:k] = np.arange(k)
    values = values.astype(np.float32).astype(np.float64)
    found = finish(scores(matrix(values), segmentation(values, labels, k)))
    silhouette = silhouette_samples(values.T, labels, metric="sqeuclidean").mean()
    assert found.silhouette_squared == pytest.approx(silhouette, abs=2e-5)
    # Labels are random, so centroids may all but coincide: CH is then a ratio near 0, and DB divides by next to nothing.
    davies_bouldin = davies_bouldin_score(values.T, labels)
    assert found.calinski_harabasz == pytest.approx(calinski_harabasz_score(values.T, labels), rel=1e-6, abs=1e-6)
    assert found.davies_bouldin == pytest.approx(davies_bouldin, rel=1e-6 * max(10.0, davies_bouldin))


def test_a_fit():
    values = blobs(5_000, 4, 5, 3).astype(np.float32).astype(np.float64)
    fitted = finish(converge(matrix(values), ClusterSpec(5), exact(values), silent))
    found = finish(scores(matrix(values), fitted))
    total = np.square(values - values.mean(axis=1, keepdims=True)).sum()
    assert found.explained == pytest.approx(1 - fitted.inertia / total, rel=1e-6)
    assert found.calinski_harabasz == pytest.approx(calinski_harabasz_score(values.T, fitted.labels), rel=1e-6)


def test_customers_alone_count_as_zero():
    values = np.array([[0.0, 1.0, 50.0]])
    found = finish(scores(matrix(values), segmentation(values, [0, 0, 1], 2)))
    expected = silhouette_samples(values.T, [0, 0, 1], metric="sqeuclidean").mean()
    assert found.silhouette_squared == pytest.approx(expected, rel=1e-6)


def test_what_is_not_defined_is_none():
    values = np.array([[0.0, 1.0, 2.0]])
    one = finish(scores(matrix(values), segmentation(values, [0, 0, 0], 1)))
    assert (one.silhouette_squared, one.calinski_harabasz, one.davies_bouldin) == (None, None, None)
    assert one.explained == pytest.approx(0)
    perfect = finish(
        scores(matrix(np.repeat(values, 2, axis=1)), segmentation(np.repeat(values, 2, axis=1), [0, 0, 1, 1, 2, 2], 3))
    )
    assert perfect.explained == pytest.approx(1)
    assert perfect.calinski_harabasz is None
    assert perfect.silhouette_squared == pytest.approx(1, abs=1e-6)


def test_an_empty_cluster_is_left_out():
    values = blobs(300, 2, 3, 1).astype(np.float32).astype(np.float64)
    labels = np.random.default_rng(1).integers(0, 3, 300)
    filled = finish(scores(matrix(values), segmentation(values, labels, 3)))
    assert finish(scores(matrix(values), segmentation(values, labels, 4))) == filled
