"""Whether price and quantity move together within one item and week: then large orders get lower prices.

Within a week of an item hardly anything happens but the price list, so what correlates there is bulk prices, not
reaction to a price change. Measured on ranks within each item-week of at least LINES lines and two prices, all of them
together; Online Retail has -.52. METHODS E4 gives -.51 and not how it was pooled; of some thirty ways tried this one
comes near it. By ranks they gave -.43 to -.66, by logs -.27 (all item-weeks) to -.77, so the sign is safe and the size
is a matter of definition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from segtui.decide.price_lines import PriceLines
    from segtui.results import Floats, Rows

LINES = 5
"""Lines that an item-week must have to count."""

CELLS = 20
"""Item-weeks that must count for a correlation to be told (ours)."""


def tier_correlation(lines: PriceLines, cell: Rows, at: Rows) -> float | None:
    """The rank correlation of price and quantity within item-weeks, of the lines `at`, which ascend. None where fewer
    than CELLS item-weeks have several prices, or every line has the same quantity: then nothing is confounded."""
    own, price, quantity = cell[at], lines.price[at], lines.quantity[at]
    first = np.flatnonzero(np.diff(own, prepend=-1))
    length = np.diff(np.append(first, len(own)))
    last = first + length - 1
    counts = (length >= LINES) & (price[last] > price[first])
    if int(counts.sum()) < CELLS:
        return None
    kept = np.repeat(counts, length)
    group = np.repeat(np.arange(int(counts.sum())), length[counts])
    x, y = (_centred_ranks(values[kept], group) for values in (price, quantity))
    size = float(np.sqrt(np.sum(np.square(x)) * np.sum(np.square(y))))
    return float(np.sum(x * y)) / size if size > 0 else None


def _centred_ranks(values: Floats, group: Rows) -> Floats:
    """Mean ranks within groups less their mean, over the group's size. group: ascending, from 0."""
    order = np.lexsort((values, group))
    fresh = np.concatenate([[True], (np.diff(group[order]) != 0) | (np.diff(values[order]) != 0)])
    begin = np.flatnonzero(fresh)
    ties = np.diff(np.append(begin, len(values)))
    place = np.repeat(begin + (ties - 1) / 2, ties)
    size = np.bincount(group).astype(np.float64)
    start = np.cumsum(size) - size
    ranks = np.empty(len(values))
    ranks[order] = place
    result: Floats = (ranks - start[group] - (size[group] - 1) / 2) / size[group]
    return result
