"""Sizes, smallest differences and what a play comes to, by hand."""

from __future__ import annotations

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtui.decide.campaigns_words import figure, money, percent, points
from segtui.decide.campaigns_worth import CONTACT, OTHER, SPARED, checked, worth
from segtui.decide.experiment import design, enough_held, lehr, lehr_mean, smallest, smallest_mean
from segtui.decided.campaigns import Inputs, Realised
from segtui.errors import UsageError

ARMS = ("contacted", "held out")
LATER = Realised(1000, 0.05, 0.04, 0.07, 3.0, 20.0)


def test_lehr_by_hand() -> None:
    """5 % and one point more: q = .055, 16 * .055 * .945 / .0001 = 8316. Three points: 16 * .065 * .935 / .0009 = 1080.4."""
    assert lehr(0.05, 0.01) == 8316
    assert lehr(0.05, 0.03) == 1081
    assert lehr(0.5, -0.1) == 396  # 16 * .45 * .55 / .01
    assert lehr(0.05, 0.0) is None
    assert lehr(0.95, 0.1) is None


def test_lehr_of_a_mean() -> None:
    assert lehr_mean(20, 2) == 1600
    assert isclose(smallest_mean(20, 1600, 1600), 2)
    assert isclose(smallest_mean(10, 800, 200), 10 * sqrt(8 * (1 / 800 + 1 / 200)))  # 2.236


def test_smallest_is_what_the_rule_starts_from() -> None:
    found = smallest(0.05, 8316, 8316)
    assert found is not None
    assert isclose(found, 0.01)
    assert smallest(0.95, 20, 20) is None  # even everyone would not show
    assert smallest(0.5, 0, 20) is None


@given(st.floats(0.01, 0.9), st.integers(30, 100_000), st.integers(30, 100_000))
def test_smallest_solves_its_equation(base: float, one: int, two: int) -> None:
    found = smallest(base, one, two)
    if found is not None:
        middle = base + found / 2
        assert isclose(found**2, 8 * (1 / one + 1 / two) * middle * (1 - middle), rel_tol=1e-6)


def test_share_to_hold_out() -> None:
    """5 % and three points in 10,000: 8 * .065 * .935 / (.0009 * 10000) = .05402; h = (1 - sqrt(1 - .21609)) / 2 = .0573."""
    assert enough_held(0.05, 0.03, 10_000) == 0.06
    assert enough_held(0.05, 0.03, 2_100) is None  # .2572 > 1/4: two arms of 1,081 are needed
    assert enough_held(0.05, 0.03, 2_200) is not None


def test_design() -> None:
    made = design(1000, ARMS, Inputs(mid=0.03), LATER, 90)
    assert made.sizes == (800, 200)
    assert made.base == 0.05
    assert made.wanted == 1081
    assert made.enough is None
    assert "too few to show 3 points" in made.refused
    assert made.smallest_spend == pytest.approx(20 * sqrt(8 * (1 / 800 + 1 / 200)))
    assert "90 days of the holdout" in made.base_from


def test_design_that_can_be_read() -> None:
    made = design(10_000, ARMS, Inputs(mid=0.03, base_rate=0.05), None, None)
    assert made.refused == ""
    assert made.base_from == "as entered"
    small = design(10_000, ARMS, Inputs(mid=0.03, base_rate=0.05, held_out=0.02), None, None)
    assert small.refused == ""
    assert "Hold out 6 % to show 3 points here." in small.said


def test_design_that_cannot() -> None:
    assert "too few for an experiment" in design(30, ARMS, Inputs(), None, None).refused
    assert "Nobody is held out" in design(1000, ARMS, Inputs(held_out=0.0), None, None).refused
    assert "cannot be added" in design(100_000, ARMS, Inputs(mid=0.03, base_rate=0.99), None, None).refused
    unknown = design(1000, ARMS, Inputs(), None, None)
    assert (unknown.base, unknown.wanted, unknown.refused) == (0.5, None, "")


# -- worth -----------------------------------------------------------------------------------------------------


def test_worth_by_hand() -> None:
    """1,000 contacted, 40 an order, half of it margin, 0.50 a contact: 1000 * (.02 * 20 - .5) = -100; at .05: 500."""
    found = worth(1000, CONTACT, Inputs(0.02, 0.05, None, 0.5, 0.5), 40.0)
    assert found.low == pytest.approx(-100)
    assert found.mid == pytest.approx(500)
    assert found.high is None
    assert found.break_even == pytest.approx(0.025)
    assert "one order more for every 40 contacted" in found.said[1]


def test_worth_of_sparing_is_the_other_sign() -> None:
    inputs = Inputs(0.02, 0.05, 0.06, 0.5, 0.5)
    contact, spared = worth(1000, CONTACT, inputs, 40.0), worth(1000, SPARED, inputs, 40.0)
    assert (contact.low, contact.mid, contact.high) == tuple(-x for x in (spared.low, spared.mid, spared.high) if x)
    assert contact.break_even == spared.break_even


def test_nothing_is_invented() -> None:
    found = worth(1000, CONTACT, Inputs(), None)
    assert (found.low, found.mid, found.high, found.break_even) == (None, None, None, None)
    assert found.needs == ("margin", "cost of a contact", "order value", "uplift (low, middle, high)")
    even = worth(1000, CONTACT, Inputs(margin=0.5, cost=0.5), 40.0)
    assert (even.mid, even.break_even) == (None, pytest.approx(0.025))
    assert worth(1000, OTHER, Inputs(0.1, 0.1, 0.1, 0.5, 0.5), 40.0).mid is None
    assert worth(1, CONTACT, Inputs(margin=0.5, cost=0.5, order_value=10.0), 40.0).order_value == 10.0


def test_contacts_that_never_pay() -> None:
    assert "never pays" in worth(10, CONTACT, Inputs(margin=0.1, cost=5.0), 40.0).said[0]
    assert worth(10, CONTACT, Inputs(margin=0.0, cost=5.0), 40.0).break_even is None
    assert worth(10, CONTACT, Inputs(margin=0.5, cost=0.0), 40.0).break_even == 0


def test_uplifts_that_nobody_is_left_for_come_to_no_money() -> None:
    """62 % order anyway: 10 and 20 points can be added, 40 cannot. 1000 * (.1 * .5 * 40 - .5) = 1,500."""
    found = worth(1000, CONTACT, Inputs(0.1, 0.2, 0.4, 0.5, 0.5), 40.0, 0.62)
    assert (found.low, found.mid, found.high) == (pytest.approx(1500), pytest.approx(3500), None)
    assert found.impossible == "62 % order anyway, so that 40 points cannot be added."
    assert found.impossible in found.said
    assert "at 40 points" not in found.said[0]
    edge = worth(1000, CONTACT, Inputs(0.1, 0.2, 0.4, 0.5, 0.5), 40.0, 0.6)
    assert (edge.impossible, edge.high) == ("", pytest.approx(7500))  # everyone
    none = worth(1000, CONTACT, Inputs(0.1, 0.2, 0.4, 0.5, 0.5), 40.0, 0.95)
    assert (none.low, none.mid, none.high) == (None, None, None)
    fewer = worth(1000, CONTACT, Inputs(-0.2, 0.1, 0.2, 0.5, 0.5), 40.0, 0.1)
    assert (fewer.low, fewer.impossible) == (None, "10 % order anyway, so that 20 points cannot be taken away.")
    unknown = worth(1000, CONTACT, Inputs(0.1, 0.2, 0.9, 0.5, 0.5), 40.0)
    assert (unknown.impossible, unknown.high) == ("", pytest.approx(17500))


def test_a_break_even_that_nobody_is_left_for_is_never_reached() -> None:
    """5 a contact of 20 of margin: 25 points, and with 80 % who order anyway 20 can be added."""
    inputs = Inputs(margin=0.5, cost=5.0)
    found = worth(10, CONTACT, inputs, 40.0, 0.8)
    assert found.break_even is None
    assert "never pays for itself at these inputs" in found.said[0]
    assert "it takes 25 points, and 20 points can be added" in found.said[0]
    assert worth(10, CONTACT, inputs, 40.0, 0.75).break_even == 0.25


def test_contacts_for_an_order_more_have_a_decimal_below_ten() -> None:
    """Margin 20 an order: 14.4 a contact is 72 points, one of every 1.4; 4 is 20 points, one of every 5."""
    said = [worth(10, CONTACT, Inputs(margin=0.5, cost=cost), 40.0).said[0] for cost in (14.4, 4.0, 0.5)]
    assert ["every 1.4 " in said[0], "every 5 " in said[1], "every 40 " in said[2]] == [True] * 3


@pytest.mark.parametrize(
    "inputs",
    [
        Inputs(0.05, 0.02), Inputs(mid=2.0), Inputs(mid=float("nan")), Inputs(margin=-0.1), Inputs(cost=-1.0),
        Inputs(cost=float("inf")), Inputs(base_rate=1.5), Inputs(held_out=1.0), Inputs(order_value=float("nan")),
    ],
)  # fmt: skip
def test_inputs_that_cannot_be(inputs: Inputs) -> None:
    with pytest.raises(UsageError):
        checked(inputs)


def test_figures_in_words() -> None:
    assert [figure(x) for x in (0, 12, 1830, 12.44, 0.0312, 1234567.8, float("nan"))] == [
        "0", "12", "1,830", "12.4", "0.0312", "1,234,568", "unknown",
    ]  # fmt: skip
    assert (percent(0.2), percent(0.014), percent(0.0996)) == ("20 %", "1.4 %", "10 %")
    assert (points(0.01), points(0.025), money(1234.56), money(0.5)) == ("1 point", "2.5 points", "1,235", "0.5")
