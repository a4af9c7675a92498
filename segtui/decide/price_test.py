"""A price test for a segment, as large as it must be to tell whether a price pays for itself.

Customers are dealt to two arms and see one price all through; how many it takes is Lehr's rule (`experiment`). The
difference to be seen is not a guess of how people
react but the one that matters: at a price changed by c, revenue stays as it is where p / (1 + c) order instead of p, at
as many pieces each. Where a segment is smaller, the least difference that halves of it show is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segtui.decide import experiment
from segtui.decided.prices import Arm, PriceTest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.decide.price_lines import PriceLines
    from segtui.results import Floats

DAYS = 28
"""How long a test runs, and how far back is looked for what is usual."""

CHANGE = -0.1
"""The price to be tested unless another is asked for, as a change of today's."""


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
    needed = experiment.lehr(base, even - base) if can and even < 1 else None
    smallest = experiment.smallest(base, half, half) if can else None
    smallest_spend = experiment.smallest_mean(spread, half, half) if half > 0 and spread > 0 else None
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
    shown = "no difference" if smallest is None else f"a difference of {100 * smallest:.1f} points or more"
    takes = f"That takes two arms of {needed or 0:,}, and there are {number:,} customers"
    return f"{told}. {takes}: halves of them show {shown}."
