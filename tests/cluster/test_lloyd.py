"""Lloyd's k-means with bounds: the same as without them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui.cluster.lloyd import Run, fit, recount
from segtui.progress import finish
from segtui.results import Converged

from .build import assert_same_but_ties, blobs, nearest, silent


def plain(values, centroids, limit):
    """Lloyd's k-means as the textbook has it. Returns centroids, labels and iterations."""
    before = None
    for iteration in range(1, limit + 1):
        labels, _ = nearest(values, centroids)
        centroids = np.array([values[:, labels == j].mean(axis=1) for j in range(len(centroids))])
        if before is not None and np.array_equal(labels, before):
            return centroids, labels, iteration
        before = labels
    return centroids, before, limit


def test_by_hand():
    values = np.array([[0.0, 1.0, 2.0, 10.0, 11.0, 12.0]], dtype=np.float32)
    steps = []
    end = finish(fit(values, np.array([[0.0], [2.0]]), Run(2, 0, 0, 50, tolerance=0), steps.append))
    assert end.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert end.centroids.ravel().tolist() == [1.0, 11.0]
    assert end.inertia == pytest.approx(4)
    assert end.converged is Converged.LABELS
    # 0 and 1 (a tie, to the lower) against 2, 10, 11, 12; then 2 comes over; then nobody moves
    assert [s.inertia for s in steps] == pytest.approx([0.5 + 62.75, 4, 4])
    assert [s.changed for s in steps] == pytest.approx([1, 1 / 6, 0])


def _own_and_least(values, end):
    _, away = nearest(values, end.centroids)
    return away[end.labels, np.arange(len(end.labels))], away.min(axis=0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(2, 9))
def test_bounds_change_nothing(seed, columns, k):
    values = blobs(600, columns, 4, seed, spread=2.5).astype(np.float32)
    start = values[:, :k].T.astype(np.float64)
    end = finish(fit(values, start, Run(k, 0, 0, 500, tolerance=0), silent))
    centroids, labels, iterations = plain(values.astype(np.float64), start, 500)
    assert end.converged is Converged.LABELS
    if np.array_equal(end.labels, labels):
        assert end.centroids == pytest.approx(centroids, abs=1e-6)
        assert abs(len(end.trace) - iterations) <= 5  # a close call may cost an iteration or two
    else:  # a close call on the way may lead to another end, but an end it is
        own, least = _own_and_least(values.astype(np.float64), end)
        assert np.all(own <= least + 1e-5 * (least + np.square(values).sum(axis=0)))


def test_the_end_is_a_fixed_point_and_inertia_falls():
    values = blobs(30_000, 5, 8, 4, spread=3.0).astype(np.float32)
    end = finish(fit(values, values[:, :8].T.astype(np.float64), Run(8, 0, 0, 500, tolerance=0), silent))
    wide = values.astype(np.float64)
    assert_same_but_ties(end.labels, wide, end.centroids)
    inertias = np.array([s.inertia for s in end.trace])
    assert np.all(np.diff(inertias) <= inertias[0] * 1e-9)
    finish(recount(values, end, ""))
    assert end.inertia == pytest.approx(nearest(wide, end.centroids)[1].min(axis=0).sum(), rel=1e-9)


def test_stops_where_it_is_told():
    values = blobs(5_000, 4, 6, 4, spread=3.0).astype(np.float32)
    start = values[:, :6].T.astype(np.float64)
    capped = finish(fit(values, start, Run(6, 0, 0, 3), silent))
    assert (capped.converged, len(capped.trace)) == (Converged.MAX_ITER, 3)
    loose = finish(fit(values, start, Run(6, 0, 0, 300, tolerance=1e-2), silent))
    assert loose.converged is Converged.TOLERANCE
    patient = finish(fit(values, start, Run(6, 0, 0, 300, tolerance=1e-2, patient=True), silent))
    assert patient.inertia <= loose.inertia
    assert len(patient.trace) > len(loose.trace)


def test_an_empty_cluster_gets_the_farthest_customer():
    values = np.array([[0.0, 0.1, 0.2, 5.0, 9.0]], dtype=np.float32)
    end = finish(fit(values, np.array([[0.1], [100.0], [200.0]]), Run(3, 0, 0, 50, tolerance=0), silent))
    assert sorted(np.bincount(end.labels, minlength=3).tolist()) == [1, 1, 3]
    assert end.inertia == pytest.approx(0.02, abs=1e-6)


def test_known_labels_make_the_first_share_mean_something():
    values = blobs(4_000, 3, 4, 6).astype(np.float32)
    half = finish(fit(values[:, :2_000], values[:, :4].T.astype(np.float64), Run(4, 0, 0, 99, tolerance=0), silent))
    whole = finish(fit(values, half.centroids, Run(4, 0, 9, 99), silent, half.labels))
    assert whole.trace[0].changed < 0.01
    assert whole.trace[0].iteration == 10
    again = finish(fit(values[:, :2_000], half.centroids, Run(4, 0, 0, 99), silent, half.labels))
    assert (again.converged, len(again.trace)) == (Converged.LABELS, 1)
