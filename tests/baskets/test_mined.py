"""Rules at cut-offs: counts by hand, and what is said and suggested where there are none."""

from __future__ import annotations

import pytest

from segtui.baskets.mined import expected_work, least_of, mined, null_rules
from segtui.baskets.words import listed, nothing_found, sentence
from segtui.progress import finish
from segtui.recipe import BasketSpec

from .planted import baskets_of

ROWS = [[0, 1], [0, 1], [0, 1], [0, 2], [1], [2], [0, 1, 2], [3], [3], [3]]
"""Ten baskets: 0 in 5, 1 in 5, 2 in 3, 3 in 3; 0 and 1 together in 4, 0 and 2 in 2, 1 and 2 in 1."""

NAMES = ("tea", "milk", "rice", "soap")


def asked(**given: float | str) -> BasketSpec:
    return BasketSpec(**{"min_support": 0.1, "min_confidence": 0.0, **given})  # type: ignore[arg-type]


def test_a_rule_needs_its_share_and_its_count() -> None:
    assert least_of(asked(min_support=0.25), 10) == 3
    assert least_of(asked(min_support=0.2), 10) == 2
    assert least_of(asked(min_support=0.2, min_count=4), 10) == 4


def test_counts_and_order_by_hand() -> None:
    found = finish(mined(baskets_of(ROWS), asked(min_support=0.2)))
    rules = found.rules
    told = [
        (rules.antecedents[i].tolist()[0], rules.consequents[i].tolist()[0], int(rules.counts[i]))
        for i in range(len(rules))
    ]
    assert told == [(0, 1, 4), (1, 0, 4), (0, 2, 2), (2, 0, 2)]  # lift 1.6, then 4/3
    assert rules.lift.tolist() == pytest.approx([1.6, 1.6, 4 / 3, 4 / 3])
    assert rules.confidence.tolist() == pytest.approx([0.8, 0.8, 0.4, 2 / 3])
    assert (found.itemsets, found.least) == (4 + 2, 2)
    # sizes 2 2 2 2 1 1 3 1 1 1: n sum s (s - 1) / (sum s)^2 = 10 (4 x 2 + 6) / 16^2
    assert found.size_lift == pytest.approx(140 / 256)


def test_a_sentence_names_counts_and_what_sizes_alone_give() -> None:
    found = finish(mined(baskets_of(ROWS), asked(min_support=0.2)))
    assert sentence(found, 0, NAMES) == (
        "Of 5 baskets with tea, 4 (80%) also had milk; by basket sizes alone, to first order, about 1 would. "
        "Fewer than 10 baskets are an anecdote."
    )
    shuffled = sentence(found, 0, NAMES, 2.2)
    assert "in shuffled baskets of the same sizes about 2 would" in shuffled
    many = finish(mined(baskets_of(ROWS * 20), asked(min_support=0.1, consequents="any")))
    three = [i for i in range(len(many.rules)) if many.rules.lengths[i] == 3]
    assert "by shares alone about" in sentence(many, three[0], NAMES)
    assert "anecdote" not in sentence(many, three[0], NAMES)


def test_names_in_a_row() -> None:
    assert [listed(names) for names in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == ["", "a", "a and b", "a, b and c"]


def test_too_much_support_is_said_with_one_that_would_do() -> None:
    found = finish(mined(baskets_of(ROWS), asked(min_support=0.5)))
    assert len(found.rules) == 0
    why, hint = nothing_found(found)
    assert why == "no two items are together in 5 of 10 baskets"
    assert hint == (  # ten pairs are wanted, and there are three
        "A support of 0.1 (1 baskets) would give some pairs. Fewer than 10 baskets are an anecdote: look by category or "
        "brand."
    )
    assert len(finish(mined(baskets_of(ROWS), asked(min_support=0.1))).rules)


def test_too_much_confidence_or_lift_is_said() -> None:
    found = finish(mined(baskets_of(ROWS), asked(min_support=0.2, min_confidence=0.9)))
    assert nothing_found(found) == (
        "no rule is right in 90% of its baskets; the best is in 80%",
        "Ask for a confidence of 0.8.",
    )
    found = finish(mined(baskets_of(ROWS), asked(min_support=0.2, min_confidence=0.5, min_lift=3.0)))
    assert nothing_found(found) == (
        "no rule of that confidence has a lift of 3; the largest is 1.60",
        "Ask for a lift of 1.6.",
    )


def test_items_that_never_meet_and_no_baskets_at_all() -> None:
    alone = finish(mined(baskets_of([[0], [1], [2]]), asked()))
    assert nothing_found(alone)[0] == "no two items are ever in one basket"
    assert nothing_found(finish(mined(baskets_of([], items=0), asked())))[0] == "there are no baskets"


def test_the_work_is_said_before_it_is_done() -> None:
    known = finish(expected_work(baskets_of(ROWS), asked(min_support=0.2)))
    assert (known.items, known.pairs, known.sets, known.exact) == (4, 2, 6, True)


def test_rules_of_other_baskets_at_the_same_cut_offs() -> None:
    null = finish(null_rules(baskets_of(ROWS), asked(min_support=0.2)))
    assert null.lengths.tolist() == [2, 2, 2, 2]
    assert null.lifts.tolist() == pytest.approx([1.6, 1.6, 4 / 3, 4 / 3])
