"""Baskets shuffled so that every basket keeps its size and every item its count: what margins alone would give.

Curveball trades (Strona et al. 2014): two baskets put together what only one of them has and deal it out again at
random, each taking as many as it gave. A trade is as likely as its reverse, so after enough of them every table with
these margins is equally likely (Carstens 2015). Here all baskets are paired off at random and every pair trades at
once. A basket of 500 gets no more than 20 new items from one of 20: after five trades per basket the largest of Online
Retail still held half of what they began with. So within a round a basket of m times the mean size trades m times,
each further time with one that is not as large. Who trades depends on sizes alone, which never change, and the trades
of a round come in random order, so a round is still as likely as its reverse.

Within a trade no pair sees another, so all pairs are sorted together: once by pair and item, which brings common items
side by side, and once by pair and a random number, which deals. Common items draw the lowest and the highest number:
one copy goes to the front and so to the first basket, the other to the end and so to the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from segtui.progress import Progress, Steps

if TYPE_CHECKING:
    from segtui.basketed import Baskets, Counts, Numbers

TRADES = 5
"""Trades per basket as METHODS D2 counts them: a trade is of two, so a basket of mean size takes part in twice
as many. What is counted afterwards does not move any more with ten times as many."""

PIECE = 20_000
"""Items in baskets that trade in one piece."""

BITS = 64
"""Of a key, shared by pair, draw and item; the draw gets what the others leave, half of it or so."""


def shuffled(baskets: Baskets, seed: int | Sequence[int], trades: int = TRADES) -> Steps[Baskets]:
    """Baskets with the same sizes and the same item counts, otherwise drawn at random; who owns them stays.

    The same seed gives the same baskets. trades: per basket. Raises RuntimeError should a margin not be kept.
    """
    rng = np.random.default_rng(seed)
    index = baskets.index.copy()
    filled = np.flatnonzero(baskets.sizes)
    filled = filled[np.argsort(-baskets.sizes[filled], kind="stable")]
    leads = _leads(baskets.sizes[filled])
    for number in range(2 * trades):
        for lead in rng.permutation(leads):
            order = filled[_pairs(rng, len(filled), int(lead))]
            for rows in _pieces(order, baskets.sizes):
                deal(index, baskets.starts, rows, len(baskets.items), rng)
                yield Progress("shuffling baskets", number / (2 * trades), f"round {number + 1} of {2 * trades}")
    for rows in _pieces(filled, baskets.sizes):
        _ascending(index, baskets.starts, rows, len(baskets.items))
        yield Progress("shuffling baskets", 1.0, "checking sizes and counts")
    result = replace(baskets, index=index)
    _check(baskets, result)
    return result


def deal(index: Numbers, starts: Counts, rows: Counts, items: int, rng: np.random.Generator) -> None:
    """Trade, in place, between rows[0] and rows[1], rows[2] and rows[3] and so on; each basket at most once.

    index, starts: as in `Baskets`, but the items of a basket may be in any order. items: how many items there are.
    """
    at, block = _places(starts, rows)
    pair = (block >> 1).astype(np.uint64)
    low = np.uint64(max(1, items - 1).bit_length())
    drawn = np.uint64(BITS - int(low) - (len(rows) // 2).bit_length())
    keys = pair << low
    keys |= index[at].astype(np.uint64)
    keys.sort()
    twice = np.flatnonzero(keys[1:] == keys[:-1])
    last = (1 << int(drawn)) - 1
    draw = rng.integers(1, last, size=len(at), dtype=np.uint64)
    draw[twice] = 0
    draw[twice + 1] = last
    mask = np.uint64((1 << int(low)) - 1)
    keys &= mask
    keys |= draw << low
    keys |= pair << (low + drawn)
    keys.sort()
    index[at] = keys & mask


def _leads(sizes: Counts) -> Counts:
    """How many of the largest baskets lead in each trade of a round. sizes: descending, none 0.

    0 stands for all baskets; then come those of at least 2, 3, ... times the mean size, fewer each time.
    """
    if len(sizes) < 2:
        return np.zeros(0, dtype=np.int64)
    mean = sizes.mean()
    times = np.arange(2, int(sizes[0] / mean) + 1)
    return np.concatenate([[0], np.searchsorted(-sizes, -mean * times, side="right")])


def _pairs(rng: np.random.Generator, baskets: int, lead: int) -> Counts:
    """All baskets paired off at random, an odd one out; or each of the first `lead` with some one after them."""
    if lead == 0:
        return rng.permutation(baskets)[: baskets // 2 * 2]
    number = min(lead, baskets - lead)
    others = lead + rng.choice(baskets - lead, size=number, replace=False)
    return np.column_stack([rng.permutation(lead)[:number], others]).ravel()


def _places(starts: Counts, rows: Counts) -> tuple[Counts, Counts]:
    """Where the items of some baskets are, one basket after the other, and the position in `rows` each belongs to."""
    sizes = starts[rows + 1] - starts[rows]
    ends = np.cumsum(sizes)
    at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts[rows] - (ends - sizes), sizes)
    return at, np.repeat(np.arange(len(rows)), sizes)


def _pieces(order: Counts, sizes: Counts) -> Iterator[Counts]:
    """`order` in parts of an even number of baskets (but the last) with about PIECE items each."""
    ends = np.cumsum(sizes[order])
    start = 0
    while start < len(order):
        before = ends[start - 1] if start else 0
        stop = int(np.searchsorted(ends, before + PIECE, side="right"))
        stop = max(start + 2, stop - (stop - start) % 2)
        yield order[start:stop]
        start = stop


def _ascending(index: Numbers, starts: Counts, rows: Counts, items: int) -> None:
    """Sort, in place, the items of each of these baskets."""
    at, block = _places(starts, rows)
    keys = block * items + index[at]
    keys.sort()
    index[at] = keys % items


def _check(before: Baskets, after: Baskets) -> None:
    """Sizes are kept where every basket still holds as many different items, counts where the items are the same."""
    rises = np.diff(after.index) > 0
    inner = np.ones(len(after.index), dtype=np.bool_)
    inner[before.starts[:-1][before.sizes > 0]] = False
    if not (np.all(rises[inner[1:]]) and np.array_equal(after.item_counts, before.item_counts)):
        raise RuntimeError("shuffling did not keep the sizes of baskets and the counts of items")
