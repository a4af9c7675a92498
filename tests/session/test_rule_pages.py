"""Rules for a screen on baskets made by hand: filters, order, the baskets behind a rule, trees of pairs, cells."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from segtui.basket_views import RuleFilter
from segtui.basketed import BasketTable
from segtui.baskets.encode import from_lines
from segtui.baskets.mined import mined
from segtui.progress import finish
from segtui.recipe import BasketSpec
from segtui.session.basket_replies import _cells, _forest, _with_all
from segtui.session.rule_pages import Chosen, LocalRules, _folded, _kept, _keys

BOUGHT = [
    ("red cup", "plate"), ("red cup", "plate"), ("red cup", "plate", "jam"), ("jam", "tea"), ("jam", "tea"), ("tea",),
    ("red cup",), ("plate", "tea"),
]  # fmt: skip
SPEC = BasketSpec(min_support=0.25, min_confidence=0.4)


def table_of(bought, prices) -> BasketTable:
    lines = pl.DataFrame(
        [(str(b), item) for b, items in enumerate(bought) for item in items], ("order", "item"), orient="row"
    )
    encoded = finish(from_lines(lines, "order", "item"))
    return BasketTable(encoded, ("",) * len(prices), np.array(prices), "product", "order", ())


@pytest.fixture(scope="module")
def found():
    table = table_of(BOUGHT, [np.nan] * 4)
    return table, finish(mined(table.baskets, SPEC))


def rules_of(found, shown: RuleFilter) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    table, of = found
    kept = np.flatnonzero(finish(_kept(table, of, shown)))
    at = kept[np.argsort(_keys(of, shown.sort)[kept], kind="stable")]
    page = LocalRules(Chosen(table, of, at, np.zeros(len(at), dtype=np.int64), 0, 0), shown)
    return [(row.antecedent, row.consequent) for row in page.rows(0, 99)]


def test_rules_are_filtered_by_either_side(found):
    # cup and plate are together in 3 of 8, each in 4; jam and tea in 2, jam in 3, tea in 4
    everything = {(("red cup",), ("plate",)), (("plate",), ("red cup",)), (("jam",), ("tea",)), (("tea",), ("jam",))}
    assert set(rules_of(found, RuleFilter())) == everything
    assert rules_of(found, RuleFilter(before=("CUP",))) == [(("red cup",), ("plate",))]
    assert rules_of(found, RuleFilter(after=("cup",))) == [(("plate",), ("red cup",))]
    assert set(rules_of(found, RuleFilter(contains=("jam", "tea")))) == {(("jam",), ("tea",)), (("tea",), ("jam",))}
    assert rules_of(found, RuleFilter(length=3)) == []


@pytest.mark.parametrize(("dear", "cheap", "prompts"), [(5.0, 1.0, 0), (1.0, 5.0, 1)])
def test_bundles_and_prompts_are_those_of_the_uses(dear, cheap, prompts):
    """10 of 12 baskets with x have y, which is in 40 of 300: .83 and .25, .54 in the mean. x is in 4 % of baskets, so
    that it prompts y only where it is no dearer."""
    bought = [("x", "y")] * 10 + [("x",)] * 2 + [("y",)] * 30 + [("z",)] * 258
    table = table_of(bought, [dear, cheap, 1.0])
    of = finish(mined(table.baskets, BasketSpec(min_support=0.01, min_confidence=0.1)))
    assert len(of.rules) == 2
    assert len(rules_of((table, of), RuleFilter(reading="prompt"))) == prompts
    assert rules_of((table, of), RuleFilter(reading="bundle")) == []  # .25 is below .3


def test_rules_are_filtered_by_measures(found):
    # .75 both ways for cup and plate; jam -> tea .67, tea -> jam .5
    cups = {(("red cup",), ("plate",)), (("plate",), ("red cup",))}
    assert set(rules_of(found, RuleFilter(measured=(("confidence", ">=", 0.75),)))) == cups
    assert set(rules_of(found, RuleFilter(measured=(("count", "=", 2.0), ("confidence", ">", 0.5))))) == {
        (("jam",), ("tea",))
    }
    assert rules_of(found, RuleFilter(measured=(("count", "<", 2.0),))) == []


def test_folded_rules_show_the_direction_to_act_on(found):
    # by coverage tea (4 of 8) comes before jam (3 of 8), but jam -> tea is .67 and tea -> jam .5
    table, of = found
    at = np.argsort(_keys(of, "coverage"), kind="stable").astype(np.int64)
    front, behind = finish(_folded(table, of, at, "coverage"))
    page = LocalRules(Chosen(table, of, front, behind, 2, 0), RuleFilter(sort="coverage"))
    rows = page.rows(0, 9)
    assert [(row.antecedent, row.folded) for row in rows][-1] == (("jam",), 1)
    assert len(rows) == 2
    assert behind.tolist() == [1, 1]


def test_rules_are_sorted_by_any_measure(found):
    table, of = found
    order = rules_of(found, RuleFilter(sort="confidence"))
    assert order[-2:] == [(("jam",), ("tea",)), (("tea",), ("jam",))]  # .75, .75, .67, .5
    assert np.all(np.diff(of.rules.fisher[np.argsort(_keys(of, "fisher"))]) >= 0)
    assert table.baskets.count == 8


def test_the_baskets_behind_a_rule(found):
    baskets = found[0].baskets
    wanted = np.array([baskets.items.index("red cup"), baskets.items.index("plate")], dtype=np.int32)
    assert finish(_with_all(baskets, wanted)).tolist() == [0, 1, 2]


def test_pairs_become_trees_with_the_busiest_item_on_top():
    rows = _forest([(0, 1), (1, 2), (0, 2), (1, 3), (4, 5)])
    assert [(item, parent, depth) for item, parent, depth, _, _ in rows] == [
        (1, -1, 0), (0, 1, 1), (2, 1, 1), (3, 1, 1), (4, -1, 0), (5, 4, 1),
    ]  # fmt: skip
    assert [last for _, _, _, last, _ in rows] == [(), (False,), (False,), (True,), (), (True,)]
    assert rows[1][4] == [2]  # 0 goes with 2 as well


def test_cells_are_even_in_the_logarithm():
    assert _cells(np.array([1.0, 9.9, 10.1, 100.0]), 2).tolist() == [0, 0, 1, 1]
    assert _cells(np.array([3.0, 3.0]), 4).tolist() == [2, 2]
