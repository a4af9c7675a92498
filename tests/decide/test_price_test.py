"""How large a price test must be."""

from __future__ import annotations

import numpy as np
import pytest

from segtui.decide.price_lines import price_lines
from segtui.decide.price_test import needed_per_arm, price_test, smallest_difference, spend_of
from segtui.progress import finish
from tests.decide.price_build import frame


def test_lehr_by_hand() -> None:
    """METHODS E2: 5 % and a point more: 16 x .05 x .95 / .01^2 = 7,600; spread 20, difference 5: 16 x 16 = 256."""
    assert needed_per_arm((0.05 * 0.95) ** 0.5, 0.01) == 7600
    assert needed_per_arm(20.0, 5.0) == 256
    assert smallest_difference(20.0, 256) == 5.0
    with pytest.raises(ValueError, match="above 0"):
        needed_per_arm(1.0, 0.0)


def test_large_enough() -> None:
    """Half of 1,000 order. At a price 20 % lower, .5 / .8 = .625 keep revenue: 16 x .25 / .125^2 = 256 per arm."""
    spend = np.array([10.0, 0.0] * 500)
    found = price_test(spend, np.ones(1000, dtype=np.bool_), -0.2)
    assert (found.base, found.even, found.needed, found.enough) == (0.5, 0.625, 256, True)
    assert [(arm.price, arm.customers) for arm in found.arms] == [(1.0, 256), (0.8, 256)]
    assert found.words == (
        "50.0% ordered in the last 28 days; at a price -20%, 62.5% keep revenue as it is, at as many pieces each. "
        "Two arms of 256 customers for 28 days tell these apart."
    )


def test_too_small_says_what_it_could_show() -> None:
    """Halves of 50: 4 x sqrt(.25 / 50) = .283."""
    found = price_test(np.array([10.0, 0.0] * 50), np.ones(100, dtype=np.bool_), -0.2)
    assert (found.enough, found.needed, found.smallest) == (False, 256, pytest.approx(4 * 0.5 / 50**0.5))
    assert found.smallest_spend == pytest.approx(4 * 5.0 * (100 / 99) ** 0.5 / 50**0.5)
    assert found.words.endswith(
        "That takes two arms of 256, and there are 100 customers: halves of them show a difference of 28.3 points or more."
    )


@pytest.mark.parametrize(
    ("spend", "change", "words"),
    [
        ([], -0.1, "too few customers to make two arms"),
        ([0.0, 0.0, 0.0], -0.1, "nobody ordered in the last 28 days"),
        ([1.0, 2.0, 3.0], -0.1, "everyone ordered in the last 28 days"),
        ([1.0, 2.0, 0.0], -0.5, "test a smaller change"),
    ],
)
def test_where_there_is_nothing_to_plan_from(spend: list[float], change: float, words: str) -> None:
    found = price_test(np.array(spend), np.ones(len(spend), dtype=np.bool_), change)
    assert words in found.words
    assert (found.needed, found.enough) == (None, False)


def test_a_change_there_can_be() -> None:
    for change in (0.0, -1.0):
        with pytest.raises(ValueError, match="differs from today's"):
            price_test(np.ones(4), np.ones(4, dtype=np.bool_), change)


def test_the_last_days_count() -> None:
    """Days 3 to 30 are the last 28."""
    lines = finish(
        price_lines(
            frame([("a", 0, 2, 1.0, 9.0), ("a", 0, 3, 2.0, 5.0), ("a", 1, 30, 1.0, 4.0), ("a", -1, 30, 1.0, 4.0)])
        )
    )
    assert spend_of(lines, 3).tolist() == [10.0, 4.0, 0.0]
