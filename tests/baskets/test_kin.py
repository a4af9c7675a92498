"""Families of items: by category, else by the stem of the name; and rules within one."""

from __future__ import annotations

import pytest

from segtui.baskets.kin import Named, are_kin, within_family, words_of
from segtui.baskets.mined import mined
from segtui.progress import finish
from segtui.recipe import BasketSpec

from .planted import baskets_of


def named(name: str, family: str = "") -> Named:
    return Named(words_of(name), family)


@pytest.mark.parametrize(
    ("one", "other", "kin"),
    [
        ("ALARM CLOCK BAKELIKE GREEN", "ALARM CLOCK BAKELIKE RED", True),
        ("SET/6 RED SPOTTY PAPER CUPS", "SET/6 RED SPOTTY PAPER PLATES", True),
        ("JUMBO BAG RED RETROSPOT", "JUMBO BAG PINK POLKADOT", True),  # the first two words
        ("LUNCH BAG RED RETROSPOT", "JUMBO BAG RED RETROSPOT", True),  # three of five words
        ("whole milk", "butter milk", False),  # one of three
        ("tea", "tea", True),
        ("tea cup", "tea pot", False),
        ("12", "24", False),  # no words at all
        ("Tea (green)", "TEA, GREEN", True),
    ],
)
def test_names(one: str, other: str, kin: bool) -> None:
    assert are_kin(named(one), named(other)) is kin
    assert are_kin(named(other), named(one)) is kin


def test_a_category_stands_over_the_name() -> None:
    assert are_kin(named("rice", "food"), named("beans", "food"))
    assert not are_kin(named("milk tea", "drinks"), named("milk tea", "dairy"))
    assert are_kin(named("milk tea", "drinks"), named("milk tea"))  # of one nothing is known: by name


def test_words() -> None:
    assert words_of("SET OF 3 CAKE TINS") == ("set", "of", "cake", "tins")
    assert words_of("  ") == ()


def test_a_rule_is_within_a_family_where_every_consequent_has_kin_before() -> None:
    names = ("red cup of tea", "red cup of milk", "bread")
    rows = [[0, 1, 2]] * 20 + [[0]] * 5 + [[2]] * 5
    found = finish(mined(baskets_of(rows), BasketSpec(min_support=0.1, min_confidence=0.0, consequents="any")))
    rules = found.rules
    within = finish(within_family(rules, names, ("", "", "")))
    for i in range(len(rules)):
        before = {n for n in rules.antecedents[i].tolist() if n >= 0}
        behind = {n for n in rules.consequents[i].tolist() if n >= 0}
        expected = all(n in (0, 1) and before & {0, 1} for n in behind)
        assert within[i] == expected, (before, behind)
