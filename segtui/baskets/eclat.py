"""Eclat in batches: sets that share all but their last item are a class, and a class is joined with itself by bits.

Zaki (2000), "Scalable algorithms for association mining": depth first over classes, here many classes side by side so
that numpy is called for thousands of joins at a time. Below a first item only its own baskets are kept as bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segtui.baskets import ragged
from segtui.baskets.bitsets import WORD, totals
from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segtui.basketed import Counts, Numbers
    from segtui.baskets.bitsets import Words
    from segtui.baskets.vertical import Pairs, Vertical

JOIN_WORDS = 1 << 18
"""Words joined between two stops (2 MB)."""

ROOT_CELLS = 1 << 22
"""Bytes of the unpacked table of the baskets below some first items."""

ROOT_ENTRIES = 1 << 17
"""Entries listed for it between two stops."""

Found = Callable[["NDArray[np.int32]", "NDArray[np.int64]"], None]
"""Hears of frequent sets as they turn up: ranks int32 (sets, length), baskets int64 (sets,)."""


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """Classes one after the other: sets int32 (rows, length) by rank, their baskets as bits (rows, words), and where
    the class of each row ends, int64 (rows,)."""

    sets: Numbers
    bits: Words
    ends: Counts

    @property
    def joins(self) -> Counts:
        """How many later rows of its class each row is joined with."""
        return self.ends - np.arange(1, len(self.ends) + 1)


@dataclass(frozen=True, eq=False, slots=True)
class Search:
    """What a search needs everywhere. together: bool (ranks, ranks), whether a pair is frequent; None where that table
    would be too large, and then nothing is ruled out by it."""

    least: int
    longest: int
    together: NDArray[np.bool_] | None
    found: Found


def below(block: Block, search: Search) -> Steps[None]:
    """Find every frequent set that extends those of `block`, depth first."""
    length = block.sets.shape[1]
    if length >= search.longest:
        return
    work = np.concatenate(([0], np.cumsum(block.joins))).astype(np.int64)
    most = max(1, JOIN_WORDS // block.bits.shape[1])
    lo = 0
    while lo < len(block.ends):
        hi = ragged.cut(work, lo, most)
        if work[hi] > work[lo]:
            grown = yield from _joined(block, lo, hi, search)
            if grown is not None:
                yield from below(grown, search)
        lo = hi


def _joined(block: Block, lo: int, hi: int, search: Search) -> Steps[Block | None]:
    """The frequent joins of rows lo to hi with the later ones of their classes; None where there is none."""
    lengths = block.joins[lo:hi]
    left = np.repeat(np.arange(lo, hi), lengths)
    right = ragged.places(np.arange(lo + 1, hi + 1), lengths)
    if search.together is not None and block.sets.shape[1] <= 2:
        possible = search.together[block.sets[left, -1], block.sets[right, -1]]
        left, right = left[possible], right[possible]
    source = block.bits
    if hi - lo == 1:
        used = np.flatnonzero(source[lo])
        if 2 * len(used) <= source.shape[1]:
            rows = np.arange(lo, int(block.ends[lo]))
            source, left, right = source[rows][:, used], left - lo, right - lo
    step = max(1, JOIN_WORDS // source.shape[1])
    bits, counts, kept = [], [], []
    for start in range(0, len(left), step):
        one, other = left[start : start + step], right[start : start + step]
        joint = source.take(one, axis=0)
        joint &= source.take(other, axis=0)
        total = totals(joint)
        frequent = total >= search.least
        bits.append(joint[frequent])
        counts.append(total[frequent])
        kept.append(np.flatnonzero(frequent) + start)
        yield Progress("mining itemsets")
    chosen = np.concatenate(kept) if kept else np.empty(0, dtype=np.int64)
    if not len(chosen):
        return None
    shift = 0 if source is block.bits else lo
    left, right = left[chosen], right[chosen]
    sets = np.column_stack((block.sets[left + shift], block.sets[right + shift, -1]))
    search.found(sets, np.concatenate(counts))
    return Block(sets, np.concatenate(bits), np.searchsorted(left, left, side="right").astype(np.int64))


def whole(words: Words) -> Block:
    """All items as one class, every basket as a bit: for few items in many full baskets. words: a row for each rank."""
    many = len(words)
    return Block(np.arange(many, dtype=np.int32)[:, None], words, np.full(many, many, dtype=np.int64))


def root_groups(table: Vertical, found: Pairs) -> list[tuple[int, int]]:
    """First items (from, to) whose pairs are taken together: neighbours in rank, so nearly as frequent."""
    groups: list[tuple[int, int]] = []
    work = np.concatenate(([0], np.cumsum(table.listed))).astype(np.int64)
    lo = 0
    while lo < len(table.items):
        hi = lo + 1
        while hi < len(table.items) and _fits(table, found, work, lo, hi + 1):
            hi += 1
        if found.starts[hi] > found.starts[lo]:
            groups.append((lo, hi))
        lo = hi
    return groups


def _fits(table: Vertical, found: Pairs, work: Counts, lo: int, hi: int) -> bool:
    listed = work[hi] - work[lo]
    rows = int(found.starts[hi] - found.starts[lo])
    span = _padded(int(table.counts[hi - 1]))
    return bool(
        listed <= ROOT_ENTRIES and rows * span <= ROOT_CELLS and (hi - lo) * len(table.items) <= ROOT_CELLS // 4
    )


def roots(table: Vertical, found: Pairs, lo: int, hi: int) -> Steps[Block]:
    """The pairs whose first item has a rank from lo to hi, with bits for the baskets of that item alone."""
    many = len(table.items)
    chosen = slice(int(found.starts[lo]), int(found.starts[hi]))
    rows = chosen.stop - chosen.start
    first, second = found.first[chosen], found.second[chosen]
    row_of = np.full((hi - lo, many), -1, dtype=np.int32)
    row_of[first - lo, second] = np.arange(rows)
    width = _padded(int(table.counts[hi - 1]))
    octets = np.zeros((rows, width // 8), dtype=np.uint8)
    begin, end = int(table.starts[lo]), int(table.starts[hi])
    span = width if hi - lo > 1 else min(width, max(WORD, ROOT_CELLS // rows // WORD * WORD))
    step = end - begin if hi - lo > 1 else span
    for entry in range(begin, end, step):
        stop = min(end, entry + step)
        dense = np.zeros((rows, span), dtype=np.uint8)
        for some in _portions(table, entry, stop):
            of = np.searchsorted(table.starts[lo : hi + 1], np.arange(*some), side="right") - 1
            place = np.arange(*some) - (table.starts[lo + of] if hi - lo > 1 else entry)
            lengths = table.tails[some[0] : some[1]]
            followers = table.ranks[ragged.places(table.at[some[0] : some[1]] + 1, lengths)]
            row = row_of[np.repeat(of, lengths), followers]
            dense[row[row >= 0], np.repeat(place, lengths)[row >= 0]] = 1
            yield Progress("mining itemsets")
        packed = np.packbits(dense, axis=1)
        at = (entry - begin) // 8 if hi - lo == 1 else 0
        octets[:, at : at + packed.shape[1]] = packed[:, : octets.shape[1] - at]
    ends = found.starts[first + 1] - found.starts[lo]
    return Block(np.column_stack((first, second)), octets.view(np.uint64), ends)


def _portions(table: Vertical, start: int, stop: int) -> list[tuple[int, int]]:
    """Runs of entries with about ROOT_ENTRIES followers each."""
    work = np.concatenate(([0], np.cumsum(table.tails[start:stop]))).astype(np.int64)
    runs, lo = [], 0
    while lo < stop - start:
        hi = ragged.cut(work, lo, ROOT_ENTRIES)
        runs.append((start + lo, start + hi))
        lo = hi
    return runs


def _padded(baskets: int) -> int:
    """Baskets filled up to whole words."""
    return -(-baskets // WORD) * WORD
