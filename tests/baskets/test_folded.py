"""Rules that hold in nearly the same baskets stand behind the first of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui.baskets.folded import SAME, leaders
from segtui.baskets.mined import mined
from segtui.progress import finish
from segtui.recipe import BasketSpec

from .planted import baskets_of


def held(rows: list[list[int]], rules: object, i: int) -> set[int]:
    wanted = {n for n in (*rules.antecedents[i].tolist(), *rules.consequents[i].tolist()) if n >= 0}
    return {b for b, row in enumerate(rows) if wanted <= set(row)}


def test_rules_of_the_same_items_and_nearly_the_same_baskets() -> None:
    """0 and 1 in ten baskets, with 2 in nine of them: Jaccard .9. 3 and 4 in five others."""
    rows = [[0, 1, 2]] * 9 + [[0, 1]] + [[3, 4]] * 5
    found = finish(mined(baskets_of(rows), BasketSpec(min_support=0.1, min_confidence=0.0))).rules
    lead = finish(leaders(baskets_of(rows), found))
    sides = [{n for n in (*found.antecedents[i], *found.consequents[i]) if n >= 0} for i in range(len(found))]
    by_leader = {i: {frozenset(sides[j]) for j in range(len(found)) if lead[j] == i} for i in set(lead.tolist())}
    together = {frozenset(frozenset(one) for one in sets) for sets in by_leader.values()}
    every_pair_and_all = frozenset(map(frozenset, ({0, 1}, {0, 2}, {1, 2}, {0, 1, 2})))
    assert together == {every_pair_and_all, frozenset({frozenset({3, 4})})}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), max_size=5, unique=True), min_size=3, max_size=40))
def test_against_the_definition(rows: list[list[int]]) -> None:
    baskets = baskets_of(rows, items=6)
    found = finish(mined(baskets, BasketSpec(min_support=0.05, min_confidence=0.0))).rules
    lead = finish(leaders(baskets, found))
    heads: list[int] = []
    for i in range(len(found)):
        mine = held(rows, found, i)
        alike = [h for h in heads if len(mine & held(rows, found, h)) >= SAME * len(mine | held(rows, found, h))]
        if not alike:
            heads.append(i)
        assert lead[i] == (alike[0] if alike else i)
    assert np.array_equal(lead[lead], lead)
