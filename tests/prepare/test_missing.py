"""A hand-computed case for every policy about missing values, of numbers, scales and levels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from segtui.errors import AnalysisError, RecipeError
from segtui.prepare.aside import kept
from segtui.prepare.matrix import ColumnCache, build, exact_values
from segtui.prepare.resolve import resolve
from segtui.progress import finish
from segtui.recipe import FeatureSpec, PrepareSpec
from segtui.results import Dataset, FeatureMatrix, Inspection
from tests.prepare.making import inspected

LEVELS = ["red", "red", "red", "blue", "green", "blue", "red", None]


def made(
    values: list[object], policy: str, transform: str = "none", **more: object
) -> tuple[Dataset, Inspection, FeatureMatrix]:
    data, seen = inspected({"x": values})
    spec = PrepareSpec((FeatureSpec("x", transform=transform, missing=policy, **more),))  # type: ignore[arg-type]
    return data, seen, finish(build(data, seen, spec, ColumnCache()))


@pytest.mark.parametrize(
    ("policy", "values", "filled", "who"),
    [
        ("median", [1.0, 1.0, 2.0, 9.0, 5.0, None], 2.0, False),
        ("most_frequent", [1.0, 1.0, 2.0, 9.0, 5.0, None], 1.0, False),
        ("most_frequent", [3.0, 1.0, 3.0, 1.0, 9.0, None], 1.0, False),  # of equals the smallest
        ("indicator", [1.0, 1.0, 2.0, 9.0, 5.0, None], 2.0, True),
        ("level", [1.0, 1.0, 2.0, 9.0, 5.0, None], 2.0, True),  # a number has no levels: the nearest thing
        ("auto", [1.0, 1.0, 2.0, 9.0, 5.0, None], 2.0, True),
        ("auto", [1.0, 1.0, 2.0, 9.0, 5.0, 6.0], 6.0, False),
    ],
)
def test_numbers(policy: str, values: list[object], filled: float, who: bool) -> None:
    data, _, matrix = made(values, policy)
    assert float(matrix.values[0, -1]) == filled
    assert [c.name for c in matrix.columns] == ["x", "x=(missing)"][: 1 + who]
    assert np.allclose(exact_values(data, matrix, np.arange(6)), matrix.values)
    if who:
        assert matrix.values[1].tolist() == pytest.approx([0, 0, 0, 0, 0, math.sqrt(matrix.values[0].var())])
    said = [note for note in matrix.notes if "missing" in note]
    assert len(said) == (None in values)


def test_fewer_than_one_in_a_hundred_get_no_column() -> None:
    few, more = [1.0, 2.0, 3.0] * 67, [1.0, 2.0, 3.0] * 30
    assert [c.name for c in made([*few, None], "auto")[2].columns] == ["x"]
    assert [c.name for c in made([*more, None], "auto")[2].columns] == ["x", "x=(missing)"]


def test_no_answer_is_as_far_from_an_answer_as_two_answers_are_from_each_other() -> None:
    """z-scores of -1 and 1 (variance 1 before filling): with the fill at 0 and v the variance of the filled column,
    E over those with a value of d^2 is v-ish from the fill plus w^2 = v."""
    _, _, matrix = made([-1.0, 1.0] * 500 + [0.0] * 200 + [None] * 50, "indicator", "z")
    column, gaps = matrix.values[0].astype(float), matrix.values[1].astype(float)
    there = gaps == 0
    apart = 2 * column[there].var()
    away = np.square(column[there] - column[~there][0]).mean() + gaps[~there][0] ** 2
    assert away == pytest.approx(apart, rel=0.05)
    assert matrix.columns[1].weight == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("policy", "shares"),
    [
        ("auto", {"red": 4 / 8, "blue": 2 / 8, "green": 1 / 8, "(missing)": 1 / 8}),
        ("level", {"red": 4 / 8, "blue": 2 / 8, "green": 1 / 8, "(missing)": 1 / 8}),
        ("most_frequent", {"red": 5 / 8, "blue": 2 / 8, "green": 1 / 8}),
        ("median", {"red": 5 / 8, "blue": 2 / 8, "green": 1 / 8}),  # levels have none: the most frequent
    ],
)
def test_levels(policy: str, shares: dict[str, float]) -> None:
    data, _, matrix = made(LEVELS, policy)
    weight = math.sqrt(0.5 / sum(p * (1 - p) for p in shares.values()))
    assert {c.level: float((row > 0).mean()) for c, row in zip(matrix.columns, matrix.values, strict=True)} == shares
    assert [c.weight for c in matrix.columns] == pytest.approx([weight] * len(shares))
    assert np.allclose(exact_values(data, matrix, np.arange(8)), matrix.values, atol=1e-6)
    assert len([note for note in matrix.notes if "missing" in note]) == 1


def test_levels_with_a_column_that_says_who() -> None:
    data, _, matrix = made(LEVELS, "indicator")
    assert [c.level for c in matrix.columns] == ["red", "blue", "green", "(missing)"]
    assert (matrix.values[:, -1] > 0).tolist() == [True, False, False, True]
    assert matrix.columns[3].weight == pytest.approx(math.sqrt(0.5))
    assert np.allclose(exact_values(data, matrix, np.arange(8)), matrix.values, atol=1e-6)
    assert "set to the most frequent, “red”, and a 0/1 column says for whom" in matrix.notes[0]


@pytest.mark.parametrize(
    ("policy", "level"), [("median", "Sometimes"), ("most_frequent", "Never"), ("indicator", "Sometimes")]
)
def test_scales(policy: str, level: str) -> None:
    """Never 3, Sometimes 2, Always 2: the median of seven is Sometimes."""
    words = ["Never", "Never", "Never", "Sometimes", "Sometimes", "Always", "Always", None]
    data, _, matrix = made([*words], policy)
    assert float(matrix.values[0, -1]) == float(matrix.values[0, words.index(level)])
    assert len(matrix.columns) == 1 + (policy == "indicator")
    assert np.allclose(exact_values(data, matrix, np.arange(8)), matrix.values, atol=1e-6)


def test_the_median_of_a_scale_is_a_level_of_it() -> None:
    _, _, matrix = made(["Never", "Never", "Always", "Always", "Sometimes", "Always", None, "Never"] * 5, "median")
    assert any("“Sometimes”" in note for note in matrix.notes)
    _, _, even = made(["Never"] * 5 + ["Sometimes"] * 5 + ["Rarely"] * 0 + ["Always", None], "median")
    assert any("“Sometimes”" in note or "“Never”" in note for note in even.notes)


# -- set aside -------------------------------------------------------------------------------------------------


def test_aside_leaves_the_customers_out_and_says_why() -> None:
    data, seen = inspected({"x": [1.0, None, 3.0, float("inf"), 5.0], "y": ["a", "b", None, "a", "b"]})
    prepare = PrepareSpec((FeatureSpec("x", missing="aside"), FeatureSpec("y", missing="aside")))
    left = finish(kept(data, seen, prepare))
    assert left.dataset.frame["x"].to_list() == [1.0, 5.0]
    assert left.dataset.row.tolist() == [0, 4]
    assert left.positions().tolist() == [0, 4]
    assert [(one.reason, one.rows.tolist()) for one in left.dataset.left_out] == [
        ("no value in x", [1, 3]),
        ("no value in y", [2]),
    ]
    assert left.dataset.customers + sum(len(one.rows) for one in left.dataset.left_out) == data.input_rows
    assert left.dataset.fingerprint != data.fingerprint
    assert left.dataset.opened == data.fingerprint
    assert left.notes == (
        "2 customers (40.0%) have no value in x and are set aside",
        "1 customers (33.3%) have no value in y and are set aside",
    )
    matrix = finish(build(left.dataset, seen, prepare, ColumnCache()))
    assert matrix.customers == 2
    assert not any("missing" in note for note in matrix.notes)


def test_nobody_is_set_aside_by_a_feature_that_is_off() -> None:
    data, seen = inspected({"x": [1.0, None, 3.0], "y": [1.0, 2.0, 4.0]})
    left = finish(kept(data, seen, PrepareSpec((FeatureSpec("x", on=False, missing="aside"), FeatureSpec("y")))))
    assert left.dataset is data
    assert left.at is None


def test_off_the_scale_is_no_value() -> None:
    data, seen = inspected({"x": ["Never", "Unknown", "Sometimes", "Always", None] * 10})
    left = finish(kept(data, seen, PrepareSpec((FeatureSpec("x", missing="aside"),))))
    assert set(left.dataset.frame["x"]) == {"Never", "Sometimes", "Always"}


def test_too_few_are_left() -> None:
    data, seen = inspected({"x": [1.0, None, None], "y": [1, 2, 3]})
    seen = type(seen)(
        tuple(type(v)(**{**{n: getattr(v, n) for n in v.__slots__}, "usable": True}) for v in seen.features), ()
    )
    with pytest.raises(AnalysisError, match="only 1 customers are left"):
        finish(kept(data, seen, PrepareSpec((FeatureSpec("x", missing="aside"),))))


def test_a_policy_that_does_not_exist() -> None:
    _, seen = inspected({"x": [1.0, 2.0, 3.0]})
    with pytest.raises(RecipeError, match="no policy"):
        resolve(PrepareSpec((FeatureSpec("x", missing="guess"),)), seen)


def test_resolving_spells_the_policy_out_where_there_is_anything_to_do() -> None:
    _, seen = inspected({"x": [1.0, 2.0, 3.0, None], "y": [1.0, 5.0, 2.0, 8.0], "z": ["a", "b", None, "a"]})
    found = resolve(PrepareSpec(), seen)
    assert [(f.name, f.missing) for f in found] == [("x", "indicator"), ("y", "auto"), ("z", "level")]
