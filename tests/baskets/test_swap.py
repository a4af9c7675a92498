"""Trades by hand, margins always, every table as likely as any other, and no more movement after five per basket."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from segtui.baskets.swap import _check, deal, shuffled
from segtui.progress import finish
from tests.baskets.planted import baskets_of, groceries, rows_of

tables = st.lists(st.sets(st.integers(0, 9)), max_size=12)


class Drawn:
    """A generator whose next draw is known."""

    def __init__(self, *draws: int) -> None:
        self._draws = draws

    def integers(self, low, high, size, dtype):
        assert size == len(self._draws)
        return np.array(self._draws, dtype=dtype)


def test_two_trades_by_hand():
    baskets = baskets_of([[0, 1, 2], [2, 3], [4], [0, 4, 5]])
    index = baskets.index.copy()
    # By pair and item: 0 1 2 2 3 | 0 4 4 5. What is common (2; 4) stays with both whatever it draws.
    rng = Drawn(30, 10, 1, 1, 20, 7, 1, 1, 5)
    deal(index, baskets.starts, np.array([0, 1, 2, 3]), 6, rng)  # type: ignore[arg-type]
    assert [set(row) for row in rows_of(replace(baskets, index=index))] == [{1, 2, 3}, {0, 2}, {4}, {0, 4, 5}]


def test_the_order_of_a_pair_says_who_takes_first():
    baskets = baskets_of([[0, 1, 2], [2, 3], [9]], items=10)
    index = baskets.index.copy()
    deal(index, baskets.starts, np.array([1, 0]), 10, Drawn(30, 10, 1, 1, 20))  # type: ignore[arg-type]
    assert [set(row) for row in rows_of(replace(baskets, index=index))] == [{0, 2, 3}, {1, 2}, {9}]


@given(tables, st.integers(0, 2**32))
def test_margins_are_kept(rows, seed):
    baskets = baskets_of(rows, items=10)
    drawn = finish(shuffled(baskets, seed, trades=2))
    assert [len(row) for row in rows_of(drawn)] == [len(row) for row in rows]
    assert all(row == sorted(set(row)) for row in rows_of(drawn))
    assert Counter(drawn.index.tolist()) == Counter(baskets.index.tolist())


def test_the_data_are_left_alone_and_a_seed_repeats():
    baskets = baskets_of([[i % 7, 7 + i % 5, 12 + i % 3] for i in range(60)], owner=list(range(60)))
    before = baskets.index.copy()
    first, again, other = (finish(shuffled(baskets, seed)) for seed in ((1, 2), (1, 2), (1, 3)))
    assert np.array_equal(baskets.index, before)
    assert np.array_equal(first.index, again.index)
    assert not np.array_equal(first.index, other.index)
    assert first.owner is baskets.owner


def every_table(sizes, counts):
    """All tables with these margins, by trying."""
    choices = [list(combinations(range(len(counts)), size)) for size in sizes]
    wanted = dict(enumerate(counts))
    return [rows for rows in product(*choices) if Counter(item for row in rows for item in row) == wanted]


@pytest.mark.parametrize(
    "rows",
    [
        [[0], [1], [2]],
        [[0, 1], [0], [2], [1]],
        [[0, 1, 2, 3], [0], [0], [1], [4]],  # the first is 2.5 times the mean: it leads in trades of its own
    ],
)
def test_every_table_is_as_likely(rows):
    baskets = baskets_of(rows)
    possible = every_table(baskets.sizes.tolist(), baskets.item_counts.tolist())
    draws = 30 * len(possible)
    seen = Counter(tuple(map(tuple, rows_of(finish(shuffled(baskets, seed))))) for seed in range(draws))
    assert set(seen) == set(possible)
    assert stats.chisquare([seen[table] for table in possible]).pvalue > 0.01


def test_a_margin_that_was_not_kept_is_noticed():
    baskets = baskets_of([[0, 1], [1, 2], [], [3]])
    _check(baskets, baskets)
    for wrong in ([0, 1, 1, 3, 3], [1, 1, 0, 2, 3], [1, 0, 1, 2, 3]):
        with pytest.raises(RuntimeError, match="did not keep"):
            _check(baskets, replace(baskets, index=np.array(wrong, dtype=np.int32)))


def together(baskets):
    """The sum of the squares of how often each two items are in one basket."""
    table = np.zeros((baskets.count, len(baskets.items)), dtype=np.float32)
    table[np.repeat(np.arange(baskets.count), baskets.sizes), baskets.index] = 1
    pairs = table.T @ table
    np.fill_diagonal(pairs, 0)
    return float(np.square(pairs.astype(np.float64)).sum())


def kept(before, after):
    """The share of their items that the fifty largest baskets still hold."""
    rows, others = rows_of(before), rows_of(after)
    return np.mean([len({*rows[b]} & {*others[b]}) / len(rows[b]) for b in np.argsort(-before.sizes)[:50]])


def test_five_trades_mix_as_well_as_fifty(shared_data):
    baskets = groceries(shared_data)
    few = [finish(shuffled(baskets, seed)) for seed in range(6)]
    many = [finish(shuffled(baskets, seed, trades=50)) for seed in range(2)]
    assert np.mean([together(drawn) for drawn in few]) == pytest.approx(
        np.mean([together(drawn) for drawn in many]), rel=0.02
    )
    assert np.mean([kept(baskets, drawn) for drawn in few]) == pytest.approx(
        np.mean([kept(baskets, drawn) for drawn in many]), abs=0.03
    )
    assert together(baskets) > 1.03 * np.mean([together(drawn) for drawn in many])
