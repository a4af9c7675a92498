"""Baskets seen from their items: frequent ones ranked from the rarest up, where each occurs, and what is with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.baskets import ragged
from segtui.errors import AnalysisError
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.basketed import Baskets, Counts, Numbers

PIECE = 1 << 17
"""Entries (an item in a basket) looked at between two stops."""

PAIR_CELLS = 1 << 19
"""Cells of the table in which the pairs of a few items are counted."""

DOING = "looking at baskets"


@dataclass(frozen=True, eq=False, slots=True)
class Vertical:
    """Frequent items by rank: the rarest is 0, equal ones by number, so that a prefix leaves few baskets.

    items: int32 (ranks,), their numbers; counts: int64 (ranks,). ranks: int32 (entries,), the baskets laid end to end,
    every one by rank. starts: int64 (ranks + 1,), where a rank's entries begin in `at`: int64 (entries,), places in
    `ranks`; tails: int64 (entries,), how many higher ranks follow in that basket. listed: int64 (ranks,), the sum of
    a rank's tails. baskets: all of them; least: the
    count that makes frequent.
    """

    items: Numbers
    counts: Counts
    ranks: Numbers
    starts: Counts
    at: Counts
    tails: Counts
    listed: Counts
    baskets: int
    least: int


@dataclass(frozen=True, eq=False, slots=True)
class Pairs:
    """Frequent pairs: first < second in rank, int32 (pairs,), in lexicographic order; counts int64; starts: int64
    (ranks + 1,), where those of a first rank begin."""

    first: Numbers
    second: Numbers
    counts: Counts
    starts: Counts


def vertical(baskets: Baskets, least: int) -> Steps[Vertical]:
    """`baskets` by frequent item, in one pass over their entries (24 bytes of memory for each that is kept)."""
    counted = yield from _counts(baskets)
    items = np.flatnonzero(counted >= max(1, least)).astype(np.int32)
    items = items[np.lexsort((items, counted[items]))]
    many = len(items)
    rank_of = np.full(len(counted), -1, dtype=np.int32)
    rank_of[items] = np.arange(many, dtype=np.int32)
    kept = int(counted[items].sum())
    starts = np.concatenate(([0], np.cumsum(counted[items]))).astype(np.int64)
    ranks, at = np.empty(kept, dtype=np.int32), np.empty(kept, dtype=np.int64)
    tails = np.empty(kept, dtype=np.int64)
    fill, done, basket = starts[:-1].copy(), 0, 0
    listed = np.zeros(many, dtype=np.int64)
    narrow = np.uint16 if many < 1 << 16 else np.int32
    while basket < baskets.count:
        end = ragged.cut(baskets.starts, basket, PIECE >> 1)
        block = rank_of[baskets.index[baskets.starts[basket] : baskets.starts[end]]]
        row = np.repeat(np.arange(end - basket), baskets.sizes[basket:end])[block >= 0]
        row, block = np.divmod(np.sort(row * many + block[block >= 0]), max(1, many))
        size = np.bincount(row, minlength=end - basket)
        left = np.repeat(np.cumsum(size), size) - np.arange(len(block)) - 1
        ranks[done : done + len(block)] = block
        order = np.argsort(block.astype(narrow), kind="stable")
        seen = np.bincount(block, minlength=many)
        spots = (fill - (np.cumsum(seen) - seen))[block[order]] + np.arange(len(block))
        at[spots], tails[spots] = done + order, left[order]
        fill += seen
        listed += np.bincount(block, weights=left, minlength=many).astype(np.int64)
        done, basket = done + len(block), end
        yield Progress(DOING, basket / baskets.count, f"{basket:,} baskets")
    return Vertical(items, counted[items], ranks, starts, at, tails, listed, baskets.count, least)


def _counts(baskets: Baskets) -> Steps[Counts]:
    """Baskets with each item (items,)."""
    counted = np.zeros(len(baskets.items), dtype=np.int64)
    for start in range(0, len(baskets.index), 8 * PIECE):
        counted += np.bincount(baskets.index[start : start + 8 * PIECE], minlength=len(counted))
        yield Progress(DOING)
    return counted


def too_many(most: int, what: str, least: int) -> AnalysisError:
    """The error of work that stops because it finds too much. Nothing is kept: what came first is no fair part."""
    return AnalysisError(
        f"there are more than {most:,} {what} in {least:,} baskets or more",
        hint="Raise the minimum support, lower the maximum length, or group items into categories",
    )


def pairs(table: Vertical, most: int) -> Steps[Pairs]:
    """Frequent pairs, counted by listing what follows every entry in its basket: the sum of half the squared sizes.

    Raises AnalysisError when there are more than `most`.
    """
    number = 0
    many, entries = len(table.items), len(table.at)
    first, second, counts = [], [], []
    carried = np.zeros(many, dtype=np.int64)
    lo = 0
    while lo < entries:
        item = int(np.searchsorted(table.starts, lo, side="right")) - 1
        widest = table.starts[min(many, item + max(1, PAIR_CELLS // many))]
        hi = min(lo + ragged.reach(table.tails[lo : lo + PIECE] + 1, PIECE), int(widest))
        last = int(np.searchsorted(table.starts, hi - 1, side="right")) - 1
        bounds = np.clip(table.starts[item : last + 2], lo, hi)
        followers = table.ranks[ragged.places(table.at[lo:hi] + 1, table.tails[lo:hi])]
        of = np.repeat(np.repeat(np.arange(last - item + 1), np.diff(bounds)) * many, table.tails[lo:hi])
        found = np.bincount(of + followers, minlength=(last - item + 1) * many).reshape(-1, many)
        found[0] += carried
        carried = np.zeros(many, dtype=np.int64)
        if hi < table.starts[last + 1]:
            carried, found = found[-1], found[:-1]
        row, column = np.nonzero(found >= max(1, table.least))
        first.append((row + item).astype(np.int32))
        second.append(column.astype(np.int32))
        counts.append(found[row, column])
        number += len(row)
        if number > most:
            raise too_many(most, "pairs", table.least)
        lo = hi
        yield Progress("counting pairs", lo / entries, f"{number:,} frequent pairs")
    return as_pairs(first, second, counts, many)


def as_pairs(first: list[Numbers], second: list[Numbers], counts: list[Counts], many: int) -> Pairs:
    """`Pairs` of pieces that follow each other."""
    none = np.empty(0, dtype=np.int32)
    one = np.concatenate(first) if first else none
    starts = np.concatenate(([0], np.cumsum(np.bincount(one, minlength=many)))).astype(np.int64)
    other = np.concatenate(second) if second else none
    return Pairs(one, other, np.concatenate(counts) if counts else none.astype(np.int64), starts)


def listing(table: Vertical) -> int:
    """How much work `pairs` is: entries that follow another in their basket."""
    return int(table.listed.sum())
