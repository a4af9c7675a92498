"""Lines with a price, reference prices by item, tier and time, and what a customer paid: all by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from segtui.decide.price_index import NO_DISCOUNT, NO_REFERENCE, paid_prices, paid_sums
from segtui.decide.price_lines import price_lines
from segtui.decide.price_reference import reference_prices
from segtui.errors import AnalysisError
from segtui.progress import finish
from tests.decide.price_build import frame

TEA = [("tea", 0, 0, 1.0, 3.0), ("tea", 0, 7, 1.0, 3.0), ("tea", 1, 14, 1.0, 4.0), ("tea", 1, 21, 1.0, 5.0),
       ("tea", 2, 28, 1.0, 5.0)]  # fmt: skip
BULK = [("tea", 3, 0, 12.0, 2.0)] * 5


def references(rows: list[tuple[str, int, int, float, float]]) -> list[tuple[float, float, float]]:
    lines = finish(price_lines(frame(rows)))
    found = finish(reference_prices(lines))
    return list(zip(lines.quantity.tolist(), lines.price.tolist(), found.tolist(), strict=True))


def test_the_reference_is_the_median_of_the_tier() -> None:
    """Singles cost 3, 3, 4, 5, 5: median 4. The dozens have a reference of their own."""
    found = references(TEA + BULK)
    assert sorted({(quantity, reference) for quantity, _, reference in found}) == [(1.0, 4.0), (12.0, 2.0)]


def test_an_even_number_of_lines_has_the_mean_of_the_middle_two() -> None:
    assert {reference for *_, reference in references([*TEA, ("tea", 2, 28, 1.0, 7.0)])} == {4.5}


def test_eight_weeks_to_either_side_and_no_further() -> None:
    """Week 9 sees weeks 1 to 4 and itself: 3, 4, 5, 5, 8. Week 0 sees weeks 0 to 4 only."""
    found = references([*TEA, ("tea", 2, 63, 1.0, 8.0)])
    by_price = {price: reference for _, price, reference in found if price in (8.0, 4.0)}
    assert by_price[8.0] == 5.0
    assert by_price[4.0] == 4.5  # week 2 sees weeks 0 to 9: 3, 3, 4, 5, 5, 8


def test_four_lines_are_no_reference() -> None:
    assert all(np.isnan(reference) for *_, reference in references(TEA[:4]))


def test_the_price_is_what_was_paid_a_piece() -> None:
    """An amount within half a cent of price times pieces is the price; another one is divided."""
    table = frame([("a", 0, 0, 3.0, 1.0), ("b", 0, 0, 3.0, 1.0), ("c", 0, 0, 4.0, 1.0)])
    table = table.with_columns(amount=pl.Series([3.004, 2.4, None]))
    assert finish(price_lines(table)).price.tolist() == [1.0, 0.8, 1.0]


def test_lines_without_a_price_are_counted_and_said() -> None:
    table = frame([("a", 0, 0, 1.0, 1.0), ("a", 0, 0, 0.0, 1.0), ("a", 0, 0, 1.0, 0.0)])
    assert finish(price_lines(table)).left_out == ((1, "have no pieces above 0"), (1, "have no price above 0"))
    with pytest.raises(AnalysisError, match="no order line carries a price: 1 lines have no price above 0"):
        finish(price_lines(table.tail(1)))


def test_index_discounts_and_depth_by_hand() -> None:
    """Five of item a at 10 make its reference 10. Customer 0 bought 3 at 10 and 1 at 6: (30 + 6) / 40 = .9; below: 6
    of 36, 40 % deep. Customer 1: 2 at 10 and 1 at 13."""
    rows = [("a", 0, 0, 1.0, 10.0)] * 3 + [("a", 0, 0, 1.0, 6.0)]
    rows += [("a", 1, 0, 1.0, 10.0)] * 2 + [("a", 1, 0, 1.0, 13.0)]
    table = frame(rows, discount=[0.0, 0.0, 0.0, 0.4, 0.0, None, 0.0])
    lines = finish(price_lines(table))
    sums = paid_sums(lines, finish(reference_prices(lines)), 3)
    assert (sums.money[:2] / sums.reference[:2]).tolist() == [0.9, 1.1]
    both = finish(paid_prices(sums, np.array([True, True, True]), (0,)))
    assert (both.customers, both.lines, both.revenue, both.compared) == (2, 7, 69.0, 1.0)
    assert both.index is not None
    assert both.below is not None
    assert both.discount is not None
    assert both.index.value == 69 / 70
    assert (both.index.low, both.index.high) == (0.9, 1.1)  # one customer drawn twice
    assert both.below.value == 6 / 69
    assert both.discount.value == 6 / 59  # the line of 10 that names none is not known
    assert both.discount_depth is None  # of one customer: no interval
    assert sums.discounted_depth[0] == 0.4
    assert both.notes == ()


def test_an_index_that_hangs_on_one_customer_says_so() -> None:
    """Nine pay the reference of 10 and one 20: index 11, off by 9 for one and by -1 for nine: 81 of 90 is 90 %."""
    rows = [("a", owner, 0, 1.0, 10.0) for owner in range(9)] + [("a", 9, 0, 1.0, 20.0)]
    lines = finish(price_lines(frame(rows)))
    sums = paid_sums(lines, finish(reference_prices(lines)), 10)
    found = finish(paid_prices(sums, np.ones(10, dtype=np.bool_), (0,)))
    assert found.index is not None
    assert found.index.value == 1.1
    assert found.notes[0].startswith("one customer makes 90% of the spread of the index, which is 1.0000 without him")
    assert len(finish(paid_prices(sums, np.arange(10) < 9, (0,))).notes) == 1  # all alike: discounts alone


def test_what_cannot_be_said_is_said() -> None:
    lines = finish(price_lines(frame(TEA[:4])))
    sums = paid_sums(lines, finish(reference_prices(lines)), 2)
    found = finish(paid_prices(sums, np.array([True, True]), (0,)))
    assert (found.index, found.below, found.discount) == (None, None, None)
    assert found.notes == (NO_REFERENCE, NO_DISCOUNT)
