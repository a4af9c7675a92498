"""Rules that hold in nearly the same baskets stand behind the first of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from segtui.baskets.folded import SAME, fronts, leaders
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


def test_the_most_confident_direction_stands_in_front() -> None:
    """0 in ten baskets, 1 in sixteen, both in eight: .8 from 0 to 1, .5 back; 2 and 3 by themselves in four."""
    baskets = baskets_of([[0, 1]] * 8 + [[0]] * 2 + [[1]] * 8 + [[2, 3]] * 4)
    found = finish(mined(baskets, BasketSpec(min_support=0.1, min_confidence=0.0))).rules
    back = found.chosen(np.argsort(found.confidence, kind="stable"))  # the weaker direction leads
    lead = finish(leaders(baskets, back))
    front = fronts(back, lead)
    assert len(front) == len(set(lead.tolist())) == 2
    sides = {(int(back.antecedents[i, 0]), int(back.consequents[i, 0])) for i in front.tolist()}
    assert (0, 1) in sides
    assert (1, 0) not in sides


def test_only_rules_of_the_same_items_come_to_the_front() -> None:
    """{0, 1, 2} in nine of the ten baskets with {0, 1}: 0 and 2 -> 1 is sure, and stays behind 0 -> 1."""
    baskets = baskets_of([[0, 1, 2]] * 9 + [[0, 1]] + [[0]] * 5 + [[1]] * 5)
    found = finish(mined(baskets, BasketSpec(min_support=0.1, min_confidence=0.0))).rules
    order = np.argsort(-found.counts, kind="stable")
    rules = found.chosen(order)
    (front,) = fronts(rules, np.zeros(len(rules), dtype=np.int64)).tolist()
    mine = sorted(n for n in (*rules.antecedents[front], *rules.consequents[front]) if n >= 0)
    assert mine == sorted(n for n in (*rules.antecedents[0], *rules.consequents[0]) if n >= 0)
