"""How large a price test must be."""

from __future__ import annotations

import numpy as np
import pytest

from segtui.decide.price_lines import price_lines
from segtui.decide.price_test import price_test, spend_of
from segtui.progress import finish
from tests.decide.price_build import frame


def test_large_enough() -> None:
    """Half of 1,000 order. At a price 20 % lower, .5 / .8 = .625 keep revenue, .5625 half way: 16 x .5625 x .4375 /
    .125^2 = 252 per arm."""
    spend = np.array([10.0, 0.0] * 500)
    found = price_test(spend, np.ones(1000, dtype=np.bool_), -0.2)
    assert (found.base, found.even, found.needed, found.enough) == (0.5, 0.625, 252, True)
    assert [(arm.price, arm.customers) for arm in found.arms] == [(1.0, 252), (0.8, 252)]
    assert found.words == (
        "50.0% ordered in the last 28 days; at a price -20%, 62.5% keep revenue as it is, at as many pieces each. "
        "Two arms of 252 customers for 28 days tell these apart."
    )


def test_too_small_says_what_it_could_show() -> None:
    """Halves of 50: d^2 = 8 (2 / 50) (.5 + d / 2) (.5 - d / 2) = .08 - .08 d^2, so d = sqrt(.08 / 1.08) = .272."""
    found = price_test(np.array([10.0, 0.0] * 50), np.ones(100, dtype=np.bool_), -0.2)
    assert (found.enough, found.needed, found.smallest) == (False, 252, pytest.approx((0.08 / 1.08) ** 0.5))
    assert found.smallest_spend == pytest.approx(4 * 5.0 * (100 / 99) ** 0.5 / 50**0.5)
    assert found.words.endswith(
        "That takes two arms of 252, and there are 100 customers: halves of them show a difference of 27.2 points or more."
    )


def test_a_handful_can_show_nothing() -> None:
    """Halves of two, base .75: d^2 = 8 (.75 + d / 2) (.25 - d / 2) has no solution up to .25."""
    found = price_test(np.array([10.0, 10.0, 10.0, 0.0]), np.ones(4, dtype=np.bool_), -0.2)
    assert found.smallest is None
    assert found.words.endswith("halves of them show no difference.")


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
