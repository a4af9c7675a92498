"""Flags, proposals and reasons on columns made to deserve them."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from segtui.prepare.propose import propose_transform
from segtui.results import ColumnType, FeatureVerdict
from tests.prepare.making import inspected

N = 400


def flags(verdict: FeatureVerdict) -> list[str]:
    assert all(flag.reason for flag in verdict.flags)
    return [flag.name for flag in verdict.flags]


def one(values: object, name: str = "x") -> FeatureVerdict:
    _, found = inspected({name: values, "other": np.random.default_rng(9).normal(size=len(list(values)))})  # type: ignore[call-overload]
    return found.verdict(name)


def test_numbers_that_are_fine() -> None:
    verdict = one(np.random.default_rng(0).normal(50, 5, N))
    assert (verdict.type, verdict.numeric, verdict.usable, verdict.proposed) == (ColumnType.NUMBER, True, True, True)
    assert verdict.transform == "z"
    assert flags(verdict) == []
    assert sum(verdict.histogram) == N
    assert len(verdict.histogram) == 12
    assert verdict.missing == 0.0


def test_id_column() -> None:
    _, found = inspected({"k": [f"k{i}" for i in range(N)], "a": np.arange(N) ** 2}, "k")
    assert flags(found.verdict("k")) == ["id"]
    assert not found.verdict("k").usable
    assert [feature.name for feature in found.proposal()] == ["a"]


@pytest.mark.parametrize("name", ["zip", "ZipCode", "phone_number_id", "store_code", "Postal code"])
def test_codes_by_name(name: str) -> None:
    verdict = one(np.random.default_rng(0).integers(10_000, 99_999, N), name)
    assert "id-like" in flags(verdict)
    assert verdict.usable
    assert not verdict.proposed


def test_years_and_running_numbers() -> None:
    assert "id-like" in flags(one(np.random.default_rng(0).integers(1950, 2020, N), "birth_year"))
    assert "id-like" not in flags(one(np.random.default_rng(0).integers(1, 20, N), "year_count"))
    assert "id-like" in flags(one(np.random.default_rng(0).permutation(N), "position"))
    assert "id-like" not in flags(one(np.random.default_rng(0).permutation(N) * 7, "income"))


def test_constant_and_nearly_constant() -> None:
    assert flags(one([3] * N)) == ["constant"]
    assert not one([3] * N).usable
    nearly = one([0] * (N - 2) + [1, 2])
    assert "nearly constant" in flags(nearly)
    assert nearly.usable
    assert not nearly.proposed
    assert not one(["a"] * N).usable


def test_missing() -> None:
    half = one([None] * 250 + list(range(150)))
    assert flags(half) == ["mostly missing"]
    assert half.missing == 250 / 400
    assert not half.proposed
    empty = one([None] * N)
    assert (empty.type, empty.usable) == (ColumnType.EMPTY, False)


def test_some_missing_is_said_and_stays_on() -> None:
    some = one([None] * 48 + list(range(352)))
    assert flags(some) == ["missing"]
    assert some.flags[0].reason == "48 customers (12.0%) have no value"
    assert some.proposed
    assert flags(one([None] * 3 + list(range(397)))) == []
    assert flags(one([None] * 48 + ["a", "b"] * 176)) == ["missing"]


def test_a_column_called_customers() -> None:
    assert one(["a", "b"] * 200, "customers").usable
    assert one(["a", "b"] * 200, "level").usable


def test_text() -> None:
    few = one(["a", "b", "c", "a"] * 100)
    assert (few.numeric, few.transform, few.proposed) == (False, "none", True)
    assert few.histogram == (200, 100, 100)
    assert flags(one([f"c{i % 30}" for i in range(N)])) == ["many levels"]
    assert flags(one([f"some words {i % 200}" for i in range(N)])) == ["free text"]
    assert flags(one([f"K{i}" for i in range(N)])) == ["id-like"]
    assert not one([f"c{i % 30}" for i in range(N)]).proposed
    assert one([True, False] * 200).type is ColumnType.YES_NO


def test_dates() -> None:
    verdict = one([datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in range(N)])
    assert not verdict.usable
    assert "date" in verdict.off_reason


def test_skew_and_infinities() -> None:
    values = np.random.default_rng(0).exponential(10, N) ** 2
    verdict = one(values)
    assert flags(verdict) == ["skewed"]
    assert verdict.transform == "log1p"
    assert verdict.lowest == values.min()
    values[3] = np.inf
    assert "infinite" in flags(one(values))
    assert one(values - 5).transform == "yeo_johnson"
    assert one(-values[:3]).transform in ("z", "yeo_johnson")


@pytest.mark.parametrize(
    ("lowest", "skew", "distinct", "transform"),
    [
        (0.0, 1.01, 99, "log1p"),
        (0.0, 1.0, 99, "z"),
        (-0.1, 1.01, 99, "yeo_johnson"),
        (0.0, -1.01, 99, "yeo_johnson"),
        (-5.0, -1.0, 99, "z"),
        (0.0, 9.0, 2, "z"),
    ],
)
def test_policy(lowest: float, skew: float, distinct: int, transform: str) -> None:
    found, why = propose_transform(lowest, skew, distinct)
    assert found == transform
    assert why


def test_near_duplicates() -> None:
    random = np.random.default_rng(0)
    a = random.normal(size=N)
    _, found = inspected({"a": a, "b": a + random.normal(size=N) / 5, "c": -3 * a + 1, "d": random.normal(size=N)})
    assert found.verdict("a").flags == found.verdict("d").flags == ()
    assert flags(found.verdict("b")) == ["near-duplicate of a"]
    assert found.verdict("b").proposed
    assert flags(found.verdict("c")) == ["near-duplicate of a"]
    assert "-1.00" in found.verdict("c").flags[0].reason
    assert not found.verdict("c").proposed


def test_few_customers_are_said() -> None:
    _, found = inspected(
        {"a": np.random.default_rng(0).normal(size=100), "b": np.random.default_rng(1).normal(size=100)}
    )
    assert "140" in found.warnings[0]


def test_statistics_on_a_sample_say_so() -> None:
    values = np.random.default_rng(0).exponential(10, 30_000) ** 2
    _, found = inspected({"a": values})
    assert "first 20,000 customers" in found.verdict("a").flags[0].reason
