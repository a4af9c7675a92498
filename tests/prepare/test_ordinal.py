"""Ordered scales: which sets of words are one, in what order, and how loud a column of scores is."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.errors import RecipeError
from segtui.prepare.bands import band, per_year
from segtui.prepare.matrix import ColumnCache, build, exact_values
from segtui.prepare.ordinal import recognise, scores, variance
from segtui.prepare.resolve import resolve
from segtui.progress import finish
from segtui.recipe import FeatureSpec, PrepareSpec
from segtui.results import FeatureMatrix
from tests.prepare.making import inspected

SCALES = {
    "how often": ["Never", "Rarely", "Sometimes", "Often", "Always"],
    "how often in between": ["never", "almost never", "Occasionally", "very often", "ALWAYS."],
    "periods": [
        "Less than once a week", "Once a week", "2-3 times a week", "4-6 times a week", "Once a day",
        "Multiple times a day",
    ],
    "periods and rarely": ["Rarely", "Few times a month", "Few times a week", "Multiple times a day"],
    "months and weeks": ["Less than once a month", "Once a month", "Few times a month", "Once a week", "Multiple times a week"],
    "adverbs": ["Never", "Yearly", "Monthly", "Weekly", "Daily"],
    "agreement": ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"],
    "satisfaction": ["Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"],
    "quality": ["poor", "fair", "good", "excellent"],
    "likelihood": ["Very unlikely", "Unlikely", "Likely", "Very likely"],
    "importance": ["Not important", "Somewhat important", "Important", "Very important"],
    "level": ["low", "Medium", "HIGH"],
    "size": ["S", "M", "L", "XL"],
    "education": ["No high school", "High school", "Some college", "Bachelor's degree", "Master's degree", "PhD"],
    "education with an open end": ["High school or less", "Vocational training", "Bachelor's degree", "Master's degree or higher"],
    "ages": ["<18", "18-24", "25\u201334", "35 - 64", "65+"],
    "ages in words": ["under 18 years", "18 - 24 years", "25 - 34 years", "35 years and older"],
    "incomes": ["Under 15K", "15-24K", "25-34K", "35-49K", "100-124K", "250K+"],
    "incomes in full": ["Less than $20,000", "$20,000 - $49,999", "$50,000 - $74,999", "$75,000 or more"],
    "household": ["1", "2", "3", "4", "5+"],
    "answers by number": ["1 - very bad", "2", "3", "4", "5 - very good"],
    "maybe": ["No", "Maybe", "Yes"],
    "German": ["Nie", "Selten", "Manchmal", "Oft", "Immer"],
    "French": ["jamais", "rarement", "parfois", "souvent", "toujours"],
}  # fmt: skip


@pytest.mark.parametrize("levels", SCALES.values(), ids=SCALES)
def test_scales_come_out_in_order(levels: list[str]) -> None:
    found = recognise(dict.fromkeys(reversed(levels), 10))
    assert found is not None
    assert found.levels == tuple(levels)
    assert found.off == ()


@pytest.mark.parametrize(
    "levels",
    [
        ["red", "green", "blue"], ["web", "store", "app"], ["basic", "plus", "pro"], ["A", "B", "C"],
        ["Married", "Single", "Divorced"], ["1 Adult Kids", "1 Adult No Kids", "2 Adults Kids"], ["yes", "no"],
        ["2024-01", "2024-02", "2024-03"], ["12-345", "13-111", "99-222"], ["1", "2", "3"], ["North", "South", "East"],
        ["10-30", "20-40", "30-50"],
    ],
)  # fmt: skip
def test_words_without_an_order_are_none(levels: list[str]) -> None:
    assert recognise(dict.fromkeys(levels, 10)) is None


def test_no_answer_is_off_the_scale_and_strangers_are_few() -> None:
    counts = {"0": 50, "1": 20, "2": 10, "3+": 5, "None/Unknown": 40, "Prefer not to say": 3}
    found = recognise(counts)
    assert found is not None
    assert found.levels == ("0", "1", "2", "3+")
    assert found.off == ("None/Unknown", "Prefer not to say")
    assert recognise({"Never": 50, "Sometimes": 30, "Always": 20, "I own a boat": 4}) is not None
    assert recognise({"Never": 50, "Sometimes": 30, "Always": 20, "I own a boat": 20}) is None


def test_spellings_of_one_level_are_one() -> None:
    found = recognise({"Never": 50, "never ": 3, "Sometimes": 30, "Always.": 2, "Always": 20})
    assert found is not None
    assert found.levels == ("Never", "Sometimes", "Always")
    values = scores(pl.Series(["never ", "Always.", None, "Sometimes", "what"]), found.levels)
    assert np.array_equal(values, [1, 3, np.nan, 2, np.nan], equal_nan=True)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("15-24K", 15e3, 24e3), ("$50,000 - $74,999", 50e3, 74_999), ("65+", 65, math.inf), ("under 18", -math.inf, 18),
        ("1.000 bis 1.999 €", 1000, 1999), ("more than 5 hours", 5, math.inf), ("250K+", 250e3, math.inf),
        ("1.5 to 2.5", 1.5, 2.5),
    ],
)  # fmt: skip
def test_bands(text: str, low: float, high: float) -> None:
    found = band(text)
    assert found is not None
    assert (found.low, found.high) == (low, high)


def test_what_is_no_band() -> None:
    assert [band(text) for text in ("two adults", "", "24-15", "1-2-3", "a-b")] == [None] * 5


@given(st.text(max_size=30))
def test_any_text_is_a_level(text: str) -> None:
    recognise({text: 5, "Never": 1, "Always": 1, "Sometimes": 2})
    band(text)
    per_year(text)


# -- how loud --------------------------------------------------------------------------------------------------


def test_the_variance_of_scores() -> None:
    """q = 1 / (1 + 1 / (m - 1)): 1/2, 2/3 and 4/5 for two, three and five levels."""
    assert [variance(m) for m in (2, 3, 5)] == pytest.approx([1 / 2, 2 / 3, 4 / 5])


def made(values: list[str | None], *features: FeatureSpec) -> FeatureMatrix:
    data, seen = inspected({"x": values * 10})
    prepare = PrepareSpec(features or None)
    return finish(build(data, seen, prepare, ColumnCache()))


def test_a_column_of_scores_worked_out_by_hand() -> None:
    """Scores 1, 2, 2, 3: mean 2, variance 1/2; for q = 2/3 the spread is sqrt(3/4), so 1 is -1.1547."""
    matrix = made(["Never", "Sometimes", "Sometimes", "Always"])
    (column,) = matrix.columns
    assert (column.level, column.weight) == (None, 1.0)
    assert column.transform is not None
    assert column.transform.order == ("Never", "Sometimes", "Always")
    assert (column.transform.centre, column.transform.spread) == pytest.approx((2.0, math.sqrt(0.75)))
    assert matrix.values[0, :4].tolist() == pytest.approx([-1.1547005, 0.0, 0.0, 1.1547005])
    pairs = matrix.values[0][:, None] - matrix.values[0][None, :]
    assert float(np.square(pairs).mean()) == pytest.approx(2 * 2 / 3, rel=1e-6)


def test_votes_of_a_scale_beside_a_number() -> None:
    random = np.random.default_rng(1)
    words = random.choice(["Never", "Rarely", "Sometimes", "Often", "Always"], 400)
    data, seen = inspected({"x": words.tolist(), "n": random.normal(size=400)})
    matrix = finish(build(data, seen, PrepareSpec(), ColumnCache()))
    assert matrix.votes == pytest.approx({"x": 0.8 / 1.8, "n": 1 / 1.8})


def test_off_the_scale_is_missing_and_said() -> None:
    data, seen = inspected({"x": ["Never", "Sometimes", "Always", "Unknown"] * 25})
    verdict = seen.verdict("x")
    assert (verdict.taken_for, verdict.levels, verdict.off_scale) == (
        "ordinal",
        ("Never", "Sometimes", "Always"),
        ("Unknown",),
    )
    assert verdict.missing == 0.25
    assert verdict.histogram == (25, 25, 25)
    assert [flag.name for flag in verdict.flags] == ["off the scale"]
    matrix = finish(build(data, seen, PrepareSpec(), ColumnCache()))
    assert [column.name for column in matrix.columns] == ["x", "x=(missing)"]
    assert matrix.values[1].astype(bool).tolist() == [False, False, False, True] * 25
    assert any("“Unknown” (25 customers) is not on the scale" in note for note in matrix.notes)
    assert any("25 missing (25.0%) set to the median, “Sometimes”" in note for note in matrix.notes)
    assert np.allclose(exact_values(data, matrix, np.arange(100)), matrix.values, atol=1e-6)


def test_the_analyst_may_say_otherwise() -> None:
    data, seen = inspected({"x": ["Never", "Sometimes", "Always", "Always"] * 25, "y": ["p", "q", "r", "q"] * 25})
    nominal = finish(build(data, seen, PrepareSpec((FeatureSpec("x", treat="nominal"),)), ColumnCache()))
    assert [column.level for column in nominal.columns] == ["Always", "Never", "Sometimes"]
    given = FeatureSpec("y", treat="ordinal", order=("r", "p", "q"))
    ordered = finish(build(data, seen, PrepareSpec((given,)), ColumnCache()))
    low, middle, high = (float(ordered.values[0, at]) for at in (2, 0, 1))
    assert low < middle < high
    with pytest.raises(RecipeError, match="no order that is known"):
        resolve(PrepareSpec((FeatureSpec("y", treat="ordinal"),)), seen)
    with pytest.raises(RecipeError, match="no numbers"):
        resolve(PrepareSpec((FeatureSpec("x", treat="numeric"),)), seen)
    with pytest.raises(RecipeError, match="several labels"):
        resolve(PrepareSpec((FeatureSpec("x", treat="labels"),)), seen)
    with pytest.raises(RecipeError, match="no treatment"):
        resolve(PrepareSpec((FeatureSpec("x", treat="cubic"),)), seen)


def test_numbers_stay_numbers_unless_asked() -> None:
    data, seen = inspected({"stars": [1, 2, 3, 4, 5] * 20, "n": np.arange(100.0) ** 2})
    assert seen.verdict("stars").taken_for == "numeric"
    assert seen.verdict("stars").levels == ("1", "2", "3", "4", "5")
    (spec,) = resolve(PrepareSpec((FeatureSpec("stars", treat="ordinal"),)), seen)[:1]
    assert (spec.order, spec.transform) == (("1", "2", "3", "4", "5"), "none")
    matrix = finish(build(data, seen, PrepareSpec((spec,)), ColumnCache()))
    assert float(matrix.values[0].var()) == pytest.approx(0.8, rel=1e-5)
    levels = finish(build(data, seen, PrepareSpec((FeatureSpec("stars", treat="nominal"),)), ColumnCache()))
    assert sorted(str(column.level) for column in levels.columns) == ["1", "2", "3", "4", "5"]


def test_resolving_spells_the_order_out() -> None:
    _, seen = inspected({"x": ["Never", "Sometimes", "Always", None] * 25})
    (spec,) = resolve(PrepareSpec(), seen)
    assert spec == FeatureSpec("x", True, "none", 1.0, "ordinal", ("Never", "Sometimes", "Always"), "indicator")


def test_scales_that_say_the_same_are_flagged() -> None:
    random = np.random.default_rng(2)
    age = random.uniform(18, 70, 400)
    bands = np.array(["18-24", "25-34", "35-44", "45-54", "55+"])[np.searchsorted([25, 35, 45, 55], age)]
    _, seen = inspected({"age": age, "band": bands.tolist()})
    assert [flag.name for flag in seen.verdict("band").flags] == ["near-duplicate of age"]
