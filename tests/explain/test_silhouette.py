"""Silhouettes by segment, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import silhouette_samples

from segtui.errors import AnalysisError
from segtui.explain.silhouette import curve, misfits, silhouettes
from segtui.progress import finish
from tests.cluster.build import blobs, matrix
from tests.cluster.test_criteria import segmentation


def test_the_view_is_that_of_scikit_learn():
    values = blobs(400, 2, 3, 4, spread=3.0).astype(np.float32).astype(np.float64)
    labels = np.random.default_rng(0).integers(0, 3, 400)
    expected = silhouette_samples(values.T, labels, metric="sqeuclidean")
    found = finish(silhouettes(matrix(values), segmentation(values, labels, 3), "CAB", 9))
    assert [one.letter for one in found.segments] == ["A", "B", "C"]
    for one, cluster in zip(found.segments, (1, 2, 0), strict=True):
        own = np.sort(expected[labels == cluster])[::-1]
        assert one.size == len(own)
        assert one.mean == pytest.approx(own.mean(), abs=1e-5)
        assert one.below == (own < 0).sum()
        assert (one.curve[0], one.curve[-1]) == pytest.approx((own[0], own[-1]), abs=1e-5)
        assert one.curve[4] == pytest.approx(own[round((len(own) - 1) / 2)], abs=1e-5)
        assert len(one.curve) == 9
    assert found.overall == pytest.approx(expected.mean(), abs=1e-5)
    assert found.customers == 400
    assert found.misfits.tolist()[:20] == np.argsort(expected, kind="stable")[:20].tolist()
    assert len(found.misfits) == (expected < 0).sum()


def test_a_curve_by_hand():
    values = np.array([0.1, 0.9, 0.5, -0.2, 0.3], dtype=np.float32)
    assert curve(values, 5) == pytest.approx((0.9, 0.5, 0.3, 0.1, -0.2))
    assert curve(values, 3) == pytest.approx((0.9, 0.3, -0.2))
    assert curve(values[:1], 3) == pytest.approx((0.1, 0.1, 0.1))
    assert curve(values[:0], 3) == ()


def test_misfits_by_hand():
    values = np.array([0.1, -0.5, -0.1, 0.0, -0.5, -0.9], dtype=np.float32)
    assert misfits(values).tolist() == [5, 1, 4, 2]
    assert misfits(values, most=2).tolist() == [5, 1]
    assert misfits(np.abs(values)).tolist() == []


def test_one_segment_has_no_silhouette():
    values = np.array([[0.0, 1.0, 2.0]])
    with pytest.raises(AnalysisError, match="silhouette"):
        finish(silhouettes(matrix(values), segmentation(values, [0, 0, 0], 1), "A", 5))
