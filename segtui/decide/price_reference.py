"""Reference prices: what an item cost in the same quantity tier around the same time (METHODS E4).

The reference of a line is the median price of all lines of its item in its tier, its own among them, from WEEKS weeks
before to WEEKS weeks after. It is unknown where these are fewer than FEWEST: then a line would be compared with itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.decide.price_lines import TIER_NAMES
from segtui.gather.scan import in_background
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.decide.price_lines import PriceLines
    from segtui.results import Floats, Rows

WEEKS = 8
"""Weeks to either side."""

FEWEST = 5
"""Lines that a reference price must stand on (ours)."""

PIECE = 30_000
"""Prices that are sorted in one piece."""

DOING = "finding reference prices"


@dataclass(frozen=True, eq=False, slots=True)
class _Cells:
    """Different prices of one item, tier and week, in that order. key: of item, tier and week together, with room for
    WEEKS between tiers; count: lines."""

    key: Rows
    price: Floats
    count: Rows


def reference_prices(lines: PriceLines) -> Steps[Floats]:
    """The reference price of every line, NaN where there is none."""
    base = int(lines.week.min())
    room = int(lines.week.max()) - base + 1 + 2 * WEEKS
    key = (lines.item * len(TIER_NAMES) + lines.tier) * room + (lines.week - base) + WEEKS
    cells = yield from in_background(lambda: _cells(key, lines.price), DOING)
    targets = np.unique(cells.key)
    found = yield from _medians(cells, targets)
    return found[np.searchsorted(targets, key)]


def _cells(key: Rows, price: Floats) -> _Cells:
    order = np.lexsort((price, key))
    key, price = key[order], price[order]
    changed = np.flatnonzero((np.diff(key) != 0) | (np.diff(price) != 0)) + 1
    first = np.concatenate([[0], changed])
    return _Cells(key[first], price[first], np.diff(np.append(first, len(key))))


def _medians(cells: _Cells, targets: Rows) -> Steps[Floats]:
    """The median price around each target key."""
    low = np.searchsorted(cells.key, targets - WEEKS, side="left")
    high = np.searchsorted(cells.key, targets + WEEKS, side="right")
    ends = np.cumsum(high - low)
    result = np.empty(len(targets))
    start = 0
    while start < len(targets):
        done = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + PIECE, side="right")))
        result[start:stop] = _of_windows(cells, low[start:stop], high[start:stop])
        yield Progress(DOING, 0.1 + 0.9 * stop / len(targets))
        start = stop
    return result


def _of_windows(cells: _Cells, low: Rows, high: Rows) -> Floats:
    """The medians of the lines in cells[low:high], window by window."""
    length = high - low
    window = np.repeat(np.arange(len(low)), length)
    begin = np.cumsum(length) - length
    at = np.arange(len(window)) - np.repeat(begin - low, length)
    order = np.lexsort((cells.price[at], window))
    at = at[order]
    running = np.cumsum(cells.count[at])
    last = running[begin + length - 1]
    before = np.concatenate([[0], last[:-1]])
    lines = last - before
    middle = [np.searchsorted(running, before + place, side="right") for place in ((lines - 1) // 2, lines // 2)]
    median: Floats = (cells.price[at[middle[0]]] + cells.price[at[middle[1]]]) / 2
    return np.where(lines >= FEWEST, median, np.nan)
