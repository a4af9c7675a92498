"""The specification curve: one slope per way of asking how buying goes with price (METHODS E4).

From lines of all items, and from item-weeks of those with enough weeks and prices. Revenue over pieces has the pieces
on both sides and answers to bulk prices; the median price and the number of buyers take most of that out. Of fewer than
ITEMS items nothing is estimated: two items and week effects leave a clustered error of 0.

Online Retail, 396,337 lines of 3,659 products: -.535, -1.436, -2.115, -2.169, -1.810, -.579, which are E4's figures to
.006 and their errors to .001. E4 does not define weeks and "3 price points"; weeks from Monday and three different
weekly medians are the reading, among some seventy tried, that gives its 726 products. With three different line prices
there are 1,151 products and -2.18, -2.22, -1.75 and -.62 on weeks: also within two clustered errors, and quantity and
buyers disagree as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.decide.price_fit import slope
from segtui.decide.price_panel import ITEMS as FEWEST
from segtui.decide.price_panel import Panel, numbered
from segtui.decide.price_within import without_item, without_item_and_week
from segtui.decided.prices import BUYERS, QUANTITY, Estimate
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.decide.price_lines import PriceLines
    from segtui.results import Floats, Rows

LINES, ITEM_WEEKS = "lines", "item-weeks"
LINE_PRICE, UNIT_VALUE, MEDIAN = "line price", "revenue per piece", "median price"
NONE, ITEM, BOTH = "no effects", "item effects", "item and week effects"

DOING = "fitting prices"


@dataclass(frozen=True, slots=True)
class Curve:
    """estimates: those that could be made, in the order of METHODS E4. spread: standard deviation of the log median
    price within item and week effects; None without a panel."""

    estimates: tuple[Estimate, ...]
    spread: float | None


def curve(lines: PriceLines, at: Rows, panel: Panel | None) -> Steps[Curve]:
    """All six specifications. at: the lines that count, ascending; panel: theirs."""
    estimates = yield from _of_lines(lines, at)
    if panel is None or panel.items < FEWEST:
        return Curve(tuple(estimates), None)
    weekly, spread = yield from _of_weeks(panel)
    return Curve((*estimates, *weekly), spread)


def _of_lines(lines: PriceLines, at: Rows) -> Steps[list[Estimate]]:
    """Lines of every item, without and with item effects."""
    if not len(at):
        return []
    x, y, item = np.log(lines.price[at]), np.log(lines.quantity[at]), numbered(lines.item[at])
    yield Progress(DOING, 0.0, LINES)
    plain = _estimate((QUANTITY, LINES, LINE_PRICE, NONE), y - y.mean(), x - x.mean(), item, 1)
    yield Progress(DOING, 0.1, LINES)
    y, x = without_item(y, item), without_item(x, item)
    within = _estimate((QUANTITY, LINES, LINE_PRICE, ITEM), y, x, item, int(item.max()) + 1)
    yield Progress(DOING, 0.2, LINES)
    return [one for one in (plain, within) if one is not None]


def _of_weeks(panel: Panel) -> Steps[tuple[list[Estimate], float]]:
    """Item-weeks of eligible items, and how much their median prices vary within both effects."""
    own = panel.eligible
    item, week = numbered(panel.item[own]), numbered(panel.week[own])
    columns = np.log(np.array([one[own] for one in (panel.quantity, panel.buyers, panel.value, panel.price)]))
    quantity, value = without_item(columns[0], item), without_item(columns[2], item)
    yield Progress(DOING, 0.3, ITEM_WEEKS)
    left = yield from without_item_and_week(columns, item, week)
    items, weeks = int(item.max()) + 1, int(week.max()) + 1
    both = items + weeks - 1
    made = [
        _estimate((QUANTITY, ITEM_WEEKS, UNIT_VALUE, ITEM), quantity, value, item, items),
        _estimate((QUANTITY, ITEM_WEEKS, UNIT_VALUE, BOTH), left[0], left[2], item, both),
        _estimate((QUANTITY, ITEM_WEEKS, MEDIAN, BOTH), left[0], left[3], item, both),
        _estimate((BUYERS, ITEM_WEEKS, MEDIAN, BOTH), left[1], left[3], item, both),
    ]
    yield Progress(DOING, 1.0, ITEM_WEEKS)
    return [one for one in made if one is not None], float(np.sqrt(np.mean(np.square(left[3]))))


def _estimate(
    told: tuple[str, str, str, str], y: Floats, x: Floats, item: Rows, absorbed: int
) -> Estimate | None:  # fmt: skip
    found = slope(y, x, item, absorbed)
    if found is None or found.clusters < FEWEST:
        return None
    return Estimate(
        *told, found.beta, found.se, found.ordinary_se, found.low, found.high, len(x), found.clusters
    )  # fmt: skip


def main_pair(estimates: tuple[Estimate, ...]) -> tuple[Estimate, Estimate] | None:
    """The two that must agree: quantity and buyers on the median price, both effects. None where one is missing."""
    own = {one.outcome: one for one in estimates if (one.price, one.effects) == (MEDIAN, BOTH)}
    return (own[QUANTITY], own[BUYERS]) if len(own) == 2 else None
