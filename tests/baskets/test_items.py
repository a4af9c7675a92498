"""Log-odds by hand, Benjamini and Hochberg's own example, and a planted item."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.baskets import items as module
from segtui.baskets.items import adjusted_in_pieces, benjamini_hochberg, groups_of, item_contrast, log_odds, of_segment
from segtui.errors import AnalysisError
from segtui.progress import finish
from tests.baskets.planted import baskets_of, rows_of


def test_log_odds_by_hand():
    # Lines: 30 and 70 in the segment, 10 and 90 in the rest. Prior of 2 lines, 40 and 160 in 200: 0.4 and 1.6.
    inside, rest = np.array([[30], [70]]), np.array([[10], [90]])
    delta, z = log_odds(inside, rest, np.array([[0.4], [1.6]]))
    first = log(30.4 / 71.6) - log(10.4 / 91.6)
    assert delta[:, 0].tolist() == pytest.approx([first, -first])
    assert z[0, 0] == pytest.approx(first / sqrt(1 / 30.4 + 1 / 10.4))
    assert z[1, 0] == pytest.approx(-first / sqrt(1 / 71.6 + 1 / 91.6))


def test_an_item_that_is_nowhere_or_everything_says_nothing():
    delta, z = log_odds(np.array([[0], [5]]), np.array([[0], [7]]), np.array([[0.0], [2.0]]))
    assert (delta.tolist(), z.tolist()) == ([[0], [0]], [[0], [0]])


def test_the_example_of_benjamini_and_hochberg():
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    q = benjamini_hochberg(np.array(p))
    assert (q <= 0.05).sum() == 4  # their first four hypotheses
    assert q[:4].tolist() == pytest.approx([0.0015, 0.003, 0.0095, 0.0095 * 15 / 4])


def test_what_was_not_tested_does_not_count():
    q = benjamini_hochberg(np.array([[0.01, np.nan], [np.nan, 0.04]]))
    assert q[0, 0] == pytest.approx(0.02)
    assert q[1, 1] == pytest.approx(0.04)
    assert np.isnan(q).sum() == 2
    assert np.isnan(benjamini_hochberg(np.array([np.nan]))).all()


def test_shares_are_of_baskets_and_strangers_are_left_out():
    rows = [[0]] * 12 + [[0, 1]] * 8 + [[1]] * 20 + [[0, 1]] * 5
    group = np.array([0] * 20 + [1] * 20 + [-1] * 5)
    found = finish(item_contrast(baskets_of(rows), group, 2, from_baskets=False))
    assert found.counts.tolist() == [[20, 0], [8, 20]]
    assert found.share.tolist() == [[1.0, 0.0], [0.4, 1.0]]
    assert found.rest_share.tolist() == [[0.0, 1.0], [1.0, 0.4]]
    assert (found.baskets.tolist(), found.left_out) == ([20, 20], 5)
    assert any("5 baskets" in note for note in found.notes)
    assert not any("conditional" in note for note in found.notes)


@given(st.integers(0, 1000), st.floats(0.5, 50))
def test_two_segments_mirror_each_other(seed, prior):
    rng = np.random.default_rng(seed)
    rows = [sorted(set(rng.integers(0, 6, size=4).tolist())) for _ in range(60)]
    found = finish(item_contrast(baskets_of(rows, items=6), np.arange(60) % 2, 2, from_baskets=True, prior=prior))
    assert np.allclose(found.log_odds[:, 0], -found.log_odds[:, 1], equal_nan=True)
    assert np.allclose(found.p[:, 0], found.p[:, 1], equal_nan=True)
    assert any("conditional" in note for note in found.notes)


def shopping(seed, plant):
    """600 baskets of 40 items in three segments; the second has baskets twice as large."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, size=600)
    rows = [set(rng.choice(40, size=4 + 4 * (at == 1), replace=False).tolist()) for at in group]
    if plant:
        for row, at in zip(rows, group, strict=True):
            if at == 2 and rng.random() < 0.3:
                row.add(7)
    return baskets_of([sorted(row) for row in rows], items=40), group


def test_a_planted_item_marks_its_segment_and_larger_baskets_mark_none():
    found = finish(item_contrast(*shopping(1, plant=True), 3, from_baskets=False))
    assert found.q[7, 2] < 1e-6
    assert found.log_odds[7, 2] == found.log_odds[:, 2].max()
    others = np.delete(found.q, 7, axis=0)
    assert np.mean(others <= 0.05) < 0.02
    assert found.share[0, 1] > 1.3 * found.rest_share[0, 1]  # though more of everything per basket


def test_without_a_plant_nothing_is_found():
    found = [finish(item_contrast(*shopping(seed, plant=False), 3, from_baskets=False)) for seed in range(10)]
    assert sum(bool((one.q <= 0.05).any()) for one in found) <= 2


def test_rare_items_are_not_tested_and_said_so():
    rows = [[0]] * 20 + [[0, 1]] * 9
    found = finish(item_contrast(baskets_of(rows), np.arange(29) % 2, 2, from_baskets=False))
    assert np.isnan(found.p[1]).all()
    assert any("1 items" in note for note in found.notes)


def test_groups_follow_the_customers():
    labels = np.array([2, 0, -1])
    baskets = baskets_of([[0], [0], [0], [0]], owner=[1, 0, 2, -1])
    assert groups_of(baskets, labels).tolist() == [0, 2, -1, -1]
    assert groups_of(baskets, labels[:0]).tolist() == [-1] * 4


def test_the_baskets_of_one_segment():
    baskets = baskets_of([[0, 1], [2], [], [0, 2]], owner=[4, 5, 6, 7])
    part = of_segment(baskets, np.array([1, 0, 1, 1]), 1)
    assert rows_of(part) == [[0, 1], [], [0, 2]]
    assert part.items == baskets.items
    assert part.owner is not None
    assert part.owner.tolist() == [4, 6, 7]
    assert of_segment(baskets, np.array([1, 0, 1, 1]), 2).count == 0


def test_refusals_say_why():
    with pytest.raises(AnalysisError, match="no customers"):
        groups_of(baskets_of([[0]]), np.array([0]))
    with pytest.raises(AnalysisError, match="fewer than two segments"):
        finish(item_contrast(baskets_of([[0], [0]]), np.array([1, -1]), 3, from_baskets=False))


def test_adjusting_in_pieces_is_adjusting_at_once(monkeypatch):
    rng = np.random.default_rng(1)
    p = rng.random((900, 3)) ** 4
    p[rng.random(p.shape) < 0.2] = np.nan
    p[:50] = p[50:100]  # ties
    p[100, 0] = 0.0
    p[101:140] = 1.0
    monkeypatch.setattr(module, "PIECE", 64)
    assert finish(adjusted_in_pieces(p)) == pytest.approx(benjamini_hochberg(p), nan_ok=True)
    nothing = np.full((2, 2), np.nan)
    assert np.isnan(finish(adjusted_in_pieces(nothing))).all()
