"""Baskets by hand and what is frequent in them, counted the slow way: the judge of the tests beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
from hypothesis import strategies as st

from segtui.basketed import Baskets, Itemsets, RuleSet

Sets = dict[tuple[int, ...], int]


def baskets_of(rows: Sequence[Iterable[int]], items: int) -> Baskets:
    """Baskets with items named i00, i01, …"""
    kept = [sorted(set(row)) for row in rows]
    starts = np.concatenate(([0], np.cumsum([len(row) for row in kept]))).astype(np.int64)
    index = np.array([item for row in kept for item in row], dtype=np.int32)
    return Baskets(tuple(f"i{item:02d}" for item in range(items)), starts, index)


def rows_of(baskets: Baskets) -> list[set[int]]:
    """What is in each basket."""
    return [set(baskets.index[a:b].tolist()) for a, b in zip(baskets.starts[:-1], baskets.starts[1:], strict=True)]


def count(rows: Sequence[set[int]], items: Iterable[int]) -> int:
    """Baskets with all of `items`."""
    wanted = set(items)
    return sum(wanted <= row for row in rows)


def frequent(rows: Sequence[set[int]], items: int, least: int, longest: int) -> Sets:
    """Every frequent set with its count."""
    return {
        chosen: number
        for length in range(1, longest + 1)
        for chosen in combinations(range(items), length)
        if (number := count(rows, chosen)) >= least
    }


def as_sets(found: Itemsets) -> Sets:
    """The sets of a result with their counts; a set found twice fails."""
    listed = [
        (tuple(row), number)
        for sets, counts in found.levels
        for row, number in zip(sets.tolist(), counts.tolist(), strict=True)
    ]
    assert len(dict(listed)) == len(listed)
    return dict(listed)


def sides(rules: RuleSet) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Antecedent and consequent of every rule."""
    return [
        (tuple(item for item in one if item >= 0), tuple(item for item in other if item >= 0))
        for one, other in zip(rules.antecedents.tolist(), rules.consequents.tolist(), strict=True)
    ]


def confidence(rows: Sequence[set[int]], antecedent: Sequence[int], consequent: Sequence[int]) -> Fraction:
    """Exact confidence."""
    return Fraction(count(rows, (*antecedent, *consequent)), count(rows, antecedent))


def improvement(rows: Sequence[set[int]], antecedent: Sequence[int], consequent: Sequence[int]) -> Fraction:
    """Exact confidence less the best one of all smaller antecedents."""
    return confidence(rows, antecedent, consequent) - max(
        confidence(rows, smaller, consequent)
        for length in range(len(antecedent))
        for smaller in combinations(antecedent, length)
    )


def upper_tail(n: int, x: int, y: int, both: int) -> Fraction:
    """Fisher's one-sided p, exactly."""
    return Fraction(sum(comb(x, i) * comb(n - x, y - i) for i in range(both, min(x, y) + 1)), comb(n, y))


@st.composite
def small_baskets(draw: st.DrawFn) -> tuple[list[set[int]], int]:
    """Up to 90 baskets (more than a word of bits) of up to 7 items, some of them empty, few different ones or many."""
    items = draw(st.integers(1, 7))
    kinds = draw(st.lists(st.sets(st.integers(0, items - 1)), min_size=1, max_size=12))
    rows = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=90))
    return rows, items
