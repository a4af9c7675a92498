"""Bundles and prompts by hand, at their cut-offs, and what they are worth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from segtui.basketed import BasketTable, Encoded, Readings, RuleSet
from segtui.baskets import readings
from segtui.baskets.itemsets import frequent
from segtui.baskets.measures import size_lift
from segtui.baskets.mined import mined
from segtui.baskets.rules import Asked, rules
from segtui.progress import finish
from segtui.recipe import BasketSpec
from tests.baskets.planted import baskets_of

# 100 baskets: a with b in 20, a alone in 5, b alone in 10; c with d in 12, d alone in 48; e alone in 5.
ROWS = [[0, 1]] * 20 + [[0]] * 5 + [[1]] * 10 + [[2, 3]] * 12 + [[3]] * 48 + [[4]] * 5
ITEMS = ("a", "b", "c", "d", "e")


def read(prices: list[float]) -> tuple[Readings, RuleSet, dict[str, int]]:
    baskets = baskets_of(ROWS)
    found = finish(rules(finish(frequent(baskets, 1)), Asked(0.0), size_lift(baskets.sizes)))
    table = BasketTable(Encoded(baskets, 0, 0, 0), ("",) * 5, np.array(prices), "product", "order", ())
    names = {
        ITEMS[x[0]] + ITEMS[y[0]]: row
        for row, (x, y) in enumerate(zip(found.antecedents.tolist(), found.consequents.tolist(), strict=True))
    }
    return finish(readings.readings(found, table)), found, names


def test_bundles_and_prompts_by_hand() -> None:
    found, _, at = read([2.0, 1.0, 3.0, 4.0, 5.0])
    # a and b: 20/25 and 20/30, mean .73. c and d: 12/12 and 12/60, mean .6, but .2 one way.
    assert [bool(found.bundle[at[rule]]) for rule in ("ab", "ba", "cd", "dc")] == [True, True, False, False]
    assert found.twin.sum() == 1
    # a is dearer than b and in a quarter of baskets; c is cheaper than d; d to c is right in a fifth.
    assert [bool(found.prompt[at[rule]]) for rule in ("ab", "ba", "cd", "dc")] == [True, True, True, False]
    # 20 - 25 * 30 / 100 = 12.5 baskets beyond chance, of b at 1 and of a at 2
    assert found.worth[[at["ab"], at["ba"]]].tolist() == pytest.approx([12.5, 25.0])
    # lambda: sizes 2 in 32 baskets and 1 in 68: 100 * 64 / 132^2
    by_size = 20 - 7.5 * 6400 / 132**2
    assert found.worth_by_size[at["ab"]] == pytest.approx(by_size)
    assert found.room[[at["ab"], at["ba"], at["dc"]]].tolist() == [5, 10, 48]


def test_an_unknown_price_gives_no_worth_and_no_cheaper_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "COMMON", 0.5)
    found, of, at = read([math.nan, 1.0, 5.0, 4.0, 5.0])
    assert math.isnan(found.worth[at["ba"]])
    assert found.worth[at["ab"]] == pytest.approx(12.5)
    assert not found.prompt[[at["ab"], at["ba"], at["cd"]]].any()  # c is dearer than d, and none is common
    assert "not known" in readings.bundle_sentence(found, of, at["ba"], ITEMS)


def test_sides_cost_the_sum_of_their_items() -> None:
    sides = np.array([[0, 2], [1, -1], [0, 3]], dtype=np.int32)
    found = readings.price_of(sides, np.array([1.0, 2.0, 4.0, math.nan]))
    assert found[:2].tolist() == [5.0, 2.0]
    assert math.isnan(found[2])


def test_the_words_by_hand() -> None:
    found, of, at = read([2.0, 1.0, 3.0, 4.0, 5.0])
    assert readings.bundle_sentence(found, of, at["ab"], ITEMS) == (
        "20 baskets have both a and b: 80% of those with the first and 67% of those with the second. "
        "12 more baskets than shares alone give, worth 12 at 1.00 a piece (17 beyond what basket sizes give, to first order)."
    )
    assert readings.prompt_sentence(found, of, at["cd"], ITEMS).startswith(
        "With c in the basket, offer d: 100% of 12 baskets took it by themselves, 0 did not. "
    )


def test_a_bundle_of_three_names_the_sides() -> None:
    """Ten of 12 baskets with 0 and 1 have 2, which is in 20: 83 % and 50 %."""
    baskets = baskets_of([[0, 1, 2]] * 10 + [[0, 1]] * 2 + [[2]] * 10 + [[3]] * 78)
    of = finish(mined(baskets, BasketSpec(min_support=0.05, min_confidence=0.0))).rules
    table = BasketTable(Encoded(baskets, 0, 0, 0), ("",) * 4, np.ones(4), "product", "order", ())
    found = finish(readings.readings(of, table))
    three = next(i for i in range(len(of)) if of.antecedents[i].tolist()[:2] == [0, 1] and of.consequents[i, 0] == 2)
    told = readings.bundle_sentence(found, of, three, "abcd")
    assert told.startswith(
        "10 baskets have a and b together with c: 83% of those with a and b and 50% of those with c. "
    )


def test_no_rules_have_no_readings() -> None:
    _, of, _ = read([1.0] * 5)
    table = BasketTable(Encoded(baskets_of(ROWS), 0, 0, 0), ("",) * 5, np.ones(5), "product", "order", ())
    found = finish(readings.readings(of.chosen(np.zeros(len(of), dtype=bool)), table))
    assert len(found.bundle) == len(found.twin) == len(found.worth) == 0
