"""Honest names: what is said, what is not, and that no two segments share one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segtui.explain.naming import NOTHING_SPECIAL, WIDTH, Trait, compact, feature_words, name_segments


def number(feature: str, difference: float, mean: float = 10.0, **changes: object) -> Trait:
    """A numeric trait whose quartiles lie clearly on the side of its difference."""
    low, high = (60.0, 80.0) if difference > 0 else (20.0, 40.0)
    trait = Trait(feature, None, False, True, difference, mean, 50.0, 50.0, low, high)
    return replace(trait, **changes)  # type: ignore[arg-type]


def level(feature: str, name: str, share: float, overall: float, difference: float = 1.0) -> Trait:
    nan = float("nan")
    return Trait(feature, name, True, True, difference, share, overall, overall, nan, nan)


def name(*traits: Trait) -> str:
    return name_segments([traits], ["A"])[0]


def test_the_two_strongest_differences_speak_with_sign_and_figure() -> None:
    assert name(number("age", 0.6), number("income", 2.0, 81_000), number("visits_share", -0.7, 0.42)) == (
        "High income · low visits share"
    )
    assert name(number("spend", 1.9, 1_930), number("age", -0.9, 23)) == "High spend 1.9k · low age 23"


def test_recency_and_frequency_are_words_in_the_order_of_habit() -> None:
    assert name(number("monetary", 2.0, 1_900), number("recency", -1.0)) == "Recent · high monetary 1.9k"
    assert name(number("recency", 3.0), number("frequency", -2.0)) == "Long ago · infrequent"
    assert name(number("frequency", 2.0), number("recency_days", -3.0)) == "Recent · frequent"


def test_recency_joins_as_a_third_part_where_it_fits() -> None:
    assert (
        name(number("age", 2.0, 61), number("frequency", 1.5), number("recency", -1.0))
        == "Recent · frequent · high age"
    )


@pytest.mark.parametrize("feature", ["days_since_last_order", "Recency", "DaysSinceOrder", "last_visit_days_ago"])
def test_low_recency_is_recent(feature: str) -> None:
    assert name(number(feature, -1.0)) == "Recent"
    assert name(number(feature, 1.0)) == "Long ago"


@pytest.mark.parametrize("feature", ["orders_last_30_days", "recency_score", "days_since_signup", "last_order_value"])
def test_what_only_sounds_like_recency_is_not(feature: str) -> None:
    assert name(number(feature, 1.0, 12.0)).startswith("High ")


def test_counts_are_many_or_few() -> None:
    assert name(number("n_orders", 1.0, 14.2)) == "Many orders 14"
    assert name(number("number_of_visits", -1.0, 0.42)) == "Few visits 0.42"


@pytest.mark.parametrize(
    "trait",
    [
        number("spend", 0.49),
        number("spend", 0.9, low_quartile=50.0),  # the middle half reaches the overall median
        number("spend", -0.9, high_quartile=55.0),
        number("spend", 0.9, low_quartile=10.0, high_quartile=20.0),  # mean and members disagree
        number("spend", float("nan")),
        level("Sex", "Female", 0.70, 0.50),  # lift 1.4
        level("Plan", "Gold", 0.06, 0.02),  # 4 points
    ],
)
def test_what_is_not_clear_is_not_said(trait: Trait) -> None:
    assert name(trait) == NOTHING_SPECIAL


def test_levels_are_mostly_only_where_most_are() -> None:
    assert name(level("Sex", "Female", 0.80, 0.50)) == "Mostly Female"
    assert name(level("Plan", "Gold", 0.30, 0.10)) == "More Gold"
    assert name(level("Sex", "F", 1.0, 0.5, float("inf"))) == "Mostly sex F"


def test_a_yes_no_column_speaks_of_what_is_more_common() -> None:
    newsletter = number("newsletter", 1.0, 0.9, is_share=True, overall_mean=0.5)
    assert name(newsletter) == "Mostly newsletter"
    assert name(replace(newsletter, difference=-1.0, mean=0.1)) == "Mostly no newsletter"


@pytest.mark.parametrize(
    ("level_name", "said"),
    [("yes", "new customer"), ("no", "no new customer"), ("(missing)", "unknown new customer"), ("3", "new customer 3"),
     ("(other)", "other new customer"), ("Since 2020", "Since 2020")],
)  # fmt: skip
def test_levels_that_say_nothing_alone_are_said_with_their_feature(level_name: str, said: str) -> None:
    assert name(level("new_customer", level_name, 0.9, 0.4)) == f"Mostly {said}"


def test_every_feature_speaks_once_and_features_in_use_before_others() -> None:
    assert name(level("Plan", "Gold", 0.4, 0.2, 1.0), level("Plan", "Silver", 0.6, 0.3, 2.0)) == "Mostly Silver"
    assert name(number("age", 3.0, 61, used=False), number("spend", 0.6, 120), number("visits", 0.7, 4)) == (
        "Many visits 4 · high spend"
    )


def test_equal_names_get_their_next_feature() -> None:
    both = [number("monetary", 2.0, 1900), number("recency", -1.5)]
    assert name_segments([[*both, number("age", 0.8, 61)], [*both, number("age", -0.8, 22)]], "AB") == (
        "Recent · high monetary · high age",
        "Recent · high monetary · low age",
    )


def test_and_their_letter_when_no_feature_is_left() -> None:
    same = [number("monetary", 2.0, 1900)]
    assert name_segments([same, [number("age", 1.0, 40)], same], ["A", "B", "C"]) == (
        "High monetary 1.9k A",
        "High age 40",
        "High monetary 1.9k C",
    )
    assert name_segments([[], []], ["A", "B"]) == ("Average customers A", "Average customers B")


def test_the_same_parts_in_another_order_are_the_same_name() -> None:
    one = [number("spending_score", 2.0), number("savings_rate", -1.5), number("age", 1.0, 71)]
    two = [number("spending_score", 1.5), number("savings_rate", -2.0), number("age", -1.0, 22)]
    assert name_segments([one, two], "AB") == (
        "High spending score · low savings rate · high age",
        "Low savings rate · high spending score · low age",
    )


def test_a_name_the_analyst_gave_to_another_segment_is_not_repeated() -> None:
    assert (
        name_segments([[], [number("age", 1.0, 40)]], ["A", "B"], ["", "average customers"])[0] == "Average customers A"
    )
    assert name_segments([[]], ["A"], ["Average customers"]) == ("Average customers",)


def test_names_fit_where_two_parts_can() -> None:
    assert len(name(number("monetary", 2.0, 1900), number("frequency", 1.0), number("recency", -1.0))) <= WIDTH


def test_feature_words() -> None:
    assert feature_words("SpendingScore") == ["spending", "score"]
    assert feature_words("CLV_2024") == ["CLV", "2024"]
    assert feature_words("_") == ["_"]
    assert feature_words("R") == ["R"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (0.42, "0.42"), (0.042, "0.042"), (1.0, "1"), (3.44, "3.4"), (9.96, "10"), (34.4, "34"), (999.4, "999"),
        (999.7, "1k"), (1_930.0, "1.9k"), (34_000.0, "34k"), (999_700.0, "1M"), (2.14e6, "2.1M"), (-1_900.0, "-1.9k"),
        (float("nan"), "?"), (0.000_02, "2e-05"),
    ],
)  # fmt: skip
def test_compact_numbers(value: float, text: str) -> None:
    assert compact(value) == text
