"""Lists for customers and segments, with reasons."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from segtui.baskets import encode, itemsets, measures, rules
from segtui.baskets.contrast import group_counts
from segtui.decide.recommend_interactions import purchases
from segtui.decide.recommend_lists import as_frame, customer_lists, segment_products
from segtui.decide.recommend_reasons import reasons, reasons_of_segments
from segtui.decide.recommend_split import whole
from segtui.decided.recommendations import Method, Purpose, Reason
from segtui.errors import AnalysisError
from segtui.progress import finish
from segtui.recipe import BasketSpec
from tests.decide.recommend_made import HAND, lines

BOUGHT = finish(purchases(HAND, 4))
PAST = finish(whole(BOUGHT))


def test_buy_again_holds_what_was_bought_and_most_often_first() -> None:
    made = finish(customer_lists(BOUGHT, PAST, Method.PERSONAL, Purpose.AGAIN, n=2))
    assert made.customers.tolist() == [0, 1, 2]
    assert as_frame(made).rows() == [
        (0, 1, "a", 2.0), (0, 2, "b", 1.0), (1, 1, "b", 1.0), (1, 2, "a", 1.0), (2, 1, "b", 1.0), (2, 2, "c", 1.0),
    ]  # fmt: skip


def test_discovery_holds_only_what_is_new() -> None:
    made = finish(customer_lists(BOUGHT, PAST, Method.POPULARITY, Purpose.NEW, n=2))
    assert [row[:3] for row in as_frame(made).rows()] == [(0, 1, "d"), (1, 1, "c"), (2, 1, "a"), (2, 2, "d")]
    with pytest.raises(AnalysisError, match="only what a customer bought before"):
        finish(customer_lists(BOUGHT, PAST, Method.PERSONAL, Purpose.NEW))


def test_top_products_of_segments_by_hand() -> None:
    labels = np.array([0, 0, 1, 1], dtype=np.uint8)
    first, second = finish(
        segment_products(BOUGHT, PAST, labels, lambda segment, item: Reason(f"{segment}{item}", own=segment == 0), n=2)
    )
    assert (first.segment, first.customers, second.customers) == (0, 2, 1)  # who never bought does not count
    b, a = first.products
    assert (b.item, b.buyers, b.share, b.rest, b.reason) == ("b", 2, 1.0, 1.0, "0b")
    assert (a.item, a.buyers, a.share, a.rest) == ("a", 2, 1.0, 0.0)
    assert a.index == pytest.approx(150)
    assert [one.item for one in second.products] == ["b", "c"]


def test_a_reason_is_the_rule_with_most_baskets_beyond_chance() -> None:
    rows = [(str(i), item, 0, i) for i in range(20) for item in (("tea", "milk") if i < 8 else ("rice",))]
    rows += [("0", "rice", 0, 0)]
    made = finish(encode.from_lines(lines(rows), "order", "item")).baskets
    sets = finish(itemsets.frequent(made, 1, 3))
    found = reasons(finish(rules.rules(sets, rules.Asked(0.1), measures.size_lift(made.sizes))), made.items)
    # 20 · Σ s(s − 1) / (Σ s)² = 20 · 20 / 29², of 8 · 8 / 20 by chance
    assert found["milk"] == (
        "Of 8 baskets of all customers with tea, 8 (100%) also had milk; to first order, by basket size alone we would expect 2."
    )
    assert "rice" not in found  # it goes with nothing more than chance


def test_scores_fall_along_a_list() -> None:
    for method in (Method.EASE, Method.COSINE):
        made = finish(customer_lists(BOUGHT, PAST, method, Purpose.NEW))
        for row in made.scores:
            there = row[row > -np.inf]
            assert all(one >= other for one, other in pairwise(there.tolist()))


def test_reasons_come_from_a_segments_own_baskets_where_a_rule_holds_there() -> None:
    """Segment 0: 12 baskets with tea and milk, 8 with rice. Segment 1: 3 with tea, 3 with milk, 14 with rice."""
    bought = [("tea", "milk")] * 12 + [("rice",)] * 8 + [("tea",)] * 3 + [("milk",)] * 3 + [("rice",)] * 14
    rows = [(str(i), item, i, 0) for i, basket in enumerate(bought) for item in basket]
    found = finish(encode.from_lines(lines(rows), "order", "item", "owner")).baskets
    asked = BasketSpec(min_confidence=0.1)
    sets = finish(itemsets.frequent(found, 1, 3))
    mined = finish(rules.rules(sets, rules.Asked(asked.min_confidence), measures.size_lift(found.sizes)))
    group = (found.owner >= 20).astype(np.int64)
    counts = finish(group_counts(found, mined.counted(1), group, 2))
    own, other = reasons_of_segments(mined, found.items, counts, asked)
    # lift 12 · 20 / 12², over 20 · 24 / 32² for size: 3.56, so 3.4 of the 12 would be expected
    assert (
        own["milk"]
        == "Of 12 of their own baskets with tea, 12 (100%) also had milk; to first order, by basket size alone we would expect 3."
    )
    assert set(own) == {"milk", "tea"}
    assert other == {}  # three baskets with tea are an anecdote
    # 15 · 15 / 40 by chance, times 40 · 24 / 52² for size
    assert reasons(mined, found.items)["milk"] == (
        "Of 15 baskets of all customers with tea, 12 (80%) also had milk; to first order, by basket size alone we would expect 2."
    )
    strict = replace(asked, min_support=0.7)  # of a segment's own baskets, too: 12 of 20 are too few
    assert reasons_of_segments(mined, found.items, counts, strict) == ({}, {})
