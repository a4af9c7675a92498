"""The stability index by hand, its chance, and the bins that it is made of."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from segtui.deliver.drift import Moved, moved, verdict
from segtui.deliver.scoring import Seen
from segtui.deliver.seen import counts_of, far_from, seen_in
from segtui.progress import finish
from segtui.results import MatrixColumn, Transform

NUMBER = MatrixColumn("x", None, Transform("z", 0.0, 1.0, 0.0), 1.0)


def level(name: str, separator: str = "") -> MatrixColumn:
    return MatrixColumn("x", name, None, 1.0, separator)


def seen(values: list[object], *columns: MatrixColumn) -> Seen:
    return finish(seen_in(pl.Series("x", values), columns))


def counts(values: list[object], of: Seen, *columns: MatrixColumn) -> list[int]:
    return finish(counts_of(pl.Series("x", values), of, columns)).tolist()


# -- the index -------------------------------------------------------------------------------------------------


def test_the_index_by_hand() -> None:
    found = moved("x", np.array([0.5, 0.5]), 100, np.array([25, 75]), ["low", "high"], gaps=False)
    assert found.psi == pytest.approx(-0.25 * math.log(0.5) + 0.25 * math.log(1.5))  # 0.2747
    assert found.expected == pytest.approx(1 / 100 + 1 / 100)  # one degree of freedom
    assert found.limit == pytest.approx(6.634897 * 0.02, rel=1e-5)  # the 99 % point of chi-squared with 1
    assert found.moved is Moved.MUCH
    assert found.told == "low: 50.0% then, 25.0% now"


def test_an_empty_bin_counts_as_half_a_customer() -> None:
    found = moved("x", np.array([0.5, 0.5, 0.0]), 200, np.array([50, 50, 0]), list("abc"))
    assert found.psi == 0.0
    assert found.expected == pytest.approx(1 / 200 + 1 / 100)  # a bin that is empty in both is none
    found = moved("x", np.array([1.0, 0.0]), 50, np.array([90, 10]), list("ab"))
    half = 0.5 / 50
    assert found.psi == pytest.approx(-0.1 * math.log(0.9) + (0.1 - half) * math.log(0.1 / half))


def test_the_bands_and_chance() -> None:
    assert verdict(0.09, 0.05) is Moved.LITTLE
    assert verdict(0.10, 0.05) is Moved.SOME
    assert verdict(0.25, 0.05) is Moved.MUCH
    assert verdict(0.30, 0.40) is Moved.UNTOLD  # large, and no larger than chance makes it
    assert verdict(0.01, 0.11) is Moved.UNTOLD  # small, and chance might have hidden .10


def test_chance_is_as_large_as_it_says() -> None:
    rng = np.random.default_rng(1)
    shares = np.full(10, 0.1)
    found = []
    for _ in range(400):
        then = rng.multinomial(2_000, shares) / 2_000
        found.append(moved("x", then, 2_000, rng.multinomial(500, shares), [""] * 10, gaps=False))
    assert np.mean([one.psi for one in found]) == pytest.approx(9 * (1 / 2_000 + 1 / 500), rel=0.08)
    assert np.mean([one.psi > one.limit for one in found]) < 0.03
    assert {one.moved for one in found} == {Moved.LITTLE}


# -- bins ------------------------------------------------------------------------------------------------------


def test_deciles_of_a_number() -> None:
    of = seen(list(map(float, range(20))), NUMBER)
    assert of.edges == (2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0)
    assert of.shares == pytest.approx((*[0.1] * 10, 0.0))
    assert counts([-5.0, 2.0, 1.9, 18.0, 99.0, None, float("inf")], of, NUMBER) == [2, 1, *[0] * 7, 2, 2]


def test_a_number_with_few_values_has_fewer_bins() -> None:
    of = seen([0] * 8 + [1, 2], NUMBER)
    assert of.edges == (1.0, 2.0)  # no edge at 0: nothing is below it
    assert of.shares == pytest.approx((0.8, 0.1, 0.1, 0.0))
    assert seen([7, 7, 7], NUMBER).edges == ()
    assert seen([None, None], NUMBER).shares == (0.0, 1.0)


def test_levels_others_and_gaps() -> None:
    columns = level("a"), level("(other)"), level("(missing)")
    of = seen(["a", "a", "b", "c", None], *columns)
    assert of.levels == ("a",)
    assert of.shares == pytest.approx((0.4, 0.4, 0.2))
    assert counts(["a", "new", None, None], of, *columns) == [1, 1, 2]


def test_labels_count_each() -> None:
    columns = level("a", ";"), level("b", ";")
    of = seen(["a; b", "a", "c;a", None], *columns)
    assert of.levels == ("a", "b")
    assert of.shares == pytest.approx((3 / 6, 1 / 6, 1 / 6, 1 / 6))


def test_a_scale_is_read_however_it_is_spelled() -> None:
    scale = MatrixColumn("x", None, Transform("ordinal", 0.0, 1.0, 1.0, order=("low", "high")), 1.0)
    of = seen(["low", "high", "High", "none of it", None], scale)
    assert of.levels == ("low", "high")
    assert of.shares == pytest.approx((0.2, 0.4, 0.2, 0.2))


def test_one_in_a_hundred_lies_far() -> None:
    values = pl.DataFrame({"x": np.arange(250.0)})
    column = MatrixColumn("x", None, Transform("none", 0.0, 1.0, 0.0), 1.0)
    far = finish(far_from(values, [column], np.zeros(250, dtype=np.uint8), np.array([[0.0]])))
    assert far == 247.0  # two of 250 are farther: 248 and 249
