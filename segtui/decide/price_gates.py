"""What must hold before a reaction to prices may be told (METHODS E4); where something fails, the words say what.

Weeks, prices, spread, sign, size and agreement are METHODS' own. Tiers is ours: a shop whose price list falls with
quantity has a "reaction" that nobody chose. Without bulk prices the correlation
is about 0 whatever the elasticity, since a week's prices are then the same for every quantity (planted in the tests).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtui.decide.price_curve import NONE, Curve, main_pair
from segtui.decide.price_panel import ITEMS, PRICES, WEEKS
from segtui.decided.prices import Gate

if TYPE_CHECKING:
    from segtui.decide.price_panel import Panel
    from segtui.decided.prices import Estimate

SPREAD = 0.05
"""Least standard deviation of log prices within item and week effects."""

TIERS = -0.3
"""Correlation of price and quantity within an item-week from which bulk prices rule (ours)."""

SMALLEST, LARGEST = 0.1, 6.0
"""Slopes, without their sign, that are believable."""

FACTOR = 2.0
"""By which quantity and buyers may differ."""

EARLIER = "not looked at, as an earlier condition fails"


def gates(curve: Curve, panel: Panel | None, tiers: float | None) -> tuple[Gate, ...]:
    """Every gate in order. tiers: `price_tiers.tier_correlation`."""
    pair = main_pair(curve.estimates)
    return (
        _weeks(panel), _prices(panel), _spread(curve.spread), _tiers(tiers),
        _sign(curve.estimates if pair else ()), _size(pair), _agreement(pair),
    )  # fmt: skip


def _weeks(panel: Panel | None) -> Gate:
    found = panel.histories if panel else 0
    told = f"{_counted(found)} sold in {WEEKS} weeks or more"
    return Gate("weeks", found >= ITEMS, told, f"{ITEMS} items")


def _prices(panel: Panel | None) -> Gate:
    found, of = (panel.items, panel.histories) if panel else (0, 0)
    told = f"{found:,} of {of:,} items with enough weeks had {PRICES} prices or more"
    if found < ITEMS:
        told = f"too few items: {told}" if found == of else f"prices hardly change: only {told}"
    return Gate("prices", found >= ITEMS, told, f"{ITEMS} items")


def _spread(spread: float | None) -> Gate:
    needs = f"{SPREAD:.0%}"
    if spread is None:
        return Gate("spread", None, EARLIER, needs)
    told = f"prices vary by {spread:.1%} around what is usual for the item and the week"
    return Gate("spread", spread >= SPREAD, told, needs)


def _tiers(tiers: float | None) -> Gate:
    needs = f"a correlation above {TIERS:.1f}"
    if tiers is None:
        return Gate("tiers", True, "the price of an item hardly differs between lines of a week", needs)
    within = f"within an item and week, price and quantity correlate at {tiers:.2f}"
    if tiers > TIERS:
        return Gate("tiers", True, within, needs)
    return Gate("tiers", False, f"large orders get lower prices: {within}", needs)


def _sign(estimates: tuple[Estimate, ...]) -> Gate:
    needs = "all of them"
    fixed = [one for one in estimates if one.effects != NONE]
    if not fixed:
        return Gate("sign", None, EARLIER, needs)
    falling = sum(one.beta < 0 for one in fixed)
    told = f"{falling} of {len(fixed)} specifications with item effects show less bought at higher prices"
    return Gate("sign", falling == len(fixed), told, needs)


def _size(pair: tuple[Estimate, Estimate] | None) -> Gate:
    needs = f"{SMALLEST:g} to {LARGEST:g}, without sign"
    if pair is None:
        return Gate("size", None, EARLIER, needs)
    inside = all(SMALLEST <= abs(one.beta) <= LARGEST for one in pair)
    told = f"slopes of {pair[0].beta:.2f} for quantity and {pair[1].beta:.2f} for buyers"
    return Gate("size", inside, told, needs)


def _agreement(pair: tuple[Estimate, Estimate] | None) -> Gate:
    needs = f"within a factor of {FACTOR:g}"
    if pair is None:
        return Gate("agreement", None, EARLIER, needs)
    quantity, buyers = (one.beta for one in pair)
    if quantity * buyers <= 0:
        told = f"quantity ({quantity:.2f}) and buyers ({buyers:.2f}) go opposite ways"
        return Gate("agreement", False, told, needs)
    apart = max(quantity / buyers, buyers / quantity)
    verb = "agree" if apart <= FACTOR else "disagree"
    told = f"quantity ({quantity:.2f}) and buyers ({buyers:.2f}) {verb}: a factor of {apart:.1f}"
    return Gate("agreement", apart <= FACTOR, told, needs)


def _counted(items: int) -> str:
    return f"{items:,} item{'' if items == 1 else 's'}"
