"""Lines put together by item and week: pieces, buyers, revenue and the price of the week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.decide.price_lines import PriceLines
    from segtui.results import Floats, Rows

WEEKS, PRICES = 20, 3
"""Weeks sold and different weekly prices that an item must have to be in the panel (METHODS E4)."""

ITEMS = 30
"""Items below which errors clustered by item cannot be trusted, so that nothing is estimated (METHODS E4)."""

DIGITS = 4
"""Decimals that make two weekly prices different."""


@dataclass(frozen=True, eq=False, slots=True)
class Panel:
    """Item-weeks with a sale, by item and week (cells,). price: the median line price of the week; value: revenue over
    pieces. histories: items with WEEKS weeks; of these, those with PRICES prices are `eligible` (a mark per cell)."""

    item: Rows
    week: Rows
    quantity: Floats
    buyers: Floats
    value: Floats
    price: Floats
    eligible: NDArray[np.bool_]
    histories: int
    items: int


def cells_of(lines: PriceLines) -> Rows:
    """The item-week each line belongs to, numbered in order (lines,)."""
    changed = (np.diff(lines.item) != 0) | (np.diff(lines.week) != 0)
    return np.concatenate([[0], np.cumsum(changed)]).astype(np.int64)


def week_prices(price: Floats, cell: Rows) -> Floats:
    """The median price of each item-week (cells,); the prices ascend within a cell, as lines do."""
    first = np.flatnonzero(np.diff(cell, prepend=-1))
    count = np.diff(np.append(first, len(cell)))
    result: Floats = (price[first + (count - 1) // 2] + price[first + count // 2]) / 2
    return result


def panel(lines: PriceLines, cell: Rows, prices: Floats, at: Rows) -> Panel | None:
    """The panel of the lines `at`, which ascend; None for none. cell: of every line; prices: of every cell of
    the whole shop, so that a segment is set against the price on offer and not against the tier it happens to buy."""
    if not len(at):
        return None
    own = cell[at]
    first = np.flatnonzero(np.diff(own, prepend=-1))
    quantity = np.add.reduceat(lines.quantity[at], first)
    revenue = np.add.reduceat(lines.paid[at], first)
    buyers = np.add.reduceat(lines.new[at].astype(np.float64), first)
    item, week, price = lines.item[at][first], lines.week[at][first], prices[own[first]]
    histories, eligible = _eligible(item, price, lines.items)
    return Panel(
        item, week, quantity, buyers, revenue / quantity, price, eligible[item], int(histories.sum()),
        int(eligible.sum()),
    )  # fmt: skip


def _eligible(item: Rows, price: Floats, items: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which items have enough weeks, and which of these enough prices (items,)."""
    rounded = np.round(price, DIGITS)
    order = np.lexsort((rounded, item))
    by_item, by_price = item[order], rounded[order]
    fresh = np.concatenate([[True], (np.diff(by_item) != 0) | (np.diff(by_price) != 0)])
    different = np.bincount(by_item[fresh], minlength=items)
    histories = np.bincount(item, minlength=items) >= WEEKS
    return histories, histories & (different >= PRICES)


def numbered(values: Rows) -> Rows:
    """The same as numbers from 0 without gaps."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
