"""Clusters too small to be a segment are named, and ordinary ones are not."""

from __future__ import annotations

import pytest

from segtui.cluster.judge import smallest_useful
from segtui.explain.micro import micro


def test_a_handful_is_no_segment() -> None:
    assert micro((3_000, 1_500, 495, 5), "ABDE") == (
        "segment E holds 5 customers (0.1 %): that is an outlier, not a segment; try log1p, winsorising or trimming",
    )


def test_one_customer_is_one_outlier() -> None:
    (said,) = micro((999, 1), "AB")
    assert said.startswith("segment B is one outlier")
    assert "try log1p, winsorising or trimming" in said


def test_few_of_few_are_no_outliers_but_too_few() -> None:
    assert micro((300, 180, 25), "ABC") == (
        "segment C holds 25 customers (5.0 %): too few to act on; try fewer segments",
    )
    (said,) = micro((100, 50, 3), "ABC")
    assert "(2.0 %): that is an outlier" in said


def test_in_letter_order() -> None:
    said = micro((9_000, 20, 10), ("C", "B", "A"))
    assert [text[:9] for text in said] == ["segment A", "segment B"]


@pytest.mark.parametrize(
    ("customers", "k", "least"),
    [(5_000, 4, 50), (2_000, 4, 30), (300, 4, 30), (200, 4, 12.5), (200, 8, 6.25), (40, 4, 2.5), (299, 2, 30)],
)
def test_the_limit(customers: int, k: int, least: float) -> None:
    assert smallest_useful(customers, k) == pytest.approx(least)


def test_two_hundred_customers_in_ordinary_segments_are_quiet() -> None:
    assert micro((70, 60, 50, 20), "ABCD") == ()
