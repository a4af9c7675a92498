"""What switching a feature would do: shares worked out by hand, and changes whose effect is known."""

from __future__ import annotations

import numpy as np
import pytest

from segtui.errors import AnalysisError
from segtui.explain.toggles import again, moved_share, toggled
from segtui.progress import finish


def labels(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint8)


def blobs(customers: int = 2_000) -> tuple[np.ndarray, np.ndarray]:
    """Which of two groups customers are in, and two features: one that tells them apart, one that does not."""
    rng = np.random.default_rng(0)
    group = (rng.permutation(customers) % 2).astype(np.uint8)
    apart = 12.0 * group + rng.normal(size=customers)
    return group, np.array([apart, rng.normal(size=customers)], dtype=np.float32)


def test_whoever_is_not_matched_moves():
    """The larger overlaps win: 0 with 1 (two stay), 1 with 0 (three stay), and one of six moves."""
    assert moved_share(labels(0, 0, 0, 1, 1, 1), labels(1, 1, 0, 0, 0, 0), 2) == pytest.approx(1 / 6)


def test_other_names_for_the_same_clusters_move_nobody():
    before = labels(0, 0, 1, 1, 2, 2)
    assert moved_share(before, (before + 1) % 3, 3) == 0.0
    assert moved_share(labels(), labels(), 3) == 0.0


def test_a_segment_that_is_gone_moves_as_a_whole():
    assert moved_share(labels(0, 0, 0, 1, 1, 2), labels(0, 0, 0, 1, 1, 1), 3) == pytest.approx(1 / 6)


def test_a_change_that_changes_nothing_moves_nobody():
    group, values = blobs()
    before = finish(again(group, values, 4, 0))
    effect = finish(toggled(before, values, 4, 0))
    assert (effect.moved, effect.ari, effect.rows) == (0.0, 1.0, 2_000)


def test_a_feature_that_says_nothing_moves_nobody():
    group, values = blobs()
    before = finish(again(group, values, 2, 0))
    assert moved_share(group, before, 2) == 0.0  # the groups are found again
    assert finish(toggled(before, values[:1], 2, 0)).moved < 0.005


def test_without_the_feature_that_tells_them_apart_half_move():
    """Two halves by another feature have nothing to do with the groups: as good as chance."""
    group, values = blobs()
    before = finish(again(group, values, 2, 0))
    effect = finish(toggled(before, values[1:], 2, 0))
    assert effect.moved == pytest.approx(0.5, abs=0.03)
    assert effect.ari == pytest.approx(0.0, abs=0.01)


def test_a_rival_solution_is_not_told_as_an_effect():
    """Four clusters on a square of which the present solution splits one corner in two and joins two others: a fresh fit
    finds the corners. A feature that says nothing must not seem to move those who differ."""
    rng = np.random.default_rng(0)
    corner = rng.permutation(2_000) % 4
    square = np.array([8.0 * (corner % 2), 8.0 * (corner // 2)]) + rng.normal(size=(2, 2_000))
    values = np.vstack([square, 0.01 * rng.normal(size=2_000)]).astype(np.float32)
    present = np.where(corner < 2, np.where(corner == 0, values[0] > 0, 2), 3).astype(np.uint8)
    before = finish(again(present, values, 4, 0))
    assert moved_share(present, before, 4) > 0.2
    assert finish(toggled(before, values[:2], 4, 0)).moved < 0.005


def test_where_the_columns_lie_does_not_matter():
    group, values = blobs()
    far = values + np.float32(4_096)
    effects = [finish(toggled(finish(again(group, v, 2, 0)), v[:1], 2, 0)).moved for v in (values, far)]
    assert effects[1] == pytest.approx(effects[0], abs=0.002)


def test_too_few_that_differ():
    values = np.tile(np.array([[0.0, 1.0]], dtype=np.float32), 50)
    with pytest.raises(AnalysisError, match="2 customers differ"):
        finish(toggled(np.tile(labels(0, 1), 50), values, 3, 0))
