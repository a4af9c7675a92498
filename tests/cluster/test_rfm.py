"""RFM scores by hand, where customers tie above all, and the table of ten names cell by cell."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.cluster.rfm import OTHERS, TABLE, named, quintiles, scores
from segtui.errors import AnalysisError

CELLS = np.array(list(product(range(1, 6), repeat=3)), dtype=np.int16).T


def scored(*values: float) -> list[int]:
    return quintiles(np.array(values, dtype=np.float64)).tolist()


# -- scores --------------------------------------------------------------------------------------------------


def test_ten_different_values() -> None:
    """Two customers per fifth, whatever their order."""
    assert scored(10, 20, 30, 40, 50, 60, 70, 80, 90, 100) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert scored(7, -1, 3, 99, 5) == [4, 1, 2, 5, 3]


def test_fifths_that_do_not_come_out_even() -> None:
    """Seven: 0 to 6 below, 5 * below / 7 = 0, .7, 1.4, 2.1, 2.9, 3.6, 4.3."""
    assert scored(1, 2, 3, 4, 5, 6, 7) == [1, 1, 2, 3, 3, 4, 5]


def test_a_tied_bottom_has_the_lowest_score() -> None:
    """41 % bought once: all of them have 1. Who bought twice is above two of the points: 3, and nobody has 2."""
    frequency = np.repeat([1.0, 2.0, 3.0, 4.0, 9.0], [41, 19, 10, 15, 15])
    found = quintiles(frequency)
    assert {int(f): set(found[frequency == f].tolist()) for f in np.unique(frequency)} == {
        1: {1},
        2: {3},  # 41 below: 1 + floor(2.05)
        3: {4},  # 60 below
        4: {4},  # 70 below
        9: {5},  # 85 below
    }


def test_a_tied_top_loses_the_highest_score() -> None:
    assert scored(1, 2, 3, 4, 4) == [1, 2, 3, 4, 4]
    assert scored(1, 2, 3, 4, 5, 6, 7, 8, 9, 9) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]  # a fifth, no more


def test_fewer_values_than_fifths() -> None:
    assert scored(0, 0, 0, 0, 0, 0) == [1] * 6
    assert scored(0, 0, 0, 0, 1, 1, 1, 1, 1, 1) == [1] * 4 + [3] * 6
    assert scored(0, 0, 0, 0, 0, 0, 0, 0, 0, 1) == [1] * 9 + [5]


def test_no_value_is_below_every_value() -> None:
    assert scored(float("nan"), -5, 0, 1, 2) == [1, 2, 3, 4, 5]


@given(st.lists(st.integers(-3, 12), min_size=5, max_size=70))
def test_the_left_rule(values: list[int]) -> None:
    """1 + floor(5 * below / n), in whole numbers."""
    expected = [1 + 5 * sum(other < value for other in values) // len(values) for value in values]
    assert scored(*values) == expected
    assert min(expected) == 1


def test_recent_is_good() -> None:
    days = np.array([1.0, 400.0, 30.0, 90.0, 200.0, np.nan, 400.0])
    money = np.array([10.0, 70.0, 20.0, 30.0, 40.0, 0.0, 60.0])
    r, f, m = scores(days, np.ones(7), money)
    # never is worse than 400 days, of which there are two: 6, 1, 5, 4, 3, 0 and 1 customers are worse
    assert r.tolist() == [5, 1, 4, 3, 3, 1, 1]
    assert f.tolist() == [1] * 7
    assert m.tolist() == [1, 5, 2, 3, 3, 1, 4]


def test_fewer_than_five_customers() -> None:
    few = np.arange(4.0)
    with pytest.raises(AnalysisError, match="5 customers or more"):
        scores(few, few, few)
    five = np.arange(5.0)
    assert [s.tolist() for s in scores(five, five, five)] == [[5, 4, 3, 2, 1], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]


# -- names ---------------------------------------------------------------------------------------------------

ONE_EACH = {
    "Champions": (5, 5, 5),
    "Potential Loyalist": (3, 3, 2),
    "Loyal Customers": (2, 4, 4),
    "Promising": (3, 1, 5),
    "New Customers": (5, 1, 1),
    "Can't Lose Them": (1, 3, 5),
    "At Risk": (1, 5, 4),
    "Need Attention": (2, 5, 3),
    "About To Sleep": (2, 1, 4),
    "Lost": (1, 1, 1),
    "Others": (5, 5, 1),
}


def test_one_customer_in_every_row() -> None:
    groups, names = named(*np.array(list(ONE_EACH.values()), dtype=np.int16).T)
    assert [names[group] for group in groups] == list(ONE_EACH) == list(names)


def test_the_first_row_that_fits_has_the_customer() -> None:
    """All 125 cells against a plain reading of the table."""
    groups, names = named(*CELLS)
    for cell, group in zip(CELLS.T.tolist(), groups, strict=True):
        fits = [name for name, *bounds in TABLE if all(a <= s <= b for s, (a, b) in zip(cell, bounds, strict=True))]
        assert names[group] == (fits or [OTHERS])[0], cell


def test_rows_that_overlap() -> None:
    """3, 4, 3 fits three rows, of which Potential Loyalist is the first."""
    groups, names = named(*np.array([[3, 4, 3]], dtype=np.int16).T)
    fitting = {"Potential Loyalist", "Loyal Customers", "Need Attention"}
    assert fitting == {n for n, (a, b), (c, d), (e, f) in TABLE if a <= 3 <= b and c <= 4 <= d and e <= 3 <= f}
    assert names[groups[0]] == "Potential Loyalist"


def test_at_risk_up_to_three_is_the_same_table() -> None:
    """METHODS E1 gives At Risk a recency of 1 to 3, the package 1 to 2: nobody with 3 gets as far as that row."""
    groups, names = named(*CELLS)
    r, f, m = CELLS
    wider = groups[(r == 3) & (f >= 2) & (m >= 4)]
    assert {names[group] for group in wider} == {"Potential Loyalist", "Loyal Customers", "Promising"}
