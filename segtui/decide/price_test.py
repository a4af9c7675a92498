"""A price test for a segment, as large as it must be to tell whether a price pays for itself.

Customers are dealt to two arms and see one price all through. Lehr's rule (van Belle 2008): n = 16 s^2 / d^2 per arm
for 80 % power at 5 %, two-sided; of shares, s^2 = p (1 - p). The difference to be seen is not a guess of how people
react but the one that matters: at a price changed by c, revenue stays as it is where p / (1 + c) order instead of p, at
as many pieces each. Where a segment is smaller, the least difference it can show is 4 s / sqrt(n).
"""

from __future__ import annotations

from math import ceil, sqrt
from typing import TYPE_CHECKING

import numpy as np

from segtui.decided.prices import Arm, PriceTest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.decide.price_lines import PriceLines
    from segtui.results import Floats

LEHR = 16.0
"""2 (z at .975 + z at .8)^2, rounded up."""

DAYS = 28
"""How long a test runs, and how far back is looked for what is usual."""

CHANGE = -0.1
"""The price to be tested unless another is asked for, as a change of today's."""


def needed_per_arm(spread: float, difference: float) -> int:
    """Customers per arm to see `difference` in something whose standard deviation is `spread`.

    Raises ValueError unless both are above 0.
    """
    if not (spread > 0 and difference > 0):
        raise ValueError("a sample size needs a spread and a difference above 0")
    return ceil(LEHR * spread**2 / difference**2 - 1e-9)


def smallest_difference(spread: float, per_arm: int) -> float:
    """The least difference that arms of `per_arm` customers can show: the inverse of `needed_per_arm`."""
    return sqrt(LEHR / per_arm) * spread


def spend_of(lines: PriceLines, customers: int, days: int = DAYS) -> Floats:
    """What each customer paid in the last `days` days of the lines (customers,)."""
    late = (lines.day > int(lines.day.max()) - days) & (lines.owner >= 0)
    return np.bincount(lines.owner[late], weights=lines.paid[late], minlength=customers).astype(np.float64)


def price_test(
    spend: Floats, members: NDArray[np.bool_], change: float = CHANGE, days: int = DAYS
) -> PriceTest:  # fmt: skip
    """The test for the members. spend: of every customer in as many days. Raises ValueError for a change of 0 or of
    the whole price and more."""
    if change == 0 or change <= -1:
        raise ValueError("a price test needs a price that differs from today's and is above 0")
    own = spend[members]
    number = len(own)
    base = float(np.mean(own > 0)) if number else 0.0
    mean, spread = (float(own.mean()), float(own.std(ddof=1))) if number > 1 else (float(own.sum()), 0.0)
    even = base / (1 + change)
    half = number // 2
    can = half > 0 and 0 < base < 1
    needed = needed_per_arm(sqrt(base * (1 - base)), abs(even - base)) if can and even < 1 else None
    smallest = smallest_difference(sqrt(base * (1 - base)), half) if can else None
    smallest_spend = smallest_difference(spread, half) if half > 0 and spread > 0 else None
    enough = needed is not None and needed <= half
    size = needed if enough and needed is not None else half
    arms = (Arm("price as now", 1.0, size), Arm(f"price {change:+.0%}", 1 + change, size))
    words = _words(number, base, even, needed, smallest, days, change)
    return PriceTest(
        number, days, change, base, mean, spread, even, needed, smallest, smallest_spend, enough, arms, words
    )  # fmt: skip


def _words(
    number: int, base: float, even: float, needed: int | None, smallest: float | None, days: int, change: float
) -> str:  # fmt: skip
    if number < 2:
        return "too few customers to make two arms"
    if base <= 0:
        return f"nobody ordered in the last {days} days, so that nothing says how many must take part"
    if base >= 1:
        return f"everyone ordered in the last {days} days, so that more could not be seen; test spend instead"
    told = f"{base:.1%} ordered in the last {days} days"
    if even >= 1:
        return (
            f"{told}; at a price {change:+.0%} more than all would have to, for revenue to stay: test a smaller change"
        )
    told = f"{told}; at a price {change:+.0%}, {even:.1%} keep revenue as it is, at as many pieces each"
    if needed is not None and 2 * needed <= number:
        return f"{told}. Two arms of {needed:,} customers for {days} days tell these apart."
    return (
        f"{told}. That takes two arms of {needed or 0:,}, and there are {number:,} customers: halves of them show a "
        f"difference of {100 * (smallest or 0):.1f} points or more."
    )
