"""Slopes pulled towards everyone's, revenue at another price, a best price: by hand."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest

from segtui.decide.price_effect import best_price, revenue_at, revenue_shifts
from segtui.decide.price_shrink import shrunk
from segtui.decided.prices import BUYERS, QUANTITY, Estimate
from segtui.errors import AnalysisError

SLOPE = Estimate(QUANTITY, "item-weeks", "median price", "both", -2.0, 0.1, 0.1, -2.2, -1.8, 900, 40)
PAIR = (SLOPE, replace(SLOPE, outcome=BUYERS, beta=-1.5, low=-1.6, high=-1.4))


def test_slopes_as_far_apart_as_noise_become_one() -> None:
    """Centre -1, errors .5: -.5 and -1.5 scatter by 1 + 1 = 2, as much as two slopes should."""
    for one in shrunk([(-0.5, 0.5), (-1.5, 0.5)], (-1.0, 0.1)):
        assert (one.value, one.high - one.low) == (-1.0, pytest.approx(2 * 1.96 * 0.1, rel=1e-4))


def test_slopes_further_apart_keep_part_of_their_distance() -> None:
    """Errors .5, distances 1: scatter 4 + 4 = 8, tau^2 = (8 - 2) / 8 = .75; kept .75 / (.75 + .25) = .75."""
    low, high = shrunk([(-2.0, 0.5), (0.0, 0.5)], (-1.0, 0.2))
    assert (low.value, high.value) == (-1.75, -0.25)
    assert low.high - low.value == pytest.approx(1.96 * (0.75 * 0.25 + 0.0625 * 0.04) ** 0.5, rel=1e-4)


def test_revenue_by_hand() -> None:
    """Slope -2, price doubled: a quarter of the pieces at twice the price, half the revenue. Error .1: ln 2 x .5 x .1."""
    found = revenue_at(-2.0, 0.1, 1.0)
    assert found.value == -0.5
    assert found.high + 0.5 == pytest.approx(1.96 * log(2) * 0.5 * 0.1, rel=1e-4)
    assert revenue_at(-1.0, 0.1, 0.5).value == 0.0
    with pytest.raises(ValueError, match="cannot fall"):
        revenue_at(-1.0, 0.1, -1.0)


def test_revenue_spans_both_outcomes() -> None:
    [shift] = revenue_shifts(PAIR, (1.0,))
    assert shift.low == revenue_at(-2.0, 0.1, 1.0).low
    assert shift.high == revenue_at(-1.5, 0.1, 1.0).high


def test_a_best_price_only_of_slopes_below_minus_one() -> None:
    """c b / (1 + b): of -2.2, 6 x 2.2 / 1.2 = 11; of -1.4, 6 x 1.4 / .4 = 21."""
    assert best_price(PAIR, 6.0) == (pytest.approx(11.0), pytest.approx(21.0))
    with pytest.raises(AnalysisError, match=r"may be -0\.90"):
        best_price((SLOPE, replace(SLOPE, high=-0.9)), 6.0)
    with pytest.raises(AnalysisError, match="what a piece costs"):
        best_price(PAIR, 0.0)
