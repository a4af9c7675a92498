"""Assignment: float64's answer at float32's speed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import pairwise_distances_argmin
from threadpoolctl import threadpool_limits

from segtui.cluster.assign import Nearest, assign_points
from segtui.cluster.kmeans import assign
from segtui.cluster.sample import points
from segtui.errors import AnalysisError
from segtui.progress import finish

from .build import assert_same_but_ties, blobs, exact, nearest


def labels_of(values, centroids):
    single = np.ascontiguousarray(values, dtype=np.float32)
    return finish(assign(single, np.asarray(centroids, dtype=np.float64), exact(values)))


def test_by_hand():
    values = np.array([[0.0, 1.0, 2.9, 3.1, 10.0]])
    labels, distances = labels_of(values, [[0.0], [6.0]])
    assert labels.tolist() == [0, 0, 0, 1, 1]
    assert distances == pytest.approx([0, 1, 2.9**2, 2.9**2, 16], rel=1e-5)


def test_ties_go_to_the_lower_cluster():
    values = np.array([[0.0, 0.0, 1.0], [0.0, 2.0, 1.0]])
    labels, _ = labels_of(values, [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [1.0, 2.0], [-1.0, 0.0]])
    assert labels.tolist() == [0, 2, 0]


def test_float64_decides_what_float32_cannot():
    rng = np.random.default_rng(3)
    values = rng.normal(0, 1, (3, 5_000))
    values[0] = rng.choice([-1, 1], 5_000) * 1e-9  # on either side of the border, by less than float32 sees beside 1
    centroids = np.array([[1.0, 0.2, 0.3], [-1.0, 0.2, 0.3]])
    labels, _ = labels_of(values, centroids)
    assert labels.tolist() == (values[0] < 0).astype(int).tolist()


def test_few_calls_are_close_on_scaled_data():
    values = blobs(60_000, 8, 6, 1, spread=2.0)
    asked: list[int] = []
    look_up = exact(values)

    def counting(positions):
        asked.append(len(positions))
        return look_up(positions)

    centroids = values[:, :12].T.copy()
    labels, _ = finish(assign(values.astype(np.float32), centroids, counting))
    assert sum(asked) < 100
    assert_same_but_ties(labels, values, centroids)


def test_the_same_as_scikit_learn():
    values = blobs(40_000, 6, 9, 2, spread=3.0)
    centroids = blobs(17, 6, 5, 3).T
    labels, distances = labels_of(values, centroids)
    assert np.array_equal(labels, pairwise_distances_argmin(values.T, centroids))
    assert distances == pytest.approx(nearest(values, centroids)[1].min(axis=0), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("offset", [0.0, 3e3, 5e6])
def test_far_from_zero(offset):
    values = blobs(5_000, 3, 4, 5) + offset
    centroids = values[:, :7].T.copy()
    labels, _ = labels_of(values, centroids)
    assert_same_but_ties(labels, values, centroids)


def test_an_outlier_does_not_spoil_the_rest():
    values = blobs(5_000, 3, 4, 5)
    values[0, 17] = 1e7
    labels, _ = labels_of(values, values[:, [17, 1, 2, 3]].T.copy())
    assert_same_but_ties(labels, values, values[:, [17, 1, 2, 3]].T)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 20), st.integers(1, 400), st.sampled_from([0, 1, 2]))
def test_any_grid(seed, columns, k, count, digits):
    rng = np.random.default_rng(seed)
    values = np.round(rng.normal(0, 2, (columns, count)), digits)
    centroids = np.round(rng.normal(0, 2, (k, columns)), digits)
    labels, distances = labels_of(values, centroids)
    assert_same_but_ties(labels, values, centroids)
    assert distances == pytest.approx(nearest(values, centroids)[1].min(axis=0), rel=1e-3, abs=1e-4)


def test_two_nearest():
    values = blobs(3_000, 4, 3, 8)
    centroids = values[:, :9].T.copy()
    square = np.square(values).sum(axis=0).astype(np.float32)
    label, best, second = Nearest(centroids).two(values.astype(np.float32), square)
    away = np.sort(nearest(values, centroids)[1], axis=0)
    assert np.array_equal(label, nearest(values, centroids)[0])
    assert best == pytest.approx(away[0], abs=2e-3)
    assert second == pytest.approx(away[1], abs=2e-3)


def test_one_thread_or_two():
    values = blobs(50_000, 8, 6, 1, spread=2.0).astype(np.float32)
    results = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            where = points(values, exact(values))
            results.append(finish(assign_points(where, values[:, :12].T.astype(np.float64), "")))
    assert np.array_equal(results[0].labels, results[1].labels)
    assert results[0].inertia == results[1].inertia


def test_numbers_too_large_say_so():
    values = np.full((2, 10), 1e30, dtype=np.float32)
    with pytest.raises(AnalysisError, match="too large"):
        finish(assign(values, np.zeros((2, 2)), exact(values)))
    late = np.zeros((1, 20_000), dtype=np.float32)
    late[0, -1] = 1e30
    with pytest.raises(AnalysisError, match="too large"):
        finish(assign(late, np.zeros((2, 1)), exact(late)))
