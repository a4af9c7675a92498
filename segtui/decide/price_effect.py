"""What slopes would mean in money, for those that passed every gate (METHODS E4).

Revenue at a price changed by d: (1 + d)^(1 + b) - 1, with the error of b carried over by the delta method. The price
with the most profit at a cost c per piece is c b / (1 + b), and there is none where b may be -1 or above.
"""

from __future__ import annotations

from math import log

from segtui.decide.price_shrink import Z95
from segtui.decided.prices import Estimate, Interval, RevenueShift
from segtui.errors import AnalysisError

CHANGES = (-0.1, 0.1)
"""Changes of price whose revenue is told."""


def revenue_at(beta: float, se: float, change: float) -> Interval:
    """The change of revenue at a price changed by `change` (shares). Raises ValueError for a price of 0 or less."""
    if change <= -1:
        raise ValueError("a price cannot fall by all of it or more")
    kept = (1 + change) ** (1 + beta)
    reach = Z95 * abs(log(1 + change) * kept) * se
    return Interval(kept - 1, kept - 1 - reach, kept - 1 + reach)


def revenue_shifts(pair: tuple[Estimate, Estimate], changes: tuple[float, ...] = CHANGES) -> tuple[RevenueShift, ...]:
    """The revenue at each change, from the lowest to the highest that quantity and buyers leave room for."""
    result = []
    for change in changes:
        both = [revenue_at(one.beta, one.se, change) for one in pair]
        result.append(RevenueShift(change, min(one.low for one in both), max(one.high for one in both)))
    return tuple(result)


def best_price(pair: tuple[Estimate, Estimate], cost: float) -> tuple[float, float]:
    """The range of prices with the most profit at `cost` a piece, over both outcomes and their intervals.

    Only of a pair that passed the gates. Raises AnalysisError where the cost is not above 0 or a slope may be -1 or
    above: then the past names no such price.
    """
    if not cost > 0:
        raise AnalysisError("a best price needs what a piece costs", hint="Give a cost above 0.")
    low, high = min(one.low for one in pair), max(one.high for one in pair)
    if high >= -1:
        raise AnalysisError(
            f"past prices name no best price: the slope may be {high:.2f}, and it must be below -1",
            hint="Run a price test.",
        )
    return cost * low / (1 + low), cost * high / (1 + high)
