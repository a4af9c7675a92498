"""Rules in plain words."""

from __future__ import annotations

from segtui.explain.rule_words import conditions_text, plain_number
from segtui.explained import Condition, LeafRule

AGES = ("18-24", "25-34", "35-44", "45-54", "55+")


def number(feature: str, above: bool, value: float, missing: bool = False) -> Condition:
    return Condition(feature, None, above, value, missing)


def level(feature: str, name: str, above: bool, missing: bool = False) -> Condition:
    return Condition(feature, name, above, 0.5, missing)


def age(above: bool, value: float, missing: bool = False) -> Condition:
    return Condition("age_band", None, above, value, missing, AGES)


def said(*conditions: Condition, gaps: tuple[str, ...] = (), labels: tuple[str, ...] = ()) -> str:
    return conditions_text(LeafRule(0, conditions, 1, 1), gaps=gaps, labels=labels)


def test_numbers() -> None:
    assert said(number("recency", False, 45.0), number("frequency", True, 3.0)) == "recency <= 45 and frequency > 3"
    assert said(number("spend", True, 1200.5), number("spend", False, 20000.0)) == "1,200.5 < spend <= 20,000"
    assert said() == "everyone"


def test_both_bounds_are_said_where_the_first_was_asked() -> None:
    told = said(number("a", True, 1.0), number("b", False, 2.0), number("a", False, 3.0))
    assert told == "1 < a <= 3 and b <= 2"


def test_a_number_is_not_rounded() -> None:
    assert plain_number("x", 0.1 + 0.2) == "0.30000000000000004"
    assert plain_number("x", -1234567.0) == "-1,234,567"
    assert plain_number("x", 1e300) == "1e+300"


def test_another_way_to_write_numbers() -> None:
    rule = LeafRule(0, (number("recency", False, 45.0), number("spend", True, 10.0)), 1, 1)
    units = {"recency": "{:.0f} days", "spend": "£{:.2f}"}
    assert conditions_text(rule, lambda f, v: units[f].format(v)) == "recency <= 45 days and spend > £10.00"


def test_places_on_a_scale() -> None:
    assert said(age(True, 2.5)) == "age_band at least 35-44"
    assert said(age(False, 3.5)) == "age_band at most 35-44"
    assert said(age(True, 1.5), age(False, 3.5)) == "age_band from 25-34 to 35-44"
    assert said(age(True, 1.5), age(False, 2.5)) == "age_band is 25-34"
    assert said(age(False, 1.5)) == "age_band is 18-24"
    assert said(age(True, 4.5)) == "age_band is 55+"


def test_levels_and_labels() -> None:
    assert said(level("country", "FR", True)) == "country is FR"
    assert said(level("country", "FR", False, True)) == "country is not FR"
    three = [level("country", name, False) for name in ("FR", "DE", "UK")]
    assert said(*three) == "country is not FR, DE or UK"
    wants = [level("wants", "Beauty", True), level("wants", "Garden", True), level("wants", "Toys", False)]
    assert said(*wants, labels=("wants",)) == "wants has Beauty and wants has Garden and wants has not Toys"


def test_no_value() -> None:
    assert said(level("recency", "(missing)", True)) == "recency is missing"
    assert said(level("recency", "(missing)", False)) == "recency is known"
    assert said(number("recency", False, 45.0, True), gaps=("recency",)) == "recency <= 45 (or missing)"
    assert said(number("recency", False, 45.0, False), gaps=("recency",)) == "recency <= 45"
    assert said(age(True, 2.5, True), gaps=("age_band",)) == "age_band at least 35-44 (or missing)"
    assert said(level("country", "FR", True, True), gaps=("country",)) == "country is FR (or missing)"
    assert said(level("country", "FR", False, False), gaps=("country",)) == "country is not FR (nor missing)"
    assert said(level("country", "FR", False, True), gaps=("country",)) == "country is not FR"


def test_both_bounds_hold_without_a_value_only_where_each_does() -> None:
    both = [number("x", True, 1.0, True), number("x", False, 9.0, True)]
    assert said(*both, gaps=("x",)) == "1 < x <= 9 (or missing)"
    assert said(both[0], number("x", False, 9.0, False), gaps=("x",)) == "1 < x <= 9"


def test_unless_told_where_gaps_are_any_feature_may_have_them() -> None:
    rule = LeafRule(0, (number("recency", False, 45.0, True),), 1, 1)
    assert conditions_text(rule) == "recency <= 45 (or missing)"
