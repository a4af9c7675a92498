"""Frequent itemsets: counting items and pairs, choosing the way to search, and the mining itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.basketed import Baskets, Itemsets
from segtui.baskets import eclat
from segtui.baskets.bitsets import WORD, pack
from segtui.baskets.ordering import PIECE, buckets
from segtui.baskets.vertical import Pairs, Vertical, as_pairs, listing, pairs, too_many, vertical
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.basketed import Counts, Numbers
    from segtui.baskets.bitsets import Words

LONGEST = 4
"""Items in a set at most, unless said otherwise."""

MOST = 2_000_000
"""Itemsets found at most, unless said otherwise; they take about 40 bytes each, twice while they are put in order."""

TOGETHER_ITEMS = 6_000
"""Frequent items at most for a table of which pairs are frequent (36 MB)."""

FULL_WORDS = 1 << 22
"""Words at most for all items and all baskets as bits (32 MB)."""

LISTING_COST = 8.0
JOINING_COST = 1.5
"""Nanoseconds for an entry listed and for a word joined, measured; only their ratio matters."""


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """What mining and its estimate start from. bits: every rank's baskets (ranks, words) where baskets are so full that
    joining whole rows is less work than listing what is in them, else None."""

    table: Vertical
    pairs: Pairs
    bits: Words | None


def least_count(support: float, baskets: int) -> int:
    """The smallest number of baskets, 1 at least, whose share of `baskets` is `support` (0 to 1) or more."""
    count = max(1, int(support * baskets) - 1)
    while count < baskets and count / baskets < support:
        count += 1
    return count


def frequent(baskets: Baskets, least: int, longest: int = LONGEST, most: int = MOST) -> Steps[Itemsets]:
    """Every set of up to `longest` items that is in `least` baskets or more; see `mine`."""
    prepared = yield from prepare(baskets, least, most)
    return (yield from mine(prepared, longest, most))


def prepare(baskets: Baskets, least: int, most: int = MOST) -> Steps[Prepared]:
    """Count items and pairs. Memory: 24 bytes for each item in a basket, and 16 for each frequent pair, twice.

    Raises AnalysisError when there are more than `most` pairs.
    """
    table = yield from vertical(baskets, max(1, least))
    many, words = len(table.items), -(-baskets.count // WORD)
    joining = JOINING_COST * many * many / 2 * words
    if many * words > FULL_WORDS or joining >= LISTING_COST * listing(table):
        return Prepared(table, (yield from pairs(table, most)), None)
    packed = yield from pack(baskets, table.items)
    bits = packed.words[np.searchsorted(packed.items, table.items)]
    first: list[Numbers] = []
    second: list[Numbers] = []
    counts: list[Counts] = []

    def found(sets: Numbers, count: Counts) -> None:
        first.append(sets[:, 0])
        second.append(sets[:, 1])
        counts.append(count)
        if sum(map(len, counts)) > most:
            raise too_many(most, "pairs", table.least)

    yield from eclat.below(eclat.whole(bits), eclat.Search(table.least, 2, None, found))
    return Prepared(table, as_pairs(first, second, counts, many), bits)


def mine(prepared: Prepared, longest: int = LONGEST, most: int = MOST) -> Steps[Itemsets]:
    """The frequent itemsets, in pieces that say how many there are so far.

    Raises AnalysisError when there are more than `most`: nothing is returned then, since what was found first is no
    fair part of the whole. Memory besides the sets themselves: some 40 MB of bits for each length at most, far less
    where baskets are sparse.
    """
    table = prepared.table
    kept: dict[int, list[tuple[Numbers, Counts]]] = {}
    number = len(table.items) if longest > 0 else 0

    def found(sets: Numbers, counts: Counts) -> None:
        nonlocal number
        number += len(counts)
        kept.setdefault(sets.shape[1], []).append((sets, counts))
        if number > most:
            raise too_many(most, "itemsets", table.least)

    if longest > 1:
        search = eclat.Search(table.least, longest, together(prepared), found)
        if prepared.bits is None and len(prepared.pairs.counts):
            found(np.column_stack((prepared.pairs.first, prepared.pairs.second)), prepared.pairs.counts)
        for done, steps in _searches(prepared, search):
            for _ in steps:
                yield Progress("mining itemsets", done, f"{number:,} itemsets")
    levels = [(np.sort(table.items)[:, None], table.counts[np.argsort(table.items)])] if longest > 0 else []
    for length in sorted(kept):
        level = yield from _ordered(table.items, kept.pop(length))
        levels.append(level)
    return Itemsets(tuple(level for level in levels if len(level[1])), table.baskets, table.least)


def together(prepared: Prepared) -> NDArray[np.bool_] | None:
    """Whether each pair of ranks is frequent (ranks, ranks); None where that table would be too large."""
    many = len(prepared.table.items)
    if many > TOGETHER_ITEMS:
        return None
    together = np.zeros((many, many), dtype=bool)
    together[prepared.pairs.first, prepared.pairs.second] = True
    return together


def _searches(prepared: Prepared, search: eclat.Search) -> Iterator[tuple[float, Steps[None]]]:
    """The parts of the search and the share that is done before each."""
    if prepared.bits is not None:
        yield 0.0, eclat.below(eclat.whole(prepared.bits), search)
        return
    table, found = prepared.table, prepared.pairs
    if search.longest < 3:
        return
    for lo, hi in eclat.root_groups(table, found):
        yield float(found.starts[lo]) / len(found.counts), _under(prepared, lo, hi, search)


def _under(prepared: Prepared, lo: int, hi: int, search: eclat.Search) -> Steps[None]:
    block = yield from eclat.roots(prepared.table, prepared.pairs, lo, hi)
    yield from eclat.below(block, search)


def _ordered(items: Numbers, pieces: list[tuple[Numbers, Counts]]) -> Steps[tuple[Numbers, Counts]]:
    """Sets by rank as sets by item number, each ascending, all in lexicographic order."""
    ranked = np.concatenate([sets for sets, _ in pieces])
    counts = np.concatenate([count for _, count in pieces])
    pieces.clear()
    length = ranked.shape[1]
    by_number = np.empty(len(items), dtype=np.int64)
    by_number[np.argsort(items)] = np.arange(len(items))
    bits = max(1, len(items).bit_length())
    leading = min(length, 63 // bits)
    keys = np.zeros(len(counts), dtype=np.int64)
    for start in range(0, len(counts), PIECE):
        some = slice(start, start + PIECE)
        ranked[some] = np.sort(by_number[ranked[some]], axis=1)
        for column in range(leading):
            keys[some] = (keys[some] << bits) | ranked[some, column]
        yield Progress("putting itemsets in order", None, f"{len(counts):,} of {length} items")
    numbers = np.sort(items)
    sets, count, place = np.empty_like(ranked), np.empty_like(counts), 0
    for bucket in buckets(keys):
        rest = [ranked[bucket, column] for column in range(length - 1, leading - 1, -1)]
        order = bucket[np.lexsort((*rest, keys[bucket]))]
        sets[place : place + len(order)] = numbers[ranked[order]]
        count[place : place + len(order)] = counts[order]
        place += len(order)
        yield Progress("putting itemsets in order", place / len(counts), f"{len(counts):,} of {length} items")
    return sets, count
