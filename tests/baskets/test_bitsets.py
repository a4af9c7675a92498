"""Bits count what a loop counts, by group too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.baskets import bitsets
from segtui.progress import finish
from tests.baskets.brute import baskets_of, count, small_baskets


@given(small_baskets(), st.data())
def test_counts_by_group_are_those_of_a_loop(drawn: tuple[list[set[int]], int], data: st.DataObject) -> None:
    rows, items = drawn
    labels = data.draw(st.lists(st.integers(-1, 3), min_size=len(rows), max_size=len(rows)))
    sets = data.draw(st.lists(st.sets(st.integers(0, items - 1), max_size=4).map(sorted), max_size=5))
    bits = finish(bitsets.pack(baskets_of(rows, items), groups=np.array(labels), number=5))
    assert bits.sizes.tolist() == [labels.count(group) for group in range(5)]
    expected = [
        [count([row for row, label in zip(rows, labels, strict=True) if label == g], one) for g in range(5)]
        for one in sets
    ]
    assert finish(bitsets.counts(bits, sets)).tolist() == expected


def test_each_group_fills_whole_words() -> None:
    rows = [{0}] * 65 + [{0, 1}] * 3
    bits = finish(bitsets.pack(baskets_of(rows, 2), groups=np.array([0] * 65 + [1] * 3)))
    assert bits.starts.tolist() == [0, 2, 3]
    assert np.bitwise_count(bits.words).tolist() == [[64, 1, 3], [0, 0, 3]]


def test_only_chosen_items_have_a_row() -> None:
    bits = finish(bitsets.pack(baskets_of([{0, 2}, {2}, {1}], 3), np.array([2, 0], dtype=np.int32)))
    assert bits.items.tolist() == [0, 2]
    assert finish(bitsets.counts(bits, np.array([[2, -1], [0, 2], [-1, -1]], dtype=np.int32))).tolist() == [
        [2],
        [1],
        [3],
    ]


def test_packing_in_many_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(2)
    rows = [set(generator.choice(6, size=generator.integers(0, 6)).tolist()) for _ in range(700)]
    baskets, labels = baskets_of(rows, 6), generator.integers(0, 3, 700)
    whole = finish(bitsets.pack(baskets, groups=labels))
    monkeypatch.setattr(bitsets, "_CELLS", 1)
    monkeypatch.setattr(bitsets, "_WORDS", 1)
    parts = finish(bitsets.pack(baskets, groups=labels))
    assert np.array_equal(whole.words, parts.words)
    assert finish(bitsets.counts(parts, [[0], [1, 2]])).sum(axis=1).tolist() == [count(rows, [0]), count(rows, [1, 2])]


def test_totals_are_exact_for_short_and_long_rows() -> None:
    words = np.full((3, 70), ~np.uint64(0))
    assert bitsets.totals(words).tolist() == [4480] * 3
    assert bitsets.totals(words[:, :1]).tolist() == [64] * 3
