"""Equal itemsets are found whatever the order of their items, in pieces as in one, and counts are the same."""

from __future__ import annotations

import numpy as np
import pytest

from segtui.baskets import distinct as module
from segtui.baskets.distinct import distinct
from segtui.progress import finish


def test_equal_sets_are_one_whatever_the_order_of_their_items():
    sets = np.array([[5, 2, -1], [2, 5, -1], [-1, 2, 5], [2, -1, -1], [7, 5, 2], [5, -1, 2]], dtype=np.int32)
    first, which = finish(distinct(sets))
    assert len(first) == 3
    assert which[0] == which[1] == which[2] == which[5]
    assert len({which[0], which[3], which[4]}) == 3


@pytest.mark.parametrize("piece", [7, 1 << 15])
def test_every_row_leads_to_a_row_with_the_same_items(monkeypatch, piece):
    monkeypatch.setattr(module, "PIECE", piece)
    rng = np.random.default_rng(0)
    sets = np.array(
        [[*rng.permutation(6)[:2], -1] if rng.random() < 0.5 else rng.permutation(6)[:3] for _ in range(500)]
    )
    first, which = finish(distinct(sets.astype(np.int32)))
    as_sets = [frozenset(row[row >= 0].tolist()) for row in sets]
    assert [as_sets[first[at]] for at in which] == as_sets
    assert len(first) == len(set(as_sets))


def test_the_empty_set_and_no_sets_at_all():
    first, which = finish(distinct(np.full((3, 2), -1, dtype=np.int32)))
    assert (len(first), which.tolist()) == (1, [0, 0, 0])
    first, which = finish(distinct(np.empty((0, 2), dtype=np.int32)))
    assert len(first) == len(which) == 0


def test_sets_too_long_for_one_number_stand_for_themselves():
    sets = np.arange(600, dtype=np.int32).reshape(2, 300)
    first, which = finish(distinct(sets[[0, 0, 1]]))
    assert first[which].tolist() == [0, 1, 2]
